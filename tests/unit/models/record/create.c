/* Tests of weft_record_create(). */
#include "tests/lib/both.h"

#include <stdio.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"

static int
create(struct fixture *fixture, const char *json, struct weft_buf *record)
{
	return weft_record_create(fixture->model, NULL, weft_slice(json),
	    record, &fixture->error);
}

static void
record_create__stores_and_answers_canonical_json(void **state)
{
	struct fixture *fixture = *state;
	struct weft_buf record = WEFT_BUF_INIT(1000);

	fixture_ok(fixture, create(fixture,
		"{\"title\":\"one\", \"id\":\"t1\"}", &record));
	assert_string_equal(record.data, "{\"id\":\"t1\",\"title\":\"one\"}");
	both_assert_record(fixture, fixture->model, "t1",
	    "{\"id\":\"t1\",\"title\":\"one\"}");
	weft_buf_fini(&record);
}

static void
record_create__makes_an_id(void **state)
{
	struct fixture *fixture = *state;
	struct weft_buf record = WEFT_BUF_INIT(1000);

	fixture_ok(fixture, create(fixture, "{}", &record));
	assert_int_equal(record.size, strlen("{\"id\":\"\"}") + 36);
	assert_int_equal(record.data[7 + 14], '4');
	assert_int_equal(both_count(fixture, fixture->model), 1);
	weft_buf_fini(&record);
}

static void
record_create__creates_an_array_in_one_transaction(void **state)
{
	struct fixture *fixture = *state;
	struct weft_buf record = WEFT_BUF_INIT(1000);

	fixture_ok(fixture, weft_buf_append(&record, "!", 1));
	fixture_ok(fixture, create(fixture,
		"[{\"id\":\"a\"},{\"id\":\"b\",\"done\":\"1\"}]", &record));
	assert_string_equal(record.data,
	    "![{\"id\":\"a\"},{\"done\":true,\"id\":\"b\"}]");
	assert_int_equal(both_count(fixture, fixture->model), 2);

	weft_buf_clear(&record);
	assert_int_equal(create(fixture,
		"[{\"id\":\"c\"},{\"id\":\"a\"},{\"id\":\"d\"}]", &record),
	    WEFT_EEXISTS);
	assert_string_equal(
	    fixture->error.text, "Duplicate entry for Todo.id");
	assert_int_equal(record.size, 0);
	assert_int_equal(both_count(fixture, fixture->model), 2);
	both_assert_record(fixture, fixture->model, "c", NULL);

	fixture_ok(fixture, create(fixture, "[]", &record));
	assert_string_equal(record.data, "[]");
	weft_buf_fini(&record);
}

static void
record_create__refuses_what_is_no_record(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(create(fixture, "7", NULL), WEFT_EINVAL);
	assert_int_equal(create(fixture, "[{\"id\":\"x\"},7]", NULL),
	    WEFT_EINVAL);
	assert_int_equal(create(fixture, "{\"id\":\"x\"", NULL), WEFT_EJSON);
	assert_int_equal(create(fixture, "", NULL), WEFT_EJSON);
	assert_int_equal(create(fixture, "{\"id\":\"x\",\"rank\":"
	    "9007199254740993}", NULL), WEFT_EJSON);
	assert_int_equal(both_count(fixture, fixture->model), 0);
}

static void
record_create__takes_the_other_spelling_for_a_duplicate(void **state)
{
	struct fixture *fixture = *state;
	struct weft_model *model = both_define(fixture,
	    "{\"name\":\"N\",\"properties\":{\"id\":\"any\"}}");

	fixture_ok(fixture, weft_record_create(model, NULL,
		weft_slice("{\"id\":1}"), NULL, &fixture->error));
	assert_int_equal(weft_record_create(model, NULL,
		weft_slice("{\"id\":\"1\"}"), NULL, &fixture->error),
	    WEFT_EEXISTS);
	both_assert_record(fixture, model, "1", "{\"id\":1}");
}

