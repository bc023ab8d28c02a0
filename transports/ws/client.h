/*
 * The client's side of the opening handshake, as ws.c sees it.
 */
#ifndef TRANSPORTS_WS_CLIENT_H
#define TRANSPORTS_WS_CLIENT_H

struct weft__ws_opening;

/* Gives up what is not open yet, and frees it; NULL is allowed. */
void weft__ws_opening_destroy(struct weft__ws_opening *opening);

#endif
