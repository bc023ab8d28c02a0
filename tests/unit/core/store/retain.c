/*
 * Tests of weft__store_retain(): history goes, the present and what was agreed
 * on with peers stays, and what is not reached leaves the disk.
 */
#include "tests/lib/test.h"

#include <errno.h>
#include <stdio.h>

#include "core/base/alloc.h"
#include "tests/lib/faulty_files.h"
#include "tests/lib/store_fixture.h"

/* Commit i (from 1) has checkpoint i, is of day i, and changes id-0 and
 * id-<i>. */
#define DAY_MS 86400000u

static void
commit_one(struct store_fixture *fixture, int number)
{
	char id[16], body[64];

	fixture->feed.checkpoint = (uint64_t)number;
	fixture->feed.time_ms = (uint64_t)number * DAY_MS;
	for (int i = 0; i < 2; i++) {
		snprintf(id, sizeof id, "id-%d", i * number);
		snprintf(body, sizeof body, "{\"id\":\"%s\",\"v\":%d}", id,
		    number);
		store_put(fixture, "Todo", id, body);
	}
	store_project(fixture);
}

static void
open_with(struct store_fixture *fixture, int commits)
{
	store_fixture_open(fixture);
	for (int i = 1; i <= commits; i++)
		commit_one(fixture, i);
}

static const struct weft__store_retention three = {
    .by_checkpoints = true, .checkpoints = 3};

static uint64_t
retain(struct store_fixture *fixture,
    const struct weft__store_retention *retention)
{
	uint64_t dropped;

	store_ok(fixture, weft__store_retain(fixture->store, retention,
	                      &dropped, &fixture->error));
	return dropped;
}

/* The history as a text: "<first>-<last>:<changes>" of each, newest first. */
static int
add_line(const struct weft__store_commit *commit, void *context)
{
	char *text = context;
	size_t size = strlen(text);

	snprintf(text + size, 500 - size, "%d%s ",
	    (int)commit->checkpoint_last,
	    weft__oid_is_zero(&commit->cut) ? "" : "!");
	return 0;
}

static void
assert_log(struct store_fixture *fixture, const char *wanted)
{
	char text[500] = "";

	store_ok(fixture, weft__store_log(fixture->store, NULL, 0, add_line,
	                      text, &fixture->error));
	assert_string_equal(text, wanted);
}

static void
assert_sound(struct store_fixture *fixture)
{
	store_assert_roots(fixture, "Todo");
	store_assert_verify(fixture);
	store_assert_fsck(fixture);
}

static bool
has_object(struct store_fixture *fixture, const char *content)
{
	struct weft_buf out = WEFT_BUF_INIT(1000);
	struct weft__oid oid;
	int code;

	weft__object_id("blob", content, strlen(content), &oid);
	code = weft__store_read_blob(
	    fixture->store, &oid, &out, &fixture->error);
	weft_buf_fini(&out);
	assert_true(code == 0 || code == WEFT_ENOTFOUND);
	return !code;
}

static void
store_retain__keeps_the_last_checkpoints(void **state)
{
	struct store_fixture fixture;

	open_with(&fixture, 10);
	assert_true(has_object(&fixture, "{\"id\":\"id-0\",\"v\":6}"));
	assert_int_equal(retain(&fixture, &three), 6);
	/* The state when the first of them began, and all since. */
	assert_log(&fixture, "10 9 8 7! ");
	assert_true(has_object(&fixture, "{\"id\":\"id-0\",\"v\":7}"));
	assert_false(has_object(&fixture, "{\"id\":\"id-0\",\"v\":6}"));
	assert_true(has_object(&fixture, "{\"id\":\"id-6\",\"v\":6}"));
	assert_sound(&fixture);
	store_fixture_close(&fixture);
}

static void
store_retain__keeps_the_last_days(void **state)
{
	struct weft__store_retention retention = {
	    .by_time = true, .since_ms = 8 * (uint64_t)DAY_MS + 5};
	struct store_fixture fixture;

	open_with(&fixture, 10);
	assert_int_equal(retain(&fixture, &retention), 7);
	assert_log(&fixture, "10 9 8! ");
	retention.since_ms = 0;
	assert_int_equal(retain(&fixture, &retention), 0);
	store_fixture_close(&fixture);
}

