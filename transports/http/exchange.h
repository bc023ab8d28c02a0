/*
 * What the files of this folder share: the threads of a server, the HTTP side
 * of a connection, and a request with its response.
 *
 * connection.c   what a connection does with the bytes that come
 * connection_body.c  the part of that which is about bodies
 * exchange.c     a request and its response, from head to last byte
 * response.c     what handlers call
 * stream.c       the bodies that they write part by part
 * active.c       configurations
 * forwarded.c    who a request is from
 * etag.c         what the client has already
 * gzip.c, cors.c what is added to an answer if the client asks
 * gunzip.c       the compressed bodies of requests
 * server.c       threads, listening, drain
 */
#ifndef TRANSPORTS_HTTP_EXCHANGE_H
#define TRANSPORTS_HTTP_EXCHANGE_H

#include <pthread.h>
#include <stdatomic.h>

#include "transports/http/body.h"
#include "transports/http/chunked.h"
#include "transports/http/head.h"
#include "transports/http/server.h"
#include "transports/net/network.h"

/* "Sun, 06 Nov 1994 08:49:37 GMT" and a NUL. */
#define WEFT__HTTP_DATE_SIZE 30

/* Has a thread take another configuration. */
struct weft__http_switch {
	struct weft__task task;
	struct weft__http_thread *thread;
	const struct weft__http_active *active;
};

/* A configuration that is used, or was: connections point at it. */
struct weft__http_active {
	struct weft__http_active *before;
	struct weft__http_config config;
	struct weft__network *proxies;
	size_t proxy_count;
	struct weft__http_switch *switches; /* one for each thread */
};

/* One loop with what its connections share. */
struct weft__http_thread {
	struct weft__http_server *server;
	const struct weft__http_active *active; /* the newest it knows */
	const struct weft__http_config *config; /* of it */
	const struct weft__http_handler *handler;
	struct weft__loop *loop;
	struct weft__http_connection *connections;
	struct weft__http_listening *listenings; /* server.c's */
	pthread_t thread;
	struct weft__task drain;
	struct weft_buf scratch; /* a head is composed here */
	atomic_uint_fast64_t request_count;
	uint64_t date_s; /* what 'date' says */
	char date[WEFT__HTTP_DATE_SIZE];
	char id_prefix[9]; /* of the ids made here */
	unsigned gzip_count;   /* of compressors that work */
	unsigned gunzip_count; /* of inflaters */
	bool is_draining;
};

enum weft__http_state {
	WEFT__HTTP_HEAD,      /* between requests, or a head is coming */
	WEFT__HTTP_DECIDING,  /* the handler has the head */
	WEFT__HTTP_BODY,      /* accepted: the body is coming */
	WEFT__HTTP_ANSWERING, /* the handler has the request */
	WEFT__HTTP_DROPPING,  /* answered: the rest of the body is dropped */
	WEFT__HTTP_CLOSING,   /* nothing more will be read */
	WEFT__HTTP_TAKEN      /* it belongs to another protocol now */
};

/* The HTTP side of a connection.  Owned by its weft__connection. */
struct weft__http_connection {
	struct weft__http_thread *thread;
	struct weft__connection *net;
	struct weft__http_connection *next; /* of the thread */
	struct weft__http_connection **link;
	struct weft__timer timer; /* the deadline of the state */
	struct weft__http_response *response; /* the one under way, or NULL */
	struct weft__http_lines lines;
	struct weft__http_chunks chunks;
	uint64_t body_left;  /* bytes to come, where the length is known */
	size_t body_recent;  /* bytes that came since the timer was set */
	size_t request_count;
	enum weft__http_state state;
	bool is_head_begun; /* some bytes of a head are there */
	bool is_inside;     /* a callback runs: it settles at its end */
};

