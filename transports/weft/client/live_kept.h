/*
 * What a live replication keeps in the database of how it stands, for other
 * processes to see: a small value for each peer, "live/<its URL>".
 *
 * It is written when the state changes, at most once a second while only
 * counts do, and every ten seconds in any case: so the value tells whether
 * there is still somebody who replicates.  No write waits for the disk.
 */
#ifndef TRANSPORTS_WEFT_CLIENT_LIVE_KEPT_H
#define TRANSPORTS_WEFT_CLIENT_LIVE_KEPT_H

#include <weft/live.h>

/* How often a value is written while nothing changes. */
#define WEFT__LIVE_REPEAT_MS 10000

/* What was written last. */
struct weft__live_kept {
	bool is_written;
	enum weft_live_state state;
	uint64_t written_ms;
	uint64_t since_ms;   /* when the state began */
	uint64_t success_ms; /* when neither side had more; 0: never */
	uint64_t position;   /* journal row up to which all is sent */
	uint64_t to_receive, conflicts;

	/* Of the status at hand, which may not be worth a word. */
	enum weft_live_state now;
	uint64_t now_since_ms;
};

/* Reads what an earlier life has kept that goes on to be true. */
WEFT_MUST_CHECK int weft__live_recall(
    struct weft_live *live, struct weft_error *error);

/* Writes how it stands, if that is due.  A write that fails is left: the next
 * one tells more.  Thread: the one it works on. */
void weft__live_keep(struct weft_live *live);

#endif
