/*
 * The frames of RFC 6455, section 5: their headers and their masks, and which
 * codes a close may carry.
 */
#ifndef TRANSPORTS_WS_FRAME_H
#define TRANSPORTS_WS_FRAME_H

#include <weft/types.h>

enum weft__ws_opcode {
	WEFT__WS_OP_MORE = 0, /* goes on with the message under way */
	WEFT__WS_OP_TEXT = 1,
	WEFT__WS_OP_BINARY = 2,
	WEFT__WS_OP_CLOSE = 8, /* from here on: control frames */
	WEFT__WS_OP_PING = 9,
	WEFT__WS_OP_PONG = 10
};

#define WEFT__WS_HEADER_SIZE 14   /* bytes, at most */
#define WEFT__WS_CONTROL_SIZE 125 /* bytes of a control frame's payload */

struct weft__ws_header {
	uint64_t size; /* bytes of the payload */
	unsigned char mask[4];
	unsigned char opcode;
	bool is_final;
	bool is_masked;
	bool is_compressed; /* RSV1 */
};

/*
 * Reads a header.  Returns its bytes; 0 if more are needed; -1 if it is none
 * that there can be: reserved bits or opcodes, a length in more bytes than it
 * takes or above 2^63, a control frame that is long or in parts.
 */
int weft__ws_header_read(
    struct weft__ws_header *header, const char *data, size_t size);

/* Writes a header.  Returns its bytes. */
size_t weft__ws_header_write(
    const struct weft__ws_header *header, char out[WEFT__WS_HEADER_SIZE]);

/*
 * Masks or unmasks 'size' bytes from 'in' to 'out' (which may be the same),
 * 'offset' bytes after the payload's beginning.
 */
void weft__ws_mask(char *out, const char *in, size_t size,
    const unsigned char mask[4], size_t offset);

/* Whether a close may carry this code. */
bool weft__ws_is_code(unsigned code);

#endif
