/*
 * Tests of <weft/conflict.h>: a conflict that two sides have resolved is none
 * for a third one, which has an earlier state of one of them.
 */
#include "tests/lib/test.h"

#include "tests/lib/pair.h"

struct three {
	struct party a, b, c;
};

/*
 * A writes s while B writes 1, 2 and 3 one after the other; C gets the 1, or
 * whatever B has had for so many writes.
 */
static void
three_open(struct three *three, int seen_by_c)
{
	party_open(&three->a, FIXTURE_SQLITE);
	party_open(&three->b, FIXTURE_SQLITE);
	party_open(&three->c, FIXTURE_MEMORY);
	party_put(&three->a, "a", "0");
	party_carry(&three->a, &three->b, 1, 1);
	party_carry(&three->a, &three->c, 1, 1);
	party_put(&three->a, "a", "s");
	for (int i = 1; i <= 3; i++) {
		fixture_checkpoint(&three->b.fixture);
		party_put(&three->b, "a", (const char[]){(char)('0' + i), 0});
		if (i == seen_by_c)
			assert_int_equal(party_sync(&three->b, &three->c), 0);
	}
}

static void
three_close(struct three *three)
{
	party_close(&three->a);
	party_close(&three->b);
	party_close(&three->c);
}

/* Finds the conflict between A and B, and resolves it. */
static void
resolve(struct three *three, enum weft_resolution resolution)
{
	struct fixture *fixture = &three->a.fixture;
	struct weft_replication_result result;
	struct weft_conflict *conflict;
	int code;

	party_replicate(&three->a, &three->b, NULL, &result);
	assert_int_equal(result.length, 1);
	conflict = result.conflicts[0];
	if (resolution == WEFT_RESOLVE_SOURCE)
		code = weft_conflict_resolve_using_source(
		    conflict, &fixture->error);
	else if (resolution == WEFT_RESOLVE_TARGET)
		code = weft_conflict_resolve_using_target(
		    conflict, &fixture->error);
	else
		code = weft_conflict_resolve_manually(conflict,
		    weft_slice("{\"id\":\"a\",\"title\":\"m\"}"),
		    &fixture->error);
	fixture_ok(fixture, code);
	weft_replication_result_fini(&result);
}

static const struct {
	enum weft_resolution resolution;
	const char *title; /* that everybody has in the end */
} cases[] = {
    {WEFT_RESOLVE_SOURCE, "s"},
    {WEFT_RESOLVE_TARGET, "3"},
    {WEFT_RESOLVE_MANUAL, "m"},
};

#define CASES (sizeof cases / sizeof *cases)

static void
resolution__is_none_for_a_third_side_that_is_behind(void **state)
{
	struct three three;

	for (size_t i = 0; i < CASES; i++) {
		for (int seen = 1; seen <= 3; seen++) {
			three_open(&three, seen);
			resolve(&three, cases[i].resolution);
			assert_int_equal(party_sync(&three.a, &three.c), 0);
			assert_string_equal(
			    party_title(&three.c, "a"), cases[i].title);
			assert_int_equal(party_sync(&three.b, &three.c), 0);
			assert_int_equal(party_sync(&three.c, &three.b), 0);
			assert_string_equal(
			    party_title(&three.b, "a"), cases[i].title);
			three_close(&three);
		}
	}
}

/* What the third side wrote itself is still in conflict. */
static void
resolution__leaves_other_conflicts_alone(void **state)
{
	struct three three;

	for (size_t i = 0; i < CASES; i++) {
		three_open(&three, 1);
		fixture_checkpoint(&three.c.fixture);
		party_put(&three.c, "a", "c");
		resolve(&three, cases[i].resolution);
		assert_int_equal(party_sync(&three.a, &three.c), 1);
		assert_string_equal(party_title(&three.c, "a"), "c");
		three_close(&three);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		resolution__is_none_for_a_third_side_that_is_behind),
	    cmocka_unit_test(resolution__leaves_other_conflicts_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
