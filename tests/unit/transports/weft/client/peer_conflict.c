/*
 * Tests of conflicts of which the server's side is the source, as a client
 * finds them: each kind, decided in each way.
 */
#include "tests/lib/test.h"

#include "tests/lib/scene.h"

enum decision {
	FOR_SERVER,
	FOR_CLIENT,
	BY_HAND,
	BY_DELETION,
	DECISIONS
};

static int
decide(struct weft_conflict *conflict, enum decision decision,
    struct weft_error *error)
{
	switch (decision) {
	case FOR_SERVER:
		return weft_conflict_resolve_using_source(conflict, error);
	case FOR_CLIENT:
		return weft_conflict_resolve_using_target(conflict, error);
	case BY_HAND:
		return weft_conflict_resolve_manually(conflict,
		    weft_slice("{\"id\":\"a\",\"title\":\"m\"}"), error);
	default:
		return weft_conflict_resolve_manually(
		    conflict, weft_slice(NULL), error);
	}
}

/* The title that both have then; "-" is no record. */
static const char *
title_after(enum pair_origin origin, enum decision decision)
{
	switch (decision) {
	case FOR_SERVER:
		return origin == SOURCE_DELETED ? "-" : "s";
	case FOR_CLIENT:
		return origin == TARGET_DELETED ? "-" : "t";
	case BY_HAND:
		return "m";
	default:
		return "-";
	}
}

static void
check(enum pair_origin origin, enum decision decision)
{
	struct weft_replication_result result;
	const char *title = title_after(origin, decision);
	struct scene scene;
	struct fixture *fixture;

	scene_open(&scene);
	fixture = &scene.pair.b.fixture;
	pair_fork(&scene.pair, origin);
	party_replicate(&scene.remote, &scene.pair.b, NULL, &result);
	assert_int_equal(result.length, 1);
	fixture_ok(fixture,
	    decide(*result.conflicts, decision, &fixture->error));
	weft_replication_result_fini(&result);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(party_sync(&scene.pair.b, &scene.remote), 0);
		assert_int_equal(party_sync(&scene.remote, &scene.pair.b), 0);
		scene_reconnect(&scene);
	}
	assert_string_equal(party_title(&scene.pair.a, "a"), title);
	assert_string_equal(party_title(&scene.pair.b, "a"), title);
	pair_assert_same(&scene.pair, strcmp(title, "-") != 0);
	scene_close(&scene);
}

static void
conflict_resolve__works_with_a_server_as_source(void **state)
{
	for (enum pair_origin origin = 0; origin < ORIGINS; origin++)
		for (enum decision i = 0; i < DECISIONS; i++)
			check(origin, i);
}

/* What the client takes over is not pushed back, and a policy does the same. */
static void
replicate__takes_the_servers_side_by_policy(void **state)
{
	struct weft_replication how = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	struct scene scene;

	scene_open(&scene);
	pair_fork(&scene.pair, BOTH_UPDATED);
	how.policy = WEFT_RESOLVE_SOURCE;
	party_replicate(&scene.remote, &scene.pair.b, &how, &result);
	assert_int_equal(result.resolved, 1);
	assert_int_equal(result.length, 0);
	weft_replication_result_fini(&result);
	assert_string_equal(party_title(&scene.pair.b, "a"), "s");
	assert_string_equal(party_title(&scene.pair.a, "a"), "s");
	scene_close(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(conflict_resolve__works_with_a_server_as_source),
	    cmocka_unit_test(replicate__takes_the_servers_side_by_policy),
	};

	return cmocka_run_group_tests_name("peer conflict", tests, NULL, NULL);
}
