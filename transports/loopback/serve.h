/*
 * One call of a method, from its beginning to its end.
 */
#ifndef TRANSPORTS_LOOPBACK_SERVE_H
#define TRANSPORTS_LOOPBACK_SERVE_H

#include "transports/loopback/rest.h"

/* An empty call; _fini() frees what it holds. */
void weft__rest_call_init(
    struct weft__rest_call *call, struct weft__rest *rest);
void weft__rest_call_fini(struct weft__rest_call *call);

/*
 * Reads the head of a request: method, id, query.  Does not block.
 * WEFT_ENOTFOUND; WEFT_EINVAL; WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__rest_call_read_head(
    struct weft__rest_call *call, const struct weft__http_request *request);

/* The bytes that the body may have. */
uint64_t weft__rest_call_body_limit(const struct weft__rest_call *call);

/*
 * Reads the body: 'bytes' are kept; a form becomes JSON.
 * WEFT_EINVAL with status 415: it is neither.
 */
WEFT_MUST_CHECK int weft__rest_call_read_body(struct weft__rest_call *call,
    const struct weft__http_request *request, struct weft_slice bytes);

/* Whose token it is.  May block.  WEFT_EDENIED; what the database returns. */
WEFT_MUST_CHECK int weft__rest_call_authenticate(
    struct weft__rest_call *call, const struct weft__http_request *request);

/* Whether he may call the method.  May block.  WEFT_EDENIED. */
WEFT_MUST_CHECK int weft__rest_call_authorize(struct weft__rest_call *call);

/* Calls the method.  May block. */
WEFT_MUST_CHECK int weft__rest_call_run(struct weft__rest_call *call);

/*
 * Makes the answer tell the call's error, what was written being forgotten;
 * the answer's status is set.  An error that is ours to mend is logged.
 */
void weft__rest_call_fail(struct weft__rest_call *call);

#endif
