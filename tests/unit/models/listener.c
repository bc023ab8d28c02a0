/* Tests of models/listener.c and of who is told by the writer. */
#include "tests/lib/test.h"

#include "models/model.h"
#include "tests/lib/fixture.h"

struct ear {
	struct weft__listener listener;
	uint64_t seq;
	unsigned times;
};

static void
hear(struct weft__listener *listener, uint64_t seq)
{
	struct ear *ear = (struct ear *)listener;

	ear->seq = seq;
	ear->times++;
}

static void
begin(struct ear *ear, struct fixture *fixture)
{
	*ear = (struct ear){.listener = {.written = hear}};
	weft__listeners_add(&fixture->datasource->listeners, &ear->listener);
}

static void
end(struct ear *ear, struct fixture *fixture)
{
	weft__listeners_remove(
	    &fixture->datasource->listeners, &ear->listener);
}

static void
listener__hears_of_each_write(void **state)
{
	struct fixture fixture;
	struct ear one, two;

	fixture_open(&fixture, FIXTURE_SQLITE);
	begin(&one, &fixture);
	fixture_put(&fixture, "{\"id\":\"a\",\"title\":\"x\"}");
	assert_int_equal(one.times, 1);
	assert_int_equal(one.seq, 1);
	begin(&two, &fixture);
	fixture_put(&fixture, "{\"id\":\"b\",\"title\":\"x\"}");
	assert_int_equal(one.seq, 2);
	assert_int_equal(two.seq, 2);
	end(&one, &fixture);
	fixture_put(&fixture, "{\"id\":\"c\",\"title\":\"x\"}");
	assert_int_equal(one.times, 2);
	assert_int_equal(two.times, 2);
	end(&two, &fixture);
	fixture_close(&fixture);
}

static void
listener__does_not_hear_of_what_makes_no_row(void **state)
{
	struct weft_error error;
	struct fixture fixture;
	struct ear ear;

	fixture_open(&fixture, FIXTURE_SQLITE);
	fixture_put(&fixture, "{\"id\":\"a\",\"title\":\"x\"}");
	begin(&ear, &fixture);
	fixture_put(&fixture, "{\"id\":\"a\",\"title\":\"x\"}");
	fixture_checkpoint(&fixture);
	assert_int_not_equal(weft_record_create(fixture.model, NULL,
	                         weft_slice("{\"id\":\"a\"}"), NULL, &error),
	    0);
	assert_int_equal(ear.times, 0);
	end(&ear, &fixture);
	fixture_close(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(listener__hears_of_each_write),
	    cmocka_unit_test(listener__does_not_hear_of_what_makes_no_row),
	};

	return cmocka_run_group_tests_name("listener", tests, NULL, NULL);
}
