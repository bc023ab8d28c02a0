/*
 * One model's replication under way: shared by replicate_model.c and
 * replicate_remember.c.
 */
#ifndef MODELS_REPLICATE_PRIVATE_H
#define MODELS_REPLICATE_PRIVATE_H

#include "core/base/arena.h"
#include "core/base/map.h"
#include "core/repl/session.h"
#include "models/position.h"
#include "models/replicate.h"

/* Texts of ids, with the memory they are in. */
struct weft__ids {
	struct weft_slice *list;
	size_t length, capacity;
	struct weft__arena arena;
};

struct weft__replicating {
	const struct weft_replication *options;
	const struct weft__parties *parties;
	struct weft_replication_result *result; /* added to */
	struct weft__position position; /* remembered; zero if none is */
	bool remembered;
	int64_t since[2]; /* of the next round */
	unsigned round;
	uint64_t checkpoints[2]; /* new ones */
	uint64_t refused;
	struct weft__ids kept; /* in conflict since an earlier time */
	struct weft__map open; /* in conflict now: id -> weft_conflict */
	struct weft_replication_progress progress;
	uint64_t told_ms; /* when progress was told last */
};

/* A checkpoint as a 'since'. */
static inline int64_t
weft__as_since(uint64_t checkpoint)
{
	return checkpoint > INT64_MAX ? INT64_MAX : (int64_t)checkpoint;
}

/* Reads what is remembered: position and kept conflicts. */
WEFT_MUST_CHECK int weft__replicate_recall(
    struct weft__replicating *work, struct weft_error *error);

/* After all rounds: compares the roots, keeps the open conflicts, drops those
 * that are none any more, remembers the position. */
WEFT_MUST_CHECK int weft__replicate_remember(
    struct weft__replicating *work, struct weft_error *error);

#endif
