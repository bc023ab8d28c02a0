/*
 * Settling conflicts without asking: by a policy, or by the application's
 * resolver.
 */
#ifndef MODELS_REPLICATE_RESOLVE_H
#define MODELS_REPLICATE_RESOLVE_H

#include "models/replicate/conflict.h"

struct weft__resolving {
	enum weft_resolution policy; /* unless there is a resolver */
	weft_resolver_fn *resolver;  /* or NULL */
	void *context;
};

/*
 * Decides the conflict and applies the decision.  '*settled' is false if it
 * is to stay a conflict: it was so decided, or there was nothing to decide by
 * (no base to merge on, no dates to compare, clashes).
 * Returns 0; WEFT_EVALIDATION, WEFT_EJSON or such: what the resolver wrote was
 * refused, the conflict stays; what the sources return.
 */
WEFT_MUST_CHECK int weft__resolve(struct weft_conflict *conflict,
    const struct weft__resolving *resolving, bool *settled,
    struct weft_error *error);

#endif
