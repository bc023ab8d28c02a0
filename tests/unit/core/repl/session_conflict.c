/* Tests of core/repl/session.h: what is a conflict, and what is none. */
#include "tests/lib/session_peers.h"

static void
session__stops_at_conflicts_and_sends_the_rest(void **state)
{
	struct weft__session session;
	const struct weft__session_result *result = &session.result;

	put_many(&source, 5);
	sync_all();
	peer_put(&source, "r1", "s");
	peer_put(&target, "r1", "t");
	peer_put(&source, "r2", "sent");
	run(&session, &everything);
	assert_int_equal(result->code, 0);
	assert_int_equal(result->attempts, 1);
	assert_int_equal(result->applied, 1);
	assert_string_equal(peer_get(&target, "r2"), "sent");
	assert_string_equal(peer_get(&target, "r1"), "t");
	assert_int_equal(result->source_conflicts.length, 1);
	assert_int_equal(result->target_conflicts.length, 1);
	assert_true(weft_slice_equal(
	    result->source_conflicts.changes[0].rev,
	    weft_slice(peer_rev("s"))));
	assert_true(weft_slice_equal(
	    result->target_conflicts.changes[0].rev,
	    weft_slice(peer_rev("t"))));
	assert_true(weft_slice_equal(
	    result->target_conflicts.changes[0].model_id, weft_slice("r1")));
	assert_true(result->has_checkpoints);
	weft__session_fini(&session);
}

static void
session__reports_a_conflict_that_comes_up_in_bulk_update(void **state)
{
	struct meanwhile meanwhile = {PEER_BULK_UPDATE, "meanwhile"};
	struct weft__session session;
	const struct weft__session_result *result = &session.result;

	put_many(&source, 3);
	sync_all();
	peer_put(&source, "r0", "s0");
	peer_put(&source, "r1", "s1");
	target.before = write_meanwhile;
	target.context = &meanwhile;
	run(&session, &everything);
	assert_int_equal(result->code, 0);
	assert_int_equal(result->attempts, 1);
	assert_int_equal(result->applied, 1);
	assert_string_equal(peer_get(&target, "r0"), "s0");
	assert_string_equal(peer_get(&target, "r1"), "meanwhile");
	assert_int_equal(result->source_conflicts.length, 1);
	assert_true(weft_slice_equal(
	    result->source_conflicts.changes[0].model_id, weft_slice("r1")));
	assert_null(result->target_conflicts.changes[0].model_id.data);
	weft__session_fini(&session);
}

static void
session__adds_the_conflicts_of_diff_and_bulk_update(void **state)
{
	struct meanwhile meanwhile = {PEER_BULK_UPDATE, "meanwhile"};
	struct weft__session session;

	put_many(&source, 3);
	sync_all();
	peer_put(&source, "r0", "s0");
	peer_put(&target, "r0", "t0");
	peer_put(&source, "r1", "s1");
	target.before = write_meanwhile;
	target.context = &meanwhile;
	run(&session, &everything);
	assert_int_equal(session.result.source_conflicts.length, 2);
	weft__session_fini(&session);
}

static void
session__source_ahead_by_several_checkpoints_is_no_conflict(void **state)
{
	struct weft__session session;

	put_many(&source, 2);
	sync_all();
	peer_put(&source, "r0", "a");
	source.checkpoint++;
	peer_put(&source, "r0", "b");
	source.checkpoint++;
	peer_put(&source, "r1", "");
	source.checkpoint++;
	peer_put(&source, "r1", "back");
	run(&session, &everything);
	assert_int_equal(session.result.source_conflicts.length, 0);
	assert_int_equal(session.result.applied, 2);
	assert_string_equal(peer_get(&target, "r0"), "b");
	assert_string_equal(peer_get(&target, "r1"), "back");
	weft__session_fini(&session);
}

static void
session__target_ahead_is_no_conflict(void **state)
{
	struct weft__session session;

	put_many(&source, 1);
	sync_all();
	peer_put(&target, "r0", "a");
	target.checkpoint++;
	peer_put(&target, "r0", "b");
	run(&session, &everything);
	assert_int_equal(session.result.source_conflicts.length, 0);
	assert_int_equal(session.result.applied, 0);
	assert_string_equal(peer_get(&target, "r0"), "b");
	weft__session_fini(&session);
}

/* The target skipped a revision, so an echo is none that it knows. */
static void
set_target_ahead(void)
{
	put_many(&source, 1);
	sync_all();
	peer_put(&source, "r0", "skipped");
	source.checkpoint++;
	peer_put(&source, "r0", "sent");
	source.forgetful = true;
	sync_all();
	target.checkpoint++;
	peer_put(&target, "r0", "ahead");
}

static void
session__target_made_from_the_source_is_no_conflict(void **state)
{
	struct weft__session session;

	set_target_ahead();
	run(&session, &everything);
	assert_int_equal(source.calls[PEER_RELATE], 1);
	assert_int_equal(session.result.source_conflicts.length, 0);
	assert_int_equal(session.result.applied, 0);
	assert_string_equal(peer_get(&target, "r0"), "ahead");
	weft__session_fini(&session);
}

static void
session__source_without_relate_is_asked_by_diff(void **state)
{
	struct weft__source_ops ops = *source.source.ops;
	struct weft__session session;

	ops.relate = NULL;
	put_many(&source, 3);
	set_target_ahead();
	peer_put(&source, "r1", "a");
	source.checkpoint++;
	peer_put(&source, "r1", "b");
	peer_put(&source, "r2", "s");
	peer_put(&target, "r2", "t");
	source.source.ops = &ops;
	run(&session, &everything);
	assert_int_equal(source.calls[PEER_DIFF], 1);
	assert_string_equal(peer_get(&target, "r0"), "ahead");
	assert_string_equal(peer_get(&target, "r1"), "b");
	assert_string_equal(peer_get(&target, "r2"), "t");
	assert_int_equal(session.result.source_conflicts.length, 1);
	assert_true(weft_slice_equal(
	    session.result.source_conflicts.changes[0].model_id,
	    weft_slice("r2")));
	weft__session_fini(&session);
}

static void
session__strict_one_reports_every_difference(void **state)
{
	const struct weft__session_options strict = {.strict = true};
	struct weft__session session;

	put_many(&source, 3);
	sync_all();
	peer_put(&target, "r1", "ahead");
	target.checkpoint++;
	peer_put(&target, "r1", "far ahead");
	run(&session, &strict);
	assert_int_equal(source.calls[PEER_RELATE], 0);
	assert_int_equal(session.result.changes, 3);
	assert_int_equal(session.result.source_conflicts.length, 1);
	assert_int_equal(session.result.target_conflicts.length, 1);
	weft__session_fini(&session);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    SESSION_TEST(session__stops_at_conflicts_and_sends_the_rest),
	    SESSION_TEST(
		session__reports_a_conflict_that_comes_up_in_bulk_update),
	    SESSION_TEST(session__adds_the_conflicts_of_diff_and_bulk_update),
	    SESSION_TEST(
		session__source_ahead_by_several_checkpoints_is_no_conflict),
	    SESSION_TEST(session__target_ahead_is_no_conflict),
	    SESSION_TEST(session__target_made_from_the_source_is_no_conflict),
	    SESSION_TEST(session__source_without_relate_is_asked_by_diff),
	    SESSION_TEST(session__strict_one_reports_every_difference),
	};

	return cmocka_run_group_tests_name("session conflicts", tests, NULL, NULL);
}
