/* Tests of upsert, replace and patch. */
#include "tests/lib/both.h"

#include <stdio.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"

static void
record_patch__merges_and_null_sets_null(void **state)
{
	struct fixture *fixture = *state;
	struct weft_buf record = WEFT_BUF_INIT(1000);

	fixture_put(fixture, "{\"id\":\"a\",\"title\":\"t\",\"x\":[1]}");
	fixture_ok(fixture, weft_record_patch(fixture->model, NULL,
		weft_slice("a"), weft_slice("{\"title\":null,\"rank\":\"2\"}"),
		&record, &fixture->error));
	assert_string_equal(record.data,
	    "{\"id\":\"a\",\"rank\":2,\"title\":null,\"x\":[1]}");
	both_assert_record(fixture, fixture->model, "a", record.data);
	weft_buf_fini(&record);
}

static void
record_patch__refuses_another_id_and_none(void **state)
{
	struct fixture *fixture = *state;

	fixture_put(fixture, "{\"id\":\"a\"}");
	assert_int_equal(weft_record_patch(fixture->model, NULL,
		weft_slice("a"), weft_slice("{\"id\":\"b\"}"), NULL,
		&fixture->error), WEFT_EINVAL);
	assert_string_equal(fixture->error.text,
	    "id property (id) cannot be updated from a to b");
	assert_int_equal(weft_record_patch(fixture->model, NULL,
		weft_slice(""), weft_slice("{}"), NULL, &fixture->error),
	    WEFT_EINVAL);
	assert_int_equal(weft_record_patch(fixture->model, NULL,
		weft_slice(NULL), weft_slice("{}"), NULL, &fixture->error),
	    WEFT_EINVAL);
	assert_int_equal(weft_record_patch(fixture->model, NULL,
		weft_slice("a"), weft_slice("[]"), NULL, &fixture->error),
	    WEFT_EINVAL);
}

/* Patches the record "a" with so many properties, named from 'first' on. */
static int
patch_many(struct fixture *fixture, int first, int count)
{
	struct weft_buf json = WEFT_BUF_INIT(1000000);
	int code = weft_buf_append(&json, "{", 1);

	for (int i = first; !code && i < first + count; i++)
		code = weft_buf_printf(
		    &json, "%s\"p%d\":1", i == first ? "" : ",", i);
	if (!code)
		code = weft_buf_append(&json, "}", 1);
	assert_int_equal(code, 0);
	code = weft_record_patch(fixture->model, NULL, weft_slice("a"),
	    weft_buf_slice(&json), NULL, &fixture->error);
	weft_buf_fini(&json);
	return code;
}

/* Else nobody who replicates would take it. */
static void
record_patch__holds_the_whole_record_to_its_limits(void **state)
{
	struct fixture *fixture = *state;
	const int most = WEFT_LIMIT_JSON_KEYS - 1; /* beside the id */

	fixture_put(fixture, "{\"id\":\"a\"}");
	fixture_ok(fixture, patch_many(fixture, 0, most - 1));
	assert_int_equal(patch_many(fixture, most - 1, 2), WEFT_ELIMIT);
	assert_non_null(strstr(fixture->error.text, "4097 properties"));
	fixture_ok(fixture, patch_many(fixture, most - 1, 1));
	fixture_ok(fixture, patch_many(fixture, 0, most));
	assert_int_equal(patch_many(fixture, most, 1), WEFT_ELIMIT);
}

/* As recorded on the wire. */
static void
record_save__says_that_there_is_no_such_record(void **state)
{
	struct fixture *fixture = *state;
	struct weft_buf record = WEFT_BUF_INIT(1000);

	assert_int_equal(weft_record_patch(fixture->model, NULL,
		weft_slice("nope"), weft_slice("{\"title\":\"x\"}"), &record,
		&fixture->error), WEFT_ENOTFOUND);
	assert_string_equal(fixture->error.text,
	    "could not find a model with id nope");
	assert_int_equal(weft_record_replace(fixture->model, NULL,
		weft_slice("nope"), weft_slice("{\"title\":\"x\"}"), &record,
		&fixture->error), WEFT_ENOTFOUND);
	assert_string_equal(fixture->error.text,
	    "Could not replace. Object with id nope does not exist!");
	assert_int_equal(record.size, 0);
	fixture_put(fixture, "{\"id\":\"gone\"}");
	fixture_delete(fixture, "gone");
	assert_int_equal(weft_record_patch(fixture->model, NULL,
		weft_slice("gone"), weft_slice("{}"), NULL, &fixture->error),
	    WEFT_ENOTFOUND);
	weft_buf_fini(&record);
}

