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

/* What came of one. */
struct weft__outcome {
	bool settled;          /* else it stays a conflict: it was so decided,
	                          there was nothing to decide by (no base to
	                          merge on, no dates to compare, clashes), or
	                          the source's record has changed meanwhile */
	int code;              /* 0, or why the decision was refused */
	struct weft_error why;
};

/*
 * Decides conflicts between the same two, and applies the decisions: as many
 * in one transaction as their data allows, but each of them all or not at all.
 * The decisions are made before it, so the resolver may take its time.
 * '*outcomes' is [length].  Returns 0, or what the sources return: then some
 * may be settled.
 */
WEFT_MUST_CHECK int weft__resolve(struct weft_conflict *const *conflicts,
    size_t length, const struct weft__resolving *resolving,
    struct weft__outcome *outcomes, struct weft_error *error);

#endif
