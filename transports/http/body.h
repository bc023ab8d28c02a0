/*
 * The body of a request: in memory while it is small, else in a file that has
 * no name, so that it is gone with the process.
 */
#ifndef TRANSPORTS_HTTP_BODY_H
#define TRANSPORTS_HTTP_BODY_H

#include <weft/buf.h>
#include <weft/error.h>

struct weft__http_body {
	struct weft_buf memory; /* its limit is what may be in memory */
	int fd;                 /* -1: all is in memory */
	uint64_t size;          /* bytes so far */
	uint64_t limit;         /* bytes it may have */
	void *map;              /* the file in memory, or NULL */
	const char *folder;     /* for the file; kept */
};

/* An empty body. */
void weft__http_body_init(struct weft__http_body *body, uint64_t limit,
    size_t memory_limit, const char *folder);

/* Frees it.  A second call does nothing. */
void weft__http_body_fini(struct weft__http_body *body);

/*
 * Says how large it will be, to allocate once.  Returns 0; WEFT_ELIMIT;
 * WEFT_ENOMEM; WEFT_EIO.
 */
WEFT_MUST_CHECK int weft__http_body_expect(
    struct weft__http_body *body, uint64_t size, struct weft_error *error);

/*
 * Appends bytes.  Returns 0; WEFT_ELIMIT; WEFT_ENOMEM; WEFT_ENOSPACE; WEFT_EIO:
 * then the body may only be freed.
 */
WEFT_MUST_CHECK int weft__http_body_append(struct weft__http_body *body,
    struct weft_slice bytes, struct weft_error *error);

/* All of it, borrowed.  Returns 0; WEFT_EIO. */
WEFT_MUST_CHECK int weft__http_body_map(struct weft__http_body *body,
    struct weft_slice *bytes, struct weft_error *error);

/* As weft__http_body_read() in http.h. */
WEFT_MUST_CHECK int weft__http_body_copy(const struct weft__http_body *body,
    uint64_t offset, void *buffer, size_t size, size_t *read_size,
    struct weft_error *error);

#endif
