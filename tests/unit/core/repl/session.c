/*
 * Tests of core/repl/session.h with two peers in memory: what is sent, in how
 * many attempts.
 */
#include "tests/lib/session_peers.h"

#include <stdio.h>

static void
session__sends_all_to_an_empty_target(void **state)
{
	struct weft__session session;

	put_many(&source, 5);
	peer_put(&source, "r2", "");
	run(&session, &everything);
	assert_int_equal(session.result.code, 0);
	assert_int_equal(session.result.applied, 4);
	assert_int_equal(session.result.refused, 0);
	assert_int_equal(session.result.source_conflicts.length, 0);
	assert_same_records(5);
	assert_string_equal(peer_get(&target, "r4"), "r4");
	weft__session_fini(&session);
}

static void
session__asks_nothing_more_when_nothing_changed(void **state)
{
	struct weft__session session;

	run(&session, &everything);
	assert_int_equal(session.result.attempts, 1);
	assert_int_equal(session.result.changes, 0);
	assert_int_equal(source.calls[PEER_CHECKPOINT], 1);
	assert_int_equal(target.calls[PEER_CHECKPOINT], 1);
	assert_int_equal(source.calls[PEER_CHANGES], 1);
	assert_int_equal(target.calls[PEER_DIFF], 0);
	assert_true(session.result.has_checkpoints);
	assert_int_equal(session.result.checkpoints[WEFT__SOURCE], 2);
	assert_int_equal(session.result.checkpoints[WEFT__TARGET], 2);
	weft__session_fini(&session);
}

/* The second attempt finds nothing, and moves on past what was written. */
static void
session__makes_a_second_attempt_after_sending(void **state)
{
	struct weft__session session;
	uint64_t written;

	put_many(&source, 1);
	run(&session, &everything);
	written = peer_find(&target, "r0")->track.checkpoint;
	assert_int_equal(session.result.attempts, 2);
	assert_int_equal(source.calls[PEER_CHANGES], 2);
	assert_int_equal(target.calls[PEER_DIFF], 1);
	assert_int_equal(written, 2);
	assert_int_equal(session.result.checkpoints[WEFT__TARGET], 3);
	assert_int_equal(session.result.checkpoints[WEFT__SOURCE], 3);
	weft__session_fini(&session);
}

static void
session__goes_on_from_since(void **state)
{
	struct weft__session_options options;
	struct weft__session session;

	put_many(&source, 5);
	run(&session, &everything);
	options = (struct weft__session_options){.since = {
	    (int64_t)session.result.checkpoints[WEFT__SOURCE],
	    (int64_t)session.result.checkpoints[WEFT__TARGET]}};
	weft__session_fini(&session);
	peer_put(&source, "r1", "new");
	peer_put(&source, "r3", "");
	run(&session, &options);
	assert_int_equal(session.result.changes, 2);
	assert_int_equal(session.result.applied, 2);
	assert_same_records(5);
	assert_string_equal(peer_get(&target, "r1"), "new");
	assert_string_equal(peer_get(&target, "r3"), "");
	weft__session_fini(&session);
}

static void
session__update_the_target_has_meanwhile_needs_no_further_attempt(
    void **state)
{
	struct meanwhile meanwhile = {PEER_BULK_UPDATE, "s1"};
	struct weft__session session;

	put_many(&source, 3);
	sync_all();
	peer_put(&source, "r1", "s1");
	target.before = write_meanwhile;
	target.context = &meanwhile;
	run(&session, &everything);
	assert_int_equal(session.result.unchanged, 1);
	assert_int_equal(session.result.applied, 0);
	assert_int_equal(session.result.attempts, 1);
	weft__session_fini(&session);
}

static void
session__leaves_out_a_record_that_vanished(void **state)
{
	struct meanwhile meanwhile = {PEER_CREATE_UPDATES, ""};
	struct weft__session session;

	put_many(&source, 3);
	source.before = write_meanwhile;
	source.context = &meanwhile;
	run(&session, &everything);
	assert_int_equal(session.result.code, 0);
	/* The fourth is its tombstone, in the second attempt. */
	assert_int_equal(session.result.deltas, 4);
	assert_int_equal(session.result.applied, 2);
	assert_same_records(3);
	weft__session_fini(&session);
}

