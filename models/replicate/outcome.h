/*
 * How the last replication with each peer ended, for people to see later: a
 * small value "replicated/<the peer's name>".  Where it left off is not among
 * it: that is what positions are (models/replicate/position.h).
 */
#ifndef MODELS_REPLICATE_OUTCOME_H
#define MODELS_REPLICATE_OUTCOME_H

#include <weft/source.h>

#include "models/replicate/pending.h"

struct weft__outcome {
	char peer[1024];     /* how to find it again */
	char epoch[40];      /* of it; "" if it was never reached */
	bool sends, receives; /* which ways it went */
	uint64_t ended_ms;
	uint64_t success_ms; /* when one ended without an error; 0: never */
	uint64_t conflicts;  /* that were left */
	uint64_t refused;    /* records */
	char error[256];     /* what ended it; "" if it came to its end */
};

/*
 * Keeps the outcome of a replication that has just ended, by a write that does
 * not wait for the disk; sets its times.  Without an epoch, and with an error,
 * it keeps what an earlier outcome has of these.
 * Returns 0; WEFT_ENOMEM; WEFT_EREADONLY; what the database returns.
 * Thread: any.
 */
WEFT_MUST_CHECK int weft__outcome_keep(struct weft_datasource *datasource,
    struct weft__outcome *outcome, struct weft_error *error);

typedef int weft__outcome_fn(const struct weft__outcome *outcome,
    const struct weft__pending *pending, void *context);

/*
 * Calls 'each' for every peer, by name, with what is pending now; nonzero ends
 * it, and is returned.  Outcomes that cannot be read are left out.
 * Returns 0; WEFT_ENOMEM; what the database returns.  Thread: any.
 */
WEFT_MUST_CHECK int weft__outcome_each(struct weft_datasource *datasource,
    weft__outcome_fn *each, void *context, struct weft_error *error);

#endif
