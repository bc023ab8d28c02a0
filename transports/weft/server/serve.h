/*
 * The server of weft.repl.v1: the WebSockets of one path, each with its
 * session.
 */
#ifndef TRANSPORTS_WEFT_SERVER_SERVE_H
#define TRANSPORTS_WEFT_SERVER_SERVE_H

#include "transports/weft/server/hub.h"

struct weft__repl_server;

#define WEFT__REPL_PATH "/replicate"

/*
 * Makes a server; 'options' are copied, and need a watch.  'origins' (kept;
 * ends with NULL; may be NULL) are those of pages that may connect, besides
 * the server's own.  '*server' is the caller's, for _destroy().
 * WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__repl_server_create(
    const struct weft__repl_options *options, const char *const *origins,
    struct weft__repl_server **server, struct weft_error *error);

/* Frees it, after the loops that have served are gone.  NULL is allowed. */
void weft__repl_server_destroy(struct weft__repl_server *server);

/* Answers a request for the path.  Thread: its loop's. */
void weft__repl_server_take(struct weft__repl_server *server,
    const struct weft__http_request *request,
    struct weft__http_response *response);

/* Says goodbye to all clients: they come back later, at different times.
 * Returns at once.  Thread: any. */
void weft__repl_server_drain(struct weft__repl_server *server);

/* Breaks off what all jobs read, now and to come: the process ends.  Thread:
 * any. */
void weft__repl_server_break_off(struct weft__repl_server *server);

/* Sets anew what the work for a request may take.  Thread: any. */
void weft__repl_server_set_request_ms(
    struct weft__repl_server *server, uint64_t request_ms);

/* Ends all connections that are left, and waits for that: no more jobs are
 * given to the workers.  The loops must run, or have never run. */
void weft__repl_server_stop(struct weft__repl_server *server);

/* What was counted. */
const struct weft__repl_counts *weft__repl_server_counts(
    const struct weft__repl_server *server);

#endif
