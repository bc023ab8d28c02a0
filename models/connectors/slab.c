#include "models/connectors/slab.h"

#include <stddef.h>

#include "core/base/alloc.h"

#define CHUNK_SIZE ((size_t)64 * 1024)

/* Chunks of one size of piece before they become large. */
#define SMALL_CHUNKS 16

struct piece {
	struct weft__slab_chunk *chunk; /* NULL: it is by itself */
	union {
		struct piece *next; /* free */
		void *memory[1];    /* in use */
	} u;
};

#define PIECE_HEAD offsetof(struct piece, u)

struct weft__slab_chunk {
	struct weft__slab_class *class;
	struct weft__slab_chunk *next, **link; /* if it has a free piece */
	struct piece *free;
	size_t used; /* pieces */
	size_t piece_size;
	char *fresh, *end; /* what was never used */
	char bytes[];
};

static bool
is_full(const struct weft__slab_chunk *chunk)
{
	return !chunk->free &&
	    (size_t)(chunk->end - chunk->fresh) < chunk->piece_size;
}

static void
open_chunk(struct weft__slab_chunk *chunk)
{
	struct weft__slab_class *class = chunk->class;

	chunk->next = class->open;
	chunk->link = &class->open;
	if (chunk->next)
		chunk->next->link = &chunk->next;
	class->open = chunk;
}

static void
close_chunk(struct weft__slab_chunk *chunk)
{
	*chunk->link = chunk->next;
	if (chunk->next)
		chunk->next->link = chunk->link;
}

static struct weft__slab_chunk *
make_chunk(struct weft__slab_class *class, size_t piece_size)
{
	bool is_large = class->count >= SMALL_CHUNKS;
	size_t size = is_large ? WEFT__LARGE_PAGE : CHUNK_SIZE;
	struct weft__slab_chunk *chunk =
	    is_large ? weft__malloc_large(size) : weft__malloc(size);

	if (!chunk)
		return NULL;
	*chunk = (struct weft__slab_chunk){.class = class,
	    .piece_size = piece_size,
	    .fresh = chunk->bytes,
	    .end = (char *)chunk + size};
	class->count++;
	open_chunk(chunk);
	return chunk;
}

static void
free_chunk(struct weft__slab_chunk *chunk)
{
	close_chunk(chunk);
	chunk->class->count--;
	weft__free(chunk);
}

static struct piece *
take_from(struct weft__slab_chunk *chunk)
{
	struct piece *piece = chunk->free;

	if (piece) {
		chunk->free = piece->u.next;
	} else {
		piece = (struct piece *)chunk->fresh;
		chunk->fresh += chunk->piece_size;
		piece->chunk = chunk;
	}
	chunk->used++;
	if (is_full(chunk))
		close_chunk(chunk);
	return piece;
}

static struct piece *
take_single(size_t size)
{
	struct piece *piece = weft__malloc(PIECE_HEAD + size);

	if (piece)
		piece->chunk = NULL;
	return piece;
}

void *
weft__slab_take(struct weft__slab *slab, size_t size)
{
	size_t steps = (size + WEFT__SLAB_STEP - 1) / WEFT__SLAB_STEP;
	struct weft__slab_chunk *chunk;
	struct piece *piece;

	if (size > WEFT__SLAB_LARGEST) {
		piece = take_single(size);
	} else {
		chunk = slab->classes[steps].open;
		if (!chunk)
			chunk = make_chunk(&slab->classes[steps],
			    PIECE_HEAD + steps * WEFT__SLAB_STEP);
		piece = chunk ? take_from(chunk) : NULL;
	}
	return piece ? piece->u.memory : NULL;
}

/* Whether all others of its class are full. */
static bool
is_only_open(const struct weft__slab_chunk *chunk)
{
	return chunk->class->open == chunk && !chunk->next;
}

void
weft__slab_give(struct weft__slab *slab, void *memory)
{
	struct piece *piece = (struct piece *)((char *)memory - PIECE_HEAD);
	struct weft__slab_chunk *chunk = piece->chunk;

	(void)slab;
	if (!chunk) {
		weft__free(piece);
		return;
	}
	if (is_full(chunk))
		open_chunk(chunk);
	piece->u.next = chunk->free;
	chunk->free = piece;
	chunk->used--;
	/* Else it stays: it may be wanted again at once. */
	if (!chunk->used && !is_only_open(chunk))
		free_chunk(chunk);
}

void
weft__slab_fini(struct weft__slab *slab)
{
	const size_t length = sizeof slab->classes / sizeof *slab->classes;

	for (size_t i = 0; i < length; i++)
		while (slab->classes[i].open)
			free_chunk(slab->classes[i].open);
}
