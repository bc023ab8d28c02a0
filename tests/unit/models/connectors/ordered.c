/* Tests of models/connectors/ordered.c. */
#include "tests/lib/test.h"

#include <stdio.h>

#include <weft/error.h>

#include "core/base/alloc.h"
#include "models/connectors/ordered.h"
#include "tests/lib/random.h"

#define KEYS 3000 /* three levels of nodes */

/* A map with the memory that it lies in. */
struct shelf {
	struct weft__versions versions;
	struct weft__ordered map;
};

static void
begin(struct shelf *shelf)
{
	weft__versions_begin(&shelf->versions);
}

static void
commit(struct shelf *shelf)
{
	weft__versions_dump(&shelf->versions,
	    weft__versions_commit(&shelf->versions));
}

static void
open_shelf(struct shelf *shelf)
{
	weft__versions_init(&shelf->versions);
	shelf->map = (struct weft__ordered){NULL, 0};
	begin(shelf);
}

/* The version that is under way is the last one. */
static void
close_shelf(struct shelf *shelf)
{
	commit(shelf);
	weft__ordered_fini(&shelf->map, &shelf->versions, true);
	weft__versions_fini(&shelf->versions);
}

/* Puts an item with this value (no value: removes it); one in its place is
 * given up. */
static int
change_key(struct shelf *shelf, struct weft__ordered_key key, uint64_t number,
    struct weft_slice text, const char *value)
{
	struct weft__ordered_item *item, *before = NULL;
	size_t size = value ? strlen(value) : 0;
	int code;

	if (!value) {
		code = weft__ordered_remove(
		    &shelf->map, &shelf->versions, key, &before);
	} else {
		item = weft__versions_make(
		    &shelf->versions, sizeof *item + text.size + size);
		if (!item)
			return WEFT_ENOMEM;
		item->number = number;
		item->key_size = (uint32_t)text.size;
		item->value_size = (uint32_t)size;
		memcpy(item->bytes, text.data, text.size);
		memcpy(item->bytes + text.size, value, size);
		code = weft__ordered_put(
		    &shelf->map, &shelf->versions, key, item, &before);
		if (code)
			weft__versions_give_up(&shelf->versions, item);
	}
	if (!code && before)
		weft__versions_give_up(&shelf->versions, before);
	return code;
}

static int
change_text(struct shelf *shelf, struct weft_slice key, const char *value)
{
	return change_key(shelf, weft__ordered_text(key), 0, key, value);
}

static void
change(struct shelf *shelf, const char *key, const char *value)
{
	assert_int_equal(change_text(shelf, weft_slice(key), value), 0);
}

static void
has(const struct weft__ordered *map, const char *key, const char *value)
{
	const struct weft__ordered_item *item =
	    weft__ordered_find(map, weft__ordered_text(weft_slice(key)));

	assert_int_equal(item != NULL, value != NULL);
	if (value)
		assert_true(weft_slice_equal(
		    weft__ordered_item_value(item), weft_slice(value)));
}

static void
ordered_put__leaves_older_versions_as_they_were(void **state)
{
	struct weft__version_reader reader = {0};
	struct weft__ordered before;
	struct shelf shelf;

	open_shelf(&shelf);
	change(&shelf, "a", "1");
	change(&shelf, "b", "2");
	commit(&shelf);
	weft__versions_enter(&shelf.versions, &reader);
	before = shelf.map;
	begin(&shelf);
	change(&shelf, "a", "3");
	change(&shelf, "c", "4");
	change(&shelf, "b", NULL);
	commit(&shelf);
	has(&before, "a", "1");
	has(&before, "b", "2");
	has(&before, "c", NULL);
	assert_int_equal(before.length, 2);
	has(&shelf.map, "a", "3");
	has(&shelf.map, "b", NULL);
	has(&shelf.map, "c", "4");
	assert_int_equal(shelf.map.length, 2);
	weft__versions_leave(&shelf.versions, &reader);
	begin(&shelf);
	close_shelf(&shelf);
}

static void
ordered_remove__of_what_is_not_there_changes_nothing(void **state)
{
	struct weft__ordered_node *root;
	struct shelf shelf;

	open_shelf(&shelf);
	change(&shelf, "a", NULL);
	assert_null(shelf.map.root);
	change(&shelf, "a", "1");
	root = shelf.map.root;
	change(&shelf, "b", NULL);
	assert_ptr_equal(shelf.map.root, root);
	change(&shelf, "a", NULL);
	assert_null(shelf.map.root);
	assert_int_equal(shelf.map.length, 0);
	close_shelf(&shelf);
}

