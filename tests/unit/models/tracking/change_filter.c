/* Tests of models/tracking/change_filter.h, by the change lists of a model. */
#include "tests/lib/test.h"

#include <stdio.h>

#include <weft/log.h>
#include <weft/source.h>

#include "tests/lib/fixture.h"

static const char definition[] =
    "{\"name\":\"Note\",\"trackChanges\":true,"
    "\"changeFilterProperty\":\"tenant\",\"properties\":{"
    "\"tenant\":\"string\",\"text\":\"string\"}}";

struct notes {
	struct fixture fixture;
	struct weft_model *model;
	struct weft_source *source;
};

static void
open_notes(struct notes *notes)
{
	struct fixture *fixture = &notes->fixture;

	fixture_open(fixture, FIXTURE_SQLITE);
	fixture_ok(fixture, weft_registry_define(fixture->registry,
				fixture->datasource, weft_slice(definition),
				&notes->model, &fixture->error));
	fixture_ok(fixture, weft_source_open_datasource(fixture->datasource,
				&notes->source, &fixture->error));
}

static void
close_notes(struct notes *notes)
{
	weft_source_destroy(notes->source);
	fixture_close(&notes->fixture);
}

static void
put(struct notes *notes, const char *json)
{
	fixture_ok(&notes->fixture,
	    weft_record_upsert(notes->model, NULL, weft_slice(json), NULL,
		&notes->fixture.error));
}

static void
delete(struct notes *notes, const char *id)
{
	fixture_ok(&notes->fixture,
	    weft_record_delete_by_id(notes->model, NULL, weft_slice(id), NULL,
		&notes->fixture.error));
}

/* Asserts which changes a filter gives: "<id> <custom>;" for each. */
static void
assert_changes(struct notes *notes, const char *filter, const char *expected)
{
	struct weft_buf text = WEFT_BUF_INIT(10000);
	struct weft_change_list list = {0};

	fixture_ok(&notes->fixture,
	    weft_source_changes(notes->source, "Note", -1, weft_slice(filter),
		&list, &notes->fixture.error));
	for (size_t i = 0; i < list.length; i++) {
		const struct weft_change *change = &list.changes[i];

		assert_int_equal(weft_buf_printf(&text, "%.*s %.*s;",
		    (int)change->model_id.size, change->model_id.data,
		    (int)change->custom.size,
		    change->custom.data ? change->custom.data : ""), 0);
	}
	assert_string_equal(text.data ? text.data : "", expected);
	weft_buf_fini(&text);
	weft_change_list_fini(&list);
}

static void
change_filter__holds_for_deletions(void **state)
{
	struct notes notes;

	open_notes(&notes);
	put(&notes, "{\"id\":\"a\",\"tenant\":\"x\"}");
	put(&notes, "{\"id\":\"b\",\"tenant\":\"y\"}");
	put(&notes, "{\"id\":\"c\",\"tenant\":\"x\"}");
	put(&notes, "{\"id\":\"d\",\"tenant\":\"y\"}");
	put(&notes, "{\"id\":\"e\"}");
	fixture_checkpoint(&notes.fixture);
	delete(&notes, "a");
	delete(&notes, "b");
	delete(&notes, "e");
	assert_changes(&notes, "{\"where\":{\"tenant\":\"x\"}}",
	    "c {\"tenant\":\"x\"};a {\"tenant\":\"x\"};");
	assert_changes(&notes, "{\"where\":{\"tenant\":{\"neq\":\"x\"}}}",
	    "d {\"tenant\":\"y\"};b {\"tenant\":\"y\"};e ;");
	assert_changes(&notes, "{}",
	    "c {\"tenant\":\"x\"};d {\"tenant\":\"y\"};"
	    "a {\"tenant\":\"x\"};b {\"tenant\":\"y\"};e ;");
	/* Other parts of a filter say nothing of deletions. */
	assert_changes(&notes,
	    "{\"where\":{\"tenant\":\"x\",\"text\":\"none\"}}",
	    "a {\"tenant\":\"x\"};");
	close_notes(&notes);
}

static void
change_filter__takes_the_last_value_before_the_deletion(void **state)
{
	struct notes notes;

	open_notes(&notes);
	put(&notes, "{\"id\":\"a\",\"tenant\":\"x\"}");
	fixture_checkpoint(&notes.fixture);
	put(&notes, "{\"id\":\"a\",\"tenant\":\"y\"}");
	fixture_checkpoint(&notes.fixture);
	fixture_ok(&notes.fixture,
	    weft_datasource_project(
		notes.fixture.datasource, &notes.fixture.error));
	delete(&notes, "a");
	assert_changes(&notes, "{\"where\":{\"tenant\":\"x\"}}", "");
	assert_changes(&notes, "{\"where\":{\"tenant\":\"y\"}}",
	    "a {\"tenant\":\"y\"};");
	close_notes(&notes);
}

static void
keep_message(enum weft_log_level level, const char *module, const char *text,
    void *context)
{
	snprintf(context, 200, "%s", text);
}

/* LoopBack fills them by code of the application. */
static void
definition__names_additional_properties_that_nobody_fills(void **state)
{
	static const struct {
		const char *definition, *message;
	} rows[] = {
	    {"{\"name\":\"A\",\"additionalChangeModelProperties\":"
	     "{\"tenant\":\"string\"},\"changeFilterProperty\":\"tenant\","
	     "\"properties\":{\"tenant\":\"string\"}}", ""},
	    {"{\"name\":\"B\",\"additionalChangeModelProperties\":"
	     "{\"tenant\":{\"type\":\"string\"}}}",
		"model B: additionalChangeModelProperties: tenant is not "
		"filled; changeFilterProperty fills one"},
	};
	struct fixture fixture;
	char message[200];

	fixture_open(&fixture, FIXTURE_MEMORY);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		message[0] = '\0';
		weft_log_set(keep_message, WEFT_LOG_WARNING, message);
		fixture_ok(&fixture,
		    weft_registry_define(fixture.registry, fixture.datasource,
			weft_slice(rows[i].definition), NULL, &fixture.error));
		weft_log_set(NULL, WEFT_LOG_INFO, NULL);
		assert_string_equal(message, rows[i].message);
	}
	assert_int_equal(
	    weft_registry_define(fixture.registry, fixture.datasource,
		weft_slice("{\"name\":\"C\","
			   "\"additionalChangeModelProperties\":[\"a\"]}"),
		NULL, &fixture.error), WEFT_ECONFIG);
	assert_non_null(
	    strstr(fixture.error.text, "additionalChangeModelProperties"));
	fixture_close(&fixture);
}

static void
definition__names_a_wrong_change_filter(void **state)
{
	struct fixture fixture;

	fixture_open(&fixture, FIXTURE_MEMORY);
	assert_int_equal(
	    weft_registry_define(fixture.registry, fixture.datasource,
		weft_slice("{\"name\":\"N\",\"changeFilterProperty\":\"no\"}"),
		NULL, &fixture.error), WEFT_ECONFIG);
	assert_non_null(strstr(fixture.error.text, "changeFilterProperty"));
	fixture_close(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(change_filter__holds_for_deletions),
	    cmocka_unit_test(
		change_filter__takes_the_last_value_before_the_deletion),
	    cmocka_unit_test(definition__names_a_wrong_change_filter),
	    cmocka_unit_test(
		definition__names_additional_properties_that_nobody_fills),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
