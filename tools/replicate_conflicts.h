/*
 * The conflicts that a replication has left: read where they are kept, as
 * there may be many; or in the result, if neither side keeps any.
 */
#ifndef TOOLS_REPLICATE_CONFLICTS_H
#define TOOLS_REPLICATE_CONFLICTS_H

#include <weft/replicate.h>

#include "models/replicate/conflict.h"

/* Before the replication: asks for conflicts in the result only if they are
 * kept nowhere. */
void replicate_conflicts_plan(struct weft_replication *plan);

/* After it: calls 'each' with every one of them, borrowed; nonzero ends it.
 * Returns that, or what the sources return. */
int replicate_conflicts_each(const struct weft__parties *parties,
    const struct weft_replication_result *result,
    int (*each)(const struct weft_conflict *conflict, void *context),
    void *context, struct weft_error *error);

/* Counts the records that are in conflict between these two after replications
 * there and back, those that both have found once. */
int replicate_conflicts_count(const struct weft__parties *parties,
    const struct weft_replication_result *there,
    const struct weft_replication_result *back, uint64_t *count,
    struct weft_error *error);

#endif
