/*
 * The inside of a WebSocket, which its files share.
 *
 * ws.c        its life: what comes, liveness, the end
 * send.c      what goes
 * frame_shared.c  frames for many
 * upgrade.c   how it begins at a server
 * client.c    how it begins at a client
 */
#ifndef TRANSPORTS_WS_WS_PRIVATE_H
#define TRANSPORTS_WS_WS_PRIVATE_H

#include "transports/net/timer.h"
#include "transports/ws/deflate.h"
#include "transports/ws/reader.h"

struct weft__ws_opening;

enum weft__ws_state {
	WEFT__WS_OPENING, /* client: until the server has accepted */
	WEFT__WS_OPEN,
	WEFT__WS_CLOSING, /* ours is sent; waits for the peer's close */
	WEFT__WS_OVER     /* to be freed when nothing runs in it any more */
};

struct weft__ws {
	struct weft__loop *loop;
	struct weft__connection *net; /* NULL before there is one, and after */
	const struct weft__ws_settings *settings;
	const struct weft__ws_handler *handler;
	void *context;
	struct weft__ws_reader reader;
	struct weft__ws_deflate deflate; /* what was agreed on */
	struct weft__timer timer;  /* opening, then silence, then closing */
	struct weft__ws_opening *opening; /* client.c's, while OPENING */
	uint64_t second;           /* in which 'controls' came */
	unsigned controls;
	unsigned pings;            /* sent since anything was heard */
	enum weft__ws_state state;
	bool is_server;
	bool is_heard;             /* something came since the timer was set */
	bool is_paused;
	bool is_asked;             /* 'drained' is owed */
	bool is_inside;            /* a callback of the connection runs */
};

/* ws.c: makes one that is not connected.  NULL when out of memory. */
struct weft__ws *weft__ws_create(struct weft__loop *loop,
    const struct weft__ws_settings *settings,
    const struct weft__ws_handler *handler, void *context, bool is_server);

/* Frees what was never handed to anybody. */
void weft__ws_discard(struct weft__ws *ws);

/* The handler of connections whose handshake is done. */
extern const struct weft__connection_handler weft__ws_net_handler;

/* It is open: has limits for its connection, and begins to listen. */
void weft__ws_begin(struct weft__ws *ws, struct weft__connection *net);

/* The end of a callback of its connection: frees it if it came to OVER. */
void weft__ws_leave(struct weft__ws *ws);

/* It ends: the owner is told, the connection is given up. */
void weft__ws_end(struct weft__ws *ws, const struct weft__ws_end *end);

/* send.c: sends a frame with this payload, masked if it must be. */
void weft__ws_send_bytes(struct weft__ws *ws, enum weft__ws_opcode opcode,
    bool is_compressed, struct weft_slice payload);

/* Sends a close; of a code that is never sent, one without a code. */
void weft__ws_send_close(
    struct weft__ws *ws, int code, struct weft_slice reason);

#endif
