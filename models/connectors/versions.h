/*
 * Memory that the versions of a structure share, while a writer makes the next
 * one and readers look at older ones.
 *
 * What the writer makes is its own until the version is done: it may be
 * changed in place.  What it leaves out of the version is given up, and freed
 * with the first version that is done when nobody looks at one that has it.  So
 * a version costs what differs from the one before, and undoing is to go back
 * to an older one.
 *
 * Threads: what is marked 'shared' is guarded by the owner's mutex; all else
 * is the one writer's.
 */
#ifndef MODELS_CONNECTORS_VERSIONS_H
#define MODELS_CONNECTORS_VERSIONS_H

#include "models/connectors/slab.h"

struct weft__version_block; /* before each piece of memory */

/* Somebody who looks at a version; to be embedded. */
struct weft__version_reader {
	uint64_t version;
	struct weft__version_reader *next, **link; /* oldest first; shared */
};

/* A point to which the version under way can go back. */
struct weft__version_mark {
	struct weft__version_block *made, *given;
	uint64_t own;
};

struct weft__versions {
	uint64_t stamp; /* of what is made now */
	uint64_t own;   /* what has this stamp or a later one is the writer's */
	/* Since the beginning, newest first: what was made, and given up. */
	struct weft__version_block *made, *given;

	uint64_t version; /* the newest that is done; shared */
	struct weft__version_reader *readers, **readers_last; /* shared */
	/* What versions have left out, oldest first; shared. */
	struct weft__version_block *waiting, **waiting_last;
	struct weft__slab slab; /* where memory comes from */
};

/* Makes ready for the first version. */
void weft__versions_init(struct weft__versions *versions);

/* Frees what waits for readers, and all that is kept for later; there are no
 * readers, no version under way, and nothing else was made or all was freed. */
void weft__versions_fini(struct weft__versions *versions);

/* Begins the next version. */
void weft__versions_begin(struct weft__versions *versions);

/* Memory of the version under way; NULL: out of memory. */
void *weft__versions_make(struct weft__versions *versions, size_t size);

/* Leaves memory out of it, once. */
void weft__versions_give_up(struct weft__versions *versions, void *memory);

/* Whether memory is the writer's, to be changed in place. */
bool weft__versions_is_own(
    const struct weft__versions *versions, const void *memory);

/* Frees memory at the end of all versions. */
void weft__versions_free(struct weft__versions *versions, void *memory);

/*
 * A point to go back to.  undo() frees what was made since, and takes back what
 * was given up; keep() forgets the point.  They nest.
 */
void weft__versions_mark(
    struct weft__versions *versions, struct weft__version_mark *mark);
void weft__versions_undo(
    struct weft__versions *versions, const struct weft__version_mark *mark);
void weft__versions_keep(
    struct weft__versions *versions, const struct weft__version_mark *mark);

/* Gives up the version under way; nothing if there is none. */
void weft__versions_rollback(struct weft__versions *versions);

/*
 * The version is done (shared): those who begin to read now get it.  Returns
 * what nobody needs any more, for weft__versions_dump() outside of the mutex.
 */
struct weft__version_block *weft__versions_commit(
    struct weft__versions *versions);

/* Frees it; NULL is allowed. */
void weft__versions_dump(
    struct weft__versions *versions, struct weft__version_block *blocks);

/* Begins, and ends (nothing if it has), to look at the newest version
 * (shared). */
void weft__versions_enter(struct weft__versions *versions,
    struct weft__version_reader *reader);
void weft__versions_leave(struct weft__versions *versions,
    struct weft__version_reader *reader);

#endif
