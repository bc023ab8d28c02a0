/*
 * What the store is after a failure or a crash at any step: each file
 * operation and each allocation fails in turn.
 */
#include "tests/lib/test.h"

#include <errno.h>
#include <stdio.h>

#include "core/base/alloc.h"
#include "tests/lib/faulty_files.h"
#include "tests/lib/store_fixture.h"

/* A journal with one commit made and another one to come. */
static void
prepare(struct store_fixture *fixture)
{
	char id[16], body[64];

	faulty_files_count(); /* nothing fails, but nothing is synced */
	store_fixture_open(fixture);
	for (int i = 0; i < 80; i++) {
		snprintf(id, sizeof id, "id-%d", i);
		snprintf(body, sizeof body, "{\"id\":\"id-%d\"}", i);
		store_put(fixture, "Todo", id, body);
	}
	store_project(fixture);
	fixture->feed.checkpoint++;
	for (int i = 0; i < 20; i++) {
		snprintf(id, sizeof id, "id-%d", i);
		store_put(fixture, "Todo", id, NULL);
	}
	store_put(fixture, "Note", "n", "{\"id\":\"n\"}");
}

static int
project(struct store_fixture *fixture)
{
	struct weft__feed feed = memory_feed(&fixture->feed);

	return weft__project(fixture->store, &feed, STORE_EPOCH,
	    &fixture->result, &fixture->error);
}

/* The commit that must come out; the calls that make it. */
static void
learn(struct weft__oid *commit, uint64_t *calls)
{
	struct store_fixture fixture;

	prepare(&fixture);
	faulty_files_count();
	assert_int_equal(project(&fixture), 0);
	*calls = faulty_files_calls();
	*commit = fixture.result.tip.commit.oid;
	store_fixture_close(&fixture);
}

/* Git is asked now and then only: starting it takes longer than all else. */
static void
assert_valid(struct store_fixture *fixture, uint64_t n)
{
	store_assert_verify(fixture);
	if (n % 8 == 0)
		store_assert_fsck(fixture);
}

static void
assert_complete(struct store_fixture *fixture, uint64_t n,
    const struct weft__oid *commit)
{
	struct weft__store_tip tip;

	store_ok(fixture,
	    weft__store_tip(fixture->store, &tip, &fixture->error));
	assert_true(tip.exists);
	assert_memory_equal(&tip.commit.oid, commit, sizeof *commit);
	store_assert_roots(fixture, "Todo");
	store_assert_roots(fixture, "Note");
	assert_valid(fixture, n);
	assert_int_equal(store_count_files(fixture, ".tmp"), 0);
	assert_int_equal(store_count_files(fixture, ".keep"), 0);
	assert_int_equal(store_count_files(fixture, ".lock"), 0);
}

/* The tip is the old commit, or the new one: nothing between. */
static void
assert_tip(struct store_fixture *fixture, const struct weft__oid *old,
    const struct weft__oid *new)
{
	struct weft__store_tip tip;

	store_ok(fixture,
	    weft__store_tip(fixture->store, &tip, &fixture->error));
	assert_true(tip.exists);
	if (memcmp(&tip.commit.oid, new, sizeof *new) != 0)
		assert_memory_equal(&tip.commit.oid, old, sizeof *old);
}

static void
fail_each_call(int number, int expected)
{
	struct store_fixture fixture;
	struct weft__oid old, commit;
	uint64_t calls, failures = 0;
	int code;

	learn(&commit, &calls);
	for (uint64_t n = 0; n < calls; n++) {
		prepare(&fixture);
		old = fixture.result.tip.commit.oid;
		faulty_files_fail(n, number, false);
		code = project(&fixture);
		faulty_files_count();
		if (code) {
			assert_int_equal(code, expected);
			assert_int_equal(fixture.error.code, expected);
			failures++;
		}
		assert_tip(&fixture, &old, &commit);
		assert_valid(&fixture, n);
		store_ok(&fixture, project(&fixture));
		weft__store_unlock(fixture.store);
		store_ok(&fixture, weft__store_lock(fixture.store, "test",
		                       &fixture.error));
		assert_complete(&fixture, n, &commit);
		store_fixture_close(&fixture);
	}
	assert_true(failures > 15);
}

static void
project__says_that_the_disk_is_full(void **state)
{
	fail_each_call(ENOSPC, WEFT_ENOSPACE);
}

static void
project__says_that_the_disk_fails(void **state)
{
	fail_each_call(EIO, WEFT_EIO);
}

