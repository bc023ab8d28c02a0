/*
 * Memory.  All of weft allocates here, so that tests can fail any allocation.
 */
#ifndef CORE_BASE_ALLOC_H
#define CORE_BASE_ALLOC_H

#include <weft/types.h>

/*
 * As malloc, calloc, realloc, free; NULL when out of memory.  A size of 0 is
 * served as 1.
 */
void *weft__malloc(size_t size);
void *weft__calloc(size_t count, size_t size);
void *weft__realloc(void *memory, size_t size);
void weft__free(void *memory);

/*
 * Asks for large pages for memory just allocated, if it is large: where many
 * look-ups go to places all over it, finding its pages takes as long as the
 * rest.  A wish; nothing is said if it cannot be fulfilled.
 */
void weft__use_large_pages(void *memory, size_t size);

/* As malloc, in large pages of its own: a size of whole WEFT__LARGE_PAGEs. */
#define WEFT__LARGE_PAGE ((size_t)2 << 20)
void *weft__malloc_large(size_t size);

/* Copies as NUL-terminated text, to be freed with weft__free(); or NULL. */
char *weft__strdup(const char *text);
char *weft__strndup(const char *text, size_t size);

/*
 * Grows an array by doubling so that it holds at least 'needed' elements.
 * Returns false when out of memory (the array is as it was).
 */
bool weft__grow(void *array_pointer, size_t *capacity, size_t needed,
    size_t element_size);

/*
 * Tests only: the allocation after 'successes' more ones fails (and every
 * later one if 'for_ever'); weft__alloc_count() counts allocations since.
 */
void weft__alloc_fail_after(uint64_t successes, bool for_ever);
void weft__alloc_fail_never(void);
uint64_t weft__alloc_count(void);

#endif
