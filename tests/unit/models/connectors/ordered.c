/* Tests of models/connectors/ordered.c. */
#include "tests/lib/test.h"

#include <stdio.h>

#include <weft/error.h>

#include "core/base/alloc.h"
#include "models/connectors/ordered.h"
#include "tests/lib/random.h"

#define KEYS 200

/* Puts (or removes, with no value) a key, in place. */
static void
change(struct weft__ordered **tree, const char *key, const char *value)
{
	struct weft__ordered *made;
	int code = value ? weft__ordered_put(*tree, weft_slice(key),
			       weft_slice(value), &made)
			 : weft__ordered_remove(*tree, weft_slice(key), &made);

	assert_int_equal(code, 0);
	weft__ordered_unref(*tree);
	*tree = made;
}

static void
has(const struct weft__ordered *tree, const char *key, const char *value)
{
	struct weft_slice found;
	bool is_there = weft__ordered_find(tree, weft_slice(key), &found);

	assert_int_equal(is_there, value != NULL);
	if (value)
		assert_true(weft_slice_equal(found, weft_slice(value)));
}

static void
ordered_put__leaves_the_old_map_as_it_was(void **state)
{
	struct weft__ordered *tree = NULL, *before;

	change(&tree, "a", "1");
	change(&tree, "b", "2");
	before = weft__ordered_ref(tree);
	change(&tree, "a", "3");
	change(&tree, "c", "4");
	change(&tree, "b", NULL);
	has(before, "a", "1");
	has(before, "b", "2");
	has(before, "c", NULL);
	has(tree, "a", "3");
	has(tree, "b", NULL);
	has(tree, "c", "4");
	weft__ordered_unref(before);
	weft__ordered_unref(tree);
}

static void
ordered_remove__of_what_is_not_there_changes_nothing(void **state)
{
	struct weft__ordered *tree = NULL, *made;

	assert_int_equal(weft__ordered_remove(NULL, weft_slice("a"), &made), 0);
	assert_null(made);
	change(&tree, "a", "1");
	assert_int_equal(weft__ordered_remove(tree, weft_slice("b"), &made), 0);
	assert_ptr_equal(made, tree);
	weft__ordered_unref(made);
	change(&tree, "a", NULL);
	assert_null(tree);
}

static void
ordered__keeps_any_bytes(void **state)
{
	struct weft_slice key = weft_slice_of("a\0b", 3), value;
	struct weft__ordered *tree;

	assert_int_equal(
	    weft__ordered_put(NULL, key, weft_slice_of("", 0), &tree), 0);
	assert_true(weft__ordered_find(tree, key, &value));
	assert_int_equal(value.size, 0);
	assert_non_null(value.data);
	assert_false(weft__ordered_find(tree, weft_slice("a"), &value));
	weft__ordered_unref(tree);
}

/* The keys 000..199 that are there, and what the map must answer. */
static void
check(const struct weft__ordered *tree, const bool *present)
{
	struct weft__ordered_entry entry;
	char key[20];

	for (int i = 0; i < KEYS; i++) {
		int after = i + 1, before = i;

		snprintf(key, sizeof key, "%03d", i);
		has(tree, key, present[i] ? key : NULL);
		while (after < KEYS && !present[after])
			after++;
		while (before >= 0 && !present[before])
			before--;
		assert_int_equal(weft__ordered_after(tree, weft_slice(key),
				     false, &entry),
		    after < KEYS);
		if (after < KEYS)
			assert_int_equal(
			    strtol(entry.key.data, NULL, 10) % 1000, after);
		assert_int_equal(
		    weft__ordered_before(tree, weft_slice(key), &entry),
		    before >= 0);
		assert_int_equal(weft__ordered_after(tree, weft_slice(key),
				     true, &entry),
		    present[i] || after < KEYS);
	}
}

static void
ordered__agrees_with_an_array(void **state)
{
	struct random random = {1};
	struct weft__ordered *tree = NULL;
	bool present[KEYS] = {false};
	char key[20];

	for (int round = 0; round < 2000; round++) {
		int i = (int)random_below(&random, KEYS);

		snprintf(key, sizeof key, "%03d", i);
		present[i] = random_below(&random, 3) > 0;
		change(&tree, key, present[i] ? key : NULL);
		if (round % 50 == 0)
			check(tree, present);
	}
	check(tree, present);
	weft__ordered_unref(tree);
}

static void
ordered__survives_any_failed_allocation(void **state)
{
	struct weft__ordered *tree = NULL, *made;
	char key[20];

	for (int i = 0; i < 50; i++) {
		snprintf(key, sizeof key, "%d", i);
		for (uint64_t left = 0;; left++) {
			int code;

			weft__alloc_fail_after(left, false);
			code = weft__ordered_put(tree, weft_slice(key),
			    weft_slice(key), &made);
			weft__alloc_fail_never();
			if (!code)
				break;
			assert_int_equal(code, WEFT_ENOMEM);
		}
		weft__ordered_unref(tree);
		tree = made;
	}
	for (int i = 0; i < 50; i++) {
		snprintf(key, sizeof key, "%d", i);
		weft__alloc_fail_after(0, true);
		assert_true(i == 49 ||
		    weft__ordered_remove(tree, weft_slice(key), &made) ==
			WEFT_ENOMEM || made != tree);
		weft__alloc_fail_never();
	}
	weft__ordered_unref(tree);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ordered_put__leaves_the_old_map_as_it_was),
	    cmocka_unit_test(
		ordered_remove__of_what_is_not_there_changes_nothing),
	    cmocka_unit_test(ordered__keeps_any_bytes),
	    cmocka_unit_test(ordered__agrees_with_an_array),
	    cmocka_unit_test(ordered__survives_any_failed_allocation),
	};

	return cmocka_run_group_tests_name("ordered", tests, NULL, NULL);
}
