/*
 * Keeping a store small: packs are merged, so that there are few of them.
 *
 * Merging is geometric: the smallest packs go into one as long as the next is
 * less than twice as large as all before it together.  So an object is copied
 * about log3(size of the store / size of a commit) times in its life, and a
 * store of less than WEFT_LIMIT_PACK_SIZE has never more than
 * WEFT_LIMIT_STORE_PACKS packs for long.
 *
 * Left alone are packs with a .keep file that is not ours, packs larger than
 * half of WEFT_LIMIT_PACK_SIZE, and packs that git made: they hold deltas, and
 * git knows best what to do with them.
 *
 * What holds at every step, for readers, for git and after a crash:
 *   C1  the merged pack is durable before a pack that it replaces goes;
 *   C2  it has our .keep file until all of these are gone: a `git gc` that
 *       runs meanwhile neither drops it nor counts on those;
 *   C3  a pack loses its index first, by which it is found, and has our .keep
 *       file while it goes: who takes the lock after a crash removes the rest.
 * Readers that look for an object in a pack that is gone look again.
 */
#ifndef CORE_STORE_COMPACT_H
#define CORE_STORE_COMPACT_H

#include "core/store/pack.h"
#include "core/store/pack_set.h"
#include "core/store/store.h"

/*
 * How many of the packs with these sizes (bytes, ascending) are to be merged,
 * from the smallest: at least two, or 0.  All that fit into 'limit' bytes
 * together if 'all', else the geometric run.
 */
size_t weft__compact_choose(
    const uint64_t *sizes, size_t length, uint64_t limit, bool all);

/* The packs at one moment, and those that may be merged, smallest first. */
struct weft__compact_round {
	struct weft__store *store;
	struct weft__pack_set set;
	const struct weft__pack_open **candidates;
	uint64_t *sizes; /* of the candidates */
	size_t length;
	struct weft_error *error;
};

/* Packs that were copied into the one that is being written. */
struct weft__compact_joined {
	struct weft__compact_round round;
	size_t chosen; /* the first of its candidates */
};

/*
 * If there are too many packs, copies those that are to be merged into the one
 * that is being written for a commit, as many as it has room for: so they are
 * merged without a further wait for the disk.  What cannot be merged is
 * logged only.
 * Returns 0, or as weft__pack_add().  weft__compact_leave() frees in any case.
 */
WEFT_MUST_CHECK int weft__compact_join(struct weft__store *store,
    struct weft__pack *pack, struct weft__compact_joined *joined,
    struct weft_error *error);

/*
 * Removes the packs that are in 'published' now, durable and with its .keep
 * file: C1, C2.
 * Returns 0; WEFT_EIO and the like, logged: one has not gone, and the .keep
 * file must stay for the recovery.
 */
WEFT_MUST_CHECK int weft__compact_retire(struct weft__compact_joined *joined,
    const struct weft__pack *published);

/* Closes the packs, retired or not. */
void weft__compact_leave(struct weft__compact_joined *joined);

/*
 * Merges packs if there are more than WEFT_LIMIT_STORE_PACKS, which is after a
 * commit that had no room for them.  Failures are logged only: the store is as
 * good as before.
 */
void weft__compact_if_due(struct weft__store *store);

/*
 * Removes a pack, once what replaces it is durable: C3.  On failure a part of
 * it may be left, for the recovery when the lock is taken next.
 */
WEFT_MUST_CHECK int weft__compact_remove(struct weft__store *store,
    const struct weft__pack_open *pack, struct weft_error *error);

#endif
