/* Tests of models/record/defaults.h. */
#include "tests/lib/both.h"

#include <stdio.h>

#include "models/record/defaults.h"

/* A tracked model with these properties and settings, and a record "r" that
 * an upsert made. */
static struct weft_model *
define(struct fixture *fixture, const char *properties, const char *settings,
    const char *record)
{
	static int count;
	char text[1000];
	struct weft_model *model;

	snprintf(text, sizeof text,
	    "{\"name\":\"M%d\",\"trackChanges\":true,%s\"properties\":{"
	    "\"id\":{\"type\":\"string\",\"id\":true}%s}}",
	    ++count, settings, properties);
	model = both_define(fixture, text);
	fixture_ok(fixture, weft_record_upsert(model, NULL, weft_slice(record),
				NULL, &fixture->error));
	return model;
}

static bool
is_lacking(const struct weft_model *model, const char *record)
{
	struct weft__json view;
	bool are_lacking;

	weft__json_init(&view);
	assert_int_equal(
	    weft__json_view(&view, weft_slice(record), NULL), 0);
	are_lacking = weft__defaults_are_lacking(model->definition, &view);
	weft__json_fini(&view);
	return are_lacking;
}

static void
fill(struct fixture *fixture, struct weft_model *model)
{
	const struct weft_slice ids[] = {
	    weft_slice("gone"), weft_slice("r")};

	fixture_ok(fixture,
	    weft__defaults_fill(model, ids, 2, &fixture->error));
}

#define NUMBERS \
	",\"b\":{\"type\":\"number\",\"default\":\"1\"}," \
	"\"d\":{\"type\":\"object\",\"default\":{\"y\":1,\"x\":2}}"

static void
defaults_are_lacking__looks_at_what_is_not_there(void **state)
{
	struct weft_model *model =
	    define(*state, NUMBERS, "", "{\"id\":\"r\"}");

	assert_true(is_lacking(model, "{\"id\":\"r\"}"));
	assert_true(is_lacking(model, "{\"b\":2,\"id\":\"r\"}"));
	assert_false(is_lacking(model, "{\"b\":2,\"d\":null,\"id\":\"r\"}"));
}

static void
defaults_are_lacking__obeys_the_definition(void **state)
{
	static const char *const settings[] = {
	    "\"hidden\":[\"b\",\"d\"],", "\"applyDefaultsOnReads\":false,",
	    "\"options\":{\"applyDefaultsOnReads\":false},",
	    "\"visibleTo\":{\"property\":\"b\"},",
	    "\"visibleTo\":{\"groups\":\"b\"},"};

	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
		assert_false(is_lacking(
		    define(*state, NUMBERS, settings[i], "{\"id\":\"r\"}"),
		    "{\"id\":\"r\"}"));
	assert_false(is_lacking(
	    define(*state, ",\"b\":{\"type\":\"number\",\"default\":1,"
			   "\"applyDefaultOnWrites\":false}",
		"", "{\"id\":\"r\"}"),
	    "{\"id\":\"r\"}"));
}

static void
defaults_fill__adds_what_is_lacking_and_no_more(void **state)
{
	struct weft_model *model =
	    define(*state, NUMBERS, "", "{\"id\":\"r\",\"b\":null,\"z\":0}");

	fill(*state, model);
	both_assert_record(*state, model, "r",
	    "{\"b\":null,\"d\":{\"x\":2,\"y\":1},\"id\":\"r\",\"z\":0}");
	both_assert_record(*state, model, "gone", NULL);
}

static void
defaults_fill__makes_them_as_a_write_does(void **state)
{
	struct weft_model *model = define(*state, NUMBERS,
	    "\"persistUndefinedAsNull\":true,", "{\"id\":\"r\",\"d\":7}");

	both_assert_record(
	    *state, model, "r", "{\"b\":null,\"d\":7,\"id\":\"r\"}");
	model = define(*state, NUMBERS, "", "{\"id\":\"r\",\"d\":{}}");
	fill(*state, model);
	both_assert_record(
	    *state, model, "r", "{\"b\":1,\"d\":{},\"id\":\"r\"}");
}

static void
defaults_fill__leaves_what_is_hidden(void **state)
{
	struct weft_model *model = define(*state,
	    NUMBERS ",\"h\":{\"type\":\"string\",\"default\":\"x\"},"
		    "\"k\":\"string\"",
	    "\"hidden\":[\"d\",\"h\",\"k\"],", "{\"id\":\"r\",\"k\":\"y\"}");

	fill(*state, model);
	both_assert_record(
	    *state, model, "r", "{\"b\":1,\"id\":\"r\",\"k\":\"y\"}");
}

/* Writes the last change of record "r". */
static void
find_change(struct fixture *fixture, struct weft_model *model, char rev[41],
    char prev[41])
{
	struct weft_change_list list = {0};
	const struct weft_change *change;
	struct weft_source *source;

	fixture_ok(fixture, weft_source_open_datasource(fixture->datasource,
				&source, &fixture->error));
	fixture_ok(fixture,
	    weft_source_find_last_change(source, weft_model_name(model),
		weft_slice("r"), &list, &fixture->error));
	change = list.changes;
	snprintf(rev, 41, "%.*s", (int)change->rev.size, change->rev.data);
	snprintf(prev, 41, "%.*s", (int)change->prev.size, change->prev.data);
	weft_change_list_fini(&list);
	weft_source_destroy(source);
}

/* Also if it was created under the same checkpoint. */
static void
defaults_fill__is_a_change_based_on_what_was(void **state)
{
	struct weft_model *model =
	    define(*state, NUMBERS, "", "{\"id\":\"r\"}");
	char bare[41], filled[41], rev[41], prev[41];

	find_change(*state, model, bare, prev);
	fill(*state, model);
	find_change(*state, model, filled, prev);
	assert_string_equal(prev, bare);
	assert_string_not_equal(filled, bare);
	fill(*state, model);
	find_change(*state, model, rev, prev);
	assert_string_equal(rev, filled);
	assert_string_equal(prev, bare);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    BOTH(defaults_are_lacking__looks_at_what_is_not_there),
	    BOTH(defaults_are_lacking__obeys_the_definition),
	    BOTH(defaults_fill__adds_what_is_lacking_and_no_more),
	    BOTH(defaults_fill__makes_them_as_a_write_does),
	    BOTH(defaults_fill__leaves_what_is_hidden),
	    BOTH(defaults_fill__is_a_change_based_on_what_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