static void
store_retain__keeps_what_either_rule_keeps(void **state)
{
	struct weft__store_retention retention = {.by_time = true,
	    .since_ms = 9 * (uint64_t)DAY_MS,
	    .by_checkpoints = true,
	    .checkpoints = 5};
	struct store_fixture fixture;

	open_with(&fixture, 10);
	assert_int_equal(retain(&fixture, &retention), 4);
	assert_log(&fixture, "10 9 8 7 6 5! ");
	retention.since_ms = 2 * (uint64_t)DAY_MS;
	assert_int_equal(retain(&fixture, &retention), 0);
	store_fixture_close(&fixture);
}

static void
store_retain__can_leave_the_present_only(void **state)
{
	const struct weft__store_retention none = {.by_checkpoints = true};
	struct store_fixture fixture;

	open_with(&fixture, 5);
	assert_int_equal(retain(&fixture, &none), 4);
	assert_log(&fixture, "5! ");
	assert_sound(&fixture);
	assert_int_equal(retain(&fixture, &none), 0);
	commit_one(&fixture, 6);
	commit_one(&fixture, 7);
	assert_log(&fixture, "7 6 5! ");
	assert_int_equal(retain(&fixture, &none), 2);
	assert_log(&fixture, "7! ");
	assert_sound(&fixture);
	store_fixture_close(&fixture);
}

static void
store_retain__does_nothing_without_enough_history(void **state)
{
	struct store_fixture fixture;
	struct weft__store_tip before, after;

	store_fixture_open(&fixture);
	assert_int_equal(retain(&fixture, &three), 0);
	for (int i = 1; i <= 3; i++)
		commit_one(&fixture, i);
	store_ok(&fixture,
	    weft__store_tip(fixture.store, &before, &fixture.error));
	assert_int_equal(retain(&fixture, &three), 0);
	store_ok(&fixture,
	    weft__store_tip(fixture.store, &after, &fixture.error));
	assert_memory_equal(&before, &after, sizeof before);
	weft__store_unlock(fixture.store);
	uint64_t dropped;
	assert_int_equal(weft__store_retain(fixture.store, &three, &dropped,
	                     &fixture.error), WEFT_EINVAL);
	store_fixture_close(&fixture);
}

static void
store_retain__gives_the_commit_the_format_says(void **state)
{
	struct store_fixture fixture;
	char old[64], wanted[400];
	FILE *file;

	open_with(&fixture, 3);
	store_shell(&fixture, "git rev-parse refs/weft/db~1 >../old", "");
	retain(&fixture, &(struct weft__store_retention){
	                     .by_checkpoints = true, .checkpoints = 1});
	snprintf(wanted, sizeof wanted, "%s/old", fixture.directory);
	file = fopen(wanted, "r");
	assert_non_null(file);
	assert_non_null(fgets(old, sizeof old, file));
	fclose(file);
	snprintf(wanted, sizeof wanted,
	    "weft 172800\nCheckpoint 2: 2 changes\n\nSeq: 4\nEpoch: epoch-1\n"
	    "Checkpoints: 2-2\nChanges: 2\nCut: %s\n", old);
	store_shell(&fixture,
	    "git log -1 --format='%cn %ct%n%B' refs/weft/db~1", wanted);
	store_shell(&fixture,
	    "test $(git rev-parse refs/weft/db) = "
	    "$(git rev-parse refs/heads/db)", "");
	store_fixture_close(&fixture);
}

static void
agree(struct store_fixture *fixture, const char *peer)
{
	store_ok(fixture,
	    weft__store_peer_set(fixture->store, weft_slice(peer),
	        &fixture->result.tip.commit.oid, &fixture->error));
}

/* What id-0 is in the commit agreed on with the peer. */
static void
assert_agreed(struct store_fixture *fixture, const char *peer, const char *body)
{
	struct weft__store_record record;
	struct weft_buf found = WEFT_BUF_INIT(1000);
	struct weft__oid commit;

	store_ok(fixture, store_read_peer(fixture, peer, &commit));
	store_ok(fixture, weft__store_get(fixture->store, &commit,
	                      weft_slice("Todo"), weft_slice("id-0"), &record,
	                      &found, &fixture->error));
	assert_string_equal(found.data, body);
	weft_buf_fini(&found);
}

