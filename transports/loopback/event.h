/*
 * The two forms of LoopBack's change streams: server-sent events, and lines of
 * JSON (npm's mux-demux).
 */
#ifndef TRANSPORTS_LOOPBACK_EVENT_H
#define TRANSPORTS_LOOPBACK_EVENT_H

#include "models/tracking/live.h"

struct weft__rest_format {
	bool is_lines; /* else server-sent events */
	char id[26];   /* lines: of the stream */
	char epoch[9]; /* events: how ids of this database's life begin */
	const struct weft__definition *definition;
	const struct weft__filter *fields; /* what of a record is sent */
};

/*
 * Common to all: append to 'out'; return 0, WEFT_ELIMIT, WEFT_ENOMEM.
 */

/* What comes before everything. */
WEFT_MUST_CHECK int weft__rest_format_begin(
    const struct weft__rest_format *format, struct weft_buf *out);

/* One change. */
WEFT_MUST_CHECK int weft__rest_format_event(
    const struct weft__rest_format *format,
    const struct weft__live_event *event, struct weft_buf *out);

/* That changes were missed: what the client has is to be read again. */
WEFT_MUST_CHECK int weft__rest_format_reset(
    const struct weft__rest_format *format, uint64_t seq,
    struct weft_buf *out);

/* That there is still somebody; no client takes it for an event. */
WEFT_MUST_CHECK int weft__rest_format_heartbeat(
    const struct weft__rest_format *format, struct weft_buf *out);

/* The last word; 'error' NULL: the server ends. */
WEFT_MUST_CHECK int weft__rest_format_end(
    const struct weft__rest_format *format, const struct weft_error *error,
    struct weft_buf *out);

/*
 * The position that a Last-Event-ID names: WEFT__LIVE_NOW for none; 0 and
 * '*is_foreign' for one that no stream of this database has given out.
 */
uint64_t weft__rest_format_position(const struct weft__rest_format *format,
    struct weft_slice id, bool *is_foreign);

#endif
