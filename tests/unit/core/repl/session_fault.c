/* Tests of core/repl/session.h: each call fails, and each allocation. */
#include "tests/lib/session_peers.h"

#include "core/base/alloc.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    SESSION_TEST(session__fails_with_each_call_and_can_be_repeated),
	    SESSION_TEST(session__fails_when_memory_is_out),
	};

	return cmocka_run_group_tests_name("session faults", tests, NULL, NULL);
}
