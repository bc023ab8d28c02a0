/*
 * Arguments of a query string made what a method wants, with the texts that
 * LoopBack 3 (strong-remoting) refuses them with.
 */
#ifndef TRANSPORTS_LOOPBACK_ARGUMENT_H
#define TRANSPORTS_LOOPBACK_ARGUMENT_H

#include "transports/loopback/query.h"

/*
 * Common to all: an argument that is absent, empty or "null" is not given,
 * and '*is_given' (may be NULL) false.  Return 0; WEFT_EINVAL with LoopBack's
 * text; WEFT_ENOMEM.
 */

/* A number, as JavaScript's Number() reads it. */
WEFT_MUST_CHECK int weft__rest_take_number(
    const struct weft__rest_query *query, const char *name, double *number,
    bool *is_given, struct weft_error *error);

/* A boolean: true, 1; false, 0. */
WEFT_MUST_CHECK int weft__rest_take_boolean(
    const struct weft__rest_query *query, const char *name, bool *boolean,
    bool *is_given, struct weft_error *error);

/* An object, by JSON or by brackets: its canonical text is appended. */
WEFT_MUST_CHECK int weft__rest_take_object(
    const struct weft__rest_query *query, const char *name,
    struct weft_buf *json, bool *is_given, struct weft_error *error);

#endif
