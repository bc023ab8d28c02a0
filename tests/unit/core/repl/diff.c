/*
 * Tests of core/repl/diff.h: the table of section 3.2, row by row.  Histories
 * are written as in tests/unit/core/track/writes.h: "a|b" is a in checkpoint
 * 1 and b in checkpoint 2; revisions: '-' null, '?' absent.
 */
#include "tests/unit/core/track/writes.h"

#include "core/repl/diff.h"
#include "core/track/trace.h"

struct outcome {
	enum weft__diff_outcome outcome;
	struct weft_change change;
	struct weft__track local; /* keeps the texts of 'change' */
};

static struct weft_change
remote_change(char rev, char prev)
{
	struct weft_change change = {
	    .model = weft_slice("Todo"),
	    .model_id = weft_slice("t1"),
	    .rev = weft_slice(text_of(rev)),
	    .checkpoint = 99,
	    .custom = weft_slice("{\"realm\":1}"),
	};

	if (prev != '?') {
		change.has_prev = true;
		change.prev = weft_slice(text_of(prev));
	}
	return change;
}

/* The answer of a side with this history (NULL: none) to {rev, prev}. */
static void
diff(struct outcome *out, const char *history, char rev, char prev,
    int64_t since)
{
	struct weft_change remote = remote_change(rev, prev);

	if (history)
		write_all(&out->local, history);
	out->outcome = weft__diff_change(&remote,
	    history ? &out->local : NULL, since, weft_slice("LocalTodo"),
	    &out->change);
}

static void
assert_nothing(const char *history, char rev, char prev, int64_t since)
{
	struct outcome out;

	diff(&out, history, rev, prev, since);
	assert_int_equal(out.outcome, WEFT__DIFF_NOTHING);
}

static void
assert_revs(const struct weft_change *change, char rev, char prev)
{
	assert_true(weft_slice_equal(change->rev, weft_slice(text_of(rev))));
	assert_int_equal(change->has_prev, prev != '?');
	assert_true(weft_slice_equal(change->prev,
	    weft_slice(prev == '?' ? NULL : text_of(prev))));
	assert_true(weft_slice_equal(change->model_id, weft_slice("t1")));
}

/* Taken over as {rev, made_prev}. */
static void
assert_delta(const char *history, char rev, char prev, int64_t since,
    char made_prev)
{
	struct outcome out;

	diff(&out, history, rev, prev, since);
	assert_int_equal(out.outcome, WEFT__DIFF_DELTA);
	assert_revs(&out.change, rev, made_prev);
	assert_true(weft_slice_equal(out.change.model, weft_slice("Todo")));
	assert_int_equal(out.change.checkpoint, 99);
	assert_true(weft_slice_equal(
	    out.change.custom, weft_slice("{\"realm\":1}")));
}

/* In conflict with this side's {local_rev, local_prev}. */
static void
assert_conflict(const char *history, char rev, char prev, int64_t since,
    char local_rev, char local_prev)
{
	struct outcome out;

	diff(&out, history, rev, prev, since);
	assert_int_equal(out.outcome, WEFT__DIFF_CONFLICT);
	assert_revs(&out.change, local_rev, local_prev);
	assert_true(
	    weft_slice_equal(out.change.model, weft_slice("LocalTodo")));
	assert_int_equal(out.change.checkpoint, out.local.checkpoint);
}

static void
diff_change__unknown_record_is_a_delta_with_prev_null(void **state)
{
	assert_delta(NULL, 'a', '?', -1, '-');
	assert_delta(NULL, 'b', 'a', 3, '-');
	assert_delta("", 'b', 'a', 3, '-');
}

static void
diff_change__unknown_tombstone_is_a_delta(void **state)
{
	assert_delta(NULL, '-', 'a', -1, '-');
}

static void
diff_change__recent_and_equal_is_nothing(void **state)
{
	assert_nothing("a|b", 'b', 'a', 2);
	assert_nothing("a|b", 'b', 'x', 2);
	assert_nothing("a", 'a', '?', -1);
}

