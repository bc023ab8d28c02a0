/*
 * A server of weft.repl.v1 as its client sees it: one connection, made anew
 * when it is needed, requests that wait for their answers, and streams of
 * batches.
 *
 * It runs on a loop of its own, which is stepped by whoever waits for
 * something: there is no thread, and calls block.
 *
 * I1  One request is under way at a time, and its answer is valid until the
 *     next one.
 * I2  Every request may be sent again: an interruption costs a repetition.
 */
#ifndef TRANSPORTS_WEFT_CLIENT_PEER_H
#define TRANSPORTS_WEFT_CLIENT_PEER_H

#include <stdatomic.h>

#include "core/base/clock.h"
#include "core/base/limits.h"
#include "transports/weft/wire/message.h"
#include "transports/ws/ws.h"

/* Bytes of batches of one stream that may wait for us. */
#define WEFT__PEER_WINDOW (4u * 1024 * 1024)

struct weft__peer;

/* A message that came, with the bytes that it points into. */
struct weft__peer_message {
	struct weft__peer_message *next;
	struct weft_buf bytes;
	struct weft__repl_message message;
};

/* Frees it; NULL is allowed. */
void weft__peer_message_destroy(struct weft__peer_message *message);

/* A stream of a model's changes; it outlives connections. */
struct weft__peer_stream {
	struct weft__peer_stream *next; /* of the peer */
	char *model;
	struct weft_buf filter;         /* JSON; size 0: none */
	struct weft_buf position;       /* after all that has come */
	struct weft_buf given;          /* after all that was given out */
	struct weft_buf told;           /* the last one that is kept */
	bool is_ahead;    /* something was given out since then */
	uint64_t s;       /* its number on this connection; 0: not open */
	uint64_t openings;
	uint64_t taken;   /* batches, since it was opened ... */
	uint64_t acked;   /* ... of which the server was told */
	uint64_t left;    /* about how many changes are to come */
	bool is_live;     /* goes on when it has caught up */
	bool is_caught;   /* all that there was has come */
	int code;         /* it was closed for this reason, or 0 */
	struct weft_error error;
	struct weft__peer_message *first, **last; /* batches, not yet taken */
};

enum weft__peer_state {
	WEFT__PEER_OFFLINE,
	WEFT__PEER_CONNECTING,
	WEFT__PEER_GREETING, /* hello and auth are sent */
	WEFT__PEER_READY
};

/* What a connection needs; all texts are copied. */
struct weft__peer_options {
	const char *token;   /* NULL: none */
	const char *node;    /* the client's copy; NULL: one of no name */
	const char *ca_file; /* NULL: the system's */
	uint64_t timeout_ms; /* 0: a minute */
	unsigned retries;
	uint64_t retry_ms;
};

struct weft__peer {
	struct weft__loop *loop;
	struct weft__ws *ws; /* NULL: offline */
	struct weft__ws_settings settings;
	struct weft__ws_target target; /* its texts are ours */
	struct weft__tls_client *tls;
	bool is_secure;
	char *url;           /* for people */
	char *token;
	char node[WEFT_LIMIT_NAME_SIZE + 1];
	uint64_t timeout_ms, retry_ms;
	unsigned retries;
	enum weft__peer_state state;
	uint64_t version;    /* of what is known of the server: another one
	                        with each connection and each reset */
	int code;            /* why it is offline, if it failed */
	struct weft_error error;
	uint64_t after_ms;   /* the server wants to be left alone for so long */

	/* What the server said in its hello. */
	enum weft__repl_packing packing;
	size_t message_size, window, batch;

	uint64_t n;          /* of the last request */
	bool is_waiting;     /* for its answer */
	struct weft__peer_message *answer;
	struct weft__peer_stream *streams;
	struct weft__peer_stream *opening; /* by the request under way */
	struct weft__task wake;
	atomic_bool is_canceled, is_woken;
};

/*
 * Makes a peer of a ws:// or wss:// URL.  Does not connect.
 * Returns 0; WEFT_EINVAL; WEFT_ECONFIG (ca_file); WEFT_ENOMEM; WEFT_EIO.
 */
