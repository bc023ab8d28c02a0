/*
 * The inside of a session:
 *   session.c   its life, and messages as they come
 *   request.c   requests: the queue
 *   request_rights.c   who the client is, and what he may do
 *   request_get.c request_open.c request_push.c   what each does on a worker
 *   stream.c    streams: what is sent when
 */
#ifndef TRANSPORTS_WEFT_SERVER_SESSION_PRIVATE_H
#define TRANSPORTS_WEFT_SERVER_SESSION_PRIVATE_H

#include "core/base/patience.h"
#include "transports/weft/server/session.h"

struct weft__repl_reading; /* stream.c */

struct weft__repl_stream {
	struct weft__repl_session *session;
	struct weft__repl_stream *next;
	struct weft__repl_channel *channel; /* an owner */
	struct weft__place place;  /* what follows it is to be sent */
	uint64_t have;    /* seq of the journal up to which all was read */
	uint64_t wanted;  /* seq up to which there is something */
	uint64_t floor;   /* seq that what is sent must have seen: the client
	                     knows of writes up to there by an answer */
	uint64_t sent;    /* batches */
	size_t unacked;   /* bytes of those that were not acknowledged */
	uint32_t *sizes;  /* of each of these, oldest first; NULL: none */
	size_t sizes_length, sizes_capacity;
	uint64_t stalled_ms; /* since when the window is full; 0: it is not */
	uint64_t told_ms;    /* when the client learned of a position last */
	struct weft__repl_reading *reading; /* under way, or NULL */
	bool is_live, needs_root;
	bool is_caught;   /* all that there was when it began was sent */
	bool has_more;    /* the last batch was not the end */
	bool is_moved;    /* the client does not know of 'place' */
	bool is_over;     /* closed: goes with its read */
};

/* A request under way, or waiting.  (Also the looks at rights.) */
struct weft__repl_request {
	struct weft__job job; /* first */
	struct weft__repl_session *session;
	struct weft__repl_request *next;
	struct weft__repl_message message;
	struct weft_buf bytes;  /* of a binary message */
	size_t size;            /* of a push: it counts for the window */
	bool is_check;          /* no request: asks for rights again */
	struct weft__principal *principal; /* authenticated for it ... */
	uint64_t version;       /* ... after rights had this version */

	/* What came of it. */
	struct weft_buf answer; /* to be sent, if there is one */
	bool is_binary;         /* the answer */
	struct weft_datasource *told; /* NULL: the answer tells of no records */
	uint64_t floor;         /* seq of its journal after they were read */
	int close_code;         /* 0: the connection goes on */
	int code;
	struct weft_error error;

	/* open */
	struct weft__repl_channel *channel;
	struct weft__repl_batch *batch; /* the first */
	char root[WEFT__OID_HEX + 1];
	bool has_stream;

	/* check: of each stream, in the order of the list */
	struct weft_model **models;
	bool *allowed;
	size_t models_length;
};

struct weft__repl_session {
	struct weft__repl_hub *hub;
	const struct weft__repl_port *port;
	void *context;
	struct weft_slice token, node; /* texts in memory of their own */
	struct weft__principal *principal; /* NULL: nobody in particular */
	struct weft__repl_form form;
	uint64_t message_size, window_size; /* the client's */
	uint64_t started_ms, now_ms;
	uint64_t version;   /* of rights, when they were asked for last */
	struct weft__repl_request *first, **last; /* the first is under way */
	size_t requests;    /* in the queue */
	size_t pushed;      /* bytes of pushes in the queue */
	struct weft__repl_stream *streams;
	size_t streams_length;
	size_t readings;    /* under way */
	bool has_hello, has_auth, is_known;
	bool is_busy;       /* the first request is under way */
	bool is_checking;   /* one of them is a check */
	bool is_draining;
	bool is_closed;     /* port->close() was called */
	bool is_over;       /* the connection is gone */
	atomic_bool is_gone; /* the same, or closed: for the workers */
};

/* session.c */

/* Sends a message, unless the connection is closed; one that cannot be written
 * closes it. */
void weft__repl_send(struct weft__repl_session *session,
    const struct weft__repl_message *message);

/* A message that tells the error; the text is borrowed. */
void weft__repl_error_init(struct weft__repl_message *message,
    const char *word, const struct weft_error *error);

/* Sends an error; 'n' 0: of the connection. */
void weft__repl_send_error(struct weft__repl_session *session, uint64_t n,
    const char *word, const struct weft_error *error);

/* Ends the connection, unless it has ended. */
void weft__repl_close(
    struct weft__repl_session *session, int code, const char *reason);

/* Closes a session that drains when all is answered. */
void weft__repl_close_if_drained(struct weft__repl_session *session);

/* Frees the session if it is over and nothing is under way. */
void weft__repl_session_settle(struct weft__repl_session *session);

