/*
 * Tests of <weft/conflict.h>: each kind of conflict, resolved in each way,
 * and that both sides are the same afterwards (LoopBack 3 replication, 3.7).
 */
#include "tests/lib/test.h"

#include <stdio.h>

#include "tests/lib/pair.h"

/* Replicates; there must be the one conflict. */
static struct weft_conflict *
find_conflict(struct pair *pair, struct weft_replication_result *result)
{
	party_replicate(&pair->a, &pair->b, NULL, result);
	assert_int_equal(result->length, 1);
	assert_string_equal(weft_conflict_model(*result->conflicts), "Todo");
	assert_true(weft_slice_equal(
	    weft_conflict_model_id(*result->conflicts), weft_slice("a")));
	return *result->conflicts;
}

static const enum weft_conflict_type types[ORIGINS] = {
    [BOTH_UPDATED] = WEFT_CONFLICT_UPDATE,
    [SOURCE_DELETED] = WEFT_CONFLICT_DELETE,
    [TARGET_DELETED] = WEFT_CONFLICT_DELETE,
    [BOTH_CREATED] = WEFT_CONFLICT_UNKNOWN,
};

static void
conflict_models__shows_both_sides_and_the_base(void **state)
{
	for (enum pair_origin origin = 0; origin < ORIGINS; origin++) {
		struct weft_buf source = WEFT_BUF_INIT(1000);
		struct weft_buf target = WEFT_BUF_INIT(1000);
		struct weft_buf base = WEFT_BUF_INIT(1000);
		struct weft_conflict_presence present;
		struct weft_replication_result result;
		struct weft_change changes[2];
		struct weft_conflict *conflict;
		struct pair pair;

		pair_open_fork(&pair, state, origin);
		conflict = find_conflict(&pair, &result);
		assert_int_equal(weft_conflict_type(conflict), types[origin]);
		fixture_ok(&pair.a.fixture,
		    weft_conflict_models(conflict, &source, &target, &base,
			&present, &pair.a.fixture.error));
		assert_int_equal(present.source, origin != SOURCE_DELETED);
		assert_int_equal(present.target, origin != TARGET_DELETED);
		if (present.source)
			assert_string_equal(
			    source.data, "{\"id\":\"a\",\"title\":\"s\"}");
		if (present.target)
			assert_string_equal(
			    target.data, "{\"id\":\"a\",\"title\":\"t\"}");
		assert_int_equal(present.base,
		    origin != BOTH_CREATED && pair_has_a_store(state));
		if (present.base)
			assert_string_equal(
			    base.data, "{\"id\":\"a\",\"title\":\"0\"}");
		weft_conflict_changes(conflict, &changes[0], &changes[1]);
		if (present.source)
			assert_string_equal(
			    changes[0].rev.data, title_rev("a", "s"));
		else
			assert_null(changes[0].rev.data);
		if (origin != BOTH_CREATED)
			assert_string_equal(
			    changes[1].prev.data, title_rev("a", "0"));
		weft_replication_result_fini(&result);
		weft_buf_fini(&source);
		weft_buf_fini(&target);
		weft_buf_fini(&base);
		pair_close(&pair);
	}
}

/* Until it is resolved a conflict changes nothing, and is found again. */
static void
conflict__stays_until_it_is_resolved(void **state)
{
	for (enum pair_origin origin = 0; origin < ORIGINS; origin++) {
		struct pair pair;

		pair_open_fork(&pair, state, origin);
		for (int i = 0; i < 3; i++) {
			assert_int_equal(party_sync(&pair.a, &pair.b), 1);
			assert_string_equal(party_title(&pair.a, "a"),
			    origin == SOURCE_DELETED ? "-" : "s");
			assert_string_equal(party_title(&pair.b, "a"),
			    origin == TARGET_DELETED ? "-" : "t");
		}
		pair_close(&pair);
	}
}

static void
conflict_resolve_using_source__makes_the_source_win(void **state)
{
	for (enum pair_origin origin = 0; origin < ORIGINS; origin++) {
		struct weft_replication_result result;
		struct pair pair;

		pair_open_fork(&pair, state, origin);
		fixture_ok(&pair.a.fixture,
		    weft_conflict_resolve_using_source(
			find_conflict(&pair, &result), &pair.a.fixture.error));
		weft_replication_result_fini(&result);
		pair_converge(&pair, origin == SOURCE_DELETED ? "-" : "s");
		pair_close(&pair);
	}
}

static void
conflict_resolve_using_target__makes_the_target_win(void **state)
{
	for (enum pair_origin origin = 0; origin < ORIGINS; origin++) {
		struct weft_replication_result result;
		struct pair pair;

		pair_open_fork(&pair, state, origin);
		fixture_ok(&pair.a.fixture,
		    weft_conflict_resolve_using_target(
			find_conflict(&pair, &result), &pair.a.fixture.error));
		weft_replication_result_fini(&result);
		assert_string_equal(party_title(&pair.a, "a"),
		    origin == TARGET_DELETED ? "-" : "t");
		pair_converge(&pair, origin == TARGET_DELETED ? "-" : "t");
		pair_close(&pair);
	}
}

/* LoopBack's own client loses the record if the source's was deleted. */
static void
conflict_resolve_manually__writes_the_given_record(void **state)
{
	const struct weft_slice data =
	    weft_slice("{\"title\":\"m\",\"id\":\"a\"}");

	for (enum pair_origin origin = 0; origin < ORIGINS; origin++) {
		struct weft_replication_result result;
		struct pair pair;

		pair_open_fork(&pair, state, origin);
		fixture_ok(&pair.a.fixture,
		    weft_conflict_resolve_manually(
			find_conflict(&pair, &result), data,
			&pair.a.fixture.error));
		weft_replication_result_fini(&result);
		pair_converge(&pair, "m");
		pair_close(&pair);
	}
}

