/*
 * Tests of core/track/track_row.h: LoopBack's table of rectify (section 2.2)
 * row by row, and echoes.
 */
#include "tests/unit/core/track/writes.h"

#include <stdio.h>

/*
 * What the writes leave behind: '-' is null, and '?' is an absent prev.
 */
static void
check(const char *writes, char rev, char prev, uint64_t checkpoint,
    enum weft_change_type type)
{
	struct weft__track track;
	struct weft_change change;

	write_all(&track, writes);
	change = change_of(&track);
	assert_rev(change.rev, rev);
	assert_int_equal(change.has_prev, prev != '?');
	assert_rev(change.prev, prev == '?' ? '-' : prev);
	assert_int_equal(change.checkpoint, checkpoint);
	assert_int_equal(weft_change_type(&change), type);
	assert_int_equal(weft__track_deleted(&track), rev == '-');
}

static void
track_apply__create(void **state)
{
	check("a", 'a', '?', 1, WEFT_CHANGE_CREATE);
}

static void
track_apply__update_in_the_checkpoint_of_the_create_is_a_create(void **state)
{
	check("ab", 'b', '?', 1, WEFT_CHANGE_CREATE);
}

static void
track_apply__update_in_a_later_checkpoint(void **state)
{
	check("ab|c", 'c', 'b', 2, WEFT_CHANGE_UPDATE);
}

static void
track_apply__second_update_in_a_checkpoint_keeps_prev(void **state)
{
	check("ab|cd", 'd', 'b', 2, WEFT_CHANGE_UPDATE);
}

static void
track_apply__back_to_the_old_content_makes_rev_equal_prev(void **state)
{
	check("ab|cdb", 'b', 'b', 2, WEFT_CHANGE_UPDATE);
}

static void
track_apply__write_of_the_same_content_changes_nothing(void **state)
{
	struct weft__track track;

	check("ab|cdb|b", 'b', 'b', 2, WEFT_CHANGE_UPDATE);
	write_all(&track, "a");
	assert_false(write_letter(&track, 'a', 5));
	assert_int_equal(track.seq, 1);
	assert_int_equal(track.tree.length, 1);
}

static void
track_apply__delete_in_a_later_checkpoint(void **state)
{
	check("ab|cdb|-", '-', 'b', 3, WEFT_CHANGE_DELETE);
}

static void
track_apply__recreate_in_the_checkpoint_of_the_delete(void **state)
{
	check("ab|cdb|-e", 'e', 'b', 3, WEFT_CHANGE_UPDATE);
}

static void
track_apply__delete_then_recreate_in_the_next_checkpoint(void **state)
{
	check("ab|cdb|-e|-", '-', 'e', 4, WEFT_CHANGE_DELETE);
	check("ab|cdb|-e|-|f", 'f', '-', 5, WEFT_CHANGE_CREATE);
}

static void
track_apply__create_and_delete_in_one_checkpoint_is_unknown(void **state)
{
	check("a-", '-', '?', 1, WEFT_CHANGE_UNKNOWN);
	check("a-b", 'b', '?', 1, WEFT_CHANGE_CREATE);
	check("a-|b", 'b', '-', 2, WEFT_CHANGE_CREATE);
}

static void
track_apply__recreate_and_delete_in_one_checkpoint_tells_the_first(
    void **state)
{
	check("ab|-|c-", '-', 'b', 3, WEFT_CHANGE_DELETE);
	check("ab|-|c-d", 'd', '-', 3, WEFT_CHANGE_CREATE);
}

static void
track_apply__delete_of_what_never_was_changes_nothing(void **state)
{
	struct weft__track track;

	weft__track_init(&track);
	assert_false(write_letter(&track, '-', 1));
	assert_false(weft__track_deleted(&track));
	write_all(&track, "a|-");
	assert_false(write_letter(&track, '-', 3));
	assert_int_equal(track.checkpoint, 2);
}

static void
track_apply__takes_a_checkpoint_below_the_last_as_another(void **state)
{
	struct weft__track track;

	weft__track_init(&track);
	assert_true(write_letter(&track, 'a', 9));
	assert_true(write_letter(&track, 'b', 4));
	assert_rev(change_of(&track).prev, 'a');
	assert_int_equal(track.checkpoint, 4);
}

static void
track_apply__keeps_the_sequences(void **state)
{
	struct weft__track track;

	write_all(&track, "ab|c");
	assert_int_equal(track.seq, 3);
	assert_int_equal(track.created_seq, 1);
	write_all(&track, "ab-|cd");
	assert_int_equal(track.seq, 5);
	assert_int_equal(track.created_seq, 4);
}

