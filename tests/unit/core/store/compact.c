/*
 * Tests of core/store/compact.h: packs are merged, nothing is lost by it, and
 * nobody who reads meanwhile is disturbed.
 */
#include "tests/lib/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "core/store/compact.h"
#include "core/store/store_internal.h"
#include "tests/lib/faulty_files.h"
#include "tests/lib/store_fixture.h"

static void
put(struct store_fixture *fixture, int id, int version)
{
	char name[16], body[64];

	snprintf(name, sizeof name, "id-%d", id);
	snprintf(body, sizeof body, "{\"id\":\"id-%d\",\"v\":%d}", id, version);
	store_put(fixture, "Todo", name, body);
}

/* 'count' commits, each of one change. */
static void
commit_many(struct store_fixture *fixture, int count)
{
	static int version;

	for (int i = 0; i < count; i++) {
		put(fixture, i % 100, version++);
		store_project(fixture);
	}
}

static void
compact(struct store_fixture *fixture)
{
	store_ok(fixture,
	    weft__store_compact(fixture->store, &fixture->error));
}

static unsigned
packs(const struct store_fixture *fixture)
{
	return store_count_files(fixture, ".pack");
}

static void
assert_clean(struct store_fixture *fixture)
{
	assert_int_equal(packs(fixture), store_count_files(fixture, ".idx"));
	assert_int_equal(store_count_files(fixture, ".keep"), 0);
	assert_int_equal(store_count_files(fixture, ".tmp"), 0);
	store_assert_roots(fixture, "Todo");
	store_assert_verify(fixture);
}

static void
compact_choose__takes_the_geometric_run(void **state)
{
	static const uint64_t equal[] = {5, 5, 5, 5};
	static const uint64_t steps[] = {1, 3, 9, 27};
	static const uint64_t tail[] = {1, 3, 4, 16, 100};

	assert_int_equal(weft__compact_choose(equal, 4, 100, false), 4);
	assert_int_equal(weft__compact_choose(steps, 4, 100, false), 0);
	assert_int_equal(weft__compact_choose(tail, 5, 1000, false), 3);
	assert_int_equal(weft__compact_choose(tail, 5, 1000, true), 5);
	assert_int_equal(weft__compact_choose(tail, 1, 1000, true), 0);
	assert_int_equal(weft__compact_choose(tail, 0, 1000, true), 0);
}

static void
compact_choose__keeps_to_the_limit_of_a_pack(void **state)
{
	static const uint64_t sizes[] = {10, 10, 10, 90};

	assert_int_equal(weft__compact_choose(sizes, 4, 119, true), 3);
	assert_int_equal(weft__compact_choose(sizes, 4, 120, true), 4);
	assert_int_equal(weft__compact_choose(sizes, 4, 25, true), 2);
	assert_int_equal(weft__compact_choose(sizes, 4, 19, true), 0);
}

static void
project__merges_packs_when_there_are_too_many(void **state)
{
	struct store_fixture fixture;

	store_fixture_open(&fixture);
	commit_many(&fixture, WEFT_LIMIT_STORE_PACKS);
	assert_int_equal(packs(&fixture), WEFT_LIMIT_STORE_PACKS);
	commit_many(&fixture, 1);
	assert_true(packs(&fixture) < 6);
	for (int i = 0; i < 200; i++) {
		commit_many(&fixture, 1);
		assert_true(packs(&fixture) <= WEFT_LIMIT_STORE_PACKS);
	}
	assert_clean(&fixture);
	store_assert_fsck(&fixture);
	store_fixture_close(&fixture);
}

/* Calls that wait for the disk. */
static unsigned syncs;

static int
count_sync(int fd)
{
	syncs++;
	return 0;
}

static unsigned
syncs_of_a_commit(struct store_fixture *fixture)
{
	syncs = 0;
	commit_many(fixture, 1);
	return syncs;
}

/* What is merged goes into the commit's own pack. */
static void
project__waits_no_longer_when_it_merges(void **state)
{
	struct weft__file_calls calls = weft__file_system;
	struct store_fixture fixture;
	unsigned most = 0, rounds = 0, before = 0;

	calls.sync = calls.sync_directory = count_sync;
	weft__file_calls = &calls;
	store_fixture_open(&fixture);
	commit_many(&fixture, WEFT_LIMIT_STORE_PACKS / 2);
	for (int i = 0; i < 100; i++) {
		unsigned waits = syncs_of_a_commit(&fixture);

		most = waits > most ? waits : most;
		rounds += packs(&fixture) < before;
		before = packs(&fixture);
	}
	assert_int_equal(most, 5);
	assert_true(rounds >= 3);
	assert_clean(&fixture);
	weft__file_calls = &weft__file_system;
	store_fixture_close(&fixture);
}

