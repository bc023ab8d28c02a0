/* Tests of core/repl/session.h with two peers in memory. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "core/base/alloc.h"
#include "core/repl/call.h"
#include "tests/lib/peer.h"
#include "tests/lib/session_run.h"

static struct peer source, target;

static int
set_up(void **state)
{
	peer_init(&source, "source");
	peer_init(&target, "target");
	return 0;
}

static void
put_many(struct peer *peer, int count)
{
	char id[PEER_TEXT];

	for (int i = 0; i < count; i++) {
		snprintf(id, sizeof id, "r%d", i);
		peer_put(peer, id, id);
	}
}

static void
assert_same_records(int count)
{
	char id[PEER_TEXT];

	for (int i = 0; i < count; i++) {
		snprintf(id, sizeof id, "r%d", i);
		assert_string_equal(
		    peer_get(&source, id), peer_get(&target, id));
	}
}

/* Runs a session from source to target; the caller frees it. */
static void
run(struct weft__session *session,
    const struct weft__session_options *options)
{
	const struct weft__party parties[2] = {
	    {.source = &source.source, .model = "Item"},
	    {.source = &target.source, .model = "Item"},
	};

	weft__session_init(session, options);
	session_run(session, parties);
	assert_true(weft__session_done(session));
}

static const struct weft__session_options everything = {.since = {-1, -1}};

/* Runs one where both sides stand now, that must go well. */
static void
sync_all(void)
{
	struct weft__session session;

	run(&session, &everything);
	assert_int_equal(session.result.code, 0);
	assert_int_equal(session.result.source_conflicts.length, 0);
	weft__session_fini(&session);
	memset(source.calls, 0, sizeof source.calls);
	memset(target.calls, 0, sizeof target.calls);
	memset(source.longest, 0, sizeof source.longest);
	memset(target.longest, 0, sizeof target.longest);
}

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

/* Writes "meanwhile" to r1 of the peer when 'at' is called for the first
 * time. */
struct meanwhile {
	enum peer_call at;
	const char *body;
};

