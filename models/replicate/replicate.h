/*
 * A replication, in parts:
 *   replicate.c        options, which models, the sum of all
 *   replicate_model.c  one model: positions, rounds, what is kept
 *   replicate_roots.c  are both sides the same now?
 *   replicate_compare.c what differs, if nobody knows since when
 *   drive.c            the session's calls on two threads
 *   resolve.c          policies and resolvers
 *   kept.c, position.c what is remembered in between
 */
#ifndef MODELS_REPLICATE_REPLICATE_H
#define MODELS_REPLICATE_REPLICATE_H

#include <weft/replicate.h>

#include "models/replicate/conflict.h"

/*
 * Replicates one model and adds what came of it to 'result', also on failure.
 * The options are checked; their models are those of 'parties'.
 */
WEFT_MUST_CHECK int weft__replicate_model(
    const struct weft_replication *options, const struct weft__parties *parties,
    struct weft_replication_result *result, struct weft_error *error);

/* What the stores of both sides say. */
struct weft__roots {
	enum weft_roots roots;
	char source_commit[WEFT__OID_HEX + 1]; /* "" if there is none */
	char target_commit[WEFT__OID_HEX + 1];
};

/*
 * Brings both stores up to the present and compares the roots of the model;
 * both at once, as that is where the time goes.  A side without a store makes
 * them unknown: that is no error.
 * Returns 0, or what the sources return.
 */
WEFT_MUST_CHECK int weft__roots_compare(const struct weft__parties *parties,
    struct weft__roots *roots, struct weft_error *error);

/*
 * Keeps the commits of both sides as the last that were agreed on, so that
 * the records in them can be read as bases later.
 * Returns 0, or what the sources return.
 */
WEFT_MUST_CHECK int weft__roots_agree(const struct weft__parties *parties,
    const struct weft__roots *roots, struct weft_error *error);

#endif
