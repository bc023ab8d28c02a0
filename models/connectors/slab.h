/*
 * Memory in many small pieces of one owner: chunks of pieces of the same size,
 * in steps of 32 bytes.  A chunk that has no piece in use any more is freed.
 *
 * It is for what grows by hundreds of megabytes beside the main thread, and is
 * looked at all over: there the C library asks the kernel for each page by
 * itself, and the processor has to find each.  Where there are many pieces of
 * a size their chunks are large pages.
 *
 * Thread: the owner's, one at a time.
 */
#ifndef MODELS_CONNECTORS_SLAB_H
#define MODELS_CONNECTORS_SLAB_H

#include <weft/types.h>

/* The largest piece in a chunk, in bytes; others are by themselves.  With the
 * address sanitizer all are, so that it watches each. */
#ifdef __SANITIZE_ADDRESS__
#define WEFT__SLAB_LARGEST 0
#else
#define WEFT__SLAB_LARGEST 1024
#endif
#define WEFT__SLAB_STEP 32

struct weft__slab_chunk;

/* Pieces of one size. */
struct weft__slab_class {
	struct weft__slab_chunk *open; /* those with a free piece */
	size_t count;                  /* of all */
};

/* All zero: empty. */
struct weft__slab {
	struct weft__slab_class
	    classes[WEFT__SLAB_LARGEST / WEFT__SLAB_STEP + 1];
};

/* A piece of so many bytes, aligned as a pointer; NULL: out of memory. */
void *weft__slab_take(struct weft__slab *slab, size_t size);

/* Gives a piece back. */
void weft__slab_give(struct weft__slab *slab, void *memory);

/* Frees what the slab keeps for later; all pieces were given back. */
void weft__slab_fini(struct weft__slab *slab);

#endif
