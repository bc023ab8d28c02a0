/*
 * The client's half of WebSocket, as little of it as a load generator needs:
 * it trusts the server.
 */
#ifndef TESTS_BENCH_WS_RAW_H
#define TESTS_BENCH_WS_RAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WS_RAW_HEAD 14 /* bytes before a payload at most */

/* Writes the request for an upgrade ('protocol' may be NULL); its size. */
size_t ws_raw_request(
    char *out, size_t room, const char *path, const char *protocol);

/* A socket to 127.0.0.1 that is connected, or (not blocking) on its way; -1. */
int ws_raw_connect(uint16_t port, bool blocks);

/* Connects and upgrades, blocking.  Returns a socket that does not block after
 * it, or -1. */
int ws_raw_open(uint16_t port, const char *path);

/* Writes a masked frame of the whole message; returns its size, which is at
 * most size + WS_RAW_HEAD. */
size_t ws_raw_frame(
    char *out, bool is_text, const char *payload, size_t size);

/* Takes frames apart as they come.  Zero is its beginning. */
struct ws_raw_reader {
	unsigned char head[10];
	unsigned head_size;  /* bytes of it that have come */
	bool is_inside;      /* the head is whole */
	uint64_t left;       /* of the payload */
	uint64_t size;       /* of the whole payload */
};

/* What a piece of input is. */
struct ws_raw_piece {
	const char *data; /* of the payload */
	size_t size;
	int opcode;
	bool is_end; /* of the frame */
};

/*
 * Takes a piece from the front of what came: '*data' and '*size' become what
 * is after it.  False: it takes more input.
 */
bool ws_raw_next(struct ws_raw_reader *reader, const char **data,
    size_t *size, struct ws_raw_piece *piece);

#endif
