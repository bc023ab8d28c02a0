/*
 * A growing buffer of bytes with a maximum, which weft fills and the caller
 * owns.  Reusing one buffer over many calls avoids allocations.
 */
#ifndef WEFT_BUF_H
#define WEFT_BUF_H

#include <weft/types.h>

/*
 * Invariants: size <= capacity <= limit + 1; if data is not NULL,
 * data[size] is NUL (not counted), so that the content can be printed.
 */
struct weft_buf {
	char *data;
	size_t size;     /* bytes in use */
	size_t capacity; /* bytes allocated */
	size_t limit;    /* bytes it may ever hold */
};

/* An empty buffer that may hold 'limit' bytes.  Allocates nothing. */
#define WEFT_BUF_INIT(limit_size) {NULL, 0, 0, (limit_size)}

/* Makes 'buf' an empty buffer of at most 'limit' bytes.  Thread: any. */
WEFT_API void weft_buf_init(struct weft_buf *buf, size_t limit);

/* Frees the bytes; 'buf' is empty and usable again.  Thread: the owner's. */
WEFT_API void weft_buf_fini(struct weft_buf *buf);

/* Forgets the content, keeps the memory.  Thread: the owner's. */
WEFT_API void weft_buf_clear(struct weft_buf *buf);

/*
 * Makes room for 'extra' more bytes after the content.
 * Returns 0; WEFT_ELIMIT beyond the limit; WEFT_ENOMEM.  On failure the
 * content is as it was.  Thread: the owner's.  Cost: amortised O(1).
 */
WEFT_API WEFT_MUST_CHECK int weft_buf_reserve(
    struct weft_buf *buf, size_t extra);

/* Appends a copy of 'size' bytes.  Returns and thread as weft_buf_reserve(). */
WEFT_API WEFT_MUST_CHECK int weft_buf_append(
    struct weft_buf *buf, const void *data, size_t size);

/* Appends the slice's bytes.  Returns and thread as weft_buf_reserve(). */
WEFT_API WEFT_MUST_CHECK int weft_buf_append_slice(
    struct weft_buf *buf, struct weft_slice slice);

/* Appends formatted text.  Returns and thread as weft_buf_reserve(). */
WEFT_API WEFT_MUST_CHECK int weft_buf_printf(
    struct weft_buf *buf, const char *format, ...) WEFT_PRINTF(2, 3);

/*
 * Appends a text as a JSON string, with its quotes: what a person has typed
 * may hold any characters.
 * Returns as weft_buf_reserve(), and WEFT_EJSON if the text is not UTF-8;
 * thread the same.
 */
WEFT_API WEFT_MUST_CHECK int weft_buf_append_json(
    struct weft_buf *buf, struct weft_slice text);

/* The content, borrowed until the next change of 'buf'. */
static inline struct weft_slice
weft_buf_slice(const struct weft_buf *buf)
{
	struct weft_slice slice = {buf->data ? buf->data : "", buf->size};
	return slice;
}

#endif
