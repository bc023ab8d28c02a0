/*
 * What the projector reads: the journal of accepted writes, and the state of
 * records as of a position in it.  Who keeps a journal implements this.
 */
#ifndef CORE_STORE_FEED_H
#define CORE_STORE_FEED_H

#include <weft/error.h>
#include <weft/types.h>

#include "core/base/hash.h"

/* One journal row.  The slices are borrowed until the visitor returns. */
struct weft__feed_row {
	uint64_t seq;        /* position; rises from row to row */
	struct weft_slice model;
	struct weft_slice id;
	uint64_t checkpoint; /* current when the write was accepted */
	uint64_t time_ms;    /* since 1970 */
};

/*
 * A record as of a position.  The slices are borrowed until the next call
 * into the feed.
 */
struct weft__feed_state {
	bool exists;            /* there is a record or a tombstone */
	bool deleted;           /* it is a tombstone */
	struct weft_slice body; /* a record's canonical JSON */
	struct weft__oid blob;  /* the body's blob id, zero if not known */
	struct weft__oid prev;  /* a tombstone: blob before, may be zero */
};

/*
 * All functions return 0 or an error code with 'error' set; the projector
 * calls them from the thread that called it, never one inside the other.
 */
struct weft__feed {
	void *context;

	/*
	 * The last row's seq; or any number beyond it that no later row will
	 * have either.
	 */
	int (*last)(void *context, uint64_t *seq, struct weft_error *error);

	/*
	 * Calls 'each' for the first 'limit' rows with seq > after, in order.
	 * Anything but 0 from 'each' ends it and is returned as it is.
	 */
	int (*rows)(void *context, uint64_t after, size_t limit,
	    int (*each)(const struct weft__feed_row *row, void *each_context),
	    void *each_context, struct weft_error *error);

	/*
	 * The record's state after the row 'as_of' and before any later one.
	 * '*state' is zero when called; a record of which nothing is known is
	 * 0 with '!state->exists'.
	 */
	int (*state)(void *context, struct weft_slice model,
	    struct weft_slice id, uint64_t as_of,
	    struct weft__feed_state *state, struct weft_error *error);
};

#endif
