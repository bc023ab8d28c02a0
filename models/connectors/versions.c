#include "models/connectors/versions.h"

#include <stddef.h>

/*
 * Blocks that a version has left out hang together by 'next_given'.  The first
 * of them stands for all: its 'number' is that version, and 'next' leads to
 * the first of a later one.
 */
struct weft__version_block {
	struct weft__version_block *next; /* made before, since the beginning */
	struct weft__version_block *next_given;
	uint64_t number; /* the stamp */
	uint64_t memory[];
};

static struct weft__version_block *
block_of(const void *memory)
{
	return (struct weft__version_block *)((char *)memory -
	    offsetof(struct weft__version_block, memory));
}

void
weft__versions_init(struct weft__versions *versions)
{
	*versions = (struct weft__versions){.own = UINT64_MAX};
	versions->readers_last = &versions->readers;
	versions->waiting_last = &versions->waiting;
}

void
weft__versions_fini(struct weft__versions *versions)
{
	weft__versions_dump(versions, versions->waiting);
	weft__slab_fini(&versions->slab);
}

void
weft__versions_begin(struct weft__versions *versions)
{
	versions->own = ++versions->stamp;
}

void *
weft__versions_make(struct weft__versions *versions, size_t size)
{
	struct weft__version_block *block =
	    weft__slab_take(&versions->slab, sizeof *block + size);

	if (!block)
		return NULL;
	block->number = versions->stamp;
	block->next = versions->made;
	versions->made = block;
	return block->memory;
}

bool
weft__versions_is_own(
    const struct weft__versions *versions, const void *memory)
{
	return block_of(memory)->number >= versions->own;
}

void
weft__versions_give_up(struct weft__versions *versions, void *memory)
{
	struct weft__version_block *block = block_of(memory);

	block->next_given = versions->given;
	versions->given = block;
}

void
weft__versions_free(struct weft__versions *versions, void *memory)
{
	if (memory)
		weft__slab_give(&versions->slab, block_of(memory));
}

void
weft__versions_mark(
    struct weft__versions *versions, struct weft__version_mark *mark)
{
	*mark = (struct weft__version_mark){
	    versions->made, versions->given, versions->own};
	versions->own = ++versions->stamp;
}

/* Frees what was made after this one (NULL: all). */
static void
free_made(struct weft__versions *versions, struct weft__version_block *first)
{
	struct weft__version_block *block;

	while ((block = versions->made) != first) {
		versions->made = block->next;
		weft__slab_give(&versions->slab, block);
	}
}

void
weft__versions_undo(
    struct weft__versions *versions, const struct weft__version_mark *mark)
{
	versions->given = mark->given;
	versions->own = mark->own;
	free_made(versions, mark->made);
}

void
weft__versions_keep(
    struct weft__versions *versions, const struct weft__version_mark *mark)
{
	versions->own = mark->own;
}

/* No version is under way. */
static void
end(struct weft__versions *versions)
{
	versions->made = versions->given = NULL;
	versions->own = UINT64_MAX;
}

void
weft__versions_rollback(struct weft__versions *versions)
{
	free_made(versions, NULL);
	end(versions);
}

/* Takes what nobody needs any more off the list. */
static struct weft__version_block *
collect(struct weft__versions *versions)
{
	uint64_t oldest = versions->readers ? versions->readers->version
	                                    : versions->version;
	struct weft__version_block *first = versions->waiting;
	struct weft__version_block **last = &versions->waiting, *rest;

	while (*last && (*last)->number <= oldest)
		last = &(*last)->next;
	if (last == &versions->waiting)
		return NULL;
	rest = *last;
	*last = NULL;
	versions->waiting = rest;
	if (!rest)
		versions->waiting_last = &versions->waiting;
	return first;
}

struct weft__version_block *
weft__versions_commit(struct weft__versions *versions)
{
	struct weft__version_block *given = versions->given;

	versions->version++;
	end(versions);
	if (given) {
		given->number = versions->version;
		given->next = NULL;
		*versions->waiting_last = given;
		versions->waiting_last = &given->next;
	}
	return collect(versions);
}

void
weft__versions_enter(
    struct weft__versions *versions, struct weft__version_reader *reader)
{
	reader->version = versions->version;
	reader->next = NULL;
	reader->link = versions->readers_last;
	*versions->readers_last = reader;
	versions->readers_last = &reader->next;
}

void
weft__versions_leave(
    struct weft__versions *versions, struct weft__version_reader *reader)
{
	if (!reader->link)
		return;
	*reader->link = reader->next;
	if (reader->next)
		reader->next->link = reader->link;
	else
		versions->readers_last = reader->link;
	reader->link = NULL;
}

void
weft__versions_dump(
    struct weft__versions *versions, struct weft__version_block *blocks)
{
	struct weft__version_block *next, *block;

	for (; blocks; blocks = next) {
		next = blocks->next;
		while ((block = blocks)) {
			blocks = block->next_given;
			weft__slab_give(&versions->slab, block);
		}
	}
}