static void
track_apply__grows_the_tree(void **state)
{
	struct weft__track track;
	struct weft__oid blob;

	write_all(&track, "a|b|-|a");
	weft__object_id("blob", "a", 1, &blob);
	assert_int_equal(track.tree.length, 4);
	assert_int_equal(track.tree.current, 3);
	assert_int_equal(track.tree.nodes[3].generation, 4);
	assert_string_equal(track.tree.nodes[3].rev.text, text_of('a'));
	assert_memory_equal(track.tree.nodes[3].blob, blob.bytes,
	    WEFT__REVNODE_BLOB_SIZE);
	assert_int_equal(track.tree.nodes[2].flags, WEFT__REVNODE_DELETED);
	assert_int_equal(track.tree.nodes[2].rev.size, 0);
}

static void
track_apply__keeps_the_hash_only_where_rev_is_another(void **state)
{
	struct weft__track track;
	struct weft__rev rev;
	struct weft__oid hash, blob;
	struct weft__track_write write = {&rev, &hash, &blob, 1, 1};

	weft__sha1("a", 1, &hash);
	weft__object_id("blob", "a", 1, &blob);
	write_all(&track, "a");
	assert_true(weft__oid_is_zero(&track.tree.nodes[0].hash));
	weft__track_init(&track);
	assert_true(weft__rev_parse(weft_slice("1-x"), &rev));
	assert_true(weft__track_apply(&track, &write));
	assert_true(weft__oid_equal(&track.tree.nodes[0].hash, &hash));
	weft__track_init(&track);
	rev = *rev_of('b');
	assert_true(weft__track_apply(&track, &write));
	assert_true(weft__oid_equal(&track.tree.nodes[0].hash, &hash));
}

/* Writes the body for a peer whose record had this history. */
static void
replicate_letter(struct weft__track *track, char letter, uint64_t checkpoint,
    const char *history, uint32_t generation)
{
	struct weft__oid hash;
	struct weft__track_write write = {
	    .rev = rev_of(letter),
	    .hash = &hash,
	    .blob = &hash,
	    .checkpoint = checkpoint,
	    .seq = track->seq + 1,
	    .replicated = true,
	    .history = weft_slice(history),
	    .generation = generation,
	};

	weft__sha1(&letter, 1, &hash);
	assert_true(weft__track_apply(track, &write));
}

static void
track_apply__users_write_over_a_replicated_one_is_based_on_it(void **state)
{
	struct weft__track track;

	weft__track_init(&track);
	replicate_letter(&track, 'a', 3, NULL, 0);
	assert_true(write_letter(&track, 'b', 3));
	assert_true(change_of(&track).has_prev);
	assert_rev(change_of(&track).prev, 'a');
	/* The next one in the checkpoint is the same change. */
	assert_true(write_letter(&track, '-', 3));
	assert_rev(change_of(&track).prev, 'a');
	assert_int_equal(
	    weft_change_type(&(struct weft_change){
		.rev = change_of(&track).rev,
		.prev = change_of(&track).prev}), WEFT_CHANGE_DELETE);
}

static void
track_apply__replicated_writes_in_a_checkpoint_are_one_change(void **state)
{
	struct weft__track track;

	write_all(&track, "a");
	replicate_letter(&track, 'b', 2, NULL, 0);
	replicate_letter(&track, 'c', 2, NULL, 0);
	assert_rev(change_of(&track).prev, 'a');
}

static void
track_apply__learns_the_history_of_a_replicated_write(void **state)
{
	struct weft_buf history = WEFT_BUF_INIT(1000);
	struct weft_change skipped = {
	    .rev = weft_slice(text_of('b')),
	    .prev = weft_slice(text_of('a')),
	    .has_prev = true,
	};
	struct weft__track track, peer;

	write_all(&peer, "a|b|c");
	assert_int_equal(weft__track_history(&peer, &history), 0);
	write_all(&track, "a");
	replicate_letter(&track, 'c', 2, history.data, 0);
	assert_int_equal(track.tree.length, 3);
	assert_true(weft__track_is_echo(&track, &skipped));
	weft_buf_fini(&history);
}

static void
track_apply__is_of_no_lower_generation_than_its_source(void **state)
{
	struct weft__track track;

	write_all(&track, "a|b");
	assert_int_equal(change_of(&track).generation, 2);
	replicate_letter(&track, 'c', 2, NULL, 9);
	assert_int_equal(change_of(&track).generation, 9);
	replicate_letter(&track, 'd', 2, NULL, 5);
	assert_int_equal(change_of(&track).generation, 10);
}

