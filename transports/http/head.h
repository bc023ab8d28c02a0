/*
 * The head of a request: request line and headers.
 *
 * http-parser checks the syntax, in head_parse.c only.  What it lets pass
 * and a proxy before or behind us could read in another way is refused by the
 * other files: head_lines.c looks at the raw lines, head_target.c at the
 * target, head_framing.c at the headers that say where the message ends.
 *
 * A refusal is a status and a fixed text for the client.
 */
#ifndef TRANSPORTS_HTTP_HEAD_H
#define TRANSPORTS_HTTP_HEAD_H

#include "transports/http/http.h"

struct weft__http_refusal {
	int status;
	const char *text; /* static */
};

/* How far the lines of a head were looked at.  Starts as all zero. */
struct weft__http_lines {
	size_t scanned;     /* bytes looked at; the head's size in the end */
	size_t line_start;  /* of the line that is being looked at */
	size_t line_size;   /* of the request line */
	size_t line_count;  /* whole lines, with the request line */
	size_t slash_count; /* in the request line */
	size_t space_count; /* in the request line */
	bool in_name;       /* before the colon of a header */
	bool is_complete;
};

/*
 * Looks at the bytes of a head that are there so far; to be called again with
 * the same bytes and more behind them until the head is complete.
 * Returns false if it must be refused.
 */
bool weft__http_lines_scan(struct weft__http_lines *lines, const char *data,
    size_t size, struct weft__http_refusal *refusal);

/* What a head says. */
struct weft__http_head {
	struct weft__http_request *request; /* filled in, as far as it goes */
	struct weft__http_header *headers;  /* room for line_count */
	struct weft_slice *segments;        /* room for slash_count + 1 */
	char *decoded;           /* room for the request line: segments */
	struct weft_slice target;
	uint64_t content_length; /* 0 if there is none */
	bool is_chunked;
	bool is_http_1_0;
	bool wants_close;
	bool wants_keep_alive;
	bool expects_continue;
};

/*
 * Reads a complete head.  The slices point into 'data' and 'decoded'.
 * Returns false if it must be refused.
 */
bool weft__http_head_parse(struct weft__http_head *head, const char *data,
    size_t size, struct weft__http_refusal *refusal);

/* Its parts behind the syntax; head_parse.c calls them in this order. */
bool weft__http_head_framing(
    struct weft__http_head *head, struct weft__http_refusal *refusal);
bool weft__http_head_target(
    struct weft__http_head *head, struct weft__http_refusal *refusal);

/* Whether both are the same ASCII text in any case. */
bool weft__http_same(struct weft_slice slice, const char *text);

/*
 * Sets '*refusal'.  Returns false, so that what refuses can end with it.
 */
bool weft__http_refuse(
    struct weft__http_refusal *refusal, int status, const char *text);

#endif
