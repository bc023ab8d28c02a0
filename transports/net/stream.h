/*
 * Bytes over a non-blocking socket, plain or through TLS.
 */
#ifndef TRANSPORTS_NET_STREAM_H
#define TRANSPORTS_NET_STREAM_H

#include <sys/types.h>

#include <weft/types.h>

struct evbuffer;
struct ssl_st;

struct weft__stream {
	int fd;             /* ours */
	struct ssl_st *ssl; /* ours; NULL: plain */
};

/* What a call came to if not to bytes. */
enum weft__stream_result {
	WEFT__STREAM_END = 0,         /* the peer sends no more */
	WEFT__STREAM_WANT_READ = -1,  /* again when it is readable */
	WEFT__STREAM_WANT_WRITE = -2, /* again when it is writable */
	WEFT__STREAM_BROKEN = -3      /* reset, or a breach of TLS */
};

/* Whether we are to begin: a client of TLS does. */
bool weft__stream_begins(const struct weft__stream *stream);

/* The TLS handshake: 1 when it is done, else a weft__stream_result. */
int weft__stream_handshake(struct weft__stream *stream);

/* Reads at most 'size' bytes: how many, else a weft__stream_result. */
ssize_t weft__stream_read(
    struct weft__stream *stream, char *data, size_t size);

/*
 * Writes from the front of 'output' and removes what was written: how many
 * bytes, else a weft__stream_result.
 */
ssize_t weft__stream_write(
    struct weft__stream *stream, struct evbuffer *output);

/* Tells the peer that nothing more will come.  Best effort. */
void weft__stream_shutdown(struct weft__stream *stream);

/* Closes the socket. */
void weft__stream_close(struct weft__stream *stream);

#endif
