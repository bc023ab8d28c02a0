/*
 * WebSocket (RFC 6455) for protocols: whole messages over a connection, at
 * the server's end or the client's.
 *
 * I1  All functions and all calls of the handler are on the loop's thread,
 *     except those of weft__ws_frame, which may be on any.
 * I2  A handler is not called from within a call of its owner.
 * I3  After 'closed', or weft__ws_close(), the owner must not use the
 *     WebSocket any more and its handler is not called any more.
 */
#ifndef TRANSPORTS_WS_WS_H
#define TRANSPORTS_WS_WS_H

#include "transports/http/http.h"

struct weft__tls_client;
struct weft__ws;

enum weft__ws_kind {
	WEFT__WS_TEXT = 1, /* UTF-8, checked in both directions by the reader */
	WEFT__WS_BINARY = 2
};

/* Close codes (RFC 6455, 7.4.1). */
enum weft__ws_code {
	WEFT__WS_NORMAL = 1000,
	WEFT__WS_GOING_AWAY = 1001,
	WEFT__WS_PROTOCOL_ERROR = 1002,
	WEFT__WS_UNSUPPORTED = 1003,
	WEFT__WS_NO_CODE = 1005,  /* never sent: a close without a code came */
	WEFT__WS_BROKEN = 1006,   /* never sent: it ended without a close */
	WEFT__WS_BAD_DATA = 1007,
	WEFT__WS_POLICY = 1008,
	WEFT__WS_TOO_BIG = 1009,
	WEFT__WS_NO_EXTENSION = 1010,
	WEFT__WS_FAILURE = 1011,
	WEFT__WS_RESTART = 1012,
	WEFT__WS_TRY_LATER = 1013
};

/* Bytes of the reason in a close. */
#define WEFT__WS_REASON_SIZE 123

/* How a WebSocket ended. */
struct weft__ws_end {
	int code; /* the peer's, ours for its mistake, or 1006 */
	struct weft_slice reason; /* the peer's, or ours; UTF-8; borrowed */
	int status;      /* client: the answer was this HTTP status, not 101 */
	uint64_t retry_ms; /* client: what that answer's Retry-After says */
	bool is_untrusted; /* client: the server's certificate is not right */
};

/* What the owner of a WebSocket does about it. */
struct weft__ws_handler {
	/* Client: it is open.  'protocol' is the one agreed on, or no value.
	 * At a server it is open from the beginning: may be NULL there. */
	void (*opened)(void *context, struct weft_slice protocol);

	/* A whole message came; borrowed until return. */
	void (*message)(void *context, enum weft__ws_kind kind,
	    struct weft_slice data);

	/* weft__ws_ask() was called, and there is room for output. */
	void (*drained)(void *context);

	/*
	 * The peer closed it, the connection broke, the peer was too slow,
	 * breached the protocol, or never was there.
	 */
	void (*closed)(void *context, const struct weft__ws_end *end);
};

/* Shared by many; must outlive them.  Defaults: weft__ws_settings_init(). */
struct weft__ws_settings {
	struct weft__connection_limits connection;
	size_t message_size;    /* the largest message, bytes: then 1009 */
	unsigned fragments;     /* frames of one message: then 1008 */
	unsigned controls;      /* pings, pongs, in one second: then 1008 */
	uint64_t ping_ms;       /* of silence, before a ping is sent */
	unsigned pings;         /* in a row without an answer: broken */
	uint64_t close_ms;      /* for the peer's answer to a close */
	uint64_t open_ms;       /* client: from the call to 'opened' */
	/* Best first, ends with NULL; NULL: none. */
	const char *const *protocols;
	/* Server: pages of which origins may connect, compared whole; ends with
	 * NULL; "*" is any. */
	const char *const *origins;
	bool allows_own_origin; /* also pages that come from Host itself */
	bool needs_origin;      /* refuse clients that are no browsers */
	/* permessage-deflate: messages from 'deflate_from' bytes on are
	 * compressed, each on its own (no context takeover). */
	bool has_deflate;
	size_t deflate_from;
};

/* Fills in the defaults, which docs/websocket.md lists. */
void weft__ws_settings_init(struct weft__ws_settings *settings);