static void
diff_change__same_state_with_more_behind_it_is_taken_as_it_is(void **state)
{
	const struct {
		const char *history;
		char rev, prev;
		uint32_t generation;
		enum weft__diff_outcome outcome;
	} cases[] = {
	    {"a|-", '-', 'b', 4, WEFT__DIFF_DELTA},
	    {"a|-", '-', 'a', 2, WEFT__DIFF_NOTHING},
	    {NULL, '-', 'b', 2, WEFT__DIFF_DELTA},
	    {"a", 'a', 'b', 3, WEFT__DIFF_DELTA},
	    {"a|b", 'b', 'a', 2, WEFT__DIFF_NOTHING},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct weft_change out;
		struct weft_change remote =
		    remote_change(cases[i].rev, cases[i].prev);
		struct weft__track local;

		remote.generation = cases[i].generation;
		if (cases[i].history)
			write_all(&local, cases[i].history);
		assert_int_equal(weft__diff_change(&remote,
		    cases[i].history ? &local : NULL, 9,
		    weft_slice("LocalTodo"), &out), cases[i].outcome);
		if (cases[i].outcome == WEFT__DIFF_DELTA)
			assert_revs(&out, cases[i].rev, cases[i].prev);
	}
}

static void
diff_change__both_deleted_is_nothing(void **state)
{
	assert_nothing("a|-", '-', 'a', 2);
	assert_nothing("a|-", '-', 'x', -1);
}

static void
diff_change__recent_and_based_on_is_an_unmodified_delta(void **state)
{
	assert_delta("a|b", 'c', 'b', 2, 'b');
	assert_delta("a", 'b', 'a', -1, 'a');
	assert_delta("a|b", '-', 'b', 1, 'b');
}

static void
diff_change__recreation_on_a_recent_tombstone_is_a_delta(void **state)
{
	assert_delta("a|-", 'b', '-', 2, '-');
}

static void
diff_change__recent_and_otherwise_changed_is_a_conflict(void **state)
{
	assert_conflict("a|b", 'c', 'a', 2, 'b', 'a');
	assert_conflict("a", 'b', 'x', -1, 'a', '?');
}

static void
diff_change__create_against_a_recent_create_is_a_conflict(void **state)
{
	assert_conflict("a", 'b', '?', 1, 'a', '?');
}

static void
diff_change__create_against_a_recent_tombstone_is_a_conflict(void **state)
{
	assert_conflict("a|-", 'b', '?', 2, '-', 'a');
}

static void
diff_change__delete_against_a_recent_update_is_a_conflict(void **state)
{
	assert_conflict("a|b", '-', 'a', 2, 'b', 'a');
}

static void
diff_change__update_against_a_recent_tombstone_is_a_conflict(void **state)
{
	assert_conflict("a|-", 'b', 'a', 2, '-', 'a');
}

static void
diff_change__not_recent_is_a_delta_based_on_what_is_here(void **state)
{
	assert_delta("a|b", 'c', 'a', 3, 'b');
	assert_delta("a|b", 'c', '?', 3, 'b');
	assert_delta("a|b", '-', 'x', 3, 'b');
}

static void
diff_change__not_recent_tombstone_gives_prev_null(void **state)
{
	assert_delta("a|-", 'b', 'x', 3, '-');
	assert_delta("a|-", 'b', '?', 3, '-');
}

/* Unlike LoopBack: docs/decisions/0002. */
static void
diff_change__not_recent_and_equal_is_nothing(void **state)
{
	assert_nothing("a|b", 'b', 'a', 3);
	assert_nothing("a|-", '-', 'a', 3);
	assert_nothing("a-", '-', 'x', 3);
}

static void
diff_change__checkpoint_equal_to_since_is_recent(void **state)
{
	assert_conflict("a|b", 'c', 'a', 2, 'b', 'a');
	assert_delta("a|b", 'c', 'a', 3, 'b');
}

static void
diff_change__every_since_below_zero_means_all(void **state)
{
	assert_conflict("a|b", 'c', 'a', -1, 'b', 'a');
	assert_conflict("a|b", 'c', 'a', INT64_MIN, 'b', 'a');
	assert_conflict("a|b", 'c', 'a', 0, 'b', 'a');
	assert_delta("a|b", 'c', 'a', INT64_MAX, 'b');
}

/* Defect D: what was pulled from here comes back, after changes here. */
static void
diff_change__echo_is_nothing(void **state)
{
	assert_nothing("a|b|c", 'a', '?', -1);
	assert_nothing("a|b|c", 'b', 'a', -1);
	assert_nothing("a|b|c", 'b', 'a', 0);
	assert_nothing("a|-|c", '-', 'a', -1);
}

static void
diff_change__echo_is_nothing_when_not_recent_too(void **state)
{
	assert_nothing("a|b|c", 'b', 'a', 9);
	assert_nothing("a|b|c", 'a', '?', 9);
}