static void
record_create__can_follow_a_deletion(void **state)
{
	struct fixture *fixture = *state;

	fixture_ok(fixture, create(fixture, "{\"id\":\"a\"}", NULL));
	fixture_delete(fixture, "a");
	fixture_ok(fixture, create(fixture,
		"{\"id\":\"a\",\"title\":\"new\"}", NULL));
	both_assert_record(fixture, fixture->model, "a",
	    "{\"id\":\"a\",\"title\":\"new\"}");
}

static void
record_create__hides_what_is_hidden(void **state)
{
	struct fixture *fixture = *state;
	struct weft_model *model = both_define(fixture,
	    "{\"name\":\"U\",\"trackChanges\":true,\"hidden\":[\"secret\"]}");
	struct weft_call call = {.with_hidden = true};
	struct weft_buf record = WEFT_BUF_INIT(1000);
	const struct weft_slice json = weft_slice(
	    "[{\"id\":\"1\",\"a\":1,\"secret\":\"s\",\"z\":2}]");

	fixture_ok(fixture, weft_record_create(model, NULL, json, &record,
		&fixture->error));
	assert_string_equal(
	    record.data, "[{\"a\":1,\"id\":\"1\",\"z\":2}]");
	both_assert_record(fixture, model, "1",
	    "{\"a\":1,\"id\":\"1\",\"secret\":\"s\",\"z\":2}");

	fixture_ok(fixture, weft_record_delete_by_id(model, NULL,
		weft_slice("1"), NULL, &fixture->error));
	weft_buf_clear(&record);
	fixture_ok(fixture, weft_record_create(model, &call, json, &record,
		&fixture->error));
	assert_string_equal(record.data,
	    "[{\"a\":1,\"id\":\"1\",\"secret\":\"s\",\"z\":2}]");
	weft_buf_fini(&record);
}

static void
record_create__takes_large_records(void **state)
{
	struct fixture *fixture = *state;
	char *json = malloc(1000000);
	int size = snprintf(json, 100, "{\"id\":\"a\",\"rank\":\"1\","
	    "\"title\":\"");

	memset(json + size, 'x', 900000);
	memcpy(json + size + 900000, "\"}", 3);
	fixture_ok(fixture, create(fixture, json, NULL));
	free(json);
	fixture_ok(fixture, create(fixture, "{\"id\":\"b\"}", NULL));
	assert_int_equal(both_count(fixture, fixture->model), 2);
}

/* A record whose property is nested so deep, itself counted; 'before' and
 * 'after' stand around it. */
static int
create_nested(struct fixture *fixture, const char *before, int levels,
    const char *after)
{
	struct weft_buf json = WEFT_BUF_INIT(1000);
	int code = weft_buf_printf(&json, "%s{\"x\":", before);

	for (int i = 1; !code && i < levels; i++)
		code = weft_buf_append(&json, "[", 1);
	for (int i = 1; !code && i < levels; i++)
		code = weft_buf_append(&json, "]", 1);
	if (!code)
		code = weft_buf_printf(&json, "}%s", after);
	assert_int_equal(code, 0);
	code = create(fixture, json.data, NULL);
	weft_buf_fini(&json);
	return code;
}

/* Else nobody who replicates would take it. */
static void
record_create__holds_one_and_many_to_the_same_depth(void **state)
{
	struct fixture *fixture = *state;
	const int most = WEFT_LIMIT_JSON_DEPTH;

	assert_int_equal(create_nested(fixture, " ", most, ""), 0);
	assert_int_equal(create_nested(fixture, " [", most, "]"), 0);
	assert_int_equal(
	    create_nested(fixture, " ", most + 1, ""), WEFT_ELIMIT);
	assert_int_equal(
	    create_nested(fixture, " [", most + 1, "]"), WEFT_ELIMIT);
	assert_int_equal(both_count(fixture, fixture->model), 2);
}