static void
track_history__lists_older_revisions_newest_first(void **state)
{
	struct weft_buf history = WEFT_BUF_INIT(1000);
	char expected[100];
	struct weft__track track;

	write_all(&track, "a|-|b|c");
	snprintf(expected, sizeof expected, "%.40s\n\n%.40s\n", text_of('b'),
	    text_of('a'));
	assert_int_equal(weft__track_history(&track, &history), 0);
	assert_string_equal(history.data, expected);
	weft_buf_clear(&history);
	write_all(&track, "a");
	assert_int_equal(weft__track_history(&track, &history), 0);
	write_all(&track, "");
	assert_int_equal(weft__track_history(&track, &history), 0);
	assert_int_equal(history.size, 0);
	weft_buf_fini(&history);
}

static void
track_rebase__sets_prev_and_remembers_it(void **state)
{
	struct weft_change theirs = {
	    .rev = weft_slice(text_of('x')),
	    .prev = weft_slice(text_of('a')),
	    .has_prev = true,
	};
	struct weft__track track;

	write_all(&track, "a|b");
	assert_true(weft__track_rebase(&track, weft_slice(text_of('x')),
	    true, 0, weft_slice(NULL)));
	assert_rev(change_of(&track).rev, 'b');
	assert_rev(change_of(&track).prev, 'x');
	assert_int_equal(track.checkpoint, 2);
	/* Another change overwrites prev, not what was decided. */
	assert_true(write_letter(&track, 'c', 3));
	assert_rev(change_of(&track).prev, 'b');
	assert_true(weft__track_is_echo(&track, &theirs));
}

static void
track_rebase__takes_null_absent_and_known_revisions(void **state)
{
	struct weft__track track;

	write_all(&track, "a|b");
	assert_true(weft__track_rebase(&track, weft_slice(text_of('a')),
	    true, 0, weft_slice(NULL)));
	assert_int_equal(track.tree.length, 2);
	assert_true(weft__track_rebase(&track, weft_slice(NULL),
	    true, 0, weft_slice(NULL)));
	assert_true(change_of(&track).has_prev);
	assert_null(change_of(&track).prev.data);
	assert_int_equal(track.tree.length, 3);
	assert_true(weft__track_rebase(&track, weft_slice(NULL),
	    false, 0, weft_slice(NULL)));
	assert_false(change_of(&track).has_prev);
	assert_int_equal(track.tree.length, 3);
}

static uint32_t
generation_of(const struct weft__track *track)
{
	return track->tree.nodes[track->tree.current].generation;
}

static void
track_rebase__rises_above_what_it_is_based_on(void **state)
{
	struct weft__track track;

	write_all(&track, "a|b");
	assert_int_equal(generation_of(&track), 2);
	assert_true(weft__track_rebase(&track, weft_slice(text_of('a')),
	    true, 1, weft_slice(NULL)));
	assert_int_equal(generation_of(&track), 2);
	assert_true(weft__track_rebase(&track, weft_slice(NULL), true, 9,
	    weft_slice(NULL)));
	assert_int_equal(generation_of(&track), 10);
	assert_true(weft__track_rebase(&track, weft_slice(NULL), true,
	    UINT32_MAX, weft_slice(NULL)));
	assert_int_equal(generation_of(&track), 10);
}

static void
track_rebase__refuses_what_is_no_revision(void **state)
{
	struct weft__track track;

	write_all(&track, "a|b");
	assert_false(weft__track_rebase(&track, weft_slice("a\n"),
	    true, 0, weft_slice(NULL)));
	assert_rev(change_of(&track).prev, 'a');
}

static bool
is_echo(const char *writes, char rev, char prev)
{
	struct weft_change change = {.rev = weft_slice(text_of(rev))};
	struct weft__track track;

	if (prev != '?') {
		change.has_prev = true;
		change.prev = weft_slice(text_of(prev));
	}
	write_all(&track, writes);
	return weft__track_is_echo(&track, &change);
}

static void
track_is_echo__revision_of_the_past(void **state)
{
	assert_true(is_echo("a|b|c", 'b', 'a'));
	assert_true(is_echo("a|b|c", 'a', '?'));
	assert_true(is_echo("a|b|-|d", '-', 'b'));
	assert_true(is_echo("a|-|b|c", 'b', '-'));
	assert_true(is_echo("a|b|c|d|e", 'd', 'a'));
}

static void
track_is_echo__not_the_current_revision(void **state)
{
	assert_false(is_echo("a|b", 'b', 'a'));
	assert_false(is_echo("a|b|-", '-', 'b'));
	assert_false(is_echo("a|b|a", 'a', 'b'));
}

