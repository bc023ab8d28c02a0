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

void
weft__arena_fini(struct weft__arena *arena)
{
	struct weft__arena_block *block = arena->blocks, *next;

	for (; block; block = next) {
		next = block->next;
		weft__free(block);
	}
	arena->blocks = NULL;
	arena->size = 0;
}

void
weft__arena_clear(struct weft__arena *arena)
{
	struct weft__arena_block *kept = arena->blocks;

	if (!kept)
		return;
	arena->blocks = kept->next;
	weft__arena_fini(arena);
	kept->next = NULL;
	kept->used = 0;
	arena->blocks = kept;
}

void *
weft__arena_alloc(struct weft__arena *arena, size_t size)
{
	struct weft__arena_block *block = arena->blocks;
	const size_t align = alignof(max_align_t);
	void *memory;

	size = (size + align - 1) / align * align;
	if (!block || block->capacity - block->used < size) {
		size_t capacity = size > BLOCK_SIZE ? size : BLOCK_SIZE;

		block = weft__malloc(sizeof *block + capacity);
		if (!block)
			return NULL;
		block->next = arena->blocks;
		block->used = 0;
		block->capacity = capacity;
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
