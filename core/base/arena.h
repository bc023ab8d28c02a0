/*
 * An arena: many small allocations, freed together.  Holds the texts of one
 * request, page of changes, or definition.
 */
#ifndef CORE_BASE_ARENA_H
#define CORE_BASE_ARENA_H

#include <weft/types.h>

struct weft__arena_block;

/* Zero-initialised is an empty arena. */
struct weft__arena {
	struct weft__arena_block *blocks;
	struct weft__arena_block *spare; /* released, for the next need */
	size_t size; /* bytes handed out */
};

/* Frees all that was handed out; the arena is empty and usable. */
void weft__arena_fini(struct weft__arena *arena);

/* Forgets all that was handed out, keeps one block for reuse. */
void weft__arena_clear(struct weft__arena *arena);

/* A point to go back to.  Meant for recursion. */
struct weft__arena_mark {
	struct weft__arena_block *block;
	size_t used; /* bytes */
	size_t size; /* bytes */
};

/* The present state, to be gone back to. */
struct weft__arena_mark weft__arena_mark(const struct weft__arena *arena);

/*
 * Forgets all that was handed out since the mark was taken, and all marks
 * taken since; keeps one block for reuse.
 */
void weft__arena_release(
    struct weft__arena *arena, struct weft__arena_mark mark);

/* 'size' bytes aligned for any object, valid until fini; NULL: no memory. */
void *weft__arena_alloc(struct weft__arena *arena, size_t size);

/*
 * A NUL-terminated copy of the bytes.  For a slice of no value the copy is
 * one too.  Returns 0 or WEFT_ENOMEM.
 */
int weft__arena_copy(struct weft__arena *arena, struct weft_slice bytes,
    struct weft_slice *copy);

#endif