static void
track_is_echo__not_an_unknown_revision(void **state)
{
	assert_false(is_echo("a|b", 'c', 'a'));
	assert_false(is_echo("a|b", '-', 'a'));
	assert_false(is_echo("", 'a', '?'));
}

static void
track_is_echo__not_if_prev_is_unknown_or_not_older(void **state)
{
	assert_false(is_echo("a|b|c", 'b', 'x'));
	assert_false(is_echo("a|b|c", 'b', '-'));
	assert_false(is_echo("a|b|c", 'a', 'b'));
	assert_false(is_echo("a|b|c", 'b', 'b'));
	assert_false(is_echo("a|b|c", 'a', 'c'));
}

/*
 * f, t, f, g: a client on the second f that sets t sends {t, prev f}, which is
 * its own change.  One on t that follows to f sends {f, prev t}: an echo.
 */
static void
track_is_echo__counts_the_last_occurrence(void **state)
{
	assert_false(is_echo("f|t|f|g", 't', 'f'));
	assert_true(is_echo("f|t|f|g", 'f', 't'));
}

static void
track_is_echo__absent_prev_wants_the_only_occurrence(void **state)
{
	assert_false(is_echo("f|t|f|g", 'f', '?'));
	assert_true(is_echo("f|t|f|g", 't', '?'));
}

static void
track_is_echo__not_of_a_generation_that_is_not_below(void **state)
{
	struct weft_change change = {
	    .rev = weft_slice(text_of('b')),
	    .prev = weft_slice(text_of('a')),
	    .has_prev = true,
	};
	struct weft__track track;

	write_all(&track, "a|b|c");
	change.generation = 2;
	assert_true(weft__track_is_echo(&track, &change));
	change.generation = 3;
	assert_false(weft__track_is_echo(&track, &change));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(track_apply__create),
	    cmocka_unit_test(
		track_apply__update_in_the_checkpoint_of_the_create_is_a_create),
	    cmocka_unit_test(track_apply__update_in_a_later_checkpoint),
	    cmocka_unit_test(
		track_apply__second_update_in_a_checkpoint_keeps_prev),
	    cmocka_unit_test(
		track_apply__back_to_the_old_content_makes_rev_equal_prev),
	    cmocka_unit_test(
		track_apply__write_of_the_same_content_changes_nothing),
	    cmocka_unit_test(track_apply__delete_in_a_later_checkpoint),
	    cmocka_unit_test(
		track_apply__recreate_in_the_checkpoint_of_the_delete),
	    cmocka_unit_test(
		track_apply__delete_then_recreate_in_the_next_checkpoint),
	    cmocka_unit_test(
		track_apply__create_and_delete_in_one_checkpoint_is_unknown),
	    cmocka_unit_test(
		track_apply__recreate_and_delete_in_one_checkpoint_tells_the_first),
	    cmocka_unit_test(
		track_apply__delete_of_what_never_was_changes_nothing),
	    cmocka_unit_test(
		track_apply__takes_a_checkpoint_below_the_last_as_another),
	    cmocka_unit_test(track_apply__keeps_the_sequences),
	    cmocka_unit_test(track_apply__grows_the_tree),
	    cmocka_unit_test(
		track_apply__keeps_the_hash_only_where_rev_is_another),
	    cmocka_unit_test(
		track_apply__users_write_over_a_replicated_one_is_based_on_it),
	    cmocka_unit_test(
		track_apply__replicated_writes_in_a_checkpoint_are_one_change),
	    cmocka_unit_test(
		track_apply__learns_the_history_of_a_replicated_write),
	    cmocka_unit_test(
		track_apply__is_of_no_lower_generation_than_its_source),
	    cmocka_unit_test(track_history__lists_older_revisions_newest_first),
	    cmocka_unit_test(track_rebase__sets_prev_and_remembers_it),
	    cmocka_unit_test(
		track_rebase__takes_null_absent_and_known_revisions),
	    cmocka_unit_test(track_rebase__rises_above_what_it_is_based_on),
	    cmocka_unit_test(track_rebase__refuses_what_is_no_revision),
	    cmocka_unit_test(track_is_echo__revision_of_the_past),
	    cmocka_unit_test(track_is_echo__not_the_current_revision),
	    cmocka_unit_test(track_is_echo__not_an_unknown_revision),
	    cmocka_unit_test(
		track_is_echo__not_if_prev_is_unknown_or_not_older),
	    cmocka_unit_test(track_is_echo__counts_the_last_occurrence),
	    cmocka_unit_test(
		track_is_echo__absent_prev_wants_the_only_occurrence),
	    cmocka_unit_test(
		track_is_echo__not_of_a_generation_that_is_not_below),
	};

	return cmocka_run_group_tests_name("track_row", tests, NULL, NULL);
}