static void
ordered__keeps_any_bytes(void **state)
{
	const struct weft_slice keys[] = {{"", 0}, {"a", 1}, {"a\0", 2},
	    {"a\0b", 3}, {"long key", 8}, {"long key\0", 9}, {"long keys", 9},
	    {"\xff", 1}};
	const struct weft__ordered_item *item;
	struct shelf shelf;

	open_shelf(&shelf);
	for (size_t i = sizeof keys / sizeof *keys; i-- > 0;)
		assert_int_equal(change_text(&shelf, keys[i], ""), 0);
	item = weft__ordered_after(
	    &shelf.map, weft__ordered_text(weft_slice(NULL)), true);
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		assert_non_null(item);
		assert_true(weft_slice_equal(
		    weft__ordered_item_key(item), keys[i]));
		assert_ptr_equal(
		    weft__ordered_find(
		        &shelf.map, weft__ordered_text(keys[i])), item);
		item = weft__ordered_after(
		    &shelf.map, weft__ordered_text(keys[i]), false);
	}
	assert_null(item);
	close_shelf(&shelf);
}

/*
 * Against an array, by each kind of key
 */

enum kind {
	NUMBERS,
	TEXTS, /* that begin alike */
	KINDS
};

static struct weft__ordered_key
key_of(enum kind kind, int i, char text[20])
{
	snprintf(text, 20, "record-%05d", i);
	return kind == NUMBERS ? weft__ordered_number((uint64_t)i)
	                       : weft__ordered_text(weft_slice(text));
}

/* Puts or removes number i. */
static int
set(struct shelf *shelf, enum kind kind, int i, bool is_there)
{
	char text[20];
	struct weft__ordered_key key = key_of(kind, i, text);

	return change_key(shelf, key, (uint64_t)i, weft_slice(text),
	    is_there ? text : NULL);
}

/* Asserts that the item is number i, or is none if i is out of range. */
static void
is_number(const struct weft__ordered_item *item, int i)
{
	bool is_there = i >= 0 && i < KEYS;

	assert_int_equal(item != NULL, is_there);
	if (is_there)
		assert_int_equal(item->number, i);
}

/* 'present' tells what is in the map. */
static void
check(const struct weft__ordered *map, enum kind kind, const bool *present)
{
	uint64_t length = 0;
	char text[20];
	int before = -1, after = KEYS;

	for (int i = KEYS; i-- > 0;) {
		struct weft__ordered_key key = key_of(kind, i, text);

		is_number(weft__ordered_after(map, key, false), after);
		if (present[i])
			after = i;
		is_number(weft__ordered_after(map, key, true), after);
	}
	for (int i = 0; i < KEYS; i++) {
		struct weft__ordered_key key = key_of(kind, i, text);

		if (present[i])
			before = i;
		length += present[i];
		is_number(weft__ordered_before(map, key), before);
		is_number(weft__ordered_find(map, key), present[i] ? i : -1);
	}
	assert_int_equal(map->length, length);
}

/* Puts most of what is not there, then removes most of what is, and so on. */
static void
change_at_random(
    struct random *random, struct shelf *shelf, enum kind kind, bool *present)
{
	bool fills = random_below(random, 2) > 0;

	for (int round = 0; round < KEYS; round++) {
		int i = (int)random_below(random, KEYS);

		present[i] = (random_below(random, 10) > 0) == fills;
		assert_int_equal(set(shelf, kind, i, present[i]), 0);
	}
}

static void
agrees_with_an_array(enum kind kind)
{
	struct random random = {1};
	bool present[KEYS] = {false}, before[KEYS];
	struct weft__version_reader reader;
	struct weft__ordered old;
	struct shelf shelf;

	open_shelf(&shelf);
	for (int version = 0; version < 20; version++) {
		commit(&shelf);
		reader = (struct weft__version_reader){0};
		weft__versions_enter(&shelf.versions, &reader);
		old = shelf.map;
		memcpy(before, present, sizeof before);
		begin(&shelf);
		change_at_random(&random, &shelf, kind, present);
		check(&shelf.map, kind, present);
		check(&old, kind, before);
		weft__versions_leave(&shelf.versions, &reader);
	}
	close_shelf(&shelf);
}

