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

/* The key of a number below 1000, and the reverse. */
static void
write_key(int number, char key[20])
{
	snprintf(key, 20, "%03d", number);
}

static int
read_key(struct weft_slice key)
{
	assert_int_equal(key.size, 3);
	return (key.data[0] - '0') * 100 + (key.data[1] - '0') * 10 +
	    (key.data[2] - '0');
}

/* The entries next to key 'i', which are 'before' and 'after' (or none). */
static void
check_neighbours(const struct weft__ordered *tree, int i, int before,
    int after, bool is_there)
{
	struct weft__ordered_entry entry;
	char key[20];

	write_key(i, key);
	assert_int_equal(
	    weft__ordered_after(tree, weft_slice(key), false, &entry),
	    after < KEYS);
	if (after < KEYS)
		assert_int_equal(read_key(entry.key), after);
	assert_int_equal(
	    weft__ordered_before(tree, weft_slice(key), &entry),
	    before >= 0);
	if (before >= 0)
		assert_int_equal(read_key(entry.key), before);
	assert_int_equal(
	    weft__ordered_after(tree, weft_slice(key), true, &entry),
	    is_there || after < KEYS);
	if (is_there)
		assert_int_equal(read_key(entry.key), i);
}

/* 'present' tells which keys are in the map. */
static void
check(const struct weft__ordered *tree, const bool *present)
{
	char key[20];

	for (int i = 0; i < KEYS; i++) {
		int after = i + 1, before = i;

		write_key(i, key);
		has(tree, key, present[i] ? key : NULL);
		while (after < KEYS && !present[after])
			after++;
		while (before >= 0 && !present[before])
			before--;
		check_neighbours(tree, i, before, after, present[i]);
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

		write_key(i, key);
		present[i] = random_below(&random, 3) > 0;
		change(&tree, key, present[i] ? key : NULL);
		if (round % 50 == 0)
			check(tree, present);
	}
	check(tree, present);
	weft__ordered_unref(tree);
}

/* As change(), with each allocation failing once on the way. */
static void
change_with_failures(
    struct weft__ordered **tree, const char *key, const char *value)
{
	struct weft__ordered *made;
	int code;

	for (uint64_t left = 0;; left++) {
		weft__alloc_fail_after(left, false);
		code = value ? weft__ordered_put(*tree, weft_slice(key),
				   weft_slice(value), &made)
			     : weft__ordered_remove(
				   *tree, weft_slice(key), &made);
		weft__alloc_fail_never();
		if (!code)
			break;
		assert_int_equal(code, WEFT_ENOMEM);
	}
	weft__ordered_unref(*tree);
	*tree = made;
}

static void
ordered__survives_any_failed_allocation(void **state)
{
	struct weft__ordered *tree = NULL;
	bool present[KEYS] = {false};
	char key[20];

	for (int i = 0; i < 50; i++) {
		write_key(i, key);
		change_with_failures(&tree, key, key);
		present[i] = true;
	}
	for (int i = 0; i < 49; i++) {
		write_key(i, key);
		change_with_failures(&tree, key, NULL);
		present[i] = false;
	}
	check(tree, present);
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