/* Server ---------------------------------------------------------------- */

/*
 * The first of the subprotocols that the client offers and that begins with
 * 'prefix', or no value; borrowed from the request.  A browser can hand over
 * a token only so ("bearer."); such a one is never chosen.
 */
struct weft_slice weft__ws_offered(
    const struct weft__http_request *request, const char *prefix);

/*
 * Makes a WebSocket of a request ('head' or 'request' of its handler), or
 * refuses it by the rules of RFC 6455: 400, 403 (origin), 405, 426.  The
 * request is answered in either case.  '*protocol' (may be NULL) is the
 * member of settings->protocols that was chosen, or NULL.
 * Returns the WebSocket, or NULL if it was refused or the client has left.
 */
struct weft__ws *weft__ws_upgrade(const struct weft__http_request *request,
    struct weft__http_response *response,
    const struct weft__ws_settings *settings,
    const struct weft__ws_handler *handler, void *context,
    const char **protocol);

/* Client ---------------------------------------------------------------- */

struct weft__ws_target {
	const char *host;    /* a name, or a numeric address without brackets */
	uint16_t port;
	const char *path;    /* with the query; begins with '/' */
	struct weft__tls_client *tls; /* NULL: plain */
	const char *origin;           /* NULL: none */
	const char *authorization;    /* the header's value; NULL: none */
};

/*
 * Begins to connect.  'target' is copied; 'settings' and target->tls are kept.
 * In the end 'opened' or 'closed' is called; weft__ws_close() gives up before
 * that.  Returns 0; WEFT_EINVAL; WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__ws_connect(struct weft__loop *loop,
    const struct weft__ws_target *target,
    const struct weft__ws_settings *settings,
    const struct weft__ws_handler *handler, void *context,
    struct weft__ws **ws, struct weft_error *error);

/* Both ------------------------------------------------------------------- */

/* Sets the largest message that is taken from now on, for this one only. */
void weft__ws_set_message_size(struct weft__ws *ws, size_t size);

/*
 * Sends a message: a copy.  Nothing is refused, but a sender that goes on
 * when weft__ws_is_full() holds takes memory.  Text must be UTF-8.
 */
void weft__ws_send(
    struct weft__ws *ws, enum weft__ws_kind kind, struct weft_slice data);

/* The same, but the bytes are given: 'data' is empty then. */
void weft__ws_give(
    struct weft__ws *ws, enum weft__ws_kind kind, struct weft_buf *data);

/*
 * One message for many: made once, counted, never changed.  Servers send its
 * bytes by reference, not compressed.  Its maker holds one count.
 * Returns NULL when out of memory.  Thread: any.
 */
struct weft__ws_frame;
struct weft__ws_frame *weft__ws_frame_create(
    enum weft__ws_kind kind, struct weft_slice data);

/* One count more, and one less: with the last it is freed.  NULL is allowed.
 * Thread: any. */
void weft__ws_frame_keep(struct weft__ws_frame *frame);
void weft__ws_frame_drop(struct weft__ws_frame *frame);

/* Sends it; holds a count of its own until it is sent. */
void weft__ws_send_frame(struct weft__ws *ws, struct weft__ws_frame *frame);

/* Whether so much is unsent that the sender should wait. */
bool weft__ws_is_full(const struct weft__ws *ws);

/* Has 'drained' called as soon as there is room. */
void weft__ws_ask(struct weft__ws *ws);

/*
 * Takes no more messages until it is resumed; the peer is held up when the
 * buffers are full.  Its pings are not answered meanwhile.
 */
void weft__ws_pause(struct weft__ws *ws);
void weft__ws_resume(struct weft__ws *ws);

/*
 * Closes: what was sent before still goes out, then 'code' and 'reason' (no
 * value: none; cut to what fits).  The WebSocket looks after itself from here
 * on (I3).  Before it is open it is given up.
 */
void weft__ws_close(struct weft__ws *ws, int code, struct weft_slice reason);

/* Ends now, without a word: 'closed' is called soon, with 1006. */
void weft__ws_break(struct weft__ws *ws);

/* The loop it is on. */
struct weft__loop *weft__ws_loop(const struct weft__ws *ws);

#endif
