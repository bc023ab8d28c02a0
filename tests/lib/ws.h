/*
 * A WebSocket server for tests, and a client of raw bytes.
 */
#ifndef TESTS_LIB_WS_H
#define TESTS_LIB_WS_H

#include <stdatomic.h>

#include "tests/lib/http.h"
#include "transports/ws/ws.h"

/* Text commands that the server obeys; every other message is echoed. */
#define WS_CLOSE "close"   /* closes with 4001, "as you wish" */
#define WS_BREAK "break"   /* breaks the connection */
#define WS_FLOOD "flood"   /* sends 64 KiB as long as there is room, twice */
#define WS_HOLD "hold"     /* takes nothing more, until ws_let_go() */

struct ws_server {
	struct http http;
	struct weft__ws_settings settings;
	const char *protocol;    /* that the last one agreed on */
	atomic_uint opened;
	atomic_uint closed;
	atomic_uint messages;
	atomic_int code;         /* how the last one ended */
	char reason[128];
	struct weft__ws *held;
	struct weft__task let_go;
};

/* Defaults; change settings and http.config before the start. */
void ws_init(struct ws_server *server);

/* Starts it on a free port; 'tls' may be NULL. */
void ws_start(struct ws_server *server, struct weft__tls *tls);
void ws_stop(struct ws_server *server);

/* Takes messages again after WS_HOLD. */
void ws_let_go(struct ws_server *server);

/* A request for an upgrade with these headers more, each with its CRLF. */
void ws_request(const char *more, char *text, size_t size);

/* A socket that is upgraded, or -1. */
int ws_connect(const struct ws_server *server, const char *more);

/* Sends frames as ws_cases.h writes them. */
void ws_send(int fd, const char *frames);

/*
 * Appends what the server sends, as ws_cases.h writes it, until 'count'
 * frames have come or it ends; false if it ended.
 */
bool ws_receive(int fd, unsigned count, struct weft_buf *out);

#endif
