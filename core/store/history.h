/*
 * The history of one record: its states in the commits of a store, newest
 * first.
 *
 * A commit costs one read for itself and one for each folder on the way to
 * the record that the commit before did not have: a commit that left the
 * record's model alone costs two, one that changed other records of it the
 * few nodes that both are below.
 */
#ifndef CORE_STORE_HISTORY_H
#define CORE_STORE_HISTORY_H

#include "core/store/store.h"

struct weft__store_history;

/* A state of the record, and the commit that brought it. */
struct weft__store_state {
	struct weft__store_commit commit;
	uint64_t seq_before;   /* of the commit before it, 0: none */
	bool deleted;
	struct weft__oid blob; /* of the record, or of its tombstone */
};

/*
 * Begins at 'commit' (NULL: the tip).  The store is kept; '*history' is the
 * caller's, for weft__store_history_close().
 * Returns 0, also if there is no commit at all; WEFT_ENOTFOUND: no such
 * commit.
 */
WEFT_MUST_CHECK int weft__store_history_open(struct weft__store *store,
    const struct weft__oid *commit, struct weft_slice model,
    struct weft_slice id, struct weft__store_history **history,
    struct weft_error *error);

/* Commits that one call passes at most: some 1 ms. */
#define WEFT__HISTORY_STEP 256

/*
 * The next older state.  '*found' is false if there is none among the next
 * WEFT__HISTORY_STEP commits: so the caller can let others at the store, and
 * go on unless weft__store_history_ended().
 * Returns 0; WEFT_EGONE: the history was cut meanwhile.  After a failure only
 * closing is left.
 * Cost: see above, for each commit that is passed; memory: one node.
 */
WEFT_MUST_CHECK int weft__store_history_next(
    struct weft__store_history *history, struct weft__store_state *state,
    bool *found, struct weft_error *error);

/* Whether all states were given. */
bool weft__store_history_ended(const struct weft__store_history *history);

/* NULL is allowed. */
void weft__store_history_close(struct weft__store_history *history);

#endif
