/*
 * Tests of core/track/track_row.h: what a peer's write of the state that is
 * here teaches.
 */
#include "tests/unit/core/track/writes.h"

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

/* A peer may say any number. */
static void
track_apply__counts_no_further_than_it_can(void **state)
{
	struct weft_buf row = WEFT_BUF_INIT(4096);
	struct weft__track track, copy;

	write_all(&track, "a|-");
	assert_true(learn(&track, '-', UINT32_MAX, "c-a"));
	assert_true(write_letter(&track, 'b', 10));
	assert_true(write_letter(&track, '-', 11));
	assert_int_equal(change_of(&track).generation, UINT32_MAX);
	assert_int_equal(weft__track_encode(&track, &row), 0);
	assert_int_equal(
	    weft__track_decode(weft_buf_slice(&row), &copy, NULL), 0);
	assert_int_equal(change_of(&copy).generation, UINT32_MAX);
	weft_buf_fini(&row);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(track_apply__learns_what_led_to_the_same_state),
	    cmocka_unit_test(
		track_apply__learns_nothing_from_one_who_knows_less),
	    cmocka_unit_test(track_apply__counts_no_further_than_it_can),
	};

	return cmocka_run_group_tests_name("track_learn", tests, NULL, NULL);
}
