/*
 * The server's side of one connection of weft.repl.v1, without I/O: messages
 * come in, messages and jobs go out through a port.
 *
 * What blocks is done by jobs: requests one after the other in the order in
 * which they came, and besides one read for each stream.  All else, and the
 * jobs' 'done', is on the connection's thread.
 *
 * Invariants
 * S1  No request is begun for a client before it is known who he is.
 * S2  What a stream sends was read by a principal whose rights were asked for
 *     after the last change of any rights in this process, and the last one
 *     that was seen of others.
 * S3  A stream has at most one read under way, and sends nothing while the
 *     window, or the line, is full: memory for one client is bounded by one
 *     batch for each stream and the window.
 * S4  What a stream sends after an answer has told of a record was read after
 *     that: a client never gets an older state for a newer.
 * S5  After port->close() nothing is sent; after weft__repl_session_end()
 *     the port is not used, and the session frees itself when the last job
 *     has come back.
 */
#ifndef TRANSPORTS_WEFT_SERVER_SESSION_H
#define TRANSPORTS_WEFT_SERVER_SESSION_H

#include "transports/weft/server/hub.h"

struct weft__repl_session;

/* Where a session's messages and jobs go. */
struct weft__repl_port {
	void (*send)(void *context, bool is_binary, struct weft_slice data);
	void (*send_frame)(void *context, struct weft__ws_frame *frame);

	/* Whether the line is full; weft__repl_session_drained() when it is
	 * not any more. */
	bool (*is_full)(void *context);

	/* It is known who the client is: messages of any size may come. */
	void (*welcome)(void *context);

	/* Ends the connection.  The session is ended by its owner, later. */
	void (*close)(void *context, int code, const char *reason);

	/* The last seq that weft__repl_session_wake() was, or would have been,
	 * called with for the datasource; 0: not known. */
	uint64_t (*tip)(
	    void *context, const struct weft_datasource *datasource);

	/* Has job->work called on a worker, then job->done here. */
	void (*run)(void *context, struct weft__job *job);
};

/*
 * Makes a session; 'token' (no value: none) came with the connection, 'now_ms'
 * is any clock that does not go back.  '*session' is the caller's, until
 * weft__repl_session_end().  WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__repl_session_create(struct weft__repl_hub *hub,
    const struct weft__repl_port *port, void *context,
    struct weft_slice token, uint64_t now_ms,
    struct weft__repl_session **session, struct weft_error *error);

/* A message came; the bytes are borrowed until return. */
void weft__repl_session_receive(struct weft__repl_session *session,
    bool is_binary, struct weft_slice bytes);

/* The line has room again. */
void weft__repl_session_drained(struct weft__repl_session *session);

/* The journal of the datasource has rows up to 'seq'. */
void weft__repl_session_wake(struct weft__repl_session *session,
    const struct weft_datasource *datasource, uint64_t seq);

/* Time has passed: to be called each second or so. */
void weft__repl_session_tick(
    struct weft__repl_session *session, uint64_t now_ms);

/* The server ends: says that the client may come back after so long, answers
 * what is there, and closes. */
void weft__repl_session_drain(
    struct weft__repl_session *session, uint64_t after_ms);

/* The connection is gone. */
void weft__repl_session_end(struct weft__repl_session *session);

#endif
