/* Tests of weft_record_update_all(). */
#include "tests/lib/both.h"

static int
update(struct fixture *fixture, const char *where, const char *data,
    uint64_t *count)
{
	return weft_record_update_all(fixture->model, NULL, weft_slice(where),
	    weft_slice(data), count, &fixture->error);
}

static void
put_three(struct fixture *fixture)
{
	fixture_put(fixture, "{\"id\":\"a\",\"rank\":1}");
	fixture_put(fixture, "{\"id\":\"b\",\"rank\":2}");
	fixture_put(fixture, "{\"id\":\"c\",\"rank\":2}");
}

static void
record_update_all__merges_into_what_matches(void **state)
{
	struct fixture *fixture = *state;
	uint64_t count = 7;

	put_three(fixture);
	fixture_ok(fixture, update(fixture, "{\"rank\":2}",
		"{\"rank\":\"3\",\"x\":1}", &count));
	assert_int_equal(count, 2);
	both_assert_record(fixture, fixture->model, "a",
	    "{\"id\":\"a\",\"rank\":1}");
	both_assert_record(fixture, fixture->model, "b",
	    "{\"id\":\"b\",\"rank\":3,\"x\":1}");
	both_assert_record(fixture, fixture->model, "c",
	    "{\"id\":\"c\",\"rank\":3,\"x\":1}");
	fixture_ok(fixture, update(fixture, "{\"rank\":2}", "{}", &count));
	assert_int_equal(count, 0);
	fixture_ok(fixture, update(fixture, NULL, "{\"y\":1}", &count));
	assert_int_equal(count, 3);
}

static void
record_update_all__is_all_or_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct weft_model *model = both_define(fixture, "{\"name\":\"Item\","
	    "\"properties\":{\"n\":{\"type\":\"string\","
	    "\"required\":true}}}");
	uint64_t count = 7;

	fixture_ok(fixture, weft_record_create(model, NULL,
		weft_slice("[{\"id\":\"a\",\"n\":\"1\"},"
			   "{\"id\":\"b\",\"n\":\"2\"}]"), NULL,
		&fixture->error));
	assert_int_equal(weft_record_update_all(model, NULL,
		weft_slice("{}"), weft_slice("{\"n\":null}"), &count,
		&fixture->error), WEFT_EVALIDATION);
	assert_int_equal(count, 7);
	both_assert_record(fixture, model, "a", "{\"id\":\"a\",\"n\":\"1\"}");

	/* The second one has another id than this. */
	assert_int_equal(weft_record_update_all(model, NULL,
		weft_slice("{}"), weft_slice("{\"id\":\"a\",\"x\":1}"), NULL,
		&fixture->error), WEFT_EINVAL);
	both_assert_record(fixture, model, "a", "{\"id\":\"a\",\"n\":\"1\"}");
}

static void
record_update_all__refuses_bad_input(void **state)
{
	struct fixture *fixture = *state;

	put_three(fixture);
	assert_int_equal(update(fixture, "{\"rank\":{\"oops\":1}}", "{}",
	    NULL), WEFT_EINVAL);
	assert_int_equal(update(fixture, "[", "{}", NULL), WEFT_EJSON);
	assert_int_equal(update(fixture, "{}", "[]", NULL), WEFT_EINVAL);
	assert_int_equal(update(fixture, "{}", "{", NULL), WEFT_EJSON);
}

/* Updates all within a transaction, and is refused once. */
static int
update_within(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct fixture *fixture = context;
	const struct weft_call call = {.transaction = transaction};
	uint64_t count;

	assert_int_equal(weft_record_update_all(fixture->model, &call,
		weft_slice("{}"), weft_slice("{\"id\":\"a\",\"x\":1}"), NULL,
		error), WEFT_EINVAL);
	return weft_record_update_all(fixture->model, &call,
	    weft_slice("{\"x\":null}"), weft_slice("{\"y\":1}"), &count,
	    error);
}

static void
record_update_all__leaves_a_transaction_as_it_was_on_failure(void **state)
{
	struct fixture *fixture = *state;

	put_three(fixture);
	fixture_ok(fixture, weft_datasource_transaction(fixture->datasource,
		update_within, fixture, &fixture->error));
	both_assert_record(fixture, fixture->model, "a",
	    "{\"id\":\"a\",\"rank\":1,\"y\":1}");
	both_assert_record(fixture, fixture->model, "c",
	    "{\"id\":\"c\",\"rank\":2,\"y\":1}");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    BOTH(record_update_all__merges_into_what_matches),
	    BOTH(record_update_all__is_all_or_nothing),
	    BOTH(record_update_all__refuses_bad_input),
	    BOTH(record_update_all__leaves_a_transaction_as_it_was_on_failure),
	};

	return cmocka_run_group_tests_name("record_update", tests, NULL,
	    NULL);
}
