/* Tests of weft_model_compare_points(). */
#include "tests/lib/test.h"

#include <stdio.h>

#include "core/base/alloc.h"
#include "tests/lib/fixture.h"
#include "tests/lib/random.h"

#define RECORDS 100
#define POINTS 24

/* What each record was at the end of each checkpoint, as its rank; 0: it was
 * not there. */
struct life {
	struct fixture fixture;
	uint64_t points; /* checkpoints that are over */
	int ranks[POINTS + 2][RECORDS];
	int now[RECORDS];
};

static void
write_record(struct life *life, int record, int rank)
{
	char text[64];

	life->now[record] = rank;
	if (rank)
		snprintf(text, sizeof text, "{\"id\":\"r%d\",\"rank\":%d}",
		    record, rank);
	else
		snprintf(text, sizeof text, "r%d", record);
	if (rank)
		fixture_put(&life->fixture, text);
	else
		fixture_delete(&life->fixture, text);
}

static void
project(struct life *life)
{
	fixture_ok(&life->fixture,
	    weft_datasource_project(
		life->fixture.datasource, &life->fixture.error));
}

/* Ends the checkpoint; the last one stays out of the store. */
static void
end_checkpoint(struct life *life)
{
	if (life->points < POINTS - 1)
		project(life);
	life->points++;
	memcpy(life->ranks[life->points], life->now, sizeof life->now);
	fixture_checkpoint(&life->fixture);
}

static void
live(struct life *life, const char *settings)
{
	struct random random = {3};

	memset(life, 0, sizeof *life);
	fixture_open(&life->fixture, settings);
	for (int i = 0; i < POINTS; i++) {
		for (uint64_t n = random_below(&random, 12) + 1; n; n--)
			write_record(life,
			    (int)random_below(&random, RECORDS),
			    (int)random_below(&random, 4));
		end_checkpoint(life);
	}
}

static int
rank_in(struct weft_slice record)
{
	const char *text;

	if (!record.data)
		return 0;
	text = strstr(record.data, "\"rank\":");
	assert_non_null(text);
	return text[7] - '0';
}

/* The differences that were handed out. */
struct found {
	int before[RECORDS], after[RECORDS];
	size_t count;
};

static int
take(const struct weft_point_difference *difference, void *context)
{
	struct found *found = context;
	char id[16] = "";
	int record;

	assert_in_range(difference->id.size, 2, sizeof id - 1);
	memcpy(id, difference->id.data, difference->id.size);
	assert_int_equal(sscanf(id, "r%d", &record), 1);
	assert_in_range(record, 0, RECORDS - 1);
	assert_int_equal(found->before[record], 0);
	assert_int_equal(found->after[record], 0);
	found->before[record] = rank_in(difference->before);
	found->after[record] = rank_in(difference->after);
	found->count++;
	return 0;
}

static void
compare(struct life *life, uint64_t from, uint64_t to)
{
	struct weft_point first = {WEFT_POINT_CHECKPOINT, from};
	struct weft_point second = {WEFT_POINT_CHECKPOINT, to};
	struct found found = {.count = 0};
	size_t count = 0;

	fixture_ok(&life->fixture,
	    weft_model_compare_points(life->fixture.model, &first, &second,
		take, &found, &life->fixture.error));
	for (int i = 0; i < RECORDS; i++) {
		int before = life->ranks[from][i], after = life->ranks[to][i];

		if (before == after)
			continue;
		count++;
		assert_int_equal(found.before[i], before);
		assert_int_equal(found.after[i], after);
	}
	assert_int_equal(found.count, count);
}

/* The last checkpoint is now, and what was written in it is not stored. */
static void
compare_points__finds_what_differs_between_any_two(void **state)
{
	static const char *const settings[] = {
	    FIXTURE_SQLITE, FIXTURE_MEMORY_STORE};
	struct life life;

	for (size_t i = 0; i < 2; i++) {
		live(&life, settings[i]);
		for (uint64_t from = 0; from <= POINTS; from++)
			for (uint64_t to = 0; to <= POINTS; to++)
				compare(&life, from, to);
		fixture_close(&life.fixture);
	}
}

static int
stop(const struct weft_point_difference *difference, void *context)
{
	++*(int *)context;
	return 77;
}

static void
compare_points__stops_when_asked(void **state)
{
	struct weft_point first = {WEFT_POINT_CHECKPOINT, 0};
	struct weft_point second = {WEFT_POINT_CHECKPOINT, 1};
	struct fixture fixture;
	int count = 0;

	fixture_open(&fixture, FIXTURE_SQLITE);
	fixture_put(&fixture, "{\"id\":\"a\"}");
	fixture_put(&fixture, "{\"id\":\"b\"}");
	assert_int_equal(weft_model_compare_points(fixture.model, &first,
	    &second, stop, &count, &fixture.error), 77);
	fixture_ok(&fixture, weft_datasource_project(fixture.datasource,
				 &fixture.error));
	assert_int_equal(weft_model_compare_points(fixture.model, &first,
	    &second, stop, &count, &fixture.error), 77);
	assert_int_equal(count, 2);
	fixture_close(&fixture);
}

static void
compare_points__needs_a_store(void **state)
{
	struct weft_point first = {WEFT_POINT_CHECKPOINT, 0};
	struct weft_point second = {WEFT_POINT_NOW, 0};
	struct fixture fixture;
	int count = 0;

	fixture_open(&fixture, FIXTURE_MEMORY);
	fixture_put(&fixture, "{\"id\":\"a\"}");
	assert_int_equal(weft_model_compare_points(fixture.model, &first,
	    &second, stop, &count, &fixture.error), WEFT_EUNSUPPORTED);
	fixture_close(&fixture);
}

static int
count_one(const struct weft_point_difference *difference, void *context)
{
	++*(int *)context;
	return 0;
}

static void
compare_points__survives_every_failing_allocation(void **state)
{
	struct weft_point first = {WEFT_POINT_CHECKPOINT, 1};
	struct weft_point second = {WEFT_POINT_NOW, 0};
	int code = WEFT_ENOMEM, count = 0;
	struct fixture fixture;

	fixture_open(&fixture, FIXTURE_SQLITE);
	fixture_put(&fixture, "{\"id\":\"a\"}");
	fixture_ok(&fixture, weft_datasource_project(fixture.datasource,
				 &fixture.error));
	fixture_checkpoint(&fixture);
	fixture_put(&fixture, "{\"id\":\"b\"}");
	fixture_ok(&fixture, weft_datasource_project(fixture.datasource,
				 &fixture.error));
	fixture_put(&fixture, "{\"id\":\"a\",\"title\":\"x\"}");
	for (uint64_t i = 0; code; i++) {
		count = 0;
		weft__alloc_fail_after(i, false);
		code = weft_model_compare_points(fixture.model, &first,
		    &second, count_one, &count, &fixture.error);
		weft__alloc_fail_never();
		if (code && code != WEFT_ENOMEM)
			fail_msg("%s", fixture.error.text);
		assert_true(i < 2000);
	}
	assert_int_equal(count, 2);
	fixture_close(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		compare_points__finds_what_differs_between_any_two),
	    cmocka_unit_test(compare_points__stops_when_asked),
	    cmocka_unit_test(compare_points__needs_a_store),
	    cmocka_unit_test(
		compare_points__survives_every_failing_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