static void
ordered__agrees_with_an_array(void **state)
{
	for (enum kind kind = 0; kind < KINDS; kind++)
		agrees_with_an_array(kind);
}

static void
ordered__keeps_what_comes_in_order(void **state)
{
	bool present[KEYS] = {false};
	struct shelf shelf;

	open_shelf(&shelf);
	for (int i = 0; i < KEYS; i++) {
		assert_int_equal(set(&shelf, NUMBERS, i, true), 0);
		present[i] = true;
	}
	check(&shelf.map, NUMBERS, present);
	for (int i = 0; i < KEYS; i++)
		assert_int_equal(set(&shelf, NUMBERS, i, false), 0);
	assert_null(shelf.map.root);
	for (int i = KEYS; i-- > 0;)
		assert_int_equal(set(&shelf, NUMBERS, i, true), 0);
	check(&shelf.map, NUMBERS, present);
	close_shelf(&shelf);
}

static void
ordered__goes_back_to_a_mark(void **state)
{
	struct random random = {2};
	bool present[KEYS] = {false}, now[KEYS], inner[KEYS];
	struct weft__version_mark outer_mark, inner_mark;
	struct weft__ordered outer_map, inner_map;
	struct shelf shelf;

	open_shelf(&shelf);
	for (int round = 0; round < 10; round++) {
		change_at_random(&random, &shelf, TEXTS, present);
		memcpy(now, present, sizeof now);
		outer_map = shelf.map;
		weft__versions_mark(&shelf.versions, &outer_mark);
		change_at_random(&random, &shelf, TEXTS, now);
		memcpy(inner, now, sizeof inner);
		inner_map = shelf.map;
		weft__versions_mark(&shelf.versions, &inner_mark);
		change_at_random(&random, &shelf, TEXTS, inner);
		if (round % 3 == 0) {
			weft__versions_keep(&shelf.versions, &inner_mark);
			memcpy(now, inner, sizeof now);
		} else {
			weft__versions_undo(&shelf.versions, &inner_mark);
			shelf.map = inner_map;
		}
		check(&shelf.map, TEXTS, now);
		if (round % 2 == 0) {
			weft__versions_keep(&shelf.versions, &outer_mark);
			memcpy(present, now, sizeof present);
		} else {
			weft__versions_undo(&shelf.versions, &outer_mark);
			shelf.map = outer_map;
		}
		check(&shelf.map, TEXTS, present);
	}
	close_shelf(&shelf);
}

/* As set(), with each allocation failing once on the way. */
static void
set_with_failures(struct shelf *shelf, int i, bool is_there)
{
	int code;

	for (uint64_t left = 0;; left++) {
		weft__alloc_fail_after(left, false);
		code = set(shelf, TEXTS, i, is_there);
		weft__alloc_fail_never();
		if (!code)
			return;
		assert_int_equal(code, WEFT_ENOMEM);
	}
}

static void
ordered__survives_any_failed_allocation(void **state)
{
	bool present[KEYS] = {false};
	struct shelf shelf;

	open_shelf(&shelf);
	for (int i = 0; i < 1500; i++) {
		set_with_failures(&shelf, (i * 7) % 1500, true);
		present[i] = true;
	}
	check(&shelf.map, TEXTS, present);
	for (int i = 0; i < 1499; i++) {
		commit(&shelf);
		begin(&shelf);
		set_with_failures(&shelf, i, false);
		present[i] = false;
	}
	check(&shelf.map, TEXTS, present);
	close_shelf(&shelf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ordered_put__leaves_older_versions_as_they_were),
	    cmocka_unit_test(
	        ordered_remove__of_what_is_not_there_changes_nothing),
	    cmocka_unit_test(ordered__keeps_any_bytes),
	    cmocka_unit_test(ordered__agrees_with_an_array),
	    cmocka_unit_test(ordered__keeps_what_comes_in_order),
	    cmocka_unit_test(ordered__goes_back_to_a_mark),
	    cmocka_unit_test(ordered__survives_any_failed_allocation),
	};

	return cmocka_run_group_tests_name("ordered", tests, NULL, NULL);
}
