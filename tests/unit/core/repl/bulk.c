/*
 * Tests of core/repl/bulk.h: the rules of section 3.4, each by itself.
 * Histories and revisions as in tests/unit/core/track/writes.h.
 */
#include "tests/unit/core/track/writes.h"

#include "core/repl/bulk.h"

/* What a record with this history (NULL: none) does with {rev, prev}. */
static enum weft__bulk_action
decide_generation(const char *history, enum weft_change_type type, char rev,
    char prev, uint32_t generation)
{
	struct weft_update update = {
	    .type = type,
	    .change = {.rev = weft_slice(text_of(rev)),
		.generation = generation},
	};
	struct weft__track track;

	if (prev != '?') {
		update.change.has_prev = true;
		update.change.prev = weft_slice(text_of(prev));
	}
	if (history)
		write_all(&track, history);
	return weft__bulk_decide(&update, history ? &track : NULL);
}

/* The same, of a peer that tells no generation. */
static enum weft__bulk_action
decide(const char *history, enum weft_change_type type, char rev, char prev)
{
	return decide_generation(history, type, rev, prev, 0);
}

static void
bulk_decide__update_of_the_current_revision_is_written(void **state)
{
	assert_int_equal(decide("a|b", WEFT_CHANGE_UPDATE, 'c', 'b'),
	    WEFT__BULK_WRITE);
}

static void
bulk_decide__update_of_another_revision_is_a_conflict(void **state)
{
	assert_int_equal(decide("a|b", WEFT_CHANGE_UPDATE, 'c', 'a'),
	    WEFT__BULK_CONFLICT);
	assert_int_equal(decide("a|b", WEFT_CHANGE_UPDATE, 'c', '-'),
	    WEFT__BULK_CONFLICT);
	assert_int_equal(decide("a|-", WEFT_CHANGE_UPDATE, 'c', 'a'),
	    WEFT__BULK_CONFLICT);
	assert_int_equal(decide(NULL, WEFT_CHANGE_UPDATE, 'c', 'a'),
	    WEFT__BULK_CONFLICT);
}

static void
bulk_decide__update_with_absent_prev_is_a_conflict(void **state)
{
	assert_int_equal(decide("a|b", WEFT_CHANGE_UPDATE, 'c', '?'),
	    WEFT__BULK_CONFLICT);
	assert_int_equal(decide(NULL, WEFT_CHANGE_UPDATE, 'c', '?'),
	    WEFT__BULK_CONFLICT);
}

static void
bulk_decide__update_of_nothing_is_written_if_prev_is_null(void **state)
{
	assert_int_equal(decide(NULL, WEFT_CHANGE_UPDATE, 'c', '-'),
	    WEFT__BULK_WRITE);
	assert_int_equal(decide("a|-", WEFT_CHANGE_UPDATE, 'c', '-'),
	    WEFT__BULK_WRITE);
}

static void
bulk_decide__stored_revision_is_nothing(void **state)
{
	assert_int_equal(decide("a|b", WEFT_CHANGE_UPDATE, 'b', 'a'),
	    WEFT__BULK_NOTHING);
	assert_int_equal(decide("a|b", WEFT_CHANGE_UPDATE, 'b', '?'),
	    WEFT__BULK_NOTHING);
	assert_int_equal(decide("a", WEFT_CHANGE_CREATE, 'a', '-'),
	    WEFT__BULK_NOTHING);
}

static void
bulk_decide__create_of_what_is_not_there_is_written(void **state)
{
	assert_int_equal(decide(NULL, WEFT_CHANGE_CREATE, 'a', '?'),
	    WEFT__BULK_WRITE);
	assert_int_equal(decide("a|-", WEFT_CHANGE_CREATE, 'b', '-'),
	    WEFT__BULK_WRITE);
	assert_int_equal(decide("", WEFT_CHANGE_CREATE, 'b', '-'),
	    WEFT__BULK_WRITE);
}

static void
bulk_decide__create_of_what_is_there_is_a_conflict(void **state)
{
	assert_int_equal(decide("a", WEFT_CHANGE_CREATE, 'b', '?'),
	    WEFT__BULK_CONFLICT);
	assert_int_equal(decide("a", WEFT_CHANGE_CREATE, 'b', '-'),
	    WEFT__BULK_CONFLICT);
}

static void
bulk_decide__create_of_what_was_deleted_since_is_nothing(void **state)
{
	assert_int_equal(
	    decide_generation("a|-", WEFT_CHANGE_CREATE, 'a', '-', 1),
	    WEFT__BULK_NOTHING);
	assert_int_equal(
	    decide_generation("a|-|b|-", WEFT_CHANGE_UPDATE, 'b', '-', 3),
	    WEFT__BULK_NOTHING);
	/* Made anew after the deletion, or nobody knows. */
	assert_int_equal(
	    decide_generation("a|-", WEFT_CHANGE_CREATE, 'a', '-', 3),
	    WEFT__BULK_WRITE);
	assert_int_equal(decide("a|-", WEFT_CHANGE_CREATE, 'a', '-'),
	    WEFT__BULK_WRITE);
	/* Another that was made at the same time. */
	assert_int_equal(
	    decide_generation("a|-", WEFT_CHANGE_CREATE, 'b', '-', 1),
	    WEFT__BULK_WRITE);
}

