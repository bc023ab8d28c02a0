/*
 * Repairing records: what rectify does, and what only damage makes necessary.
 */
#ifndef MODELS_STORE_REPAIR_H
#define MODELS_STORE_REPAIR_H

#include "core/track/track_row.h"
#include "models/model.h"
#include "models/transaction.h"

/* From where on the journal must be complete, in this transaction. */
WEFT_MUST_CHECK int weft__transaction_journal_floor(
    struct weft_transaction *transaction, uint64_t *floor,
    struct weft_error *error);

/*
 * Lets the datasource's counters go on from the highest ones that any record
 * has: with the journal's end lost they would be given out again.
 * Returns 0 or what the connector returns.  Cost: O(records).
 */
WEFT_MUST_CHECK int weft__repair_counters(
    struct weft_datasource *datasource, struct weft_error *error);

/*
 * Whether the track row of a record (or tombstone) cannot be read, or the
 * journal lacks its last change, which is above 'floor'; if not, '*track' is
 * that row.
 * Returns 0 or what the connector returns.
 */
WEFT_MUST_CHECK int weft__repair_suspect(
    struct weft_connector_session *session, const struct weft_model *model,
    const struct weft_connector_record *record, uint64_t floor,
    struct weft__track *track, bool *suspect, struct weft_error *error);

/*
 * Does what weft__rectify() does; before that a track row that cannot be read
 * is made anew, and after it a change that the journal lacks is listed anew.
 * Adds one to '*found' if there was anything to do.
 */
WEFT_MUST_CHECK int weft__repair(struct weft_transaction *transaction,
    struct weft_model *model, struct weft_slice id, uint64_t *found,
    struct weft_error *error);

/*
 * Deletes anew what has only a tombstone, or has lost that.  'rev' is the
 * revision it had before, and 'blob' its blob in the store; both NULL: nobody
 * knows.  Returns 0 or what the connector returns.
 */
WEFT_MUST_CHECK int weft__repair_tombstone(
    struct weft_transaction *transaction, struct weft_model *model,
    struct weft_slice id, const struct weft__rev *rev,
    const struct weft__oid *blob, struct weft_error *error);

/*
 * Compares the model with the store's last commit, if that is of this
 * database's life: what only the store has, record or tombstone, is written
 * again; what it has otherwise, or lacks, is listed anew, so that the next
 * projection gives it to the store.  Adds how many there were to '*count'.
 * What cannot be read in the store is left alone.
 * Returns 0, or what the database or the store returns; what was mended before
 * a failure stays so.
 * Cost: O(records); memory: a page of ids.
 */
WEFT_MUST_CHECK int weft__repair_by_store(
    struct weft_model *model, uint64_t *count, struct weft_error *error);

/*
 * Puts 'record', none of it the session's, in the place of what stands under
 * 'id', which may be unfit to be updated; nothing else is written.
 * Returns 0 or what the connector returns.
 */
WEFT_MUST_CHECK int weft__repair_replace(
    struct weft_connector_session *session, int model, struct weft_slice id,
    const struct weft_connector_record *record, struct weft_error *error);

/*
 * Puts each record that stands under another id than its body has where it
 * belongs, if nobody knows of that id; deletes it, if the record stands there,
 * too, with the same body.  Others are left.  Adds how many there were to
 * '*count'.  Returns 0 or what the database returns.
 * Cost: O(records); memory: a page of ids.
 */
WEFT_MUST_CHECK int weft__repair_ids(
    struct weft_model *model, uint64_t *count, struct weft_error *error);

/*
 * Mends the model's traces and the horizon; adds how many there were to
 * '*count'.  Returns 0 or what the database returns.
 */
WEFT_MUST_CHECK int weft__repair_traces(
    struct weft_model *model, uint64_t *count, struct weft_error *error);

#endif
