/*
 * A server of weft.repl.v1 for tests, on a free port of 127.0.0.1.
 */
#ifndef TESTS_LIB_REPL_SERVER_H
#define TESTS_LIB_REPL_SERVER_H

#include "tests/lib/http.h"
#include "transports/watch.h"
#include "transports/weft/server/serve.h"

struct repl_server {
	struct http http;
	struct weft__repl_options options;
	const char *const *origins; /* that may connect besides its own */
	struct weft__workers *workers;
	struct weft__watch *watch;
	struct weft__repl_server *server;
};

/* Defaults, for these models; change options, origins and http.config before
 * the start. */
void repl_server_init(
    struct repl_server *server, struct weft_registry *registry);

/* Starts it; 'tls' may be NULL.  It looks for writes each 20 ms. */
void repl_server_start(struct repl_server *server, struct weft__tls *tls);

/* Says goodbye to all clients, and ends. */
void repl_server_stop(struct repl_server *server);

/* Its address: ws://127.0.0.1:<port>/replicate; static until the next call. */
const char *repl_server_url(const struct repl_server *server);

#endif
