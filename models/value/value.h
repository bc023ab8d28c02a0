/*
 * Reading values out of records, for matching and ordering.
 */
#ifndef MODELS_VALUE_VALUE_H
#define MODELS_VALUE_VALUE_H

#include <weft/buf.h>

#include "core/base/json.h"

/* The value at a path in a canonical record, or ABSENT. */
struct weft__json_value weft__value_at(struct weft_slice body,
    const struct weft_slice *path, size_t path_length);

/*
 * The text that a string token means: borrowed from the token, or decoded
 * into 'buf'.  A damaged string (a record written behind our back may hold
 * one) stands for the bytes that it has.  Returns 0, WEFT_ELIMIT, WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__value_text(struct weft_slice token,
    struct weft_buf *buf, struct weft_slice *text);

#endif