static void
session__goes_on_when_all_bodies_of_a_page_vanished(void **state)
{
	struct meanwhile meanwhile = {PEER_CREATE_UPDATES, ""};
	struct weft__session session;

	peer_put(&source, "r1", "x");
	source.before = write_meanwhile;
	source.context = &meanwhile;
	run(&session, &everything);
	assert_int_equal(session.result.code, 0);
	assert_int_equal(session.result.applied, 0);
	assert_int_equal(session.result.attempts, 1);
	assert_int_equal(target.calls[PEER_BULK_UPDATE], 0);
	weft__session_fini(&session);
}

static void
session__counts_what_is_refused(void **state)
{
	struct weft__session session;

	put_many(&source, 3);
	target.refused = "r1";
	run(&session, &everything);
	assert_int_equal(session.result.code, 0);
	assert_int_equal(session.result.refused, 1);
	assert_int_equal(session.result.applied, 2);
	assert_string_equal(peer_get(&target, "r1"), "");
	weft__session_fini(&session);
}

/* The record changes before each attempt. */
static int
write_always(struct peer *peer, enum peer_call call, unsigned index,
    void *context)
{
	char body[PEER_TEXT];

	if (call == PEER_CHECKPOINT) {
		snprintf(body, sizeof body, "v%u", index);
		peer_put(peer, "r0", body);
	}
	return 0;
}

static void
session__gives_up_after_three_attempts(void **state)
{
	struct weft__session session;

	put_many(&source, 1);
	source.before = write_always;
	run(&session, &everything);
	assert_int_equal(session.result.code, 0);
	assert_int_equal(session.result.attempts, 3);
	assert_int_equal(source.calls[PEER_CHECKPOINT], 3);
	assert_int_equal(session.result.applied, 3);
	assert_int_equal(session.result.source_conflicts.length, 0);
	assert_string_equal(peer_get(&target, "r0"), "v2");
	weft__session_fini(&session);
}

static void
session__makes_as_many_attempts_as_told(void **state)
{
	const struct weft__session_options options = {
	    .since = {-1, -1}, .attempts = 1};
	struct weft__session session;

	put_many(&source, 1);
	run(&session, &options);
	assert_int_equal(session.result.attempts, 1);
	assert_int_equal(session.result.applied, 1);
	weft__session_fini(&session);
}

/* The source's record changes again while the pages are read. */
static int
write_in_paging(struct peer *peer, enum peer_call call, unsigned index,
    void *context)
{
	if (call == PEER_CHANGES && index == 1)
		peer_put(peer, "r0", "later");
	return 0;
}

static void
session__compares_a_record_once_in_an_attempt(void **state)
{
	const struct weft__session_options options = {
	    .since = {-1, -1}, .page_limit = 2};
	struct weft__session session;

	put_many(&source, 6);
	sync_all();
	peer_put(&source, "r0", "first");
	peer_put(&source, "r1", "x");
	peer_put(&source, "r2", "x");
	source.before = write_in_paging;
	run(&session, &options);
	assert_int_equal(session.result.code, 0);
	assert_int_equal(session.result.source_conflicts.length, 0);
	assert_same_records(6);
	assert_string_equal(peer_get(&target, "r0"), "later");
	weft__session_fini(&session);
}

/* Nothing to send but what changed after the attempt began. */
static int
write_after_checkpoint(struct peer *peer, enum peer_call call,
    unsigned index, void *context)
{
	if (call == PEER_CHANGES && index == 0)
		peer_put(peer, "r0", "later");
	return 0;
}

static void
session__sends_what_it_postponed_in_the_next_attempt(void **state)
{
	struct weft__session session;

	source.before = write_after_checkpoint;
	run(&session, &everything);
	assert_string_equal(peer_get(&target, "r0"), "later");
	assert_int_equal(session.result.changes, 1);
	assert_int_equal(session.result.attempts, 3);
	weft__session_fini(&session);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    SESSION_TEST(session__sends_all_to_an_empty_target),
	    SESSION_TEST(session__asks_nothing_more_when_nothing_changed),
	    SESSION_TEST(session__makes_a_second_attempt_after_sending),
	    SESSION_TEST(session__goes_on_from_since),
	    SESSION_TEST(
		session__update_the_target_has_meanwhile_needs_no_further_attempt),
	    SESSION_TEST(session__leaves_out_a_record_that_vanished),
	    SESSION_TEST(session__goes_on_when_all_bodies_of_a_page_vanished),
	    SESSION_TEST(session__counts_what_is_refused),
	    SESSION_TEST(session__gives_up_after_three_attempts),
	    SESSION_TEST(session__makes_as_many_attempts_as_told),
	    SESSION_TEST(session__compares_a_record_once_in_an_attempt),
	    SESSION_TEST(session__sends_what_it_postponed_in_the_next_attempt),
	};

	return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
