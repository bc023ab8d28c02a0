/*
 * What a protocol sees of HTTP: requests that have come whole, and responses
 * that it writes.
 *
 * A handler is asked twice.  'head' runs when the head of a request is there
 * and its body is not: it accepts the request with weft__http_accept(), or
 * answers it (then the body is never read).  'request' runs when the body is
 * there too.  Neither must block: what takes long goes to weft__workers_run(),
 * and the answer is given when its 'done' runs.
 *
 * I1  Every request is answered once: by weft__http_respond(), _give(), or by
 *     _stream() and in the end _end(); or is taken over by _upgrade().  Both
 *     may be done at once or later, always on the request's loop.
 * I2  Until then 'request' and 'response' stay valid, whatever the client
 *     does; what is written for one that has left goes nowhere.  With the
 *     call that answers, both are gone.  Only a stream is ended by the server
 *     too: when its client leaves.
 * I3  One request of a connection is in the hands of the handler at a time.
 */
#ifndef TRANSPORTS_HTTP_HTTP_H
#define TRANSPORTS_HTTP_HTTP_H

#include <weft/buf.h>
#include <weft/error.h>

#include "transports/net/address.h"
#include "transports/net/connection.h"

enum weft__http_method {
	WEFT__HTTP_OTHER, /* see method_name */
	WEFT__HTTP_GET,   /* also for HEAD, whose answer has no body */
	WEFT__HTTP_POST,
	WEFT__HTTP_PUT,
	WEFT__HTTP_PATCH,
	WEFT__HTTP_DELETE,
	WEFT__HTTP_OPTIONS
};

struct weft__http_header {
	struct weft_slice name;  /* as sent */
	struct weft_slice value; /* without white space around it */
};

/* A request.  All slices are borrowed and live as long as it does. */
struct weft__http_request {
	enum weft__http_method method;
	bool is_head;                  /* the method is HEAD */
	bool is_secure;                /* it came through TLS */
	bool is_http_1_0;
	struct weft_slice method_name; /* as sent */
	struct weft_slice path;        /* as sent, without the query */
	struct weft_slice query;       /* as sent, without '?'; or no value */
	struct weft_slice shown_path;  /* for logs: the path, unless a handler
	                                  leaves something out */

	/*
	 * The path between its slashes, percent-decoded: "/api/a%2Fb/" has
	 * "api" and "a/b".  Free of NUL.  One slash at the end is left out.
	 */
	const struct weft_slice *segments;
	size_t segment_count;

	const struct weft__http_header *headers;
	size_t header_count;

	const struct weft__address *peer;
	struct weft_slice id;  /* X-Request-Id: the client's, or ours */
	uint64_t arrived_ms;   /* since 1970: its head was complete */
	uint64_t body_size;    /* bytes; for 'head' only what was announced */
	void *data;            /* the handler's own */
};

/* The value of the first header of that name (any case); or no value. */
struct weft_slice weft__http_header(
    const struct weft__http_request *request, const char *name);

/*
 * Whether the client has what this entity tag names ("..." or W/"..."), as its
 * If-None-Match says: the answer to GET is 304 then, with the header ETag.
 */
bool weft__http_is_known(
    const struct weft__http_request *request, const char *etag);

/*
 * The whole body as one run of bytes, valid as long as the request: memory,
 * or a large one's file mapped into memory (not copied).
 * Returns 0; WEFT_EIO.
 */
WEFT_MUST_CHECK int weft__http_body(const struct weft__http_request *request,
    struct weft_slice *body, struct weft_error *error);

/* The answer to a request, to be written. */
struct weft__http_response;

/*
 * Only while 'head' decides: reads the body, at most 'body_limit' bytes of it
 * (more: 413), then calls 'request'.
 */
void weft__http_accept(
    struct weft__http_response *response, uint64_t body_limit);

/*
 * Adds a header (an ETag once: it becomes a weak one if the answer is
 * compressed); those that frame the message (Content-Length, Connection,
 * Transfer-Encoding, Date) are ours.
 * Returns 0; WEFT_EINVAL if it would not be one header line; WEFT_ELIMIT;
 * WEFT_ENOMEM.
 */