static void
store_retain__keeps_what_was_agreed_on_with_peers(void **state)
{
	struct store_fixture fixture;

	store_fixture_open(&fixture);
	for (int i = 1; i <= 10; i++) {
		commit_one(&fixture, i);
		if (i == 2)
			agree(&fixture, "old");
		if (i == 9)
			agree(&fixture, "new");
	}
	retain(&fixture, &three);
	assert_log(&fixture, "10 9 8 7! ");
	assert_agreed(&fixture, "old", "{\"id\":\"id-0\",\"v\":2}");
	assert_agreed(&fixture, "new", "{\"id\":\"id-0\",\"v\":9}");
	assert_false(has_object(&fixture, "{\"id\":\"id-0\",\"v\":1}"));
	assert_false(has_object(&fixture, "{\"id\":\"id-0\",\"v\":3}"));
	assert_sound(&fixture);
	/* The new one is part of the history, the old one stands alone. */
	store_shell(&fixture,
	    "git for-each-ref --format='%(refname)' refs/weft/peer | "
	    "while read r; do git rev-list --count $r; done", "3\n1\n");
	store_fixture_close(&fixture);
}

static void
store_retain__keeps_what_people_have_named(void **state)
{
	struct store_fixture fixture;
	uint64_t dropped;

	open_with(&fixture, 4);
	store_shell(&fixture,
	    "git tag light refs/weft/db~2 && git -c user.name=a -c "
	    "user.email=a tag -a -m x heavy refs/weft/db~1", "");
	/* Git's tag is a file of its own, which weft cannot read. */
	assert_int_equal(weft__store_retain(fixture.store,
	                     &(struct weft__store_retention){
	                         .by_checkpoints = true},
	                     &dropped, &fixture.error), WEFT_EUNSUPPORTED);
	assert_non_null(strstr(fixture.error.text, "run `git gc`"));
	assert_log(&fixture, "4! ");
	store_shell(&fixture, "git repack -adq && git pack-refs --all", "");
	commit_one(&fixture, 5);
	retain(&fixture, &(struct weft__store_retention){
	                     .by_checkpoints = true});
	store_shell(&fixture, "git show light:Todo/r/id-0",
	    "{\"id\":\"id-0\",\"v\":2}");
	store_shell(&fixture, "git cat-file -t heavy", "tag\n");
	store_shell(&fixture, "git rev-list --count heavy", "3\n");
	assert_sound(&fixture);
	store_fixture_close(&fixture);
}

static void
store_retain__leaves_the_other_sources_of_a_repository(void **state)
{
	struct store_fixture fixture;
	struct weft__store *other;
	struct weft__feed feed;
	struct weft__project_result result;

	open_with(&fixture, 4);
	store_ok(&fixture, weft__store_open(fixture.path, "other",
	                       WEFT__STORE_WRITE, &other, &fixture.error));
	weft__store_unlock(fixture.store);
	store_ok(&fixture, weft__store_lock(other, "test", &fixture.error));
	feed = memory_feed(&fixture.feed);
	store_ok(&fixture, weft__project(other, &feed, "epoch-2", &result,
	                       &fixture.error));
	weft__store_unlock(other);
	store_ok(&fixture,
	    weft__store_lock(fixture.store, "test", &fixture.error));
	retain(&fixture, &(struct weft__store_retention){
	                     .by_checkpoints = true});
	store_shell(&fixture, "git rev-list --count refs/weft/other", "1\n");
	assert_sound(&fixture);
	weft__store_close(other);
	store_fixture_close(&fixture);
}

static void
store_retain__drops_from_packs_that_git_made(void **state)
{
	struct store_fixture fixture;

	open_with(&fixture, 40);
	store_shell(&fixture, "git gc -q && git commit-graph write", NULL);
	commit_one(&fixture, 41);
	retain(&fixture, &three);
	assert_log(&fixture, "41 40 39 38! ");
	assert_false(has_object(&fixture, "{\"id\":\"id-0\",\"v\":30}"));
	assert_sound(&fixture);
	store_shell(&fixture, "git commit-graph write && git fsck", NULL);
	store_fixture_close(&fixture);
}

static void
store_retain__leaves_packs_that_somebody_keeps(void **state)
{
	struct store_fixture fixture;

	open_with(&fixture, 4);
	store_shell(&fixture,
	    "cd objects/pack; for p in *.pack; do : >${p%.pack}.keep; done",
	    "");
	retain(&fixture, &(struct weft__store_retention){
	                     .by_checkpoints = true});
	assert_log(&fixture, "4! ");
	assert_true(has_object(&fixture, "{\"id\":\"id-0\",\"v\":1}"));
	assert_sound(&fixture);
	store_fixture_close(&fixture);
}

