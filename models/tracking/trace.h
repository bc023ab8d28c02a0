/*
 * Traces in the database: what is left of the tombstones that were dropped
 * (core/track/trace.h), as small values
 *
 *   trace/<model>/<the first 8 bytes of the id's SHA-1, in hex>
 *
 * and the horizon, the checkpoint below which all of them were deleted.  Who
 * has heard of all changes before it has missed no deletion; without it there
 * are no traces.
 *
 * weft__tracker_load() recalls them: so whatever reads or writes a record
 * meets a deleted one, and what is written over it takes the trace away.
 */
#ifndef MODELS_TRACKING_TRACE_H
#define MODELS_TRACKING_TRACE_H

#include "core/track/trace.h"
#include "models/model.h"

/* Name of the small value that is the horizon, a decimal number. */
#define WEFT__META_HORIZON "horizon"

/* What the names of a model's traces begin with: for its name. */
#define WEFT__TRACE_PREFIX "trace/%s/"

/* Bytes of a trace's name, with its NUL. */
#define WEFT__TRACE_NAME_ROOM (sizeof "trace//" + WEFT_LIMIT_NAME_SIZE + 16)

/* The horizon; 0: no tombstone was ever dropped.  Read once in a transaction.
 * Returns 0, WEFT_EDAMAGED, or what the connector returns. */
WEFT_MUST_CHECK int weft__trace_horizon(struct weft_transaction *transaction,
    uint64_t *checkpoint, struct weft_error *error);

/* Raises the horizon above a checkpoint; never lowers it. */
WEFT_MUST_CHECK int weft__trace_raise_horizon(
    struct weft_transaction *transaction, uint64_t checkpoint,
    struct weft_error *error);

/*
 * Recalls the trace of a record that is neither there nor a tombstone.
 * WEFT_ENOTFOUND ('error' untouched), WEFT_EDAMAGED.
 * Cost: one look-up, none if there are no traces at all.
 */
WEFT_MUST_CHECK int weft__trace_find(struct weft_transaction *transaction,
    const struct weft_model *model, struct weft_slice id,
    struct weft__track *track, struct weft_error *error);

/* The same by the hash of the id, as it stands in a symbol. */
WEFT_MUST_CHECK int weft__trace_find_hash(
    struct weft_transaction *transaction, const struct weft_model *model,
    uint64_t hash, struct weft__track *track, struct weft_error *error);

/* Keeps a trace, in place of another of the id. */
WEFT_MUST_CHECK int weft__trace_put(struct weft_transaction *transaction,
    const struct weft_model *model, struct weft_slice id,
    const struct weft__trace *trace, struct weft_error *error);

/* Takes the trace away, if there is one. */
WEFT_MUST_CHECK int weft__trace_erase(struct weft_transaction *transaction,
    const struct weft_model *model, struct weft_slice id,
    struct weft_error *error);

/*
 * A peer has mentioned a record of which there is a trace: makes a tombstone
 * of that again, as a deletion of now, so that the peer hears of it with the
 * next changes.  Does nothing if the record is no trace any more.
 */
WEFT_MUST_CHECK int weft__trace_revive(struct weft_transaction *transaction,
    struct weft_model *model, const struct weft_change *mention,
    struct weft_error *error);

#endif
