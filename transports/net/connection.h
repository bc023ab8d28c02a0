/*
 * A connection: a socket with its buffers, on one loop for its whole life.
 *
 * Input is read into a buffer of the loop and shown to the owner's 'received';
 * what the owner does not consume is kept and shown again, with more behind
 * it.  Output is written at once as far as the socket takes it, and the rest
 * when it can.  An idle connection owns no buffers.
 *
 * I1  The handler's functions are called from the loop only, never from
 *     within a call of the owner: the owner's state is whole when they run.
 * I2  After 'closed', weft__connection_close() or _finish() the owner must not
 *     use the connection any more, and its handler is not called any more.
 * I3  A connection never changes its loop.
 */
#ifndef TRANSPORTS_NET_CONNECTION_H
#define TRANSPORTS_NET_CONNECTION_H

#include <weft/error.h>

#include "transports/net/address.h"
#include "transports/net/loop.h"

struct evbuffer;
struct ssl_st;
struct weft__admission;
struct weft__connection;

/* What the owner of a connection does about it.  All run on the loop. */
struct weft__connection_handler {
	/*
	 * Bytes came: returns how many of them it has consumed.  The bytes are
	 * borrowed until return.
	 */
	size_t (*received)(void *context, const char *data, size_t size);

	/* The peer will send no more; it may still read. */
	void (*ended)(void *context);

	/*
	 * weft__connection_ask() was called, and the output is at or below its
	 * low mark.
	 */
	void (*drained)(void *context);

	/*
	 * The connection broke, its peer was too slow or the loop is being
	 * taken down: it is gone on return.
	 */
	void (*closed)(void *context);
};

/* Shared by many connections; must outlive them. */
struct weft__connection_limits {
	size_t input;              /* bytes kept that were not consumed */
	size_t output_high;        /* bytes from which on output is full */
	size_t output_low;         /* bytes at which it is not any more */
	uint64_t handshake_ms;     /* for the whole TLS handshake */
	uint64_t write_ms;         /* in which the peer must have taken ... */
	size_t write_size;         /* ... so many bytes, or all there were */
	uint64_t linger_ms;        /* after the last byte, before the close */
	size_t linger_size;        /* bytes dropped in that time */
};

/* How a connection begins. */
struct weft__connection_start {
	int fd;             /* given, also on failure; non-blocking */
	struct ssl_st *ssl; /* given, also on failure; NULL: plain */
	struct weft__address peer;
	struct weft__admission *admission; /* left in the end; may be NULL */
	const struct weft__connection_limits *limits; /* kept */
};

/*
 * Makes a connection and begins to read.  'handler' and 'context' are kept;
 * they may be set later, before the loop runs again.
 * Returns 0; WEFT_ENOMEM.  Thread: the loop's, as for all below.
 */
WEFT_MUST_CHECK int weft__connection_create(struct weft__loop *loop,
    const struct weft__connection_start *start,
    const struct weft__connection_handler *handler, void *context,
    struct weft__connection **connection, struct weft_error *error);

/* Gives the connection another owner; what is not consumed is shown to it. */
void weft__connection_set_handler(struct weft__connection *connection,
    const struct weft__connection_handler *handler, void *context);

/* Gives it other limits, which are kept. */
void weft__connection_set_limits(struct weft__connection *connection,
    const struct weft__connection_limits *limits);

/*
 * Appends a copy of the bytes to the output.  A connection that cannot take
 * them (no memory) breaks: 'closed' will be called.
 */
void weft__connection_send(
    struct weft__connection *connection, const void *data, size_t size);

/*
 * Appends the bytes themselves; 'release' is called with 'context' when they
 * are not needed any more, also if the connection breaks.
 */
void weft__connection_send_shared(struct weft__connection *connection,
    const void *data, size_t size,
    void (*release)(const void *data, size_t size, void *context),
    void *context);

/*
 * Output waits from hold to release, so that parts that belong together go
 * together.  Inside of a handler's function it does so anyway.
 */
void weft__connection_hold(struct weft__connection *connection);
void weft__connection_release(struct weft__connection *connection);

/* Whether the output is at its high mark. */
bool weft__connection_is_full(const struct weft__connection *connection);

/* Has 'drained' called as soon as the output is at or below its low mark. */
void weft__connection_ask(struct weft__connection *connection);

/* Has 'received' called again with what is left, also if that is nothing. */
void weft__connection_resume(struct weft__connection *connection);

/* Whether there are bytes that were shown and not consumed. */
bool weft__connection_has_input(const struct weft__connection *connection);

/* Whether the peer has said that it sends no more. */
bool weft__connection_has_ended(const struct weft__connection *connection);

/* Whether it is encrypted. */
bool weft__connection_is_secure(const struct weft__connection *connection);

/* Who the peer is; borrowed. */
const struct weft__address *weft__connection_peer(
    const struct weft__connection *connection);

/*
 * Sends what is in the output, says that no more comes, drops what the peer
 * still sends (so that it can read the end of ours), and closes.  The
 * connection looks after itself from here on (I2).
 */
void weft__connection_finish(struct weft__connection *connection);

/* Closes now; output that was not sent is lost (I2). */
void weft__connection_close(struct weft__connection *connection);

/* Has 'closed' called soon, as if the peer had broken it. */
void weft__connection_break(struct weft__connection *connection);

/* Breaks all connections of the loop: 'closed' is called for each. */
void weft__connection_break_all(struct weft__loop *loop);

#endif
