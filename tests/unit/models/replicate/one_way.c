/*
 * Tests of replication one way only: what the target has changed by itself is
 * never overwritten without a conflict, however many replications pass.
 */
#include "tests/lib/test.h"

#include "tests/lib/pair.h"

static void
open_equal_pair(struct pair *pair)
{
	pair_open(pair, FIXTURE_MEMORY, FIXTURE_SQLITE);
	party_put(&pair->a, "a", "1");
	assert_int_equal(party_sync(&pair->a, &pair->b), 0);
}

static void
replicate__finds_what_the_target_changed_before_the_last_one(void **state)
{
	struct pair pair;

	open_equal_pair(&pair);
	party_put(&pair.b, "a", "b");
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	party_put(&pair.a, "a", "a");
	assert_int_equal(party_sync(&pair.a, &pair.b), 1);
	assert_string_equal(party_title(&pair.b, "a"), "b");
	pair_close(&pair);
}

static void
replicate__finds_what_the_target_deleted_before_the_last_one(void **state)
{
	struct pair pair;

	open_equal_pair(&pair);
	party_delete(&pair.b, "a");
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	party_put(&pair.a, "a", "a");
	assert_int_equal(party_sync(&pair.a, &pair.b), 1);
	assert_string_equal(party_title(&pair.b, "a"), "-");
	pair_close(&pair);
}

/* The record comes and goes before the target makes another checkpoint. */
static void
replicate__carries_on_a_deletion_of_what_just_came(void **state)
{
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	struct pair pair;

	pair_open(&pair, FIXTURE_MEMORY, FIXTURE_SQLITE);
	party_put(&pair.a, "a", "1");
	how.attempts = 1;
	party_replicate(&pair.a, &pair.b, &how, &result);
	weft_replication_result_fini(&result);
	party_delete(&pair.b, "a");
	assert_int_equal(party_sync(&pair.b, &pair.a), 0);
	pair_assert_same(&pair, 0);
	pair_close(&pair);
}

/* Deleted, then made and deleted once more before anybody heard of it. */
static void
replicate__carries_on_a_deletion_that_was_repeated(void **state)
{
	struct pair pair;

	open_equal_pair(&pair);
	fixture_checkpoint(&pair.a.fixture);
	party_delete(&pair.a, "a");
	fixture_checkpoint(&pair.a.fixture);
	party_put(&pair.a, "a", "2");
	party_delete(&pair.a, "a");
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	pair_assert_same(&pair, 0);
	pair_close(&pair);
}

/* The same conflict is not found again after another change. */
static void
replicate__remembers_what_was_decided(void **state)
{
	struct weft_replication_result result;
	struct pair pair;

	open_equal_pair(&pair);
	party_put(&pair.a, "a", "a");
	party_put(&pair.b, "a", "b");
	party_replicate(&pair.a, &pair.b, NULL, &result);
	assert_int_equal(result.length, 1);
	fixture_ok(&pair.a.fixture, weft_conflict_resolve_using_source(
	    result.conflicts[0], &pair.a.fixture.error));
	weft_replication_result_fini(&result);
	fixture_checkpoint(&pair.a.fixture);
	party_put(&pair.a, "a", "2");
	assert_int_equal(party_sync(&pair.a, &pair.b), 0);
	assert_string_equal(party_title(&pair.b, "a"), "2");
	pair_close(&pair);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		replicate__finds_what_the_target_changed_before_the_last_one),
	    cmocka_unit_test(
		replicate__finds_what_the_target_deleted_before_the_last_one),
	    cmocka_unit_test(
		replicate__carries_on_a_deletion_of_what_just_came),
	    cmocka_unit_test(
		replicate__carries_on_a_deletion_that_was_repeated),
	    cmocka_unit_test(replicate__remembers_what_was_decided),
	};

	return cmocka_run_group_tests_name(
	    "replicate_one_way", tests, NULL, NULL);
}