/* Packs that git makes meanwhile, and packs of ours that it removes. */
static void
project__notices_the_packs_of_others(void **state)
{
	struct store_fixture fixture;

	store_fixture_open(&fixture);
	commit_many(&fixture, 1);
	store_shell(&fixture,
	    "for i in $(seq 40); do echo $i | git hash-object -w --stdin |"
	    " git pack-objects -q objects/pack/pack; done >/dev/null", "");
	commit_many(&fixture, WEFT_LIMIT_STORE_PACKS);
	assert_in_range(packs(&fixture), 41, 50);
	store_shell(&fixture, "git gc -q --prune=now", "");
	assert_int_equal(packs(&fixture), 1);
	commit_many(&fixture, WEFT_LIMIT_STORE_PACKS);
	assert_true(packs(&fixture) <= WEFT_LIMIT_STORE_PACKS);
	assert_int_equal(weft__objects_packs(fixture.store->objects),
	    packs(&fixture));
	assert_clean(&fixture);
	store_fixture_close(&fixture);
}

static void
store_compact__makes_one_pack_that_git_takes(void **state)
{
	struct store_fixture fixture;

	store_fixture_open(&fixture);
	for (int i = 0; i < 300; i++)
		put(&fixture, i, 0);
	store_project(&fixture);
	commit_many(&fixture, 20);
	store_put(&fixture, "Todo", "id-7", NULL);
	store_project(&fixture);
	compact(&fixture);
	assert_int_equal(packs(&fixture), 1);
	assert_clean(&fixture);
	store_assert_fsck(&fixture);
	/* Git makes the same index of the pack. */
	store_shell(&fixture,
	    "for p in objects/pack/*.pack; do "
	    "git index-pack --strict -o made.idx $p >made && "
	    "cmp made.idx ${p%.pack}.idx && rm -f made made.idx; done", "");
	compact(&fixture);
	assert_int_equal(packs(&fixture), 1);
	store_fixture_close(&fixture);
}

static void
store_compact__has_each_object_once(void **state)
{
	struct store_fixture fixture;

	store_fixture_open(&fixture);
	/* The same contents, trees and all, come back again and again. */
	for (int i = 0; i < 10; i++) {
		put(&fixture, 1, i % 2);
		store_project(&fixture);
	}
	compact(&fixture);
	/* Two blobs, two times three trees, ten commits. */
	store_shell(&fixture,
	    "cat objects/pack/*.idx | git show-index | wc -l", "18\n");
	assert_clean(&fixture);
	store_fixture_close(&fixture);
}

static void
store_compact__of_an_empty_store_does_nothing(void **state)
{
	struct store_fixture fixture;

	store_fixture_open(&fixture);
	compact(&fixture);
	assert_int_equal(packs(&fixture), 0);
	weft__store_unlock(fixture.store);
	assert_int_equal(weft__store_compact(fixture.store, &fixture.error),
	    WEFT_EINVAL);
	store_fixture_close(&fixture);
}

static void
store_compact__leaves_packs_that_somebody_keeps(void **state)
{
	struct store_fixture fixture;

	store_fixture_open(&fixture);
	commit_many(&fixture, 2);
	store_shell(&fixture,
	    "cd objects/pack; for p in *.pack; do echo mine "
	    ">${p%.pack}.keep; done", "");
	commit_many(&fixture, 3);
	compact(&fixture);
	assert_int_equal(packs(&fixture), 3);
	assert_int_equal(store_count_files(&fixture, ".keep"), 2);
	store_shell(&fixture, "cat objects/pack/*.keep", "mine\nmine\n");
	store_assert_verify(&fixture);
	store_fixture_close(&fixture);
}

static void
store_compact__leaves_packs_that_git_made(void **state)
{
	struct store_fixture fixture;

	store_fixture_open(&fixture);
	commit_many(&fixture, 30);
	store_shell(&fixture, "git repack -adq && ls objects/pack/*.pack >made",
	    "");
	commit_many(&fixture, 30);
	compact(&fixture);
	assert_int_equal(packs(&fixture), 2);
	store_shell(&fixture, "test -f $(cat made) && rm made", "");
	assert_clean(&fixture);
	store_assert_fsck(&fixture);
	store_fixture_close(&fixture);
}

/* Uncompressed deltas look like our entries until they are met. */
static void
store_compact__leaves_packs_with_deltas_that_look_like_ours(void **state)
{
	struct store_fixture fixture;

	store_fixture_open(&fixture);
	for (int i = 0; i < 100; i++)
		put(&fixture, i, 0);
	store_project(&fixture);
	commit_many(&fixture, 10);
	store_shell(&fixture,
	    "git -c core.compression=0 -c pack.compression=0 repack -adfq "
	    "&& ls objects/pack/*.pack >made", "");
	commit_many(&fixture, 3);
	compact(&fixture);
	assert_int_equal(packs(&fixture), 2);
	store_shell(&fixture, "test -f $(cat made) && rm made", "");
	assert_clean(&fixture);
	store_fixture_close(&fixture);
}