static void
record_replace__replaces_the_whole_record(void **state)
{
	struct fixture *fixture = *state;

	fixture_put(fixture, "{\"id\":\"a\",\"title\":\"t\",\"x\":1}");
	fixture_ok(fixture, weft_record_replace(fixture->model, NULL,
		weft_slice("a"), weft_slice("{\"rank\":3}"), NULL,
		&fixture->error));
	both_assert_record(fixture, fixture->model, "a",
	    "{\"id\":\"a\",\"rank\":3}");
}

static void
record_upsert__merges_or_creates(void **state)
{
	struct fixture *fixture = *state;
	struct weft_buf record = WEFT_BUF_INIT(1000);

	fixture_ok(fixture, weft_record_upsert(fixture->model, NULL,
		weft_slice("{\"id\":\"a\",\"title\":\"one\"}"), &record,
		&fixture->error));
	fixture_ok(fixture, weft_record_upsert(fixture->model, NULL,
		weft_slice("{\"id\":\"a\",\"rank\":1}"), &record,
		&fixture->error));
	assert_string_equal(record.data,
	    "{\"id\":\"a\",\"title\":\"one\"}"
	    "{\"id\":\"a\",\"rank\":1,\"title\":\"one\"}");
	fixture_ok(fixture, weft_record_upsert(fixture->model, NULL,
		weft_slice("{\"rank\":1}"), NULL, &fixture->error));
	assert_int_equal(both_count(fixture, fixture->model), 2);
	weft_buf_fini(&record);
}

/* As recorded on the wire: replaceOrCreate fills in defaults, an upsert that
 * creates does not. */
static void
record_save__fills_in_defaults_as_loopback_does(void **state)
{
	struct fixture *fixture = *state;
	struct weft_model *model = both_define(fixture, "{\"name\":\"T\","
	    "\"persistUndefinedAsNull\":true,\"properties\":{"
	    "\"completed\":{\"type\":\"boolean\",\"default\":false}}}");

	fixture_ok(fixture, weft_record_upsert(model, NULL,
		weft_slice("{\"id\":\"t4\"}"), NULL, &fixture->error));
	both_assert_record(fixture, model, "t4",
	    "{\"completed\":null,\"id\":\"t4\"}");
	fixture_ok(fixture, weft_record_replace_or_create(model, NULL,
		weft_slice("{\"id\":\"t4\"}"), NULL, &fixture->error));
	both_assert_record(fixture, model, "t4",
	    "{\"completed\":false,\"id\":\"t4\"}");
}

static void
record_save__finds_the_record_whatever_its_id_is_spelled(void **state)
{
	struct fixture *fixture = *state;
	struct weft_model *model = both_define(fixture,
	    "{\"name\":\"N\",\"properties\":{\"id\":\"any\"}}");

	fixture_ok(fixture, weft_record_upsert(model, NULL,
		weft_slice("{\"id\":1,\"a\":1}"), NULL, &fixture->error));
	fixture_ok(fixture, weft_record_upsert(model, NULL,
		weft_slice("{\"id\":\"1\",\"b\":1}"), NULL, &fixture->error));
	both_assert_record(fixture, model, "1", "{\"a\":1,\"b\":1,\"id\":1}");
	fixture_ok(fixture, weft_record_replace_or_create(model, NULL,
		weft_slice("{\"id\":\"1\"}"), NULL, &fixture->error));
	both_assert_record(fixture, model, "1", "{\"id\":1}");
}

static void
record_save__validates_the_merged_record(void **state)
{
	struct fixture *fixture = *state;
	struct weft_model *model = both_define(fixture, "{\"name\":\"Item\","
	    "\"properties\":{\"name\":{\"type\":\"string\","
	    "\"required\":true}}}");
	struct weft_buf details = WEFT_BUF_INIT(1000);
	struct weft_call call = {.details = &details};

	fixture_ok(fixture, weft_record_upsert(model, NULL,
		weft_slice("{\"id\":\"i\",\"name\":\"n\"}"), NULL,
		&fixture->error));
	fixture_ok(fixture, weft_record_patch(model, &call, weft_slice("i"),
		weft_slice("{\"x\":1}"), NULL, &fixture->error));
	assert_int_equal(weft_record_patch(model, &call, weft_slice("i"),
		weft_slice("{\"name\":\"\"}"), NULL, &fixture->error),
	    WEFT_EVALIDATION);
	assert_string_equal(fixture->error.text,
	    "The `Item` instance is not valid. Details: `name` can't be "
	    "blank (value: \"\").");
	assert_string_equal(details.data,
	    "{\"context\":\"Item\",\"codes\":{\"name\":[\"presence\"]},"
	    "\"messages\":{\"name\":[\"can't be blank\"]}}");
	both_assert_record(fixture, model, "i",
	    "{\"id\":\"i\",\"name\":\"n\",\"x\":1}");
	weft_buf_fini(&details);
}

