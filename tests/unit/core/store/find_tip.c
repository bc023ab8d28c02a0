/* Tests of weft__store_find_tip(). */
#include "tests/lib/test.h"

#include <stdio.h>

#include "tests/lib/store_fixture.h"

/* Three commits, and the id of the last. */
static struct weft__oid
fill(struct store_fixture *fixture)
{
	store_fixture_open(fixture);
	for (const char *body = "123"; *body; body++) {
		char text[] = {'[', *body, ']', '\0'};

		store_put(fixture, "Todo", "a", text);
		store_put(fixture, "Todo", text, text);
		store_project(fixture);
	}
	return fixture->result.tip.commit.oid;
}

static bool
find(struct store_fixture *fixture, const char *epoch)
{
	bool found;

	store_ok(fixture, weft__store_find_tip(fixture->store, epoch,
	                      fixture->result.tip.commit.seq, &found,
	                      &fixture->error));
	return found;
}

static void
assert_tip(struct store_fixture *fixture, const struct weft__oid *wanted)
{
	struct weft__store_tip tip;

	store_ok(fixture,
	    weft__store_tip(fixture->store, &tip, &fixture->error));
	assert_true(tip.exists);
	assert_true(weft__oid_equal(&tip.commit.oid, wanted));
	store_shell(fixture, "git fsck --strict --no-dangling 2>&1", "");
	store_shell(fixture, "cmp refs/weft/db refs/heads/db", "");
}

static void
find_tip__takes_the_newest_of_the_epoch(void **state)
{
	struct store_fixture fixture;
	struct weft__oid last = fill(&fixture);

	store_shell(&fixture, "rm refs/weft/db refs/heads/db", NULL);
	assert_true(find(&fixture, STORE_EPOCH));
	assert_tip(&fixture, &last);
	store_fixture_close(&fixture);
}

/* Without the third commit's pack the fourth one has no parent. */
static void
find_tip__passes_over_what_is_not_complete(void **state)
{
	struct store_fixture fixture;
	struct weft__oid last = fill(&fixture), older;
	char hex[WEFT__OID_HEX + 1], command[256];

	older = fixture.result.tip.commit.parent;
	store_put(&fixture, "Todo", "b", "[4]");
	store_project(&fixture);
	weft__oid_format(&last, hex);
	snprintf(command, sizeof command, "rm refs/weft/db refs/heads/db; "
	    "for i in objects/pack/*.idx; do git show-index <$i | "
	    "grep -q %s && rm ${i%%idx}pack $i; done; :", hex);
	store_shell(&fixture, command, NULL);
	store_fixture_reopen(&fixture);
	assert_true(find(&fixture, STORE_EPOCH));
	assert_tip(&fixture, &older);
	store_fixture_close(&fixture);
}

/* Of another epoch only what the branch names is ours for certain. */
static void
find_tip__takes_the_branch_of_any_epoch(void **state)
{
	struct store_fixture fixture;
	struct weft__oid last = fill(&fixture);

	store_shell(&fixture, "rm refs/weft/db", NULL);
	assert_true(find(&fixture, "another"));
	assert_tip(&fixture, &last);
	store_shell(&fixture, "rm refs/weft/db refs/heads/db", NULL);
	assert_false(find(&fixture, "another"));
	store_fixture_close(&fixture);
}

/* What the ref holds is worth nothing, or not there. */
static void
find_tip__takes_the_newest_for_a_ref_of_nonsense(void **state)
{
	static const char *const nonsense[] = {
	    "echo x", ":", "printf %040d 1", "head -c 100 /dev/zero"};
	struct store_fixture fixture;
	struct weft__oid last = fill(&fixture);
	char command[256];

	for (size_t i = 0; i < sizeof nonsense / sizeof *nonsense; i++) {
		snprintf(command, sizeof command,
		    "%s >refs/weft/db; cat refs/weft/db >x; mv x refs/heads/db",
		    nonsense[i]);
		store_shell(&fixture, command, NULL);
		assert_true(find(&fixture, STORE_EPOCH));
		assert_tip(&fixture, &last);
	}
	store_fixture_close(&fixture);
}

/* A commit that is gone is not forgotten for an older one. */
static void
find_tip__leaves_a_ref_whose_commit_is_lost(void **state)
{
	struct store_fixture fixture;
	char command[512], hex[WEFT__OID_HEX + 1];
	struct weft__oid last = fill(&fixture);

	weft__oid_format(&last, hex);
	snprintf(command, sizeof command,
	    "for i in objects/pack/*.idx; do git show-index <$i | "
	    "grep -q %s && rm ${i%%idx}pack $i; done; :", hex);
	store_shell(&fixture, command, NULL);
	store_fixture_reopen(&fixture);
	fixture.result.tip.commit.seq = fixture.feed.count;
	assert_false(find(&fixture, STORE_EPOCH));
	store_fixture_close(&fixture);
}

static void
find_tip__finds_nothing_in_an_empty_store(void **state)
{
	struct store_fixture fixture;
	bool found;

	store_fixture_open(&fixture);
	assert_false(find(&fixture, STORE_EPOCH));
	weft__store_unlock(fixture.store);
	assert_int_equal(weft__store_find_tip(fixture.store, STORE_EPOCH, 0,
			     &found, &fixture.error), WEFT_EINVAL);
	store_fixture_close(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(find_tip__takes_the_newest_of_the_epoch),
	    cmocka_unit_test(find_tip__passes_over_what_is_not_complete),
	    cmocka_unit_test(find_tip__takes_the_branch_of_any_epoch),
	    cmocka_unit_test(find_tip__takes_the_newest_for_a_ref_of_nonsense),
	    cmocka_unit_test(find_tip__leaves_a_ref_whose_commit_is_lost),
	    cmocka_unit_test(find_tip__finds_nothing_in_an_empty_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
