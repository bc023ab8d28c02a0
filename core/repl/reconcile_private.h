/*
 * What the two files of a reconciliation share: reconcile.c finds what
 * differs, reconcile_read.c reads the changes of it.
 */
#ifndef CORE_REPL_RECONCILE_PRIVATE_H
#define CORE_REPL_RECONCILE_PRIVATE_H

#include "core/repl/reconcile.h"

/* Indexes of 'answers', 'roots', 'counts'. */
enum {
	OWN,
	PEER
};

/* The side that the own one, or the peer, is. */
static inline enum weft__side
side_of(const struct weft__reconcile *reconcile, int who)
{
	if (who == OWN)
		return reconcile->options.own;
	return reconcile->options.own == WEFT__SOURCE ? WEFT__TARGET
						      : WEFT__SOURCE;
}

/* Who the source is. */
static inline int
source_of(const struct weft__reconcile *reconcile)
{
	return reconcile->options.own == WEFT__SOURCE ? OWN : PEER;
}

/* Ends it; 'error' may have no text, or be NULL. */
void weft__reconcile_fail(struct weft__reconcile *reconcile, int code,
    const struct weft_error *error);

/* Writes the question about the names to be read. */
WEFT_MUST_CHECK int weft__reconcile_ask_names(
    struct weft__reconcile *reconcile);

/* Each takes the answer to it.  Returns 0, WEFT_EINVAL, WEFT_ENOMEM. */
WEFT_MUST_CHECK int weft__reconcile_take_ids(
    struct weft__reconcile *reconcile, struct weft__wire *wire);
WEFT_MUST_CHECK int weft__reconcile_take_changes(
    struct weft__reconcile *reconcile, struct weft__wire *wire);

#endif
