/*
 * Change streams: answers that do not end.
 */
#ifndef TRANSPORTS_LOOPBACK_STREAM_H
#define TRANSPORTS_LOOPBACK_STREAM_H

#include "transports/loopback/serve.h"

struct weft__rest_stream;

/*
 * Makes the stream that an authorised call asks for; the call (kept) is the
 * stream's until it is answered.  May block.  '*stream' is for _start().
 * WEFT_EINVAL; WEFT_ENOMEM; what the database returns.
 */
WEFT_MUST_CHECK int weft__rest_stream_open(struct weft__rest_call *call,
    const struct weft__http_request *request,
    struct weft__rest_stream **stream);

/* Answers with the stream, which frees itself in the end.  Thread: the
 * response's loop. */
void weft__rest_stream_start(struct weft__rest_stream *stream,
    struct weft__http_response *response);

#endif
