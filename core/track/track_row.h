/*
 * The track row: what is known of one record's changes.  It lives as long as
 * the record or its tombstone, beside it in the same database row.
 *
 * Invariants:
 * T1  deleted <=> rev.size is 0; the tree's current node is the same state.
 * T2  seq is that of the journal row of the last change; created_seq <= seq.
 * T3  checkpoint is the one current at that change's commit.
 * T4  generations grow along the main line, by one unless a peer knows more;
 *     nodes known by name may stand at the same one, and so do all at the
 *     highest number.
 */
#ifndef CORE_TRACK_TRACK_ROW_H
#define CORE_TRACK_TRACK_ROW_H

#include <weft/change.h>

#include "core/base/hash.h"
#include "core/track/revtree.h"

struct weft__track {
	struct weft__rev rev;  /* size 0: deleted, or never written */
	struct weft__rev prev; /* size 0: null or absent by has_prev */
	bool has_prev;
	uint64_t checkpoint;
	uint64_t created_seq;
	uint64_t seq;
	struct weft__revtree tree;
};

/* A track row of a record that was never written. */
void weft__track_init(struct weft__track *track);

/* Whether the row stands for a deleted record. */
bool weft__track_deleted(const struct weft__track *track);

/*
 * Compact binary form, version byte first (docs/track-row.md).
 * Returns 0, WEFT_ELIMIT, WEFT_ENOMEM; decode: 0 or WEFT_EDAMAGED, with any
 * bytes as input.
 */
WEFT_MUST_CHECK int weft__track_encode(
    const struct weft__track *track, struct weft_buf *out);
WEFT_MUST_CHECK int weft__track_decode(struct weft_slice bytes,
    struct weft__track *track, struct weft_error *error);

/* The sequence in an encoded row, without decoding the rest; 0 if damaged. */
uint64_t weft__track_peek_seq(struct weft_slice bytes);

/* One accepted write, as the tracker sees it. */
struct weft__track_write {
	const struct weft__rev *rev;   /* NULL: a deletion */
	const struct weft__oid *hash;  /* SHA-1 of the canonical body; NULL: rev
	                                  names it, or a deletion */
	const struct weft__oid *blob;  /* blob id of the body; NULL: del. */
	uint64_t checkpoint;           /* current one */
	uint64_t seq;                  /* of this write's journal row */
	bool replicated;               /* made for a peer, not by a user */
	uint32_t generation;           /* replicated: of the change, or 0 */
	struct weft_slice history;     /* replicated: as in weft_update */
};

/*
 * Records a write: LoopBack's rectify rules (section 2.2) for rev, prev and
 * checkpoint, and a child of the tree's current node.
 *
 * A user's write over a replicated one is a change of its own, even in the
 * same checkpoint: a peer has the revision that was replaced, so it is what
 * the change is based on (docs/decisions/0008).
 *
 * Returns false, and changes nothing, if the write has the current revision
 * (a deletion of a deleted or never written record too): unless it is a peer's
 * with a higher generation.  Then the tree learns what led to it there, and
 * prev is what came before it.
 */
bool weft__track_apply(
    struct weft__track *track, const struct weft__track_write *write);

/*
 * Sets prev (no value: null), as LoopBack resolves a conflict: from now on
 * the current revision is one that was made from 'prev' too, which the tree
 * remembers when other changes follow, with what came before it: 'history' as
 * in struct weft_update.  The current revision gets a generation above that of
 * 'prev' (0: not known).  Sequence and checkpoint are left to the caller.
 * Returns false, and changes nothing, if 'prev' is no revision.
 */
bool weft__track_rebase(struct weft__track *track, struct weft_slice prev,
    bool has_prev, uint32_t generation, struct weft_slice history);

/*
 * Appends the revisions before the current one, as in struct weft_update.
 * Returns 0, WEFT_ELIMIT, WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__track_history(
    const struct weft__track *track, struct weft_buf *history);

/*
 * The change that the row stands for.  The slices point into 'track',
 * 'model' and 'model_id'.  Of a record that was deleted, then came and went
 * within one checkpoint, prev is what the first deletion took away.
 */
void weft__track_change(const struct weft__track *track,
    struct weft_slice model, struct weft_slice model_id,
    struct weft_change *change);

/*
 * Whether a peer's change {rev, prev} is one this record already had in its
 * past (an echo): rev is not the current revision, and the last occurrence of
 * prev precedes the last occurrence of rev in the main line; with prev absent
 * rev must occur just once; and more revisions led to what is here, if that
 * is known.  In doubt: false.
 */
bool weft__track_is_echo(
    const struct weft__track *track, const struct weft_change *change);

#endif
