/*
 * The blocking driver of a replication session.  A few changes are replicated
 * on one thread, more on two, one for each side, so that reading and writing
 * overlap.
 */
#ifndef MODELS_REPLICATE_DRIVE_H
#define MODELS_REPLICATE_DRIVE_H

#include "core/repl/call.h"
#include "core/repl/session.h"

struct weft__drive {
	struct weft__session *session;
	const struct weft__party *parties; /* [2] */

	/*
	 * Called on the source's thread in its place when changes are to be
	 * read; '*taken' false: the source is asked after all.  Or
	 * NULL.
	 */
	int (*changes)(const struct weft__call *call, bool *taken,
	    void *context, struct weft_error *error);

	/*
	 * Called after each DIFF and RELATE that went well, on the thread of
	 * the side that was called, with the answer to be changed.  Or NULL.
	 */
	int (*judge)(const struct weft__call *call, void *context,
	    struct weft_error *error);

	/*
	 * Called on the caller's thread, while no call is under way, when the
	 * session has as many conflicts as it may have: those in its result.
	 * Or NULL.
	 */
	int (*conflicts)(const struct weft__session_result *from,
	    void *context, struct weft_error *error);

	/*
	 * Called on the caller's thread after each call of the target, with
	 * what there is so far.  Nonzero cancels.  Or NULL.
	 */
	int (*progress)(
	    const struct weft__session_result *so_far, void *context);
	void *context; /* of all of them */
};

/*
 * Runs the session to its end: the target's calls on this thread, the
 * source's on this one or one of its own.
 * Returns the session's code; WEFT_ECANCELED; WEFT_ENOMEM (no thread).
 */
WEFT_MUST_CHECK int weft__drive_run(const struct weft__drive *drive);

#endif
