/*
 * Durable consumers, as the projector sees them: how much of the journal is
 * still to be read by somebody.
 */
#ifndef MODELS_TRACKING_CONSUMER_H
#define MODELS_TRACKING_CONSUMER_H

#include "models/datasource.h"

/* The lowest position of any consumer; UINT64_MAX if there is none.
 * Returns 0 or what the connector returns. */
WEFT_MUST_CHECK int weft__consumer_lowest(
    struct weft_transaction *transaction, uint64_t *lowest,
    struct weft_error *error);

#endif
