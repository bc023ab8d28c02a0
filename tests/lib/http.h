/*
 * A server for tests, and clients that speak raw bytes to it.  Sockets are
 * blocking; a server that does not answer hangs the test, as it should.
 */
#ifndef TESTS_LIB_HTTP_H
#define TESTS_LIB_HTTP_H

#include "transports/http/server.h"

struct http {
	struct weft__http_config config; /* defaults; change before start */
	struct weft__http_server *server;
	uint16_t port;
};

/* Defaults with one thread, so that a test's order is the server's. */
void http_init(struct http *http);

/* Starts a server on a free port of 127.0.0.1. */
void http_start(struct http *http, const struct weft__http_handler *handler,
    struct weft__tls *tls);

/* Ends it. */
void http_stop(struct http *http);

/* A connected socket. */
int http_connect(const struct http *http);

/* Sends all bytes of a text, or of so many. */
void http_send(int fd, const char *text);
void http_send_bytes(int fd, const void *data, size_t size);

/*
 * Reads one response (by Content-Length or chunks; up to the end for others)
 * as text into 'response'; returns its status, 0 if the connection ended.
 * The body is decoded and follows the head's empty line.
 */
int http_receive(int fd, char *response, size_t size);

/* The same for the answer to HEAD. */
int http_receive_head(int fd, char *response, size_t size);

/* Reads to the end and closes; how many bytes there were. */
size_t http_drain(int fd);

/* The body in what http_receive() has read. */
const char *http_body(const char *response);

/* Connects, sends, receives one response, closes: its status. */
int http_ask(const struct http *http, const char *request, char *response,
    size_t size);

#endif
