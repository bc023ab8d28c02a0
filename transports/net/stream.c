#include "transports/net/stream.h"

#include <errno.h>
#include <event2/buffer.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

/* The most that one TLS record holds. */
#define RECORD_SIZE 16384

/* What the errno of a failed call means. */
static int
failure(enum weft__stream_result again)
{
	if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
		return again;
	return WEFT__STREAM_BROKEN;
}

/* What a TLS call that returned 'result' means. */
static int
tls_failure(struct weft__stream *stream, int result)
{
	switch (SSL_get_error(stream->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		return WEFT__STREAM_WANT_READ;
	case SSL_ERROR_WANT_WRITE:
		return WEFT__STREAM_WANT_WRITE;
	case SSL_ERROR_ZERO_RETURN:
		return WEFT__STREAM_END;
	default:
		return WEFT__STREAM_BROKEN;
	}
}

bool
weft__stream_begins(const struct weft__stream *stream)
{
	return stream->ssl && !SSL_is_server(stream->ssl);
}

int
weft__stream_handshake(struct weft__stream *stream)
{
	int result;

	ERR_clear_error();
	result = SSL_do_handshake(stream->ssl);
	return result == 1 ? 1 : tls_failure(stream, result);
}

/* Records come one by one: reads until there are no more, or no room. */
static ssize_t
read_tls(struct weft__stream *stream, char *data, size_t size)
{
	size_t filled = 0;
	int got = 1;

	ERR_clear_error();
	while (filled < size && got > 0) {
		got =
		    SSL_read(stream->ssl, data + filled, (int)(size - filled));
		if (got > 0)
			filled += (size_t)got;
	}
	return filled ? (ssize_t)filled : tls_failure(stream, got);
}

ssize_t
weft__stream_read(struct weft__stream *stream, char *data, size_t size)
{
	ssize_t got;

	if (stream->ssl)
		return read_tls(stream, data, size);
	got = recv(stream->fd, data, size, 0);
	return got < 0 ? failure(WEFT__STREAM_WANT_READ) : got;
}

static ssize_t
write_tls(struct weft__stream *stream, struct evbuffer *output)
{
	size_t size = evbuffer_get_length(output), written = 0;
	unsigned char *record;
	int put;

	ERR_clear_error();
	while (written < size) {
		size_t part = evbuffer_get_length(output);

		if (part > RECORD_SIZE)
			part = RECORD_SIZE;
		record = evbuffer_pullup(output, (ev_ssize_t)part);
		if (!record)
			return WEFT__STREAM_BROKEN;
		put = SSL_write(stream->ssl, record, (int)part);
		if (put <= 0)
			return written ? (ssize_t)written
			               : tls_failure(stream, put);
		evbuffer_drain(output, (size_t)put);
		written += (size_t)put;
	}
	return (ssize_t)written;
}

ssize_t
weft__stream_write(struct weft__stream *stream, struct evbuffer *output)
{
	int put;

	if (stream->ssl)
		return write_tls(stream, output);
	put = evbuffer_write(output, stream->fd);
	return put < 0 ? failure(WEFT__STREAM_WANT_WRITE) : put;
}

void
weft__stream_shutdown(struct weft__stream *stream)
{
	if (stream->ssl) {
		ERR_clear_error();
		SSL_shutdown(stream->ssl);
	}
	shutdown(stream->fd, SHUT_WR);
}

void
weft__stream_close(struct weft__stream *stream)
{
	if (stream->ssl)
		SSL_free(stream->ssl);
	if (stream->fd >= 0)
		close(stream->fd);
	*stream = (struct weft__stream){-1, NULL};
}
