/* Tests of deleting records. */
#include "tests/lib/both.h"

static void
record_delete_by_id__tells_whether_there_was_one(void **state)
{
	struct fixture *fixture = *state;
	uint64_t count = 7;

	fixture_put(fixture, "{\"id\":\"a\"}");
	fixture_ok(fixture, weft_record_delete_by_id(fixture->model, NULL,
		weft_slice("a"), &count, &fixture->error));
	assert_int_equal(count, 1);
	both_assert_record(fixture, fixture->model, "a", NULL);
	fixture_ok(fixture, weft_record_delete_by_id(fixture->model, NULL,
		weft_slice("a"), &count, &fixture->error));
	assert_int_equal(count, 0);
	fixture_ok(fixture, weft_record_delete_by_id(fixture->model, NULL,
		weft_slice("never"), NULL, &fixture->error));
	assert_int_equal(weft_record_delete_by_id(fixture->model, NULL,
		weft_slice(""), &count, &fixture->error), WEFT_EINVAL);
}

static void
record_delete_all__deletes_what_matches(void **state)
{
	struct fixture *fixture = *state;
	uint64_t count = 7;

	fixture_put(fixture, "{\"id\":\"a\",\"rank\":1}");
	fixture_put(fixture, "{\"id\":\"b\",\"rank\":2}");
	fixture_put(fixture, "{\"id\":\"c\",\"rank\":2}");
	fixture_ok(fixture, weft_record_delete_all(fixture->model, NULL,
		weft_slice("{\"rank\":2}"), &count, &fixture->error));
	assert_int_equal(count, 2);
	assert_int_equal(both_count(fixture, fixture->model), 1);
	both_assert_record(fixture, fixture->model, "b", NULL);
	fixture_ok(fixture, weft_record_delete_all(fixture->model, NULL,
		weft_slice(NULL), &count, &fixture->error));
	assert_int_equal(count, 1);
	fixture_ok(fixture, weft_record_delete_all(fixture->model, NULL,
		weft_slice(NULL), &count, &fixture->error));
	assert_int_equal(count, 0);
	assert_int_equal(weft_record_delete_all(fixture->model, NULL,
		weft_slice("{\"rank\":{\"oops\":1}}"), &count,
		&fixture->error), WEFT_EINVAL);
}

static void
record_delete_all__works_on_a_model_that_is_not_tracked(void **state)
{
	struct fixture *fixture = *state;
	struct weft_model *model = both_define(fixture, "{\"name\":\"N\"}");
	uint64_t count = 7;

	fixture_ok(fixture, weft_record_create(model, NULL,
		weft_slice("[{\"id\":\"a\"},{\"id\":\"b\"}]"), NULL,
		&fixture->error));
	fixture_ok(fixture, weft_record_delete_all(model, NULL,
		weft_slice("{\"id\":{\"inq\":[\"a\",\"x\"]}}"), &count,
		&fixture->error));
	assert_int_equal(count, 1);
	both_assert_record(fixture, model, "b", "{\"id\":\"b\"}");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    BOTH(record_delete_by_id__tells_whether_there_was_one),
	    BOTH(record_delete_all__deletes_what_matches),
	    BOTH(record_delete_all__works_on_a_model_that_is_not_tracked),
	};

	return cmocka_run_group_tests_name("record_delete", tests, NULL,
	    NULL);
}