static void
bulk_decide__update_that_comes_late_is_nothing(void **state)
{
	assert_int_equal(
	    decide_generation("a|b|a", WEFT_CHANGE_UPDATE, 'b', 'a', 2),
	    WEFT__BULK_NOTHING);
	assert_int_equal(
	    decide_generation("a|b|a|c|d", WEFT_CHANGE_UPDATE, 'b', 'a', 4),
	    WEFT__BULK_CONFLICT);
	/* It is not of the past, or nobody knows. */
	assert_int_equal(
	    decide_generation("a|b|a", WEFT_CHANGE_UPDATE, 'b', 'a', 4),
	    WEFT__BULK_WRITE);
	assert_int_equal(
	    decide_generation("a|b|a", WEFT_CHANGE_UPDATE, 'c', 'a', 2),
	    WEFT__BULK_WRITE);
	assert_int_equal(decide("a|b|a", WEFT_CHANGE_UPDATE, 'b', 'a'),
	    WEFT__BULK_WRITE);
}

static void
bulk_decide__same_state_with_more_behind_it_is_learned(void **state)
{
	assert_int_equal(
	    decide_generation("a|-", WEFT_CHANGE_DELETE, '-', 'b', 4),
	    WEFT__BULK_LEARN);
	assert_int_equal(
	    decide_generation(NULL, WEFT_CHANGE_DELETE, '-', 'a', 2),
	    WEFT__BULK_LEARN);
	assert_int_equal(
	    decide_generation("a", WEFT_CHANGE_UPDATE, 'a', 'b', 3),
	    WEFT__BULK_LEARN);
	/* There is not more. */
	assert_int_equal(
	    decide_generation("a|-", WEFT_CHANGE_DELETE, '-', 'a', 2),
	    WEFT__BULK_NOTHING);
	assert_int_equal(
	    decide_generation("a|b", WEFT_CHANGE_UPDATE, 'b', 'a', 2),
	    WEFT__BULK_NOTHING);
}

static void
bulk_decide__delete_of_the_current_revision_is_done(void **state)
{
	assert_int_equal(decide("a|b", WEFT_CHANGE_DELETE, '-', 'b'),
	    WEFT__BULK_DELETE);
}

static void
bulk_decide__delete_of_another_revision_is_a_conflict(void **state)
{
	assert_int_equal(decide("a|b", WEFT_CHANGE_DELETE, '-', 'a'),
	    WEFT__BULK_CONFLICT);
	assert_int_equal(decide("a|b", WEFT_CHANGE_DELETE, '-', '?'),
	    WEFT__BULK_CONFLICT);
	assert_int_equal(decide("a|b", WEFT_CHANGE_DELETE, '-', '-'),
	    WEFT__BULK_CONFLICT);
}

static void
bulk_decide__delete_of_what_is_not_there_is_nothing(void **state)
{
	assert_int_equal(decide(NULL, WEFT_CHANGE_DELETE, '-', 'a'),
	    WEFT__BULK_NOTHING);
	assert_int_equal(decide("a|-", WEFT_CHANGE_DELETE, '-', 'x'),
	    WEFT__BULK_NOTHING);
}

static void
bulk_decide__unknown_is_nothing(void **state)
{
	assert_int_equal(decide("a", WEFT_CHANGE_UNKNOWN, '-', '?'),
	    WEFT__BULK_NOTHING);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		bulk_decide__update_of_the_current_revision_is_written),
	    cmocka_unit_test(
		bulk_decide__update_of_another_revision_is_a_conflict),
	    cmocka_unit_test(
		bulk_decide__update_with_absent_prev_is_a_conflict),
	    cmocka_unit_test(
		bulk_decide__update_of_nothing_is_written_if_prev_is_null),
	    cmocka_unit_test(bulk_decide__stored_revision_is_nothing),
	    cmocka_unit_test(
		bulk_decide__create_of_what_is_not_there_is_written),
	    cmocka_unit_test(
		bulk_decide__create_of_what_is_there_is_a_conflict),
	    cmocka_unit_test(
		bulk_decide__create_of_what_was_deleted_since_is_nothing),
	    cmocka_unit_test(bulk_decide__update_that_comes_late_is_nothing),
	    cmocka_unit_test(
		bulk_decide__same_state_with_more_behind_it_is_learned),
	    cmocka_unit_test(
		bulk_decide__delete_of_the_current_revision_is_done),
	    cmocka_unit_test(
		bulk_decide__delete_of_another_revision_is_a_conflict),
	    cmocka_unit_test(
		bulk_decide__delete_of_what_is_not_there_is_nothing),
	    cmocka_unit_test(bulk_decide__unknown_is_nothing),
	};

	return cmocka_run_group_tests_name("bulk", tests, NULL, NULL);
}