static void
store_retain__drops_nothing_of_a_damaged_store(void **state)
{
	struct store_fixture fixture;
	unsigned before;
	uint64_t dropped;

	open_with(&fixture, 6);
	before = store_count_files(&fixture, ".pack");
	/* The pack of the newest commit is gone; it has the last record. */
	store_shell(&fixture,
	    "p=$(ls -t objects/pack/*.idx | tail -n 1); "
	    "rm -f $p ${p%.idx}.pack", "");
	store_fixture_reopen(&fixture);
	assert_int_equal(weft__store_retain(fixture.store,
	                     &(struct weft__store_retention){
	                         .by_time = true, .since_ms = UINT64_MAX},
	                     &dropped, &fixture.error), WEFT_EDAMAGED);
	assert_true(store_count_files(&fixture, ".pack") >= before - 1);
	store_fixture_close(&fixture);
}

/*
 * Failures at each step
 */

static void
prepare(struct store_fixture *fixture)
{
	faulty_files_count();
	open_with(fixture, 2);
	agree(fixture, "peer");
	for (int i = 3; i <= 6; i++)
		commit_one(fixture, i);
}

static void
check_faults(bool dies)
{
	bool failed = true;

	for (uint64_t n = 0; failed; n++) {
		struct store_fixture fixture;
		uint64_t dropped;
		int code;

		assert_true(n < 1000);
		prepare(&fixture);
		faulty_files_fail(n, EIO, dies);
		code = weft__store_retain(
		    fixture.store, &three, &dropped, &fixture.error);
		failed = faulty_files_calls() > n;
		faulty_files_count();
		if (!failed)
			assert_int_equal(code, 0);
		if (dies)
			store_fixture_reopen(&fixture);
		store_assert_roots(&fixture, "Todo");
		store_assert_verify(&fixture);
		if (n % 16 == 0)
			store_assert_fsck(&fixture);
		assert_agreed(
		    &fixture, "peer", "{\"id\":\"id-0\",\"v\":2}");
		retain(&fixture, &three);
		assert_log(&fixture, "6 5 4 3! ");
		assert_agreed(
		    &fixture, "peer", "{\"id\":\"id-0\",\"v\":2}");
		assert_false(
		    has_object(&fixture, "{\"id\":\"id-0\",\"v\":1}"));
		assert_int_equal(store_count_files(&fixture, ".keep"), 0);
		assert_int_equal(store_count_files(&fixture, ".pack"),
		    store_count_files(&fixture, ".idx"));
		store_assert_verify(&fixture);
		store_fixture_close(&fixture);
	}
	faulty_files_off();
}

static void
store_retain__survives_a_failure_of_any_operation(void **state)
{
	check_faults(false);
}

static void
store_retain__survives_death_at_any_operation(void **state)
{
	check_faults(true);
}

static void
store_retain__survives_failed_allocations(void **state)
{
	bool failed = true;

	for (uint64_t n = 0; failed; n++) {
		struct store_fixture fixture;
		uint64_t dropped;
		int code;

		prepare(&fixture);
		weft__alloc_fail_after(n, false);
		code = weft__store_retain(
		    fixture.store, &three, &dropped, &fixture.error);
		failed = weft__alloc_count() > n;
		weft__alloc_fail_never();
		assert_true(code == 0 || code == WEFT_ENOMEM);
		retain(&fixture, &three);
		assert_log(&fixture, "6 5 4 3! ");
		store_assert_verify(&fixture);
		store_fixture_close(&fixture);
	}
	faulty_files_off();
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(store_retain__keeps_the_last_checkpoints),
		cmocka_unit_test(store_retain__keeps_the_last_days),
		cmocka_unit_test(store_retain__keeps_what_either_rule_keeps),
		cmocka_unit_test(store_retain__can_leave_the_present_only),
		cmocka_unit_test(
		    store_retain__does_nothing_without_enough_history),
		cmocka_unit_test(
		    store_retain__gives_the_commit_the_format_says),
		cmocka_unit_test(
		    store_retain__keeps_what_was_agreed_on_with_peers),
		cmocka_unit_test(store_retain__keeps_what_people_have_named),
		cmocka_unit_test(
		    store_retain__leaves_the_other_sources_of_a_repository),
		cmocka_unit_test(store_retain__drops_from_packs_that_git_made),
		cmocka_unit_test(
		    store_retain__leaves_packs_that_somebody_keeps),
		cmocka_unit_test(
		    store_retain__drops_nothing_of_a_damaged_store),
		cmocka_unit_test(
		    store_retain__survives_a_failure_of_any_operation),
		cmocka_unit_test(
		    store_retain__survives_death_at_any_operation),
		cmocka_unit_test(store_retain__survives_failed_allocations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
