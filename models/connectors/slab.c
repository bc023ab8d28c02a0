#include "models/connectors/slab.h"

#include <stddef.h>

#include "core/base/alloc.h"

#define CHUNK_SIZE ((size_t)64 * 1024)

struct piece {
	struct weft__slab_chunk *chunk; /* NULL: it is by itself */
	union {
		struct piece *next; /* free */
		void *memory[1];    /* in use */
	} u;
};

#define PIECE_HEAD offsetof(struct piece, u)

struct weft__slab_chunk {
	struct weft__slab_chunk *next, **link; /* if it has a free piece */
	struct piece *free;
	size_t used;  /* pieces */
	size_t fresh; /* bytes at the end that were never used */
	size_t class; /* of its pieces: their size in steps */
	char bytes[];
};

static size_t
piece_size(size_t class)
{
	return PIECE_HEAD + class * WEFT__SLAB_STEP;
}

static bool
is_full(const struct weft__slab_chunk *chunk)
{
	return !chunk->free && chunk->fresh < piece_size(chunk->class);
}

static void
open_chunk(struct weft__slab *slab, struct weft__slab_chunk *chunk)
{
	struct weft__slab_chunk **first = &slab->open[chunk->class];

	chunk->next = *first;
	chunk->link = first;
	if (chunk->next)
		chunk->next->link = &chunk->next;
	*first = chunk;
}

static void
close_chunk(struct weft__slab_chunk *chunk)
{
	*chunk->link = chunk->next;
	if (chunk->next)
		chunk->next->link = chunk->link;
}

static struct weft__slab_chunk *
make_chunk(struct weft__slab *slab, size_t class)
{
	struct weft__slab_chunk *chunk = weft__malloc(CHUNK_SIZE);

	if (!chunk)
		return NULL;
	*chunk = (struct weft__slab_chunk){
	    .fresh = CHUNK_SIZE - sizeof *chunk, .class = class};
	open_chunk(slab, chunk);
	return chunk;
}

static struct piece *
take_from(struct weft__slab_chunk *chunk)
{
	struct piece *piece = chunk->free;

	if (piece) {
		chunk->free = piece->u.next;
	} else {
		piece = (struct piece *)((char *)chunk + CHUNK_SIZE -
		    chunk->fresh);
		chunk->fresh -= piece_size(chunk->class);
		piece->chunk = chunk;
	}
	chunk->used++;
	if (is_full(chunk))
		close_chunk(chunk);
	return piece;
}

void *
weft__slab_take(struct weft__slab *slab, size_t size)
{
	size_t class = (size + WEFT__SLAB_STEP - 1) / WEFT__SLAB_STEP;
	struct weft__slab_chunk *chunk;
	struct piece *piece;

	if (size > WEFT__SLAB_LARGEST) {
		piece = weft__malloc(PIECE_HEAD + size);
		if (!piece)
			return NULL;
		piece->chunk = NULL;
		return piece->u.memory;
	}
	chunk = slab->open[class];
	if (!chunk)
		chunk = make_chunk(slab, class);
	return chunk ? take_from(chunk)->u.memory : NULL;
}

void
weft__slab_give(struct weft__slab *slab, void *memory)
{
	struct piece *piece = (struct piece *)((char *)memory - PIECE_HEAD);
	struct weft__slab_chunk *chunk = piece->chunk;

	if (!chunk) {
		weft__free(piece);
		return;
	}
	if (is_full(chunk))
		open_chunk(slab, chunk);
	piece->u.next = chunk->free;
	chunk->free = piece;
	chunk->used--;
	/* The only one stays: it may be wanted again at once. */
	if (chunk->used || (slab->open[chunk->class] == chunk && !chunk->next))
		return;
	close_chunk(chunk);
	weft__free(chunk);
}

void
weft__slab_fini(struct weft__slab *slab)
{
	const size_t classes = sizeof slab->open / sizeof *slab->open;
	struct weft__slab_chunk *chunk;

	for (size_t i = 0; i < classes; i++)
		while ((chunk = slab->open[i])) {
			close_chunk(chunk);
			weft__free(chunk);
		}
}
