/*
 * Dropping tombstones: which (models/store/forget_bounds.c), and how
 * (models/store/forget.c).
 */
#ifndef MODELS_STORE_FORGET_H
#define MODELS_STORE_FORGET_H

#include "models/datasource.h"

/* Which tombstones may go; in no case those that the store does not have. */
struct weft__forget_rule {
	bool heard;   /* those that all who are known have heard of */
	int64_t days; /* those that are older, whoever has not; -1: none */
};

/* What that comes to: tombstones up to one of these. */
struct weft__forget_bounds {
	uint64_t heard_seq; /* and: */
	uint64_t heard_checkpoint; /* up to, but not with, this one */
	uint64_t old_seq;
};

/*
 * Finds out how far everybody has heard, and notes how far the journal is
 * today, so that its age is known later.  Who is known are the consumers of
 * the journal, and the peers that have a position here; if there is nobody,
 * nothing was heard.
 * Returns 0 or what the database or the store returns.
 */
WEFT_MUST_CHECK int weft__forget_find_bounds(
    struct weft_datasource *datasource, const struct weft__forget_rule *rule,
    struct weft__forget_bounds *bounds, struct weft_error *error);

/*
 * Drops tombstones by the rule, a page in each transaction; each leaves a
 * trace.  Those of kept conflicts stay, those that a trace cannot stand for,
 * and those of models with "visibleTo": their keys tell who is to hear of
 * them.  '*dropped' is how many went, also after a failure.
 * Returns 0 or what the database or the store returns.
 * Cost: a look at each tombstone.
 */
WEFT_MUST_CHECK int weft__forget_tombstones(
    struct weft_datasource *datasource, const struct weft__forget_rule *rule,
    uint64_t *dropped, struct weft_error *error);

#endif
