/* Tests of core/base/map.h. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <weft/error.h>

#include "core/base/alloc.h"
#include "core/base/map.h"

static int numbers[1000];

static struct weft_slice
key(int number, char text[16])
{
	int size = snprintf(text, 16, "key%d", number);

	return weft_slice_of(text, (size_t)size);
}

static void
map__finds_what_was_put(void **state)
{
	struct weft__map map = {NULL};
	char text[16];

	assert_null(weft__map_find(&map, weft_slice("key0")));
	assert_int_equal(weft__map_count(&map), 0);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(
		    weft__map_put(&map, key(i, text), &numbers[i]), 0);
	assert_int_equal(weft__map_count(&map), 1000);
	for (int i = 0; i < 1000; i++)
		assert_ptr_equal(
		    weft__map_find(&map, key(i, text)), &numbers[i]);
	assert_null(weft__map_find(&map, weft_slice("key1000")));
	weft__map_fini(&map, NULL);
	assert_int_equal(weft__map_count(&map), 0);
	assert_null(weft__map_find(&map, weft_slice("key0")));
}

static void
map__tells_keys_apart_by_all_bytes(void **state)
{
	struct weft__map map = {NULL};

	assert_int_equal(
	    weft__map_put(&map, weft_slice_of("a\0b", 3), &numbers[0]), 0);
	assert_int_equal(
	    weft__map_put(&map, weft_slice_of("a\0c", 3), &numbers[1]), 0);
	assert_int_equal(weft__map_put(&map, weft_slice("a"), &numbers[2]), 0);
	assert_int_equal(weft__map_put(&map, weft_slice(""), &numbers[3]), 0);
	assert_int_equal(weft__map_count(&map), 4);
	assert_ptr_equal(
	    weft__map_find(&map, weft_slice_of("a\0c", 3)), &numbers[1]);
	assert_ptr_equal(weft__map_find(&map, weft_slice("")), &numbers[3]);
	weft__map_fini(&map, NULL);
}

static void
map_put__replaces(void **state)
{
	struct weft__map map = {NULL};

	assert_int_equal(weft__map_put(&map, weft_slice("k"), &numbers[0]), 0);
	assert_int_equal(weft__map_put(&map, weft_slice("k"), &numbers[1]), 0);
	assert_int_equal(weft__map_count(&map), 1);
	assert_ptr_equal(weft__map_find(&map, weft_slice("k")), &numbers[1]);
	weft__map_fini(&map, NULL);
}

static void
map_remove__takes_out(void **state)
{
	struct weft__map map = {NULL};

	assert_null(weft__map_remove(&map, weft_slice("k")));
	assert_int_equal(weft__map_put(&map, weft_slice("k"), &numbers[0]), 0);
	assert_ptr_equal(
	    weft__map_remove(&map, weft_slice("k")), &numbers[0]);
	assert_null(weft__map_find(&map, weft_slice("k")));
	assert_null(weft__map_remove(&map, weft_slice("k")));
	assert_int_equal(weft__map_count(&map), 0);
	weft__map_fini(&map, NULL);
}

/* Counts visits, which must come in the order of 'numbers', up to five. */
static bool
visit(struct weft_slice name, void *value, void *context)
{
	int *count = context;
	char text[16];

	assert_ptr_equal(value, &numbers[*count]);
	assert_true(weft_slice_equal(name, key(*count, text)));
	return ++*count < 5;
}

static void
map_each__visits_in_order_until_told(void **state)
{
	struct weft__map map = {NULL};
	char text[16];
	int count = 0;

	weft__map_each(&map, visit, &count);
	assert_int_equal(count, 0);
	for (int i = 0; i < 10; i++)
		assert_int_equal(
		    weft__map_put(&map, key(i, text), &numbers[i]), 0);
	weft__map_each(&map, visit, &count);
	assert_int_equal(count, 5);
	weft__map_fini(&map, NULL);
}

static void
count_up(void *value)
{
	++*(int *)value;
}

static void
map_fini__frees_each_value_once(void **state)
{
	struct weft__map map = {NULL};
	int freed = 0;
	char text[16];

	for (int i = 0; i < 10; i++)
		assert_int_equal(weft__map_put(&map, key(i, text), &freed), 0);
	weft__map_fini(&map, count_up);
	assert_int_equal(freed, 10);
}

static void
map_put__survives_each_failing_allocation(void **state)
{
	/* Entry, table and buckets of the first; growth of the buckets. */
	for (uint64_t failing = 0; failing < 60; failing++) {
		struct weft__map map = {NULL};
		size_t count = 0;
		char text[16];

		weft__alloc_fail_after(failing, false);
		for (int i = 0; i < 50; i++) {
			int code = weft__map_put(
			    &map, key(i, text), &numbers[i]);

			assert_true(code == 0 || code == WEFT_ENOMEM);
			count += code == 0;
			assert_int_equal(weft__map_count(&map), count);
			assert_ptr_equal(weft__map_find(&map, key(i, text)),
			    code ? NULL : &numbers[i]);
		}
		weft__alloc_fail_never();
		assert_in_range(count, 49, 50);
		weft__map_fini(&map, NULL);
	}
}

static void
hash_seeded__depends_on_every_byte_and_size(void **state)
{
	char bytes[32] = {0};
	uint64_t whole;

	for (size_t size = 0; size < sizeof bytes; size++) {
		whole = weft__hash_seeded(bytes, size);
		assert_true(whole == weft__hash_seeded(bytes, size));
		assert_true(whole != weft__hash_seeded(bytes, size + 1));
		for (size_t i = 0; i < size; i++) {
			bytes[i] ^= 1;
			assert_true(whole != weft__hash_seeded(bytes, size));
			bytes[i] ^= 1;
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(map__finds_what_was_put),
	    cmocka_unit_test(map__tells_keys_apart_by_all_bytes),
	    cmocka_unit_test(map_put__replaces),
	    cmocka_unit_test(map_remove__takes_out),
	    cmocka_unit_test(map_each__visits_in_order_until_told),
	    cmocka_unit_test(map_fini__frees_each_value_once),
	    cmocka_unit_test(map_put__survives_each_failing_allocation),
	    cmocka_unit_test(hash_seeded__depends_on_every_byte_and_size),
	};

	return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
