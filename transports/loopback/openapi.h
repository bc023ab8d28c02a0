/*
 * The API's description in OpenAPI 3, made from the models and the table of
 * methods: what is served, and nothing else, is in it.
 */
#ifndef TRANSPORTS_LOOPBACK_OPENAPI_H
#define TRANSPORTS_LOOPBACK_OPENAPI_H

#include "transports/loopback/loopback.h"

/* Bytes of the description at most. */
#define WEFT__OPENAPI_LIMIT (64u * 1024 * 1024)

/*
 * Appends the description as JSON to 'text', whose limit is
 * WEFT__OPENAPI_LIMIT.  Returns 0; WEFT_ENOMEM; WEFT_ELIMIT.
 */
WEFT_MUST_CHECK int weft__rest_openapi(const struct weft__rest *rest,
    struct weft_buf *text, struct weft_error *error);

#endif
