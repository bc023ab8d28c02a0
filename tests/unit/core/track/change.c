/* Tests of the predicates of include/weft/change.h. */
#include "tests/lib/test.h"

#include <weft/change.h>

/* A change of these revisions; NULL: null; "-" for prev: absent. */
static struct weft_change
make(const char *rev, const char *prev)
{
	struct weft_change change = {.rev = weft_slice(rev)};

	if (!prev || strcmp(prev, "-") != 0) {
		change.has_prev = true;
		change.prev = weft_slice(prev);
	}
	return change;
}

static enum weft_change_type
type_of(const char *rev, const char *prev)
{
	struct weft_change change = make(rev, prev);

	return weft_change_type(&change);
}

static void
change_type__is_made_by_rev_and_prev(void **state)
{
	assert_int_equal(type_of("b", "a"), WEFT_CHANGE_UPDATE);
	assert_int_equal(type_of("a", "a"), WEFT_CHANGE_UPDATE);
	assert_int_equal(type_of("a", "-"), WEFT_CHANGE_CREATE);
	assert_int_equal(type_of("a", NULL), WEFT_CHANGE_CREATE);
	assert_int_equal(type_of(NULL, "a"), WEFT_CHANGE_DELETE);
	assert_int_equal(type_of(NULL, "-"), WEFT_CHANGE_UNKNOWN);
	assert_int_equal(type_of(NULL, NULL), WEFT_CHANGE_UNKNOWN);
}

static void
change_type_name__says_loopbacks_words(void **state)
{
	assert_string_equal(
	    weft_change_type_name(WEFT_CHANGE_CREATE), "create");
	assert_string_equal(
	    weft_change_type_name(WEFT_CHANGE_UPDATE), "update");
	assert_string_equal(
	    weft_change_type_name(WEFT_CHANGE_DELETE), "delete");
	assert_string_equal(
	    weft_change_type_name(WEFT_CHANGE_UNKNOWN), "unknown");
}

static void
change_equals__compares_current_revisions_only(void **state)
{
	struct weft_change a = make("a", "x"), a2 = make("a", "-");
	struct weft_change b = make("b", "x");
	struct weft_change gone = make(NULL, "a"), gone2 = make(NULL, "b");

	assert_true(weft_change_equals(&a, &a2));
	assert_false(weft_change_equals(&a, &b));
	assert_true(weft_change_equals(&gone, &gone2));
	assert_false(weft_change_equals(&a, &gone));
	assert_false(weft_change_equals(&a, NULL));
}

static void
change_is_based_on__wants_prev_to_be_the_others_rev(void **state)
{
	struct weft_change a = make("a", "-"), b = make("b", "a");
	struct weft_change c = make("c", "b");

	assert_true(weft_change_is_based_on(&b, &a));
	assert_false(weft_change_is_based_on(&a, &b));
	assert_false(weft_change_is_based_on(&c, &a));
	assert_false(weft_change_is_based_on(&b, NULL));
}

static void
change_is_based_on__tells_absent_from_null(void **state)
{
	struct weft_change gone = make(NULL, "a");
	struct weft_change created = make("b", "-");
	struct weft_change recreated = make("b", NULL);

	assert_false(weft_change_is_based_on(&created, &gone));
	assert_true(weft_change_is_based_on(&recreated, &gone));
}

static void
change_conflicts_with__is_neither_equal_nor_based_on(void **state)
{
	struct weft_change a = make("a", "-"), b = make("b", "a");
	struct weft_change c = make("c", "a"), same = make("b", "x");
	struct weft_change gone = make(NULL, "a"), gone2 = make(NULL, "b");

	assert_true(weft_change_conflicts_with(&b, &c));
	assert_true(weft_change_conflicts_with(&c, &b));
	assert_true(weft_change_conflicts_with(&a, &b));
	assert_false(weft_change_conflicts_with(&b, &a));
	assert_false(weft_change_conflicts_with(&b, &same));
	assert_false(weft_change_conflicts_with(&gone, &gone2));
	assert_true(weft_change_conflicts_with(&gone, &b));
	assert_true(weft_change_conflicts_with(&a, &gone));
	assert_false(weft_change_conflicts_with(&a, NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(change_type__is_made_by_rev_and_prev),
	    cmocka_unit_test(change_type_name__says_loopbacks_words),
	    cmocka_unit_test(change_equals__compares_current_revisions_only),
	    cmocka_unit_test(
		change_is_based_on__wants_prev_to_be_the_others_rev),
	    cmocka_unit_test(change_is_based_on__tells_absent_from_null),
	    cmocka_unit_test(
		change_conflicts_with__is_neither_equal_nor_based_on),
	};

	return cmocka_run_group_tests_name("change", tests, NULL, NULL);
}
