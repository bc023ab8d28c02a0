/*
 * The head of the server's answer to an upgrade: a status line and headers.
 */
#ifndef TRANSPORTS_WS_RESPONSE_HEAD_H
#define TRANSPORTS_WS_RESPONSE_HEAD_H

#include "transports/http/http.h"

#define WEFT__WS_RESPONSE_SIZE 16384 /* bytes, at most */
#define WEFT__WS_RESPONSE_HEADERS 64

struct weft__ws_response_head {
	int status;
	size_t size; /* bytes of the head */
	struct weft__http_header headers[WEFT__WS_RESPONSE_HEADERS];
	size_t count;
};

/*
 * Reads a head; slices point into 'data'.  Returns 1; 0 if it is not complete;
 * -1 if it is none.
 */
int weft__ws_response_head_read(
    struct weft__ws_response_head *head, const char *data, size_t size);

#endif