/* The counter-example: a client on the second f sets t itself. */
static void
diff_change__return_to_old_content_is_no_echo(void **state)
{
	assert_conflict("f|t|f|g", 't', 'f', -1, 'g', 'f');
	assert_nothing("f|t|f|g", 'f', 't', -1);
	assert_conflict("a|b|c", 'a', 'b', -1, 'c', 'b');
	assert_delta("a|b|c", 'a', 'c', -1, 'c');
}

static void
diff_change__strictly_nothing_is_an_echo(void **state)
{
	assert_conflict("a|b|c", 'b', 'a', WEFT__SINCE_STRICT, 'c', 'b');
	assert_delta("a|b|c", 'd', 'c', WEFT__SINCE_STRICT, 'c');
	assert_nothing("a|b|c", 'c', 'x', WEFT__SINCE_STRICT);
}

/* How {rev, prev} of a peer stands to this history (NULL: none). */
static enum weft__relation
relate(const char *history, char rev, char prev)
{
	struct weft_change remote = remote_change(rev, prev);
	struct weft__track local;

	if (history)
		write_all(&local, history);
	return weft__diff_relate(&remote, history ? &local : NULL);
}

static void
diff_relate__same_revision(void **state)
{
	assert_int_equal(relate("a|b", 'b', 'x'), WEFT__RELATION_SAME);
	assert_int_equal(relate("a|-", '-', 'x'), WEFT__RELATION_SAME);
}

static void
diff_relate__peer_is_behind_with_a_revision_of_the_past(void **state)
{
	assert_int_equal(relate("a|b|c", 'b', 'a'), WEFT__RELATION_BEHIND);
	assert_int_equal(relate("a|-|c", '-', 'a'), WEFT__RELATION_BEHIND);
}

static void
diff_relate__peer_is_ahead_if_it_was_made_from_what_is_here(void **state)
{
	assert_int_equal(relate("a|b", 'c', 'b'), WEFT__RELATION_AHEAD);
	assert_int_equal(relate("a|b", '-', 'b'), WEFT__RELATION_AHEAD);
	assert_int_equal(relate("a|-", 'b', '-'), WEFT__RELATION_AHEAD);
}

static void
diff_relate__in_doubt_there_is_none(void **state)
{
	assert_int_equal(relate(NULL, 'a', '?'), WEFT__RELATION_NONE);
	assert_int_equal(relate("", 'a', '?'), WEFT__RELATION_NONE);
	assert_int_equal(relate("a|b", 'c', 'a'), WEFT__RELATION_NONE);
	assert_int_equal(relate("a|b|a", 'b', 'a'), WEFT__RELATION_NONE);
}

/* Null is any deletion: not one that this side's goes back behind. */
static void
diff__tells_deletions_apart_by_generation(void **state)
{
	struct weft_change remote = remote_change('x', '-');
	struct weft__track local;
	struct weft_change out;

	write_all(&local, "a|b|-"); /* the third generation */
	for (uint32_t generation = 1; generation < 5; generation++) {
		const bool is_later = generation > 3;

		remote.generation = generation;
		assert_int_equal(weft__diff_change(&remote, &local, -1,
				     weft_slice("Todo"), &out),
		    is_later ? WEFT__DIFF_DELTA : WEFT__DIFF_CONFLICT);
		assert_int_equal(weft__diff_relate(&remote, &local),
		    is_later ? WEFT__RELATION_AHEAD : WEFT__RELATION_NONE);
	}
}