static void
store_compact__drops_an_index_over_several_packs(void **state)
{
	struct store_fixture fixture;

	store_fixture_open(&fixture);
	commit_many(&fixture, 5);
	store_shell(&fixture, "git multi-pack-index write --no-progress", "");
	compact(&fixture);
	assert_clean(&fixture);
	store_assert_fsck(&fixture);
	store_fixture_close(&fixture);
}

static void
store_compact__refuses_to_copy_damage(void **state)
{
	struct store_fixture fixture;
	unsigned before;

	store_fixture_open(&fixture);
	commit_many(&fixture, 5);
	before = packs(&fixture);
	store_shell(&fixture,
	    "p=$(ls objects/pack/*.pack | head -n 1) && chmod u+w $p && "
	    "printf X | dd of=$p bs=1 seek=40 conv=notrunc 2>dd.log; "
	    "rm -f dd.log", NULL);
	assert_int_equal(weft__store_compact(fixture.store, &fixture.error),
	    WEFT_EDAMAGED);
	assert_non_null(strstr(fixture.error.text, "is damaged at object"));
	assert_int_equal(packs(&fixture), before);
	/* It does not stop projections. */
	commit_many(&fixture, WEFT_LIMIT_STORE_PACKS);
	assert_true(packs(&fixture) > WEFT_LIMIT_STORE_PACKS);
	store_fixture_close(&fixture);
}

/*
 * Failures: an operation at each step, or the process at each step
 */

static void
prepare_commits(struct store_fixture *fixture, int count)
{
	faulty_files_count();
	store_fixture_open(fixture);
	for (int i = 0; i < count; i++) {
		put(fixture, i, 0);
		put(fixture, 9, i % 2);
		store_project(fixture);
	}
}

static void
prepare(struct store_fixture *fixture)
{
	prepare_commits(fixture, 5);
}

static int
run_compact(struct store_fixture *fixture)
{
	return weft__store_compact(fixture->store, &fixture->error);
}

/* One change, and packs that are to be merged with its commit's. */
static void
prepare_merging(struct store_fixture *fixture)
{
	prepare_commits(fixture, WEFT_LIMIT_STORE_PACKS);
	put(fixture, 5, 1);
}

static int
run_project(struct store_fixture *fixture)
{
	struct weft__feed feed = memory_feed(&fixture->feed);

	return weft__project(fixture->store, &feed, STORE_EPOCH,
	    &fixture->result, &fixture->error);
}

/* What is done to one pack after the other is looked at now and then only. */
static uint64_t
next_call(uint64_t n)
{
	return n + (n < 60 ? 1 : 7);
}

/* Something with faults, which must be over within 500 calls. */
static void
check_faults(void (*prepare_store)(struct store_fixture *fixture),
    int (*run)(struct store_fixture *fixture), bool dies)
{
	bool failed = true;

	for (uint64_t n = 0; failed; n = next_call(n)) {
		struct store_fixture fixture;
		int code;

		assert_true(n < 500);
		prepare_store(&fixture);
		faulty_files_fail(n, EIO, dies);
		code = run(&fixture);
		failed = faulty_files_calls() > n;
		faulty_files_count();
		if (!failed)
			assert_int_equal(code, 0);
		if (dies)
			store_fixture_reopen(&fixture);
		store_assert_verify(&fixture);
		if (n % 8 == 0)
			store_assert_fsck(&fixture);
		/* The next one finishes it. */
		store_project(&fixture);
		store_assert_roots(&fixture, "Todo");
		compact(&fixture);
		assert_int_equal(packs(&fixture), 1);
		assert_clean(&fixture);
		store_fixture_close(&fixture);
	}
	faulty_files_off();
}

static void
store_compact__survives_a_failure_of_any_operation(void **state)
{
	check_faults(prepare, run_compact, false);
}

static void
store_compact__survives_death_at_any_operation(void **state)
{
	check_faults(prepare, run_compact, true);
}

static void
project__survives_a_failure_of_any_operation_of_merging(void **state)
{
	check_faults(prepare_merging, run_project, false);
}

static void
project__survives_death_at_any_operation_of_merging(void **state)
{
	check_faults(prepare_merging, run_project, true);
}

