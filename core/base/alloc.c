#include "core/base/alloc.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

/* Counts down to the allocation that fails; negative: none does. */
static atomic_int_fast64_t fail_countdown = -1;
static atomic_bool fail_for_ever;
static atomic_uint_fast64_t allocations;

static bool
must_fail(void)
{
	int_fast64_t left = atomic_load_explicit(&fail_countdown,
	    memory_order_relaxed);

	if (left < 0)
		return false;
	atomic_fetch_add(&allocations, 1);
	if (left > 0) {
		atomic_fetch_sub(&fail_countdown, 1);
		return false;
	}
	if (!atomic_load(&fail_for_ever))
		atomic_store(&fail_countdown, INT64_MAX);
	return true;
}

void
weft__alloc_fail_after(uint64_t successes, bool for_ever)
{
	atomic_store(&allocations, 0);
	atomic_store(&fail_for_ever, for_ever);
	atomic_store(&fail_countdown, (int_fast64_t)successes);
}

void
weft__alloc_fail_never(void)
{
	atomic_store(&fail_countdown, -1);
}

uint64_t
weft__alloc_count(void)
{
	return atomic_load(&allocations);
}

void *
weft__malloc(size_t size)
{
	return must_fail() ? NULL : malloc(size ? size : 1);
}

void *
weft__calloc(size_t count, size_t size)
{
	return must_fail() ? NULL : calloc(count ? count : 1, size ? size : 1);
}

void *
weft__realloc(void *memory, size_t size)
{
	return must_fail() ? NULL : realloc(memory, size ? size : 1);
}

void
weft__free(void *memory)
{
	free(memory);
}

void
weft__use_large_pages(void *memory, size_t size)
{
	uintptr_t page = WEFT__LARGE_PAGE;
	uintptr_t start = ((uintptr_t)memory + page - 1) & -page;
	uintptr_t end = ((uintptr_t)memory + size) & -page;

	if (start < end)
		(void)!madvise((void *)start, end - start, MADV_HUGEPAGE);
}

void *
weft__malloc_large(size_t size)
{
	void *memory;

	if (must_fail() || posix_memalign(&memory, WEFT__LARGE_PAGE, size))
		return NULL;
	/* It may have been used before, in small pages: without these. */
	(void)!madvise(memory, size, MADV_DONTNEED);
	weft__use_large_pages(memory, size);
	return memory;
}

char *
weft__strndup(const char *text, size_t size)
{
	char *copy = weft__malloc(size + 1);

	if (copy) {
		memcpy(copy, text, size);
		copy[size] = '\0';
	}
	return copy;
}

char *
weft__strdup(const char *text)
{
	return weft__strndup(text, strlen(text));
}

bool
weft__grow(void *array_pointer, size_t *capacity, size_t needed,
    size_t element_size)
{
	void *array;
	size_t target = *capacity ? *capacity : 8;

	if (needed <= *capacity)
		return true;
	while (target < needed)
		target *= 2;
	memcpy(&array, array_pointer, sizeof array);
	array = weft__realloc(array, target * element_size);
	if (!array)
		return false;
	memcpy(array_pointer, &array, sizeof array);
	*capacity = target;
	return true;
}
