/*
 * permessage-deflate (RFC 7692), without context takeover in either
 * direction: each message is compressed on its own, so that a connection that
 * rests costs nothing (a context costs 300 KB).
 */
#ifndef TRANSPORTS_WS_DEFLATE_H
#define TRANSPORTS_WS_DEFLATE_H

#include <weft/buf.h>
#include <weft/error.h>

/* What was agreed on. */
struct weft__ws_deflate {
	bool is_on;
	/* The peer's window, a power of two: for what we send. */
	unsigned char window_bits;
};

/* What a client offers, and the only answer that it takes but for a window. */
#define WEFT__WS_DEFLATE_OFFER \
	"permessage-deflate; server_no_context_takeover; " \
	"client_no_context_takeover"

/*
 * Server: looks at one offer of the client ("name; parameter=value; ...") and
 * appends the answer to 'answer' if it can be accepted.
 * Returns false if it cannot: another extension, or parameters that are
 * wrong or that we have not.
 */
bool weft__ws_deflate_accept(struct weft__ws_deflate *agreed,
    struct weft_slice offer, struct weft_buf *answer);

/* Client: whether the server's answer to WEFT__WS_DEFLATE_OFFER holds to it. */
bool weft__ws_deflate_agree(
    struct weft__ws_deflate *agreed, struct weft_slice answer);

/* Appends the compressed message.  Returns 0 or WEFT_ENOMEM. */
WEFT_MUST_CHECK int weft__ws_compress(const struct weft__ws_deflate *agreed,
    struct weft_slice message, struct weft_buf *out);

/*
 * Appends the message, of at most 'limit' bytes.
 * Returns 0; WEFT_ELIMIT; WEFT_EINVAL if it is not compressed; WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__ws_inflate(
    struct weft_slice compressed, size_t limit, struct weft_buf *out);

#endif
