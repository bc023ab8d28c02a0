/*
 * Moments: the states that stand for points of the past.
 */
#ifndef MODELS_HISTORY_MOMENT_H
#define MODELS_HISTORY_MOMENT_H

#include <weft/history.h>

#include "core/store/store.h"
#include "models/datasource.h"

struct weft__moment {
	bool is_now;
	bool is_exact;
	struct weft__store_tip at;  /* past: that commit; none: the beginning */
	struct weft__store_tip tip; /* of the store, as the transaction has it
	                               or later */
	uint64_t seq, checkpoint, time_ms; /* of the last write */
};

/*
 * Finds the state that stands for the point, as one reading transaction sees
 * the datasource.  Returns as weft_moment_find().
 */
WEFT_MUST_CHECK int weft__moment_find(struct weft_transaction *transaction,
    const struct weft_point *point, struct weft__moment *moment,
    struct weft_error *error);

#endif