WEFT_MUST_CHECK int weft__peer_create(const char *url,
    const struct weft__peer_options *options, struct weft__peer **peer,
    struct weft_error *error);

/* Says farewell and frees all, with its streams; NULL is allowed. */
void weft__peer_destroy(struct weft__peer *peer);

/*
 * Connects if it is not.  Returns 0; WEFT_ENETWORK; WEFT_ETIMEOUT;
 * WEFT_EDENIED (token, rights, certificate); WEFT_EUNSUPPORTED (it does not
 * speak the protocol); WEFT_ECANCELED; WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__peer_connect(
    struct weft__peer *peer, struct weft_error *error);

/*
 * Sends a request and waits for its answer, of one of these two types; again
 * if the connection breaks, or the server is busy; not if it took too long for
 * the server (WEFT_ETIMEOUT).  '*answer' is the peer's.
 * Returns as weft__peer_connect(), or what the server's error means.
 */
WEFT_MUST_CHECK int weft__peer_ask(struct weft__peer *peer,
    struct weft__repl_message *request,
    const struct weft__repl_message **answer, struct weft_error *error);

/* The answer, to be kept by the caller. */
struct weft__peer_message *weft__peer_take_answer(struct weft__peer *peer);

/* Sends a message that has no answer, if it is connected. */
int weft__peer_tell(
    struct weft__peer *peer, const struct weft__repl_message *message);

/* Waits until it is done, or the connection breaks: WEFT_ENETWORK, what else
 * it was closed for, WEFT_ETIMEOUT, WEFT_ECANCELED. */
WEFT_MUST_CHECK int weft__peer_wait(struct weft__peer *peer,
    bool (*is_done)(void *context), void *context, struct weft_error *error);

/* Runs the loop until something has come, for so long at most. */
void weft__peer_step(struct weft__peer *peer, uint64_t most_ms);

/* Makes a call that waits return with WEFT_ECANCELED, now and for ever; or
 * makes weft__peer_step() return.  Thread: any. */
void weft__peer_cancel(struct weft__peer *peer);
void weft__peer_wake(struct weft__peer *peer);

/* Between peer.c and peer_wait.c: what is done about a connection; gives it up
 * because of what the server did; a wake has come. */
extern const struct weft__ws_handler weft__peer_handler;
void weft__peer_give_up(struct weft__peer *peer, int code, const char *text);
void weft__peer_woken(struct weft__task *task);

/* peer_stream.c ---------------------------------------------------------- */

/* The stream of this model and filter, made if there is none; the peer's.
 * NULL when out of memory. */
struct weft__peer_stream *weft__peer_stream(
    struct weft__peer *peer, const char *model, struct weft_slice filter);

/* Sets where it begins, and forgets what has come; size 0: at the beginning.
 * Returns 0 or WEFT_ENOMEM. */
WEFT_MUST_CHECK int weft__peer_stream_set(struct weft__peer *peer,
    struct weft__peer_stream *stream, struct weft_slice position);

/*
 * The next batch, given to the caller; NULL: that was all for now.  Opens the
 * stream if it is not open, and waits.  A server that cannot go on from the
 * position tells everything.
 * Returns as weft__peer_ask().
 */
WEFT_MUST_CHECK int weft__peer_stream_next(struct weft__peer *peer,
    struct weft__peer_stream *stream, struct weft__peer_message **batch,
    struct weft_error *error);

/* Gives the server's window back the bytes of so many batches, in all since
 * this opening.  What they brought is kept here by then, or the server may be
 * waiting for room: where to go on is in the positions, not in this. */
void weft__peer_stream_ack(struct weft__peer *peer,
    struct weft__peer_stream *stream, uint64_t opening, uint64_t batches);

/* Whether a batch is there. */
bool weft__peer_stream_has_batch(const struct weft__peer_stream *stream);

/* For peer.c: it is open; a message of a stream came (given); the connection
 * is gone; the end. */
int weft__peer_stream_opened(
    struct weft__peer_stream *stream, const struct weft__repl_message *opened);
int weft__peer_stream_take(
    struct weft__peer *peer, struct weft__peer_message *message);
void weft__peer_streams_lost(struct weft__peer *peer);
void weft__peer_streams_destroy(struct weft__peer *peer);

#endif