static void
project__gives_the_same_commit_after_a_crash_at_any_step(void **state)
{
	struct store_fixture fixture;
	struct weft__oid old, commit;
	uint64_t calls;

	learn(&commit, &calls);
	for (uint64_t n = 0; n < calls; n++) {
		prepare(&fixture);
		old = fixture.result.tip.commit.oid;
		faulty_files_fail(n, EIO, true);
		(void)!project(&fixture);
		weft__store_close(fixture.store);
		faulty_files_count();
		store_ok(&fixture,
		    weft__store_open(fixture.path, STORE_SOURCE,
		        WEFT__STORE_READ, &fixture.store, &fixture.error));
		assert_tip(&fixture, &old, &commit);
		assert_valid(&fixture, n);
		store_fixture_reopen(&fixture);
		store_project(&fixture);
		assert_complete(&fixture, n, &commit);
		store_fixture_close(&fixture);
	}
}

static void
project__says_when_memory_is_out(void **state)
{
	struct store_fixture fixture;
	struct weft__oid old, commit;
	uint64_t calls;
	int code = WEFT_ENOMEM;

	learn(&commit, &calls);
	for (uint64_t n = 0; code; n++) {
		prepare(&fixture);
		old = fixture.result.tip.commit.oid;
		weft__alloc_fail_after(n, false);
		code = project(&fixture);
		weft__alloc_fail_never();
		if (code)
			assert_int_equal(code, WEFT_ENOMEM);
		assert_tip(&fixture, &old, &commit);
		store_ok(&fixture, project(&fixture));
		assert_complete(&fixture, n, &commit);
		store_fixture_close(&fixture);
	}
}

/* Opens, locks, reads: as far as it goes. */
static int
use(struct store_fixture *fixture)
{
	struct weft_buf body = WEFT_BUF_INIT(1000);
	struct weft__store_record record;
	int code = weft__store_open(fixture->path, STORE_SOURCE,
	    WEFT__STORE_CREATE, &fixture->store, &fixture->error);

	if (!code)
		code = weft__store_lock(
		    fixture->store, "test", &fixture->error);
	if (!code)
		code = weft__store_get(fixture->store, NULL,
		    weft_slice("Todo"), weft_slice("a"), &record, &body,
		    &fixture->error);
	weft_buf_fini(&body);
	weft__store_close(fixture->store);
	fixture->store = NULL;
	return code;
}

static void
store__says_when_memory_is_out(void **state)
{
	struct store_fixture fixture;
	int code = WEFT_ENOMEM;

	store_fixture_open(&fixture);
	store_put(&fixture, "Todo", "a", "{}");
	store_project(&fixture);
	weft__store_close(fixture.store);
	for (uint64_t n = 0; code; n++) {
		weft__alloc_fail_after(n, false);
		code = use(&fixture);
		weft__alloc_fail_never();
		if (code)
			assert_int_equal(code, WEFT_ENOMEM);
	}
	store_fixture_close(&fixture);
}

static void
store_open__completes_what_a_crash_left_of_creating(void **state)
{
	struct store_fixture fixture;
	uint64_t calls = 1000;

	for (uint64_t n = 0; n < calls; n++) {
		faulty_files_count();
		store_fixture_open(&fixture);
		weft__store_close(fixture.store);
		store_shell(&fixture, "rm -rf ../store.git", "");
		faulty_files_fail(n, EIO, true);
		if (!weft__store_open(fixture.path, STORE_SOURCE,
		        WEFT__STORE_CREATE, &fixture.store, &fixture.error))
			calls = faulty_files_calls();
		weft__store_close(fixture.store);
		faulty_files_count();
		store_ok(&fixture,
		    weft__store_open(fixture.path, STORE_SOURCE,
		        WEFT__STORE_CREATE, &fixture.store, &fixture.error));
		store_ok(&fixture, weft__store_lock(fixture.store, "test",
		                       &fixture.error));
		store_put(&fixture, "Todo", "a", "{}");
		store_project(&fixture);
		assert_valid(&fixture, n);
		store_fixture_close(&fixture);
	}
	assert_true(calls < 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(project__says_that_the_disk_is_full),
	    cmocka_unit_test(project__says_that_the_disk_fails),
	    cmocka_unit_test(
	        project__gives_the_same_commit_after_a_crash_at_any_step),
	    cmocka_unit_test(project__says_when_memory_is_out),
	    cmocka_unit_test(store__says_when_memory_is_out),
	    cmocka_unit_test(
	        store_open__completes_what_a_crash_left_of_creating),
	};

	return cmocka_run_group_tests_name("faults", tests, NULL, NULL);
}