static int
write_meanwhile(struct peer *peer, enum peer_call call, unsigned index,
    void *context)
{
	const struct meanwhile *meanwhile = context;

	if (call == meanwhile->at && index == 0)
		peer_put(peer, "r1", meanwhile->body);
	return 0;
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

static void
session__pages_are_no_longer_than_their_limit(void **state)
{
	const struct weft__session_options options = {
	    .since = {-1, -1}, .page_limit = 10};
	struct weft__session session;

	put_many(&source, 95);
	run(&session, &options);
	assert_int_equal(session.result.applied, 95);
	assert_int_equal(session.result.changes, 95);
	assert_int_equal(target.calls[PEER_BULK_UPDATE], 10);
	assert_int_equal(target.longest[PEER_DIFF], 10);
	assert_int_equal(target.longest[PEER_BULK_UPDATE], 10);
	assert_int_equal(source.longest[PEER_CREATE_UPDATES], 10);
	assert_same_records(95);
	weft__session_fini(&session);
}

static void
session__asks_for_few_bodies_until_it_knows_their_size(void **state)
{
	struct weft__session session;

	put_many(&source, 100);
	run(&session, &everything);
	assert_int_equal(source.longest[PEER_CREATE_UPDATES], 64);
	assert_int_equal(source.calls[PEER_CREATE_UPDATES], 2);
	assert_same_records(100);
	weft__session_fini(&session);
}

/* From here on the test is the driver. */

static const struct weft__party parties[2] = {
    {.source = &source.source, .model = "Item"},
    {.source = &target.source, .model = "Item"},
};

static void
next(struct weft__session *session, enum weft__side side,
    enum weft__call_kind kind, struct weft__call *call)
{
	assert_true(weft__session_next(session, side, call));
	assert_int_equal(call->side, side);
	assert_int_equal(call->kind, kind);
}

static void
make_and_answer(struct weft__session *session, const struct weft__call *call)
{
	int code = weft__call_make(call, &parties[call->side], NULL);

	assert_int_equal(code, 0);
	weft__session_answer(session, call, code, NULL);
}

static void
step(struct weft__session *session, enum weft__side side,
    enum weft__call_kind kind)
{
	struct weft__call call;

	next(session, side, kind, &call);
	make_and_answer(session, &call);
}

/* A session that is about to read its first page of two changes. */
static void
begin_paging(struct weft__session *session)
{
	const struct weft__session_options options = {
	    .since = {-1, -1}, .page_limit = 2};

	weft__session_init(session, &options);
	step(session, WEFT__SOURCE, WEFT__CALL_CHECKPOINT);
	step(session, WEFT__TARGET, WEFT__CALL_CHECKPOINT);
}

/* Makes all further calls. */
static void
finish(struct weft__session *session)
{
	session_run(session, parties);
}

static void
session__makes_the_sources_checkpoint_before_the_targets(void **state)
{
	struct weft__session session;
	struct weft__call call, other;

	weft__session_init(&session, &everything);
	assert_false(weft__session_next(&session, WEFT__TARGET, &other));
	next(&session, WEFT__SOURCE, WEFT__CALL_CHECKPOINT, &call);
	assert_false(weft__session_next(&session, WEFT__TARGET, &other));
	assert_false(weft__session_next(&session, WEFT__SOURCE, &other));
	make_and_answer(&session, &call);
	assert_false(weft__session_next(&session, WEFT__SOURCE, &other));
	step(&session, WEFT__TARGET, WEFT__CALL_CHECKPOINT);
	finish(&session);
	weft__session_fini(&session);
}

static void
session__reads_the_next_page_while_the_target_works(void **state)
{
	struct weft__session session;
	struct weft__call diff, changes;

	put_many(&source, 6);
	begin_paging(&session);
	step(&session, WEFT__SOURCE, WEFT__CALL_CHANGES);
	next(&session, WEFT__TARGET, WEFT__CALL_DIFF, &diff);
	next(&session, WEFT__SOURCE, WEFT__CALL_CHANGES, &changes);
	assert_ptr_not_equal(diff.page, changes.page);
	make_and_answer(&session, &changes);
	make_and_answer(&session, &diff);
	finish(&session);
	assert_same_records(6);
	weft__session_fini(&session);
}

static void
session__reads_no_more_pages_than_its_window(void **state)
{
	struct weft__session session;
	struct weft__call call;

	put_many(&source, 100);
	begin_paging(&session);
	for (int i = 0; i < WEFT_LIMIT_SESSION_WINDOW; i++)
		step(&session, WEFT__SOURCE, WEFT__CALL_CHANGES);
	assert_false(weft__session_next(&session, WEFT__SOURCE, &call));
	step(&session, WEFT__TARGET, WEFT__CALL_DIFF);
	step(&session, WEFT__SOURCE, WEFT__CALL_CREATE_UPDATES);
	assert_false(weft__session_next(&session, WEFT__SOURCE, &call));
	step(&session, WEFT__TARGET, WEFT__CALL_BULK_UPDATE);
	step(&session, WEFT__SOURCE, WEFT__CALL_CHANGES);
	finish(&session);
	assert_same_records(100);
	weft__session_fini(&session);
}

static void
session__serves_the_oldest_page_first(void **state)
{
	struct weft__session session;
	struct weft__call call;

	put_many(&source, 8);
	begin_paging(&session);
	step(&session, WEFT__SOURCE, WEFT__CALL_CHANGES);
	step(&session, WEFT__SOURCE, WEFT__CALL_CHANGES);
	next(&session, WEFT__TARGET, WEFT__CALL_DIFF, &call);
	assert_int_equal(call.page->number, 0);
	make_and_answer(&session, &call);
	/* Its bodies before the third page; its writing before the diff of
	 * the second. */
	next(&session, WEFT__SOURCE, WEFT__CALL_CREATE_UPDATES, &call);
	assert_int_equal(call.page->number, 0);
	make_and_answer(&session, &call);
	next(&session, WEFT__TARGET, WEFT__CALL_BULK_UPDATE, &call);
	assert_int_equal(call.page->number, 0);
	make_and_answer(&session, &call);
	next(&session, WEFT__TARGET, WEFT__CALL_DIFF, &call);
	assert_int_equal(call.page->number, 1);
	make_and_answer(&session, &call);
	finish(&session);
	assert_same_records(8);
	weft__session_fini(&session);
}

/* Answers CREATE_UPDATES with bodies of this size. */
static void
answer_bodies(struct weft__session *session, const struct weft__call *call,
    const char *body, size_t size)
{
	for (size_t i = 0; i < call->length; i++) {
		struct weft_update update = {
		    .type = WEFT_CHANGE_CREATE,
		    .change = call->changes[i],
		    .data = weft_slice_of(body, size),
		};

		assert_int_equal(weft_update_list_append(
		    call->update_list, &update), 0);
	}
	weft__session_answer(session, call, 0, NULL);
}

static void
session__asks_for_as_many_bodies_as_fit_a_page(void **state)
{
	static char body[WEFT_LIMIT_PAGE_SIZE / 3];
	struct weft__session session;
	struct weft__call call;

	put_many(&source, 100);
	weft__session_init(&session, &everything);
	step(&session, WEFT__SOURCE, WEFT__CALL_CHECKPOINT);
	step(&session, WEFT__TARGET, WEFT__CALL_CHECKPOINT);
	step(&session, WEFT__SOURCE, WEFT__CALL_CHANGES);
	step(&session, WEFT__TARGET, WEFT__CALL_DIFF);
	next(&session, WEFT__SOURCE, WEFT__CALL_CREATE_UPDATES, &call);
	answer_bodies(&session, &call, body, sizeof body);
	next(&session, WEFT__TARGET, WEFT__CALL_BULK_UPDATE, &call);
	for (size_t i = 0; i < call.length; i++)
		call.outcomes[i] = WEFT_OUTCOME_APPLIED;
	weft__session_answer(&session, &call, 0, NULL);
	next(&session, WEFT__SOURCE, WEFT__CALL_CREATE_UPDATES, &call);
	assert_int_equal(call.length, 2);
	weft__session_answer(&session, &call, WEFT_ECANCELED, NULL);
	weft__session_fini(&session);
}

static void
session__gives_out_no_call_after_a_failure(void **state)
{
	const struct weft_error error = {WEFT_ENETWORK, "line is cut"};
	struct weft__session session;
	struct weft__call diff, changes, call;

	put_many(&source, 6);
	begin_paging(&session);
	step(&session, WEFT__SOURCE, WEFT__CALL_CHANGES);
	next(&session, WEFT__TARGET, WEFT__CALL_DIFF, &diff);
	next(&session, WEFT__SOURCE, WEFT__CALL_CHANGES, &changes);
	weft__session_answer(&session, &diff, WEFT_ENETWORK, &error);
	assert_false(weft__session_next(&session, WEFT__TARGET, &call));
	assert_false(weft__session_done(&session));
	/* What is under way is still taken, and changes nothing. */
	make_and_answer(&session, &changes);
	assert_true(weft__session_done(&session));
	assert_false(weft__session_next(&session, WEFT__SOURCE, &call));
	assert_int_equal(session.result.code, WEFT_ENETWORK);
	assert_string_equal(session.result.error.text, "line is cut");
	assert_false(session.result.has_checkpoints);
	weft__session_fini(&session);
}

static void
session__keeps_the_first_failure(void **state)
{
	struct weft__session session;
	struct weft__call diff, changes;

	put_many(&source, 6);
	begin_paging(&session);
	step(&session, WEFT__SOURCE, WEFT__CALL_CHANGES);
	next(&session, WEFT__TARGET, WEFT__CALL_DIFF, &diff);
	next(&session, WEFT__SOURCE, WEFT__CALL_CHANGES, &changes);
	weft__session_answer(&session, &changes, WEFT_EIO, NULL);
	weft__session_answer(&session, &diff, WEFT_ENETWORK, NULL);
	assert_int_equal(session.result.code, WEFT_EIO);
	assert_string_equal(
	    session.result.error.text, weft_error_text(WEFT_EIO));
	weft__session_fini(&session);
}

static void
session_cancel__ends_it_when_calls_are_answered(void **state)
{
	struct weft__session session;
	struct weft__call call, other;

	put_many(&source, 6);
	begin_paging(&session);
	next(&session, WEFT__SOURCE, WEFT__CALL_CHANGES, &call);
	weft__session_cancel(&session, WEFT_ECANCELED, NULL);
	assert_false(weft__session_done(&session));
	assert_false(weft__session_next(&session, WEFT__TARGET, &other));
	make_and_answer(&session, &call);
	assert_true(weft__session_done(&session));
	assert_int_equal(session.result.code, WEFT_ECANCELED);
	weft__session_fini(&session);
}

struct fault {
	enum peer_call call;
	unsigned index;
	bool hit;
};

static int
fail_once(struct peer *peer, enum peer_call call, unsigned index,
    void *context)
{
	struct fault *fault = context;

	if (fault->hit || call != fault->call || index != fault->index)
		return 0;
	fault->hit = true;
	return WEFT_ENETWORK;
}

/* Fails this call of the peer; then it must all come right. */
static bool
fail_and_repeat(struct peer *peer, enum peer_call call, unsigned index)
{
	const struct weft__session_options options = {
	    .since = {-1, -1}, .page_limit = 2};
	struct fault fault = {call, index, false};
	struct weft__session session;

	set_up(NULL);
	put_many(&source, 5);
	peer->before = fail_once;
	peer->context = &fault;
	run(&session, &options);
	assert_int_equal(session.result.code, fault.hit ? WEFT_ENETWORK : 0);
	weft__session_fini(&session);
	if (fault.hit) {
		run(&session, &options);
		assert_int_equal(session.result.code, 0);
		weft__session_fini(&session);
	}
	assert_int_equal(session.result.source_conflicts.length, 0);
	assert_same_records(5);
	return fault.hit;
}

static void
session__fails_with_each_call_and_can_be_repeated(void **state)
{
	unsigned faults = 0;

	for (int call = 0; call < PEER_CALLS; call++) {
		for (unsigned i = 0; i < 6; i++) {
			faults += fail_and_repeat(
			    &source, (enum peer_call)call, i);
			faults += fail_and_repeat(
			    &target, (enum peer_call)call, i);
		}
	}
	/* 2 x 2 checkpoints, 3 + 1 pages, 3 x diff, bodies, writing. */
	assert_int_equal(faults, 4 + 4 + 3 + 3 + 3);
}

static void
session__fails_when_memory_is_out(void **state)
{
	const struct weft__session_options options = {
	    .since = {-1, -1}, .page_limit = 2};
	struct weft__session session;
	int code = WEFT_ENOMEM;

	for (uint64_t i = 0; code; i++) {
		set_up(NULL);
		put_many(&source, 4);
		peer_put(&target, "r1", "conflict");
		weft__alloc_fail_after(i, true);
		run(&session, &options);
		weft__alloc_fail_never();
		code = session.result.code;
		assert_true(code == 0 || code == WEFT_ENOMEM);
		assert_int_equal(session.result.source_conflicts.length,
		    session.result.target_conflicts.length);
		weft__session_fini(&session);
		assert_true(i < 1000);
	}
	assert_string_equal(peer_get(&target, "r3"), "r3");
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(session__sends_all_to_an_empty_target),
	    TEST(session__asks_nothing_more_when_nothing_changed),
	    TEST(session__makes_a_second_attempt_after_sending),
	    TEST(session__goes_on_from_since),
	    TEST(session__stops_at_conflicts_and_sends_the_rest),
	    TEST(session__reports_a_conflict_that_comes_up_in_bulk_update),
	    TEST(session__adds_the_conflicts_of_diff_and_bulk_update),
	    TEST(
		session__update_the_target_has_meanwhile_needs_no_further_attempt),
	    TEST(session__leaves_out_a_record_that_vanished),
	    TEST(session__goes_on_when_all_bodies_of_a_page_vanished),
	    TEST(session__counts_what_is_refused),
	    TEST(session__gives_up_after_three_attempts),
	    TEST(session__makes_as_many_attempts_as_told),
	    TEST(session__compares_a_record_once_in_an_attempt),
	    TEST(session__sends_what_it_postponed_in_the_next_attempt),
	    TEST(session__source_ahead_by_several_checkpoints_is_no_conflict),
	    TEST(session__target_ahead_is_no_conflict),
	    TEST(session__target_made_from_the_source_is_no_conflict),
	    TEST(session__source_without_relate_is_asked_by_diff),
	    TEST(session__strict_one_reports_every_difference),
	    TEST(session__pages_are_no_longer_than_their_limit),
	    TEST(session__asks_for_few_bodies_until_it_knows_their_size),
	    TEST(session__makes_the_sources_checkpoint_before_the_targets),
	    TEST(session__reads_the_next_page_while_the_target_works),
	    TEST(session__reads_no_more_pages_than_its_window),
	    TEST(session__serves_the_oldest_page_first),
	    TEST(session__asks_for_as_many_bodies_as_fit_a_page),
	    TEST(session__gives_out_no_call_after_a_failure),
	    TEST(session__keeps_the_first_failure),
	    TEST(session_cancel__ends_it_when_calls_are_answered),
	    TEST(session__fails_with_each_call_and_can_be_repeated),
	    TEST(session__fails_when_memory_is_out),
	};

	return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