/* A request with its response: one allocation, freed with the answer. */
struct weft__http_response {
	struct weft__http_thread *thread;
	struct weft__http_connection *connection; /* NULL: the client left */
	struct weft__http_request request;
	struct weft__http_head head;
	struct weft__http_body body;
	struct weft__address peer;
	struct weft__http_stream stream;
	struct weft__task over; /* ends a stream that nobody hears */
	void (*notify)(struct weft__http_response *response,
	    enum weft__http_notice notice, void *context);
	void *notify_context;
	void (*on_leave)(enum weft__http_notice notice, void *context);
	void *leave_context;
	struct weft_buf headers; /* lines that the handler has set */
	struct weft_buf given;   /* a body that is compressed part by part */
	size_t given_done;       /* bytes of it that were */
	struct weft__http_gzip *gzip; /* compresses the body, or NULL */
	struct weft__http_gunzip *gunzip; /* reads the request's, or NULL */
	size_t etag_at;          /* where its value is in 'headers', or 0 */
	uint64_t began_us;
	uint64_t written;   /* bytes of the body, by the handler */
	uint64_t sent;      /* bytes of the body, to the client */
	int status;         /* 0: not answered yet */
	bool is_streaming;  /* headers are out, the body is not complete */
	bool is_chunked;    /* its body is */
	bool keeps_alive;   /* another request may follow */
	bool has_type;      /* a Content-Type is among 'headers' */
	bool is_text;       /* its type is worth to be compressed */
	bool is_over;       /* 'over' is posted and will finish it */
	char id[64];        /* X-Request-Id */
};

/* Where a response is sent; NULL: the client has left. */
static inline struct weft__connection *
weft__http_net(const struct weft__http_response *response)
{
	return response->connection ? response->connection->net : NULL;
}

/* exchange.c ---------------------------------------------------------- */

/*
 * Makes the exchange for a complete head.  NULL if it must be refused (also
 * with 500 when out of memory).
 */
struct weft__http_response *weft__http_exchange_create(
    struct weft__http_connection *connection, const char *head,
    struct weft__http_refusal *refusal);

/* Sends status line and headers; 'length' negative: the body is a stream. */
void weft__http_send_head(
    struct weft__http_response *response, int status, int64_t length);

/* Tells who asked for it, unless it is answered. */
void weft__http_tell_leave(
    struct weft__http_response *response, enum weft__http_notice notice);

/*
 * The answer is complete, or cannot be completed ('is_whole' false): writes
 * the log, frees the exchange, and has its connection go on.
 */
void weft__http_exchange_finish(
    struct weft__http_response *response, bool is_whole);

/* active.c ------------------------------------------------------------ */

/*
 * Makes one for a server of so many threads; the caller's.
 * Returns 0; WEFT_ECONFIG; WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__http_active_create(
    const struct weft__http_config *config, unsigned thread_count,
    struct weft__http_active **active, struct weft_error *error);

/* forwarded.c --------------------------------------------------------- */

/* Sets the peer to the client for whom proxies have sent the request. */
void weft__http_find_client(struct weft__http_response *response);

/* etag.c -------------------------------------------------------------- */

/* Has the ETag, if there is one, name a compressed form too.  Returns false
 * if there is no memory. */
bool weft__http_weaken_etag(struct weft__http_response *response);

/* connection.c -------------------------------------------------------- */

/* Serves a new socket of this thread; 'start' is given. */
void weft__http_connection_start(struct weft__http_thread *thread,
    const struct weft__connection_start *start);

/* Sets the state and its deadline. */
void weft__http_connection_set_state(
    struct weft__http_connection *connection, enum weft__http_state state);

/*
 * Refuses what is under way: an error in LoopBack's form is sent, the
 * exchange (if there is one) is freed, the connection will be closed.
 */
void weft__http_connection_refuse(
    struct weft__http_connection *connection, int status, const char *text);

/* Goes on after 'state' was changed from outside of a callback. */
void weft__http_connection_settle(struct weft__http_connection *connection);

/*
 * Has it closed if it is between requests, else after its answer; the next
 * weft__http_connection_settle() does it.
 */
void weft__http_connection_drain(struct weft__http_connection *connection);

/* connection_body.c ----------------------------------------------------- */

/* Take the input that belongs to the body; true when that is complete. */
bool weft__http_take_body(
    struct weft__http_connection *connection, struct weft_slice *input);
bool weft__http_drop_body(
    struct weft__http_connection *connection, struct weft_slice *input);

/* cors.c ---------------------------------------------------------------- */

/* Adds what the browser of a page elsewhere must know.  Returns as append. */
WEFT_MUST_CHECK int weft__http_add_cors(
    const struct weft__http_response *response, struct weft_buf *out);

/* Whether a browser only asks what it may send; that is answered here. */
bool weft__http_is_preflight(const struct weft__http_response *response);
void weft__http_answer_preflight(struct weft__http_response *response);

/* status.c -------------------------------------------------------------- */

/* "OK" and so on; "Unknown" for a status without a name. */
const char *weft__http_reason(int status);

/* The Date header's value for now. */
const char *weft__http_date(struct weft__http_thread *thread);

#endif
