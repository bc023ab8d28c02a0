/* Tests of core/base/arena.h. */
#include "tests/lib/test.h"

#include <stdalign.h>
#include <weft/error.h>

#include "core/base/alloc.h"
#include "core/base/arena.h"

static void
arena_alloc__gives_aligned_memory_of_its_own(void **state)
{
	struct weft__arena arena = {NULL};
	unsigned char *given[200];

	for (size_t i = 0; i < 200; i++) {
		given[i] = weft__arena_alloc(&arena, i * 3);
		assert_non_null(given[i]);
		assert_int_equal(
		    (uintptr_t)given[i] % alignof(max_align_t), 0);
		memset(given[i], (int)i, i * 3);
	}
	for (size_t i = 0; i < 200; i++)
		for (size_t j = 0; j < i * 3; j++)
			assert_int_equal(given[i][j], i);
	weft__arena_fini(&arena);
	assert_int_equal(arena.size, 0);
}

static void
arena_alloc__serves_more_than_a_block(void **state)
{
	struct weft__arena arena = {NULL};
	char *memory = weft__arena_alloc(&arena, 1000000);

	assert_non_null(memory);
	memset(memory, 1, 1000000);
	assert_int_equal(arena.size, 1000000);
	assert_non_null(weft__arena_alloc(&arena, 1));
	weft__arena_fini(&arena);
}

static void
arena_clear__reuses_its_memory(void **state)
{
	struct weft__arena arena = {NULL};
	void *first;

	weft__arena_clear(&arena);
	first = weft__arena_alloc(&arena, 100);
	weft__arena_clear(&arena);
	assert_int_equal(arena.size, 0);
	weft__alloc_fail_after(0, true);
	assert_ptr_equal(weft__arena_alloc(&arena, 100), first);
	weft__alloc_fail_never();
	weft__arena_fini(&arena);
}

static void
arena_release__goes_back_to_the_mark(void **state)
{
	struct weft__arena arena = {NULL};
	struct weft__arena_mark empty = weft__arena_mark(&arena), mark;
	char *kept = weft__arena_alloc(&arena, 100), *next;
	size_t size = arena.size;

	memset(kept, 'k', 100);
	mark = weft__arena_mark(&arena);
	next = weft__arena_alloc(&arena, 50);
	for (int i = 0; i < 10; i++)
		assert_non_null(weft__arena_alloc(&arena, 9000));
	assert_non_null(weft__arena_alloc(&arena, 100000));
	weft__arena_release(&arena, mark);
	assert_int_equal(arena.size, size);
	assert_ptr_equal(weft__arena_alloc(&arena, 50), next);
	for (int i = 0; i < 100; i++)
		assert_int_equal(kept[i], 'k');
	weft__arena_release(&arena, empty);
	assert_int_equal(arena.size, 0);
	weft__arena_fini(&arena);
}

/* Recursion marks and releases again and again. */
static void
arena_release__keeps_a_block_for_the_next_need(void **state)
{
	struct weft__arena arena = {NULL};

	for (int i = 0; i < 5; i++) {
		struct weft__arena_mark mark = weft__arena_mark(&arena);

		if (i == 1)
			weft__alloc_fail_after(0, true);
		assert_non_null(weft__arena_alloc(&arena, 10000));
		weft__arena_release(&arena, mark);
	}
	weft__alloc_fail_never();
	weft__arena_fini(&arena);
}

static void
arena_copy__ends_with_a_nul(void **state)
{
	struct weft__arena arena = {NULL};
	struct weft_slice copy;

	assert_int_equal(weft__arena_copy(
	    &arena, weft_slice_of("a\0bc", 3), &copy), 0);
	assert_int_equal(copy.size, 3);
	assert_memory_equal(copy.data, "a\0b", 4);
	assert_int_equal(
	    weft__arena_copy(&arena, weft_slice(""), &copy), 0);
	assert_string_equal(copy.data, "");
	assert_int_equal(
	    weft__arena_copy(&arena, weft_slice(NULL), &copy), 0);
	assert_null(copy.data);
	weft__arena_fini(&arena);
}

static void
arena__survives_failing_allocations(void **state)
{
	struct weft__arena arena = {NULL};
	struct weft_slice copy;

	weft__alloc_fail_after(0, true);
	assert_null(weft__arena_alloc(&arena, 10));
	assert_int_equal(weft__arena_copy(&arena, weft_slice("x"), &copy),
	    WEFT_ENOMEM);
	weft__alloc_fail_never();
	assert_null(copy.data);
	assert_int_equal(arena.size, 0);
	assert_non_null(weft__arena_alloc(&arena, 10));
	weft__arena_fini(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(arena_alloc__gives_aligned_memory_of_its_own),
	    cmocka_unit_test(arena_alloc__serves_more_than_a_block),
	    cmocka_unit_test(arena_clear__reuses_its_memory),
	    cmocka_unit_test(arena_release__goes_back_to_the_mark),
	    cmocka_unit_test(arena_release__keeps_a_block_for_the_next_need),
	    cmocka_unit_test(arena_copy__ends_with_a_nul),
	    cmocka_unit_test(arena__survives_failing_allocations),
	};

	return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