static void
store_compact__survives_failed_allocations(void **state)
{
	bool failed = true;

	for (uint64_t n = 0; failed; n++) {
		struct store_fixture fixture;
		int code;

		prepare(&fixture);
		weft__alloc_fail_after(n, false);
		code = weft__store_compact(fixture.store, &fixture.error);
		failed = weft__alloc_count() > n;
		weft__alloc_fail_never();
		assert_true(code == 0 || code == WEFT_ENOMEM);
		compact(&fixture);
		assert_int_equal(packs(&fixture), 1);
		assert_clean(&fixture);
		store_fixture_close(&fixture);
	}
	faulty_files_off();
}

/*
 * Readers in other processes
 */

/* Reads all records again and again until it is told to stop; its status is 0
 * if it always found all of them. */
static int
count_record(struct weft_slice id, const struct weft__oid *blob, void *context)
{
	unsigned *count = context;

	++*count;
	return 0;
}

static void
read_on(const char *path, int stop)
{
	struct weft__store *store;
	struct weft_error error;
	char byte;

	if (weft__store_open(
	        path, STORE_SOURCE, WEFT__STORE_READ, &store, &error))
		_exit(2);
	while (read(stop, &byte, 1) < 0) {
		struct weft__store_record record;
		struct weft_buf body = WEFT_BUF_INIT(1000);
		unsigned count = 0;
		int code = weft__store_walk(store, NULL, WEFT__STORE_LIVE,
		    weft_slice("Todo"), count_record, &count, &error);

		if (!code)
			code = weft__store_get(store, NULL,
			    weft_slice("Todo"), weft_slice("id-50"), &record,
			    &body, &error);
		weft_buf_fini(&body);
		if (code || count != 100) {
			print_error("%u records: %s\n", count, error.text);
			_exit(1);
		}
	}
	_exit(0);
}

static pid_t
start_reader(const char *path, int stop[2])
{
	pid_t child;

	assert_int_equal(pipe(stop), 0);
	assert_int_equal(fcntl(stop[0], F_SETFL, O_NONBLOCK), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		close(stop[1]);
		read_on(path, stop[0]);
	}
	close(stop[0]);
	return child;
}

static void
store_compact__lets_readers_and_git_gc_go_on(void **state)
{
	struct store_fixture fixture;
	int stop[2], status;
	pid_t reader;

	store_fixture_open(&fixture);
	for (int i = 0; i < 100; i++)
		put(&fixture, i, 0);
	store_project(&fixture);
	reader = start_reader(fixture.path, stop);
	for (int i = 0; i < 40; i++) {
		commit_many(&fixture, 3);
		if (i % 10 == 5)
			store_shell(&fixture,
			    "(git gc -q --prune=now 2>gc.log || touch gc.bad) "
			    "</dev/null >/dev/null 2>&1 & :", "");
		compact(&fixture);
		store_assert_roots(&fixture, "Todo");
	}
	assert_int_equal(write(stop[1], "", 1), 1);
	assert_int_equal(waitpid(reader, &status, 0), reader);
	assert_int_equal(status, 0);
	close(stop[1]);
	/* The last one may still be under way. */
	store_shell(&fixture,
	    "while test -f gc.pid; do :; done; test ! -f gc.bad; "
	    "rm -f gc.log", "");
	store_assert_verify(&fixture);
	store_assert_fsck(&fixture);
	store_fixture_close(&fixture);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(compact_choose__takes_the_geometric_run),
	    cmocka_unit_test(compact_choose__keeps_to_the_limit_of_a_pack),
	    cmocka_unit_test(project__merges_packs_when_there_are_too_many),
	    cmocka_unit_test(project__waits_no_longer_when_it_merges),
	    cmocka_unit_test(project__notices_the_packs_of_others),
	    cmocka_unit_test(store_compact__makes_one_pack_that_git_takes),
	    cmocka_unit_test(store_compact__has_each_object_once),
	    cmocka_unit_test(store_compact__of_an_empty_store_does_nothing),
	    cmocka_unit_test(store_compact__leaves_packs_that_somebody_keeps),
	    cmocka_unit_test(store_compact__leaves_packs_that_git_made),
	    cmocka_unit_test(
		store_compact__leaves_packs_with_deltas_that_look_like_ours),
	    cmocka_unit_test(store_compact__drops_an_index_over_several_packs),
	    cmocka_unit_test(store_compact__refuses_to_copy_damage),
	    cmocka_unit_test(
		store_compact__survives_a_failure_of_any_operation),
	    cmocka_unit_test(store_compact__survives_death_at_any_operation),
	    cmocka_unit_test(
		project__survives_a_failure_of_any_operation_of_merging),
	    cmocka_unit_test(
		project__survives_death_at_any_operation_of_merging),
	    cmocka_unit_test(store_compact__survives_failed_allocations),
	    cmocka_unit_test(store_compact__lets_readers_and_git_gc_go_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