static void
record_save__keeps_hidden_properties_apart(void **state)
{
	struct fixture *fixture = *state;
	struct weft_model *model = both_define(fixture,
	    "{\"name\":\"U\",\"trackChanges\":true,\"hidden\":[\"secret\"]}");
	struct weft_buf record = WEFT_BUF_INIT(1000);

	fixture_ok(fixture, weft_record_upsert(model, NULL,
		weft_slice("{\"id\":\"1\",\"secret\":\"s\"}"), &record,
		&fixture->error));
	fixture_ok(fixture, weft_record_patch(model, NULL, weft_slice("1"),
		weft_slice("{\"a\":1}"), &record, &fixture->error));
	assert_string_equal(record.data, "{\"id\":\"1\"}"
	    "{\"a\":1,\"id\":\"1\"}");
	both_assert_record(fixture, model, "1",
	    "{\"a\":1,\"id\":\"1\",\"secret\":\"s\"}");
	/* Only the hidden part changes. */
	fixture_ok(fixture, weft_record_patch(model, NULL, weft_slice("1"),
		weft_slice("{\"secret\":\"t\"}"), NULL, &fixture->error));
	both_assert_record(fixture, model, "1",
	    "{\"a\":1,\"id\":\"1\",\"secret\":\"t\"}");
	/* A replace is of the whole record. */
	fixture_ok(fixture, weft_record_replace(model, NULL, weft_slice("1"),
		weft_slice("{\"a\":1}"), NULL, &fixture->error));
	both_assert_record(fixture, model, "1", "{\"a\":1,\"id\":\"1\"}");
	weft_buf_fini(&record);
}

static void
record_save__survives_every_failing_allocation(void **state)
{
	struct fixture *fixture = *state;
	struct weft_buf record = WEFT_BUF_INIT(1000);
	int code = WEFT_ENOMEM;

	fixture_put(fixture, "{\"id\":\"a\",\"title\":\"t\"}");
	for (uint64_t i = 0; code; i++) {
		weft__alloc_fail_after(i, true);
		code = weft_record_upsert(fixture->model, NULL,
		    weft_slice("{\"id\":\"a\",\"rank\":\"1\"}"), &record,
		    &fixture->error);
		weft__alloc_fail_never();
		assert_true(code == 0 || code == WEFT_ENOMEM);
		if (code) {
			assert_int_equal(record.size, 0);
			both_assert_record(fixture, fixture->model, "a",
			    "{\"id\":\"a\",\"title\":\"t\"}");
		}
		assert_true(i < 1000);
	}
	assert_string_equal(
	    record.data, "{\"id\":\"a\",\"rank\":1,\"title\":\"t\"}");
	weft_buf_fini(&record);
}

/* What an operation needs is left to the next one. */
static void
record_save__allocates_next_to_nothing_after_a_while(void **state)
{
	struct fixture *fixture = *state;
	char json[64];

	for (int i = 0; i < 40; i++) {
		if (i == 20)
			weft__alloc_fail_after(1000000, false);
		snprintf(json, sizeof json,
		    "{\"id\":\"a\",\"rank\":%d}", i);
		fixture_put(fixture, json);
	}
	weft__alloc_fail_never();
	assert_true(weft__alloc_count() <= 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    BOTH(record_patch__merges_and_null_sets_null),
	    BOTH(record_patch__refuses_another_id_and_none),
	    BOTH(record_patch__holds_the_whole_record_to_its_limits),
	    BOTH(record_save__says_that_there_is_no_such_record),
	    BOTH(record_replace__replaces_the_whole_record),
	    BOTH(record_upsert__merges_or_creates),
	    BOTH(record_save__fills_in_defaults_as_loopback_does),
	    BOTH(record_save__finds_the_record_whatever_its_id_is_spelled),
	    BOTH(record_save__validates_the_merged_record),
	    BOTH(record_save__keeps_hidden_properties_apart),
	    BOTH(record_save__survives_every_failing_allocation),
	    {"record_save__allocates_next_to_nothing_after_a_while",
		record_save__allocates_next_to_nothing_after_a_while,
		both_open_sqlite, both_close, NULL},
	};

	return cmocka_run_group_tests_name("record_save", tests, NULL, NULL);
}
