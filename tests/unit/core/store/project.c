/* Tests of weft__project(): core/store/project.c and what it stands on. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "tests/lib/random.h"
#include "tests/lib/store_fixture.h"

static void
project__writes_a_commit_that_git_understands(void **state)
{
	struct store_fixture fixture;

	store_fixture_open(&fixture);
	store_put(&fixture, "Todo", "a", "{\"id\":\"a\"}");
	fixture.feed.checkpoint = 2;
	store_put(&fixture, "Todo", "b", "{\"id\":\"b\"}");
	store_project(&fixture);
	assert_int_equal(fixture.result.commits, 1);
	store_assert_roots(&fixture, "Todo");
	store_assert_fsck(&fixture);
	store_shell(&fixture, "git log --format='%an <%ae> %at%n%B'",
	    "weft <weft@localhost> 1700000000\n"
	    "Checkpoints 1-2: 2 changes\n\n"
	    "Seq: 2\nEpoch: epoch-1\nCheckpoints: 1-2\nChanges: 2\n\n");
	store_shell(&fixture, "git ls-tree -r refs/weft/db",
	    "100644 blob 343751fc15afae7e927c04d72725f2727b697fba\t"
	    "Todo/r/a\n"
	    "100644 blob c24184657ffca495c5e03bc72155da3d267a9567\t"
	    "Todo/r/b\n");
	store_fixture_close(&fixture);
}

static void
project__equals_the_plain_model_after_random_changes(void **state)
{
	uint64_t seed = 1;
	struct random random;
	struct store_fixture fixture;
	char id[32], body[64];

	random_seed_given(&seed);
	random.state = seed;
	store_fixture_open(&fixture);
	for (int round = 0; round < 60; round++) {
		uint64_t range = 1 + random_below(&random, 600);
		uint64_t count = 1 + random_below(&random, 300);
		uint64_t deletes = random_below(&random, 100);

		for (uint64_t i = 0; i < count; i++) {
			snprintf(id, sizeof id, "id-%llu",
			    (unsigned long long)random_below(&random, range));
			snprintf(body, sizeof body, "{\"n\":%llu}",
			    (unsigned long long)random_below(&random, 5));
			store_put(&fixture, "Todo", id,
			    random_below(&random, 100) < deletes ? NULL
			                                         : body);
		}
		store_project(&fixture);
		store_assert_roots(&fixture, "Todo");
	}
	store_assert_fsck(&fixture);
	store_fixture_close(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(project__writes_a_commit_that_git_understands),
	    cmocka_unit_test(
	        project__equals_the_plain_model_after_random_changes),
	};

	return cmocka_run_group_tests_name("project", tests, NULL, NULL);
}