int weft__http_set_header(struct weft__http_response *response,
    const char *name, struct weft_slice value);

/*
 * Answers with this status and a body, which is copied (no value: none).  The
 * Content-Type is application/json unless a header says otherwise.
 */
void weft__http_respond(struct weft__http_response *response, int status,
    struct weft_slice body);

/* The same, but the body is given: 'body' is empty then, and not copied. */
void weft__http_give(struct weft__http_response *response, int status,
    struct weft_buf *body);

/* What the writer of a long answer does. */
struct weft__http_stream {
	/*
	 * There is room: writes some more, or ends.  Asked at the beginning,
	 * as long as it writes something, and when all that was written is on
	 * its way.
	 */
	void (*more)(struct weft__http_response *response, void *context);

	/*
	 * The stream is over, by weft__http_end() or because its client left:
	 * the last call, after which the response is gone.  May be NULL.
	 */
	void (*over)(void *context);
	void *context;

	/* The bytes that will be written if that is known, else 0. */
	uint64_t length;

	/* Its bytes may wait in a compressor until there are enough of them:
	 * not for live ones. */
	bool may_compress;
};

/*
 * Begins an answer that is written part by part: 'stream' is copied.  The
 * response goes on until weft__http_end(), or until 'over' is called, which
 * is never done from within this call.
 */
void weft__http_stream(struct weft__http_response *response, int status,
    const struct weft__http_stream *stream);

/*
 * Appends to a stream: a copy.  Bytes are sent as soon as the loop comes to
 * it; nothing is refused, but a writer that goes on when
 * weft__http_is_full() holds takes memory.
 */
void weft__http_write(
    struct weft__http_response *response, const void *data, size_t size);

/*
 * Appends bytes that belong to several; 'release' is called when they are not
 * needed here any more.
 */
void weft__http_write_shared(struct weft__http_response *response,
    const void *data, size_t size,
    void (*release)(const void *data, size_t size, void *context),
    void *context);

/* Whether so much is unsent that the writer should wait to be asked. */
bool weft__http_is_full(const struct weft__http_response *response);

/* Ends a stream. */
void weft__http_end(struct weft__http_response *response);

enum weft__http_notice {
	WEFT__HTTP_GONE, /* the client left (streams: see 'over' instead) */
	WEFT__HTTP_ENDED, /* it sends no more: most have left then; only to
	                     weft__http_on_leave() */
	WEFT__HTTP_DRAIN /* the server ends: answer soon, end streams */
};

/*
 * Has 'notify' called, on the loop, when one of these happens before the
 * request is answered; the request must still be answered.  A client that
 * sends no more counts as gone, also if it has said so before.
 */
void weft__http_watch(struct weft__http_response *response,
    void (*notify)(struct weft__http_response *response,
        enum weft__http_notice notice, void *context),
    void *context);

/*
 * Has 'notify' called, on the loop, when the client sends no more and when it
 * is gone, as long as the request is not answered (at once if it has said so
 * already).  It is but told: a client that waits for its answer gets it.
 */
void weft__http_on_leave(struct weft__http_response *response,
    void (*notify)(enum weft__http_notice notice, void *context),
    void *context);

/*
 * Answers 101 with the headers that were set, and hands the connection over:
 * from here on 'handler' owns it.  NULL if the client has left.  The request
 * is over.
 */
struct weft__connection *weft__http_upgrade(
    struct weft__http_response *response,
    const struct weft__connection_handler *handler, void *context);

/* The loop of a request: the only thread that may answer it. */
struct weft__loop *weft__http_loop(const struct weft__http_response *response);

/* A protocol, or what spreads requests over several. */
struct weft__http_handler {
	/* NULL: every request is accepted, with the configured body limit. */
	void (*head)(struct weft__http_request *request,
	    struct weft__http_response *response, void *context);
	void (*request)(struct weft__http_request *request,
	    struct weft__http_response *response, void *context);
	/* The last call for each request, answered or not: frees its 'data'.
	 * May be NULL. */
	void (*release)(struct weft__http_request *request, void *context);
	void *context;
};

#endif
