/*
 * Rectifying within a transaction: see models/tracking/rectify.c.
 */
#ifndef MODELS_TRACKING_RECTIFY_H
#define MODELS_TRACKING_RECTIFY_H

#include "models/tracking/tracker.h"

/*
 * Whether the row is seen at once to have been written behind our back: it
 * has no track row, or lives where that says deleted, or the other way round.
 */
static inline bool
weft__is_unrectified(const struct weft__current *current)
{
	if (!current->has_row)
		return false;
	return !current->has_track ||
	    weft__track_deleted(&current->track) == current->exists;
}

/*
 * Whether the track row does not stand for this body (no value: deleted).
 * Cost: a SHA-1 of the body.
 */
bool weft__track_differs(
    const struct weft__track *track, struct weft_slice body);

/*
 * Records what was written behind our back as a change of this record, and
 * adds one to '*found', if anything was.  What cannot be recorded (a body that
 * is no JSON, say) goes to the model's handler of change errors, and is no
 * error here.  Returns 0, or what the connector returns.
 */
WEFT_MUST_CHECK int weft__rectify(struct weft_transaction *transaction,
    struct weft_model *model, struct weft_slice id, uint64_t *found,
    struct weft_error *error);

#endif
