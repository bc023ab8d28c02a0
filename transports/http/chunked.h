/*
 * The chunked coding of a body, decoded strictly: a size is one to fifteen hex
 * digits, lines end with CR LF, extensions and trailers are dropped.
 */
#ifndef TRANSPORTS_HTTP_CHUNKED_H
#define TRANSPORTS_HTTP_CHUNKED_H

#include <weft/types.h>

/* Starts as all zero. */
struct weft__http_chunks {
	uint64_t left;    /* bytes of this chunk that are to come */
	size_t line_size; /* of the size's line, or of all trailers */
	unsigned char state;
	unsigned char digit_count;
};

enum weft__http_chunks_result {
	WEFT__CHUNKS_WAIT, /* all input is used, more is needed */
	WEFT__CHUNKS_DATA, /* '*data' is a part of the body */
	WEFT__CHUNKS_END,  /* the body is complete; input may be left */
	WEFT__CHUNKS_BAD   /* it is not what it must be */
};

/* Takes from the front of 'input' up to the next result. */
enum weft__http_chunks_result weft__http_chunks_next(
    struct weft__http_chunks *chunks, struct weft_slice *input,
    struct weft_slice *data);

#endif
