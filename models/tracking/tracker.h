/*
 * The tracker: every write of a record goes through here, which keeps the
 * record, its track row and its journal row in step, in one transaction.
 *
 * Invariants
 * K1  A write with the stored revision writes nothing.
 * K2  A body that the store does not have yet is moved to pending before it
 *     is replaced.
 * K3  For a model that is not tracked only the record is written.
 */
#ifndef MODELS_TRACKING_TRACKER_H
#define MODELS_TRACKING_TRACKER_H

#include "core/track/track_row.h"
#include "models/model.h"

/* A record as it stands, read for writing. */
struct weft__current {
	bool exists;            /* there is a live record */
	bool has_row;           /* there is a record or a tombstone */
	bool has_track;         /* its track row is in 'track' */
	bool is_trace;          /* that was recalled: no tombstone, but the
	                           trace of one (models/tracking/trace.h) */
	struct weft_slice body;   /* valid until the transaction's next load */
	struct weft_slice hidden;
	struct weft__track track;
};

/* The hashes of a body: LoopBack's revision, and the store's blob. */
struct weft__body_hashes {
	struct weft__oid rev;
	struct weft__oid blob;
};

/* Hashes a body, but for what the update that it came with (or NULL) tells.
 * Thread: any; best before the transaction. */
void weft__body_hash(struct weft_slice body, const struct weft_update *update,
    struct weft__body_hashes *hashes);

/* One write of a record. */
struct weft__write {
	struct weft_slice id;
	struct weft_slice body;   /* canonical, visible; no value: delete */
	const struct weft__body_hashes *hashes; /* of the body; NULL: made
	                                           when they are needed */
	struct weft_slice hidden; /* canonical object of hidden properties; no
	                             value: none */
	bool keep_hidden;         /* keep the stored ones (replication) */
	struct weft_slice origin; /* for the journal, or no value */
	struct weft_slice user;
	const struct weft__viewer *viewer; /* whose right it needs; NULL: none
	                                      (models/tracking/permit.h) */
	const struct weft_update *update; /* that it comes from, or NULL: a
	                                     user's write */
};

/*
 * Reads record, tombstone and track row of an id, or else the trace of a
 * tombstone; all false if there is nothing.
 * Returns 0 or what the connector returns; WEFT_EDAMAGED.
 */
WEFT_MUST_CHECK int weft__tracker_load(struct weft_transaction *transaction,
    struct weft_model *model, struct weft_slice id,
    struct weft__current *current, struct weft_error *error);

/*
 * Writes (or deletes) over 'current', which was loaded in this transaction
 * with nothing written to that id since.  '*changed' (may be NULL) tells
 * whether anything was written.  Returns also what weft__write_permit() does.
 */
WEFT_MUST_CHECK int weft__tracker_write(struct weft_transaction *transaction,
    struct weft_model *model, const struct weft__write *write,
    struct weft__current *current, bool *changed, struct weft_error *error);

/*
 * Creates a record without loading it first.  WEFT_EEXISTS if it is there, or
 * if a peer's write would be over a tombstone or its trace: that is judged
 * first (the transaction goes on, 'error' says which id).
 */
WEFT_MUST_CHECK int weft__tracker_insert(struct weft_transaction *transaction,
    struct weft_model *model, const struct weft__write *write,
    struct weft_error *error);

/*
 * Sets prev of the track row (update_last_change): a rebase.  The change is
 * listed anew, under the current checkpoint: a peer whose position is past
 * the old one must see how its conflict was resolved.  'generation' is that
 * of 'prev', and 'history' what came before it (weft__track_rebase()).
 * WEFT_ENOTFOUND if nothing is known of the id; WEFT_EINVAL.
 */
WEFT_MUST_CHECK int weft__tracker_set_prev(
    struct weft_transaction *transaction, struct weft_model *model,
    struct weft_slice id, struct weft_slice prev, uint32_t generation,
    struct weft_slice history, struct weft_error *error);

/*
 * Lists the change in 'current', as weft__tracker_load() gave it, anew: under
 * the present seq and checkpoint.  A trace becomes a tombstone again.
 */
WEFT_MUST_CHECK int weft__tracker_list_anew(
    struct weft_transaction *transaction, struct weft_model *model,
    struct weft_slice id, struct weft__current *current,
    struct weft_error *error);

/*
 * Lists the record's last change anew, as if it had been made now; nothing if
 * the record is not tracked or unknown.
 */
WEFT_MUST_CHECK int weft__tracker_touch(struct weft_transaction *transaction,
    struct weft_model *model, struct weft_slice id, struct weft_error *error);

#endif
