/* Tests of models/connectors/versions.c: that nothing is freed too early, or
 * never, is seen under AddressSanitizer. */
#include "tests/lib/test.h"

#include "core/base/alloc.h"
#include "models/connectors/versions.h"

/* A number in memory of its own, for each version. */
static int *
make(struct weft__versions *versions, int number)
{
	int *made = weft__versions_make(versions, sizeof *made);

	assert_non_null(made);
	*made = number;
	return made;
}

/* Ends the version; whether something is freed. */
static bool
commit(struct weft__versions *versions)
{
	struct weft__version_block *blocks = weft__versions_commit(versions);

	weft__versions_dump(versions, blocks);
	return blocks != NULL;
}

static void
versions_commit__frees_what_nobody_reads(void **state)
{
	struct weft__versions versions;
	int *one, *two;

	weft__versions_init(&versions);
	weft__versions_begin(&versions);
	one = make(&versions, 1);
	assert_false(commit(&versions));
	weft__versions_begin(&versions);
	two = make(&versions, 2);
	weft__versions_give_up(&versions, one);
	assert_int_equal(*one, 1);
	assert_true(commit(&versions));
	assert_int_equal(*two, 2);
	weft__versions_free(&versions, two);
	weft__versions_fini(&versions);
}

static void
versions_commit__frees_what_the_last_reader_had(void **state)
{
	struct weft__version_reader old = {0}, same = {0}, new = {0};
	struct weft__versions versions;
	int *one;

	weft__versions_init(&versions);
	weft__versions_begin(&versions);
	one = make(&versions, 1);
	assert_false(commit(&versions));
	weft__versions_enter(&versions, &old);
	weft__versions_enter(&versions, &same);
	weft__versions_begin(&versions);
	weft__versions_give_up(&versions, one);
	assert_false(commit(&versions));
	weft__versions_enter(&versions, &new);
	weft__versions_leave(&versions, &old);
	weft__versions_begin(&versions);
	assert_false(commit(&versions));
	assert_int_equal(*one, 1);
	weft__versions_leave(&versions, &same);
	weft__versions_begin(&versions);
	assert_true(commit(&versions));
	weft__versions_leave(&versions, &new);
	weft__versions_leave(&versions, &new);
	weft__versions_fini(&versions);
}

static void
versions_rollback__takes_back_what_was_given_up(void **state)
{
	struct weft__versions versions;
	int *one;

	weft__versions_init(&versions);
	weft__versions_begin(&versions);
	one = make(&versions, 1);
	assert_false(commit(&versions));
	weft__versions_begin(&versions);
	weft__versions_give_up(&versions, one);
	weft__versions_give_up(&versions, make(&versions, 2));
	make(&versions, 3);
	weft__versions_rollback(&versions);
	weft__versions_rollback(&versions); /* there is none */
	assert_int_equal(*one, 1);
	weft__versions_free(&versions, one);
	weft__versions_fini(&versions);
}

static void
versions_mark__tells_whose_memory_is_own(void **state)
{
	struct weft__version_mark outer, inner;
	struct weft__versions versions;
	int *first, *second, *third;

	weft__versions_init(&versions);
	weft__versions_begin(&versions);
	first = make(&versions, 1);
	assert_true(weft__versions_is_own(&versions, first));
	weft__versions_mark(&versions, &outer);
	second = make(&versions, 2);
	assert_false(weft__versions_is_own(&versions, first));
	weft__versions_mark(&versions, &inner);
	third = make(&versions, 3);
	assert_false(weft__versions_is_own(&versions, second));
	weft__versions_keep(&versions, &inner);
	assert_true(weft__versions_is_own(&versions, second));
	assert_true(weft__versions_is_own(&versions, third));
	assert_false(weft__versions_is_own(&versions, first));
	weft__versions_undo(&versions, &outer);
	assert_true(weft__versions_is_own(&versions, first));
	assert_false(commit(&versions));
	assert_false(weft__versions_is_own(&versions, first));
	weft__versions_begin(&versions);
	assert_false(weft__versions_is_own(&versions, first));
	weft__versions_rollback(&versions);
	weft__versions_free(&versions, first);
	weft__versions_fini(&versions);
}

static void
versions_make__fails_without_memory(void **state)
{
	struct weft__versions versions;

	weft__versions_init(&versions);
	weft__versions_begin(&versions);
	weft__alloc_fail_after(0, false);
	assert_null(weft__versions_make(&versions, 1));
	weft__alloc_fail_never();
	weft__versions_rollback(&versions);
	weft__versions_fini(&versions);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(versions_commit__frees_what_nobody_reads),
	    cmocka_unit_test(versions_commit__frees_what_the_last_reader_had),
	    cmocka_unit_test(versions_rollback__takes_back_what_was_given_up),
	    cmocka_unit_test(versions_mark__tells_whose_memory_is_own),
	    cmocka_unit_test(versions_make__fails_without_memory),
	};

	return cmocka_run_group_tests_name("versions", tests, NULL, NULL);
}
