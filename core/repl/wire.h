/*
 * Bytes of messages between two weft sources: numbers as varints (seven bits
 * per byte, lowest first, the top bit set on all but the last), signed ones
 * with the sign in the lowest bit, all else as it is.
 */
#ifndef CORE_REPL_WIRE_H
#define CORE_REPL_WIRE_H

#include <weft/buf.h>
#include <weft/error.h>

/* What is left to be read. */
struct weft__wire {
	const unsigned char *at;
	size_t size;
};

/* The bytes of a message. */
static inline struct weft__wire
weft__wire_of(struct weft_slice bytes)
{
	struct weft__wire wire = {
	    (const unsigned char *)bytes.data, bytes.size};

	return wire;
}

/* Each takes a value off the front.  Returns false, with nothing taken, if it
 * is cut off or malformed. */
WEFT_MUST_CHECK bool weft__wire_byte(struct weft__wire *wire, uint8_t *value);
WEFT_MUST_CHECK bool weft__wire_number(
    struct weft__wire *wire, uint64_t *value);
WEFT_MUST_CHECK bool weft__wire_signed(struct weft__wire *wire, int64_t *value);
WEFT_MUST_CHECK bool weft__wire_bytes(
    struct weft__wire *wire, void *value, size_t size);

/* 'size' bytes, at most 8, as a number, big-endian. */
WEFT_MUST_CHECK bool weft__wire_fixed(
    struct weft__wire *wire, size_t size, uint64_t *value);

/* A text with its size before it; points into the message. */
WEFT_MUST_CHECK bool weft__wire_text(
    struct weft__wire *wire, struct weft_slice *text);

/* Each appends a value.  Returns as weft_buf_append(). */
WEFT_MUST_CHECK int weft__wire_put_byte(struct weft_buf *buf, uint8_t value);
WEFT_MUST_CHECK int weft__wire_put_number(
    struct weft_buf *buf, uint64_t value);
WEFT_MUST_CHECK int weft__wire_put_signed(struct weft_buf *buf, int64_t value);
WEFT_MUST_CHECK int weft__wire_put_fixed(
    struct weft_buf *buf, size_t size, uint64_t value);
WEFT_MUST_CHECK int weft__wire_put_text(
    struct weft_buf *buf, struct weft_slice text);

#endif
