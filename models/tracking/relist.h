/*
 * Relisting: every record and tombstone of a datasource is listed as changed
 * anew, because the journal can no longer tell what the store or the peers
 * lack: after a restore, or when the store was lost.
 */
#ifndef MODELS_TRACKING_RELIST_H
#define MODELS_TRACKING_RELIST_H

#include "models/datasource.h"

/* Asks for it, durably, in this transaction. */
WEFT_MUST_CHECK int weft__relist_request(
    struct weft_transaction *transaction, struct weft_error *error);

/* Whether it was asked for and is not done yet. */
WEFT_MUST_CHECK int weft__relist_is_requested(
    struct weft_transaction *transaction, bool *requested,
    struct weft_error *error);

/*
 * Does it, if it was asked for, in transactions of WEFT_LIMIT_PAGE_CHANGES
 * records; one that is interrupted begins again.  Cost: O(records).
 */
WEFT_MUST_CHECK int weft__relist_run(
    struct weft_datasource *datasource, struct weft_error *error);

#endif