/* Whether what is known of rights is as of now; if not, it is asked for. */
bool weft__repl_is_checked(struct weft__repl_session *session);

/* request.c */

/* How long the work of one of the session's jobs may take. */
void weft__repl_patience_init(struct weft__patience *patience,
    const struct weft__repl_session *session);

/* Puts a message in the queue; it is empty then.  'size': bytes it had. */
void weft__repl_request_add(struct weft__repl_session *session,
    struct weft__repl_message *message, struct weft_buf *bytes, size_t size);

/* Puts a look at the client's rights in the queue. */
void weft__repl_request_check(struct weft__repl_session *session);

/* Begins the next request. */
void weft__repl_request_next(struct weft__repl_session *session);

/* Frees what waits; the one under way stays. */
void weft__repl_requests_drop(struct weft__repl_session *session);

/* On a worker: the root of the channel's model; "" where there is none. */
WEFT_MUST_CHECK int weft__repl_read_root(
    const struct weft__repl_channel *channel, char root[WEFT__OID_HEX + 1],
    struct weft_error *error);

/* Writes the answer, which is a message. */
WEFT_MUST_CHECK int weft__repl_answer(struct weft__repl_request *request,
    const struct weft__repl_message *message);

/* On a worker: notes how far the journal is, after records of the datasource
 * were read, or written, for the answer. */
WEFT_MUST_CHECK int weft__repl_note_floor(struct weft__repl_request *request,
    struct weft_datasource *datasource);

/* An answer of this type to the request, to be filled in. */
static inline void
weft__repl_begin_answer(const struct weft__repl_request *request,
    enum weft__repl_type type, struct weft__repl_message *answer)
{
	weft__repl_message_init(answer, type);
	answer->n = request->message.n;
}

/* request_get.c, request_open.c, request_push.c: on a worker; as
 * weft__repl_find_model(), and what the source returns. */
WEFT_MUST_CHECK int weft__repl_do_get(struct weft__repl_request *request);
WEFT_MUST_CHECK int weft__repl_do_ask(struct weft__repl_request *request);
WEFT_MUST_CHECK int weft__repl_do_open(struct weft__repl_request *request);
WEFT_MUST_CHECK int weft__repl_do_push(struct weft__repl_request *request);

/*
 * What the records of these changes, each its record's last, are now: each
 * based on what its past tells; also deletions of what was made in the same
 * checkpoint, whose 'prev' it sets.  'updates' is empty; in 'changes' they
 * borrow.  As the source's create_updates().
 */
WEFT_MUST_CHECK int weft__repl_updates_of(struct weft_source *source,
    const char *model, struct weft_change_list *changes,
    struct weft_update_list *updates, struct weft_error *error);

/* request_rights.c */

/* On a worker: finds out who has the token; no token: nobody in particular.
 * WEFT_EDENIED: it is not, or no more, good for anything. */
WEFT_MUST_CHECK int weft__repl_authenticate(
    struct weft__repl_request *request, struct weft_slice token);

/* On a worker: whether the principal may read, or write, the model as a client
 * does.  0; WEFT_EDENIED; what the database returns. */
WEFT_MUST_CHECK int weft__repl_may(const struct weft__repl_request *request,
    struct weft_model *model, bool writes, struct weft_error *error);

/* On a worker: the model of this name, which the principal may read, or write.
 * WEFT_ENOTFOUND; WEFT_EDENIED. */
WEFT_MUST_CHECK int weft__repl_find_model(
    const struct weft__repl_request *request, struct weft_slice name,
    bool writes, struct weft_model **model, struct weft_error *error);

/* On a worker: auth; and whether the streams are allowed still.  Who may do
 * nothing at all any more gets a close code. */
WEFT_MUST_CHECK int weft__repl_do_auth(struct weft__repl_request *request);
WEFT_MUST_CHECK int weft__repl_do_check(struct weft__repl_request *request);

/* Takes over who the client is; or ends the streams that are not allowed. */
void weft__repl_done_auth(struct weft__repl_request *request);
void weft__repl_done_check(struct weft__repl_request *request);

/* stream.c */

/* Begins the stream that a request has opened, and sends its first batch. */
void weft__repl_stream_start(struct weft__repl_request *request);

/* Reads and sends on, if there is reason to, and room. */
void weft__repl_stream_step(struct weft__repl_stream *stream);

/* So many batches were committed; false: more than there were. */
bool weft__repl_stream_ack(
    struct weft__repl_stream *stream, uint64_t batches);

/* Ends it; 'why' NULL: the client wanted it. */
void weft__repl_stream_close(
    struct weft__repl_stream *stream, const struct weft_error *why);

/* Looks at its times. */
void weft__repl_stream_tick(struct weft__repl_stream *stream);

/* The stream of this number, or NULL. */
struct weft__repl_stream *weft__repl_stream_find(
    const struct weft__repl_session *session, uint64_t s);

#endif
