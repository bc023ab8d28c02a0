/*
 * The body of an answer, as a method writes it: in memory while it is small,
 * else in a file without name, so that a client that reads slowly holds
 * neither memory nor a thread.
 */
#ifndef TRANSPORTS_LOOPBACK_ANSWER_H
#define TRANSPORTS_LOOPBACK_ANSWER_H

#include "transports/http/body.h"

/* What is in memory before it goes to the file. */
#define WEFT__REST_ANSWER_MEMORY 65536u

struct weft__rest_answer {
	int status;           /* 200, unless the method sets another */
	struct weft_buf body; /* what is not in the file: append here, then
	                         call weft__rest_answer_settle() */
	struct weft__http_body file;
};

/* An empty answer; 'folder' (kept) is where its file would be. */
void weft__rest_answer_init(
    struct weft__rest_answer *answer, const char *folder);
void weft__rest_answer_fini(struct weft__rest_answer *answer);

/* Forgets what was written, for a failure to be told instead. */
void weft__rest_answer_clear(struct weft__rest_answer *answer);

/* Appends text.  Returns as weft__rest_answer_settle(). */
WEFT_MUST_CHECK int weft__rest_answer_text(struct weft__rest_answer *answer,
    const char *text, struct weft_error *error);

/*
 * After each item: 'code' is what appending it has returned; moves what has
 * come together to the file.
 * Returns 0; 'code'; WEFT_EIO; WEFT_ENOSPACE.
 */
WEFT_MUST_CHECK int weft__rest_answer_settle(
    struct weft__rest_answer *answer, int code, struct weft_error *error);

/* All of it as one run of bytes, borrowed.  Returns as settle(). */
WEFT_MUST_CHECK int weft__rest_answer_bytes(struct weft__rest_answer *answer,
    struct weft_slice *bytes, struct weft_error *error);

#endif
