/*
 * Where replications between two models left off.
 */
#ifndef MODELS_REPLICATE_POSITION_H
#define MODELS_REPLICATE_POSITION_H

#include "models/replicate/conflict.h"

/*
 * Reads the position that the parties remember for this filter (no value:
 * none).  '*found' is false if there is none that both sides stand by: one of
 * the databases is another one by now, or older than what is remembered; that
 * one is told, and begins a new epoch.
 * Returns 0, or what the sources return.
 */
WEFT_MUST_CHECK int weft__position_load(const struct weft__parties *parties,
    struct weft_slice filter, struct weft__position *position, bool *found,
    struct weft_error *error);

/*
 * Remembers the position; its epochs are filled in.  Sources that keep no
 * values remember nothing: that is no error.
 * Returns 0; WEFT_EJSON (the filter), or what the sources return: then the
 * older position, or none, is remembered.
 */
WEFT_MUST_CHECK int weft__position_save(const struct weft__parties *parties,
    struct weft_slice filter, struct weft__position *position,
    struct weft_error *error);

/*
 * Records that the target refused, below the position that was saved without a
 * filter: they are sent again each time.  The source keeps their ids, or the
 * target if the source keeps no values.
 *
 * _keep_refused() returns 0; WEFT_EUNSUPPORTED (neither keeps any); what the
 * keeper returns.  _drop_refused() also where there is none.
 */
WEFT_MUST_CHECK int weft__position_keep_refused(
    const struct weft__parties *parties, struct weft_slice id,
    struct weft_error *error);
WEFT_MUST_CHECK int weft__position_drop_refused(
    const struct weft__parties *parties, struct weft_slice id,
    struct weft_error *error);

/* Calls 'each' with the id of each; what it returns besides 0 ends it. */
WEFT_MUST_CHECK int weft__position_each_refused(
    const struct weft__parties *parties,
    int (*each)(struct weft_slice id, void *context), void *context,
    struct weft_error *error);

#endif
