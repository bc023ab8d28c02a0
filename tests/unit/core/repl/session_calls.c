/*
 * Tests of core/repl/session.h: which calls it gives out when, and how long.
 * The tests are the driver.
 */
#include "tests/lib/session_peers.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    SESSION_TEST(session__pages_are_no_longer_than_their_limit),
	    SESSION_TEST(
		session__asks_for_few_bodies_until_it_knows_their_size),
	    SESSION_TEST(
		session__makes_the_sources_checkpoint_before_the_targets),
	    SESSION_TEST(session__reads_the_next_page_while_the_target_works),
	    SESSION_TEST(session__reads_no_more_pages_than_its_window),
	    SESSION_TEST(session__serves_the_oldest_page_first),
	    SESSION_TEST(session__asks_for_as_many_bodies_as_fit_a_page),
	    SESSION_TEST(session__gives_out_no_call_after_a_failure),
	    SESSION_TEST(session__keeps_the_first_failure),
	    SESSION_TEST(session_cancel__ends_it_when_calls_are_answered),
	};

	return cmocka_run_group_tests_name("session calls", tests, NULL, NULL);
}
