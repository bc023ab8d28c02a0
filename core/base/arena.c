#include "core/base/arena.h"

#include <stdalign.h>

#include <weft/error.h>

#include "core/base/alloc.h"

#define BLOCK_SIZE 16384

struct weft__arena_block {
	struct weft__arena_block *next;
	size_t used;     /* bytes */
	size_t capacity; /* bytes */
	alignas(max_align_t) char data[];
};

static void
free_blocks(struct weft__arena_block *block)
{
	struct weft__arena_block *next;

	for (; block; block = next) {
		next = block->next;
		weft__free(block);
	}
}

void
weft__arena_fini(struct weft__arena *arena)
{
	free_blocks(arena->blocks);
	free_blocks(arena->spare);
	*arena = (struct weft__arena){NULL};
}

void
weft__arena_clear(struct weft__arena *arena)
{
	weft__arena_release(arena, (struct weft__arena_mark){NULL});
}

struct weft__arena_mark
weft__arena_mark(const struct weft__arena *arena)
{
	struct weft__arena_mark mark = {arena->blocks,
	    arena->blocks ? arena->blocks->used : 0, arena->size};

	return mark;
}

/* Keeps one block of the usual size; larger ones are rare and go. */
static void
retire(struct weft__arena *arena, struct weft__arena_block *block)
{
	if (arena->spare || block->capacity > BLOCK_SIZE) {
		weft__free(block);
		return;
	}
	block->next = NULL;
	block->used = 0;
	arena->spare = block;
}

void
weft__arena_release(struct weft__arena *arena, struct weft__arena_mark mark)
{
	struct weft__arena_block *block;

	while (arena->blocks != mark.block) {
		block = arena->blocks;
		arena->blocks = block->next;
		retire(arena, block);
	}
	if (arena->blocks)
		arena->blocks->used = mark.used;
	arena->size = mark.size;
}

/* An empty block for at least 'size' bytes, or NULL. */
static struct weft__arena_block *
get_block(struct weft__arena *arena, size_t size)
{
	size_t capacity = size > BLOCK_SIZE ? size : BLOCK_SIZE;
	struct weft__arena_block *block = arena->spare;

	if (block && block->capacity >= size) {
		arena->spare = NULL;
		return block;
	}
	block = weft__malloc(sizeof *block + capacity);
	if (block) {
		block->used = 0;
		block->capacity = capacity;
	}
	return block;
}

void *
weft__arena_alloc(struct weft__arena *arena, size_t size)
{
	struct weft__arena_block *block = arena->blocks;
	const size_t align = alignof(max_align_t);
	void *memory;

	size = (size + align - 1) / align * align;
	if (!block || block->capacity - block->used < size) {
		block = get_block(arena, size);
		if (!block)
			return NULL;
		block->next = arena->blocks;
		arena->blocks = block;
	}
	memory = block->data + block->used;
	block->used += size;
	arena->size += size;
	return memory;
}

int
weft__arena_copy(struct weft__arena *arena, struct weft_slice bytes,
    struct weft_slice *copy)
{
	char *text;

	*copy = (struct weft_slice){NULL, 0};
	if (!bytes.data)
		return 0;
	text = weft__arena_alloc(arena, bytes.size + 1);
	if (!text)
		return WEFT_ENOMEM;
	memcpy(text, bytes.data, bytes.size);
	text[bytes.size] = '\0';
	*copy = (struct weft_slice){text, bytes.size};
	return 0;
}
