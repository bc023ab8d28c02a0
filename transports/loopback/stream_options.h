/*
 * The options of a change stream: {"where":{...},"fields":...}.
 */
#ifndef TRANSPORTS_LOOPBACK_STREAM_OPTIONS_H
#define TRANSPORTS_LOOPBACK_STREAM_OPTIONS_H

#include "transports/loopback/rest.h"

struct weft__rest_stream_options {
	struct weft_buf json;
	struct weft_slice where;  /* as the client gave it, or no value */
	struct weft_slice fields;
};

/* Reads them from the query, or else from the body's member "options".
 * Freed by _fini(), also after a failure.  WEFT_EJSON, WEFT_EINVAL,
 * WEFT_ELIMIT, WEFT_ENOMEM. */
WEFT_MUST_CHECK int weft__rest_stream_options_take(
    struct weft__rest_stream_options *options, struct weft__rest_call *call);
void weft__rest_stream_options_fini(
    struct weft__rest_stream_options *options);

#endif
