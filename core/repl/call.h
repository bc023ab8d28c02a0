/*
 * Makes a session's call on a source: what each driver does with one.
 */
#ifndef CORE_REPL_CALL_H
#define CORE_REPL_CALL_H

#include "core/repl/reconcile.h"
#include "core/repl/session.h"

/* What all calls of one side have in common; borrowed while calls are made. */
struct weft__party {
	struct weft_source *source;
	const char *model;                 /* its name on that side */
	struct weft_slice filter;          /* for CHANGES; the source only */
	struct weft__unread *unread;       /* the same; or NULL */
	struct weft__bulk_options options; /* BULK_UPDATE: the target only */

	/* Why an update was refused, or NULL: as in weft__bulk_part. */
	void (*refused)(const struct weft_update *update,
	    const struct weft_error *why, void *context);
	void *context;
};

/* Blocks.  Returns what the source returns, for weft__session_answer(). */
WEFT_MUST_CHECK int weft__call_make(const struct weft__call *call,
    const struct weft__party *party, struct weft_error *error);

/*
 * Makes the calls of a reconciliation until there is none: it is done.
 * Returns its code.
 */
int weft__reconcile_run(struct weft__reconcile *reconcile,
    const struct weft__party parties[2], struct weft_error *error);

#endif