static void
conflict_resolve_manually__deletes_without_a_record(void **state)
{
	for (enum pair_origin origin = 0; origin < ORIGINS; origin++) {
		struct weft_replication_result result;
		struct pair pair;

		pair_open_fork(&pair, state, origin);
		fixture_ok(&pair.a.fixture,
		    weft_conflict_resolve_manually(
			find_conflict(&pair, &result), weft_slice(NULL),
			&pair.a.fixture.error));
		weft_replication_result_fini(&result);
		pair_converge(&pair, "-");
		pair_close(&pair);
	}
}

static void
conflict_resolve_manually__resolves_nothing_with_bad_data(void **state)
{
	struct weft_replication_result result;
	struct weft_conflict *conflict;
	struct pair pair;

	pair_open_fork(&pair, state, BOTH_UPDATED);
	conflict = find_conflict(&pair, &result);
	assert_int_equal(weft_conflict_resolve_manually(conflict,
			     weft_slice("{\"title\":"), &pair.a.fixture.error),
	    WEFT_EJSON);
	assert_int_equal(
	    weft_conflict_resolve_manually(
		conflict, weft_slice("{\"id\":\"b\"}"), &pair.a.fixture.error),
	    WEFT_EINVAL);
	weft_replication_result_fini(&result);
	assert_string_equal(party_title(&pair.a, "a"), "s");
	assert_int_equal(party_sync(&pair.a, &pair.b), 1);
	pair_close(&pair);
}

/* For one-way pulls: the client, here the target, takes the other's. */
static void
conflict_swap_parties__resolves_at_the_other_side(void **state)
{
	for (enum pair_origin origin = 0; origin < ORIGINS; origin++) {
		struct weft_replication_result result;
		struct weft_conflict *swapped;
		struct pair pair;

		pair_open_fork(&pair, state, origin);
		fixture_ok(&pair.a.fixture,
		    weft_conflict_swap_parties(find_conflict(&pair, &result),
			&swapped, &pair.a.fixture.error));
		fixture_ok(&pair.a.fixture,
		    weft_conflict_resolve_using_target(
			swapped, &pair.a.fixture.error));
		weft_conflict_destroy(swapped);
		weft_replication_result_fini(&result);
		/* Only what comes from the source; nothing was sent back. */
		assert_string_equal(party_title(&pair.b, "a"),
		    origin == SOURCE_DELETED ? "-" : "s");
		pair_converge(&pair, origin == SOURCE_DELETED ? "-" : "s");
		pair_close(&pair);
	}
}

/* What the target wrote after the maker of the decision looked is not
 * overwritten. */
static void
conflict_resolve__does_not_overwrite_what_came_later(void **state)
{
	struct weft_replication_result result;
	struct weft_buf target = WEFT_BUF_INIT(1000);
	struct weft_conflict *conflict;
	struct pair pair;

	pair_open_fork(&pair, state, BOTH_UPDATED);
	conflict = find_conflict(&pair, &result);
	party_put(&pair.b, "a", "u");
	fixture_ok(&pair.a.fixture,
	    weft_conflict_resolve(conflict, &pair.a.fixture.error));
	weft_replication_result_fini(&result);
	conflict = find_conflict(&pair, &result);
	/* Having looked at it, it is. */
	fixture_ok(&pair.a.fixture,
	    weft_conflict_models(
		conflict, NULL, &target, NULL, NULL, &pair.a.fixture.error));
	assert_string_equal(target.data, "{\"id\":\"a\",\"title\":\"u\"}");
	fixture_ok(&pair.a.fixture,
	    weft_conflict_resolve(conflict, &pair.a.fixture.error));
	weft_replication_result_fini(&result);
	pair_converge(&pair, "s");
	weft_buf_fini(&target);
	pair_close(&pair);
}

/* The source goes on writing while the conflict is open: still a conflict,
 * as the target's change was never seen there. */
static void
conflict__is_not_forgotten_when_the_source_goes_on(void **state)
{
	struct pair pair;

	pair_open_fork(&pair, state, BOTH_UPDATED);
	assert_int_equal(party_sync(&pair.a, &pair.b), 1);
	for (int i = 0; i < 3; i++) {
		party_put(&pair.a, "a", (const char[]){(char)('1' + i), 0});
		party_put(&pair.a, "other", "x");
		assert_int_equal(party_sync(&pair.a, &pair.b), 1);
		assert_string_equal(party_title(&pair.b, "a"), "t");
		assert_string_equal(party_title(&pair.b, "other"), "x");
	}
	pair_close(&pair);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    BETWEEN_EACH(conflict_models__shows_both_sides_and_the_base),
	    BETWEEN_EACH(conflict__stays_until_it_is_resolved),
	    BETWEEN_EACH(conflict_resolve_using_source__makes_the_source_win),
	    BETWEEN_EACH(conflict_resolve_using_target__makes_the_target_win),
	    BETWEEN_EACH(conflict_resolve_manually__writes_the_given_record),
	    BETWEEN_EACH(conflict_resolve_manually__deletes_without_a_record),
	    BETWEEN_EACH(
		conflict_resolve_manually__resolves_nothing_with_bad_data),
	    BETWEEN_EACH(conflict_swap_parties__resolves_at_the_other_side),
	    BETWEEN_EACH(conflict_resolve__does_not_overwrite_what_came_later),
	    BETWEEN_EACH(conflict__is_not_forgotten_when_the_source_goes_on),
	};

	return cmocka_run_group_tests_name("conflict", tests, NULL, NULL);
}
