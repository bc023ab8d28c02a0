/*
 * Tests of core/track/track_row.h: what a peer's write of the state that is
 * here teaches.
 */
#include "tests/unit/core/track/writes.h"

static struct weft_change
change_of(const struct weft__track *track)
{
	struct weft_change change;

	weft__track_change(
	    track, weft_slice("Todo"), weft_slice("t1"), &change);
	return change;
}

static void
assert_rev(struct weft_slice rev, char letter)
{
	assert_true(weft_slice_equal(rev, weft_slice(text_of(letter))));
}

/* A peer's write of the same state, to which these revisions led there:
 * letters, the newest first. */
static bool
learn(struct weft__track *track, char letter, uint32_t generation,
    const char *letters)
{
	struct weft_buf history = WEFT_BUF_INIT(4096);
	struct weft__track_write write = {
	    .checkpoint = 9,
	    .seq = 90,
	    .replicated = true,
	    .generation = generation,
	    .rev = letter == '-' ? NULL : rev_of(letter),
	};
	bool changed;

	for (; *letters; letters++)
		assert_int_equal(weft_buf_printf(&history, "%s\n",
		    *letters == '-' ? "" : text_of(*letters)), 0);
	write.history = weft_buf_slice(&history);
	changed = weft__track_apply(track, &write);
	weft_buf_fini(&history);
	return changed;
}

static void
track_apply__learns_what_led_to_the_same_state(void **state)
{
	struct weft__track track;

	write_all(&track, "a|-");
	assert_true(learn(&track, '-', 4, "c-a"));
	assert_null(change_of(&track).rev.data);
	assert_rev(change_of(&track).prev, 'c');
	assert_int_equal(change_of(&track).generation, 4);
	assert_int_equal(track.checkpoint, 9);
	assert_int_equal(track.seq, 90);
	assert_int_equal(track.tree.length, 4);
	/* Content that came back. */
	write_all(&track, "a");
	assert_true(learn(&track, 'a', 3, "ba"));
	assert_rev(change_of(&track).rev, 'a');
	assert_rev(change_of(&track).prev, 'b');
	assert_int_equal(change_of(&track).generation, 3);
	/* What was never here. */
	write_all(&track, "");
	assert_true(learn(&track, '-', 2, "a"));
	assert_true(weft__track_deleted(&track));
	assert_rev(change_of(&track).prev, 'a');
	assert_int_equal(change_of(&track).generation, 2);
}

static void
track_apply__learns_nothing_from_one_who_knows_less(void **state)
{
	struct weft__track track;

	write_all(&track, "a|-");
	assert_false(learn(&track, '-', 2, "b"));
	assert_false(learn(&track, '-', 0, "b"));
	assert_int_equal(track.tree.length, 2);
	assert_int_equal(track.checkpoint, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(track_apply__learns_what_led_to_the_same_state),
	    cmocka_unit_test(
		track_apply__learns_nothing_from_one_who_knows_less),
	};

	return cmocka_run_group_tests_name("track_learn", tests, NULL, NULL);
}
