/* Tests of core/track/trace.h. */
#include "tests/lib/test.h"

#include "core/track/trace.h"

#define REV_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define REV_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

/* A track row of these revisions, each in a checkpoint of its own; NULL is a
 * deletion. */
static void
make_track(struct weft__track *track, const char *const *revs, int length)
{
	weft__track_init(track);
	for (int i = 0; i < length; i++) {
		struct weft__rev rev = {0};
		struct weft__track_write write = {
		    .rev = revs[i] ? &rev : NULL,
		    .checkpoint = (uint64_t)i + 1,
		    .seq = (uint64_t)i + 1,
		};

		if (revs[i])
			assert_true(
			    weft__rev_parse(weft_slice(revs[i]), &rev));
		assert_true(weft__track_apply(track, &write));
	}
}

static void
make_trace(struct weft__trace *trace)
{
	static const char *const revs[] = {REV_A, REV_B, NULL};
	struct weft__track track;

	make_track(&track, revs, 3);
	assert_true(weft__trace_of(&track, trace));
}

static struct weft_change
change_of(const char *rev, bool has_prev, const char *prev,
    uint32_t generation)
{
	return (struct weft_change){
	    .rev = weft_slice(rev),
	    .prev = weft_slice(prev),
	    .has_prev = has_prev,
	    .generation = generation,
	};
}

static void
trace_of__is_of_a_deletion(void **state)
{
	struct weft__trace trace;
	struct weft__oid rev;

	make_trace(&trace);
	assert_true(weft__oid_parse(weft_slice(REV_B), &rev));
	assert_true(weft__oid_equal(&trace.rev, &rev));
	assert_int_equal(trace.generation, 3);
}

static void
trace_of__refuses_what_it_cannot_stand_for(void **state)
{
	static const char *const live[] = {REV_A};
	static const char *const other[] = {"1-abc", NULL};
	struct weft__trace trace;
	struct weft__track track;

	weft__track_init(&track);
	assert_false(weft__trace_of(&track, &trace));
	make_track(&track, live, 1);
	assert_false(weft__trace_of(&track, &trace));
	make_track(&track, other, 2);
	assert_false(weft__trace_of(&track, &trace));
}

static void
trace_encode__reads_back(void **state)
{
	unsigned char bytes[WEFT__TRACE_SIZE + 1] = {0};
	const char *text = (const char *)bytes;
	struct weft__trace trace, copy;

	make_trace(&trace);
	trace.generation = 0x01020304;
	weft__trace_encode(&trace, bytes);
	assert_true(weft__trace_decode(
	    weft_slice_of(text, WEFT__TRACE_SIZE), &copy));
	assert_true(weft__oid_equal(&copy.rev, &trace.rev));
	assert_int_equal(copy.generation, 0x01020304);
	assert_false(weft__trace_decode(
	    weft_slice_of(text, WEFT__TRACE_SIZE - 1), &copy));
	assert_false(weft__trace_decode(
	    weft_slice_of(text, WEFT__TRACE_SIZE + 1), &copy));
	memset(bytes + WEFT__OID_SIZE, 0, 4);
	assert_false(weft__trace_decode(
	    weft_slice_of(text, WEFT__TRACE_SIZE), &copy));
}

static void
trace_recall__makes_a_deletion_that_can_be_written(void **state)
{
	struct weft_buf row = WEFT_BUF_INIT(4096);
	struct weft__track track, copy;
	struct weft__trace trace, again;
	struct weft_change change;

	make_trace(&trace);
	weft__trace_recall(&trace, 41, &track);
	assert_true(weft__track_deleted(&track));
	weft__track_change(
	    &track, weft_slice("M"), weft_slice("a"), &change);
	assert_null(change.rev.data);
	assert_true(weft_slice_equal(change.prev, weft_slice(REV_B)));
	assert_int_equal(change.checkpoint, 41);
	assert_int_equal(change.generation, 3);
	assert_int_equal(weft__track_encode(&track, &row), 0);
	assert_int_equal(
	    weft__track_decode(weft_buf_slice(&row), &copy, NULL), 0);
	assert_true(weft__trace_of(&copy, &again));
	assert_int_equal(again.generation, 3);
	assert_true(weft__oid_equal(&again.rev, &trace.rev));
	weft_buf_fini(&row);
}

static void
trace_has__only_the_state_that_was_deleted(void **state)
{
	const struct {
		struct weft_change change;
		bool has;
	} cases[] = {
	    {change_of(REV_B, false, NULL, 0), true},
	    {change_of(REV_B, true, REV_A, 0), true},
	    {change_of(REV_B, true, REV_A, 2), true},
	    {change_of(REV_B, true, NULL, 2), true},
	    {change_of(REV_B, true, NULL, 0), false}, /* nobody can tell */
	    {change_of(REV_B, true, REV_A, 3), false}, /* set back to it */
	    {change_of(REV_B, true, NULL, 4), false},
	    {change_of(REV_A, false, NULL, 1), false},
	    {change_of(NULL, true, REV_B, 3), false},
	};
	struct weft__track track;
	struct weft__trace trace;

	make_trace(&trace);
	weft__trace_recall(&trace, 0, &track);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(
		    weft__trace_has(&track, &cases[i].change), cases[i].has);
}

/* What was met once is known by the usual rules from then on. */
static void
trace_learn__makes_it_an_echo(void **state)
{
	const struct weft_change change = change_of(REV_B, true, REV_A, 0);
	const struct weft_change later = change_of(REV_A, true, REV_B, 0);
	struct weft_buf row = WEFT_BUF_INIT(4096);
	struct weft__track track, copy;
	struct weft__trace trace;

	make_trace(&trace);
	for (trace.generation = 2; trace.generation < 5; trace.generation++) {
		weft__trace_recall(&trace, 0, &track);
		assert_false(weft__track_is_echo(&track, &change));
		weft__trace_learn(&track, &later); /* of another state */
		assert_false(weft__track_is_echo(&track, &change));
		weft__trace_learn(&track, &change);
		assert_true(weft__track_is_echo(&track, &change));
		assert_false(weft__track_is_echo(&track, &later));
		weft_buf_clear(&row);
		assert_int_equal(weft__track_encode(&track, &row), 0);
		assert_int_equal(weft__track_decode(
				     weft_buf_slice(&row), &copy, NULL), 0);
		assert_true(weft__track_is_echo(&copy, &change));
	}
	weft_buf_fini(&row);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(trace_of__is_of_a_deletion),
	    cmocka_unit_test(trace_of__refuses_what_it_cannot_stand_for),
	    cmocka_unit_test(trace_encode__reads_back),
	    cmocka_unit_test(
		trace_recall__makes_a_deletion_that_can_be_written),
	    cmocka_unit_test(trace_has__only_the_state_that_was_deleted),
	    cmocka_unit_test(trace_learn__makes_it_an_echo),
	};

	return cmocka_run_group_tests_name("trace", tests, NULL, NULL);
}
