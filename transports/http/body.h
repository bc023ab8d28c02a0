/*
 * The body of a request or an answer: in memory while it is small, else in a
 * file that has no name, so that it is gone with the process.
 *
 * All such files of the process together have a bound: each answer that its
 * client reads slowly, or not at all, is one.
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
	uint64_t taken;         /* bytes of the room that it has */
	void *map;              /* the file in memory, or NULL */
	const char *folder;     /* for the file; kept */
};

/* Sets how many bytes all files may have (0: WEFT_LIMIT_HTTP_SPOOL).  Those
 * that are there stay.  Thread: any. */
void weft__http_body_set_room(uint64_t size);

/* The bytes that they have.  Thread: any. */
uint64_t weft__http_body_room_taken(void);

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
 * Appends bytes.  Returns 0; WEFT_ELIMIT; WEFT_ELOCKED (the room is taken by
 * other bodies now); WEFT_ENOMEM; WEFT_ENOSPACE; WEFT_EIO: then the body may
 * only be freed.
 */
WEFT_MUST_CHECK int weft__http_body_append(struct weft__http_body *body,
    struct weft_slice bytes, struct weft_error *error);

/* All of it, borrowed.  Returns 0; WEFT_EIO. */
WEFT_MUST_CHECK int weft__http_body_map(struct weft__http_body *body,
    struct weft_slice *bytes, struct weft_error *error);

#endif