/* Creates "b" and "a" within a transaction in which "a" is there. */
static int
create_within(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct fixture *fixture = context;
	const struct weft_call call = {.transaction = transaction};
	int code = weft_record_create(fixture->model, &call,
	    weft_slice("{\"id\":\"a\"}"), NULL, error);

	if (code)
		return code;
	assert_int_equal(weft_record_create(fixture->model, &call,
		weft_slice("[{\"id\":\"b\"},{\"id\":\"a\"}]"), NULL, error),
	    WEFT_EEXISTS);
	return weft_record_create(fixture->model, &call,
	    weft_slice("{\"id\":\"c\"}"), NULL, error);
}

static void
record_create__leaves_a_transaction_as_it_was_on_failure(void **state)
{
	struct fixture *fixture = *state;

	fixture_ok(fixture, weft_datasource_transaction(fixture->datasource,
		create_within, fixture, &fixture->error));
	assert_int_equal(both_count(fixture, fixture->model), 2);
	both_assert_record(fixture, fixture->model, "b", NULL);
	both_assert_record(fixture, fixture->model, "c", "{\"id\":\"c\"}");
}

static void
record_create__gives_details_of_a_refusal(void **state)
{
	struct fixture *fixture = *state;
	struct weft_model *model = both_define(fixture, "{\"name\":\"Item\","
	    "\"properties\":{\"name\":{\"type\":\"string\","
	    "\"required\":true}}}");
	struct weft_buf details = WEFT_BUF_INIT(1000);
	struct weft_call call = {.details = &details};

	assert_int_equal(weft_record_create(model, &call,
		weft_slice("[{\"name\":\"x\"},{\"id\":\"ix\"}]"), NULL,
		&fixture->error), WEFT_EVALIDATION);
	assert_string_equal(fixture->error.text,
	    "The `Item` instance is not valid. Details: `name` can't be "
	    "blank (value: undefined).");
	assert_string_equal(details.data,
	    "{\"context\":\"Item\",\"codes\":{\"name\":[\"presence\"]},"
	    "\"messages\":{\"name\":[\"can't be blank\"]}}");
	assert_int_equal(both_count(fixture, model), 0);
	weft_buf_fini(&details);
}

static void
record_create__survives_every_failing_allocation(void **state)
{
	struct fixture *fixture = *state;
	struct weft_buf record = WEFT_BUF_INIT(1000);
	int code = WEFT_ENOMEM;

	for (uint64_t i = 0; code; i++) {
		weft__alloc_fail_after(i, true);
		code = create(fixture, "[{\"id\":\"a\",\"rank\":\"1\"},"
				       "{\"id\":\"b\"}]", &record);
		weft__alloc_fail_never();
		assert_true(code == 0 || code == WEFT_ENOMEM);
		if (code)
			assert_int_equal(
			    both_count(fixture, fixture->model), 0);
		if (code)
			assert_int_equal(record.size, 0);
		assert_true(i < 1000);
	}
	assert_string_equal(
	    record.data, "[{\"id\":\"a\",\"rank\":1},{\"id\":\"b\"}]");
	assert_int_equal(both_count(fixture, fixture->model), 2);
	weft_buf_fini(&record);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    BOTH(record_create__stores_and_answers_canonical_json),
	    BOTH(record_create__makes_an_id),
	    BOTH(record_create__creates_an_array_in_one_transaction),
	    BOTH(record_create__refuses_what_is_no_record),
	    BOTH(record_create__takes_the_other_spelling_for_a_duplicate),
	    BOTH(record_create__can_follow_a_deletion),
	    BOTH(record_create__hides_what_is_hidden),
	    BOTH(record_create__takes_large_records),
	    BOTH(record_create__holds_one_and_many_to_the_same_depth),
	    BOTH(record_create__leaves_a_transaction_as_it_was_on_failure),
	    BOTH(record_create__gives_details_of_a_refusal),
	    BOTH(record_create__survives_every_failing_allocation),
	};

	return cmocka_run_group_tests_name("record_create", tests, NULL,
	    NULL);
}
