/*
 * A trace: what is left of a tombstone that was dropped, so that a record
 * that a peer still has is known here as deleted, and not taken for a new one
 * (docs/decisions/0018).
 *
 * It has the revision that the deletion took away and how many revisions led
 * to the deletion; whoever keeps it finds it by the id's hash.  Recalled, it
 * is a track row of a deleted record again, with no more history than that.
 */
#ifndef CORE_TRACK_TRACE_H
#define CORE_TRACK_TRACE_H

#include "core/track/track_row.h"

struct weft__trace {
	struct weft__oid rev; /* the last revision before the deletion */
	uint32_t generation;  /* of the deletion; from 2 */
};

#define WEFT__TRACE_SIZE (WEFT__OID_SIZE + 4)

/*
 * The trace of a deleted record.  False if it can have none: it is not
 * deleted, or what it was is not known or has a revision that is no SHA-1.
 */
bool weft__trace_of(
    const struct weft__track *track, struct weft__trace *trace);

/* Revision, then the generation, highest byte first. */
void weft__trace_encode(const struct weft__trace *trace,
    unsigned char bytes[WEFT__TRACE_SIZE]);

/* Reads any bytes; false if they are no trace. */
bool weft__trace_decode(struct weft_slice bytes, struct weft__trace *trace);

/*
 * Makes a track row of a trace.  'checkpoint' is what is known of that of the
 * deletion: that it was not a later one.
 */
void weft__trace_recall(const struct weft__trace *trace, uint64_t checkpoint,
    struct weft__track *track);

/*
 * Whether a peer's change is the very state that was deleted, so that the
 * deletion goes on from it; 'track' was recalled.
 */
bool weft__trace_has(
    const struct weft__track *track, const struct weft_change *change);

/*
 * Lets a row that was recalled know what such a state was made from, as the
 * peer tells it: so it is an echo for good.
 */
void weft__trace_learn(
    struct weft__track *track, const struct weft_change *change);

#endif
