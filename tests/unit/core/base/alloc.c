/* Tests of core/base/alloc.h. */
#include "tests/lib/test.h"

#include "core/base/alloc.h"

/* Which of five allocations fail, as bits. */
static unsigned
failures(void)
{
	unsigned failed = 0;

	for (unsigned i = 0; i < 5; i++) {
		void *memory = weft__malloc(8);

		failed |= memory ? 0 : 1u << i;
		weft__free(memory);
	}
	return failed;
}

static void
alloc_fail_after__fails_one_or_all_from_there(void **state)
{
	assert_int_equal(failures(), 0);
	weft__alloc_fail_after(0, false);
	assert_int_equal(failures(), 0x01);
	assert_int_equal(weft__alloc_count(), 5);
	weft__alloc_fail_after(3, false);
	assert_int_equal(failures(), 0x08);
	weft__alloc_fail_after(3, true);
	assert_int_equal(failures(), 0x18);
	assert_int_equal(failures(), 0x1f);
	assert_int_equal(weft__alloc_count(), 10);
	weft__alloc_fail_after(100, true);
	assert_int_equal(failures(), 0);
	weft__alloc_fail_never();
	assert_int_equal(failures(), 0);
}

static void
alloc_fail_after__reaches_every_function(void **state)
{
	char *text = weft__strdup("kept");
	size_t capacity = 0;

	assert_non_null(text);
	weft__alloc_fail_after(0, true);
	assert_null(weft__malloc(1));
	assert_null(weft__calloc(1, 1));
	assert_null(weft__realloc(text, 100));
	assert_null(weft__strdup("x"));
	assert_null(weft__strndup("x", 1));
	assert_false(weft__grow(&text, &capacity, 9, 1));
	weft__alloc_fail_never();
	assert_string_equal(text, "kept");
	assert_int_equal(capacity, 0);
	weft__free(text);
}

static void
alloc__serves_size_zero(void **state)
{
	void *memory = weft__malloc(0), *zeros = weft__calloc(0, 8);

	assert_non_null(memory);
	assert_non_null(zeros);
	memory = weft__realloc(memory, 0);
	assert_non_null(memory);
	weft__free(memory);
	weft__free(zeros);
	weft__free(NULL);
}

static void
alloc_strndup__copies_so_many_bytes(void **state)
{
	char *text = weft__strndup("abcdef", 3);

	assert_string_equal(text, "abc");
	weft__free(text);
}

static void
alloc_grow__doubles_and_keeps(void **state)
{
	uint32_t *numbers = NULL;
	size_t capacity = 0;

	for (uint32_t i = 0; i < 1000; i++) {
		assert_true(weft__grow(
		    &numbers, &capacity, i + 1, sizeof *numbers));
		assert_true(capacity > i);
		numbers[i] = i;
	}
	assert_int_equal(capacity, 1024);
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(numbers[i], i);
	weft__free(numbers);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(alloc_fail_after__fails_one_or_all_from_there),
	    cmocka_unit_test(alloc_fail_after__reaches_every_function),
	    cmocka_unit_test(alloc__serves_size_zero),
	    cmocka_unit_test(alloc_strndup__copies_so_many_bytes),
	    cmocka_unit_test(alloc_grow__doubles_and_keeps),
	};

	return cmocka_run_group_tests_name("alloc", tests, NULL, NULL);
}