/* What a trace of a deletion of 'b', the third generation, says. */
static void
diff_trace__judges_by_one_revision(void **state)
{
	static const struct {
		char rev, prev;
		uint32_t generation;
		int64_t since;
		enum weft__diff_outcome outcome;
		enum weft__relation relation;
	} cases[] = {
	    {'b', 'a', 0, -1, WEFT__DIFF_NOTHING, WEFT__RELATION_BEHIND},
	    {'b', 'a', 2, -1, WEFT__DIFF_NOTHING, WEFT__RELATION_BEHIND},
	    {'b', 'a', 4, -1, WEFT__DIFF_CONFLICT, WEFT__RELATION_NONE},
	    {'b', '?', 0, -1, WEFT__DIFF_NOTHING, WEFT__RELATION_BEHIND},
	    {'b', '-', 2, -1, WEFT__DIFF_NOTHING, WEFT__RELATION_BEHIND},
	    {'b', '-', 0, -1, WEFT__DIFF_CONFLICT, WEFT__RELATION_NONE},
	    {'b', '-', 4, -1, WEFT__DIFF_DELTA, WEFT__RELATION_AHEAD},
	    {'-', 'x', 0, -1, WEFT__DIFF_NOTHING, WEFT__RELATION_SAME},
	    {'x', 'b', 0, -1, WEFT__DIFF_CONFLICT, WEFT__RELATION_NONE},
	    {'x', 'b', 9, -1, WEFT__DIFF_CONFLICT, WEFT__RELATION_NONE},
	    {'x', '-', 3, -1, WEFT__DIFF_CONFLICT, WEFT__RELATION_NONE},
	    {'x', '-', 4, -1, WEFT__DIFF_DELTA, WEFT__RELATION_AHEAD},
	    /* Who has a position above it knows of the deletion. */
	    {'x', 'b', 0, 9, WEFT__DIFF_DELTA, WEFT__RELATION_NONE},
	    {'b', 'a', 0, WEFT__SINCE_STRICT, WEFT__DIFF_CONFLICT,
		WEFT__RELATION_BEHIND},
	};
	struct weft__track track, recalled;
	struct weft__trace trace;
	struct weft_change out;

	write_all(&track, "a|b|-");
	assert_true(weft__trace_of(&track, &trace));
	weft__trace_recall(&trace, 3, &recalled);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct weft_change remote =
		    remote_change(cases[i].rev, cases[i].prev);

		remote.generation = cases[i].generation;
		assert_int_equal(
		    weft__diff_trace(&remote, &recalled, cases[i].since,
			weft_slice("Todo"), &out), cases[i].outcome);
		assert_int_equal(weft__diff_relate_trace(&remote, &recalled),
		    cases[i].relation);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		diff_change__unknown_record_is_a_delta_with_prev_null),
	    cmocka_unit_test(diff_change__unknown_tombstone_is_a_delta),
	    cmocka_unit_test(diff_change__recent_and_equal_is_nothing),
	    cmocka_unit_test(
		diff_change__same_state_with_more_behind_it_is_taken_as_it_is),
	    cmocka_unit_test(diff_change__both_deleted_is_nothing),
	    cmocka_unit_test(
		diff_change__recent_and_based_on_is_an_unmodified_delta),
	    cmocka_unit_test(
		diff_change__recreation_on_a_recent_tombstone_is_a_delta),
	    cmocka_unit_test(
		diff_change__recent_and_otherwise_changed_is_a_conflict),
	    cmocka_unit_test(
		diff_change__create_against_a_recent_create_is_a_conflict),
	    cmocka_unit_test(
		diff_change__create_against_a_recent_tombstone_is_a_conflict),
	    cmocka_unit_test(
		diff_change__delete_against_a_recent_update_is_a_conflict),
	    cmocka_unit_test(
		diff_change__update_against_a_recent_tombstone_is_a_conflict),
	    cmocka_unit_test(
		diff_change__not_recent_is_a_delta_based_on_what_is_here),
	    cmocka_unit_test(
		diff_change__not_recent_tombstone_gives_prev_null),
	    cmocka_unit_test(diff_change__not_recent_and_equal_is_nothing),
	    cmocka_unit_test(
		diff_change__checkpoint_equal_to_since_is_recent),
	    cmocka_unit_test(diff_change__every_since_below_zero_means_all),
	    cmocka_unit_test(diff_change__echo_is_nothing),
	    cmocka_unit_test(
		diff_change__echo_is_nothing_when_not_recent_too),
	    cmocka_unit_test(diff_change__return_to_old_content_is_no_echo),
	    cmocka_unit_test(diff_change__strictly_nothing_is_an_echo),
	    cmocka_unit_test(diff_relate__same_revision),
	    cmocka_unit_test(
		diff_relate__peer_is_behind_with_a_revision_of_the_past),
	    cmocka_unit_test(
		diff_relate__peer_is_ahead_if_it_was_made_from_what_is_here),
	    cmocka_unit_test(diff__tells_deletions_apart_by_generation),
	    cmocka_unit_test(diff_trace__judges_by_one_revision),
	    cmocka_unit_test(diff_relate__in_doubt_there_is_none),
	};

	return cmocka_run_group_tests_name("diff", tests, NULL, NULL);
}
