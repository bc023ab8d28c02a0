/*
 * Refusals: LoopBack's status, word and text for each.
 */
#ifndef MODELS_ACCESS_REFUSAL_H
#define MODELS_ACCESS_REFUSAL_H

#include "models/access/access.h"

/*
 * Fills both ('refusal' may be NULL) and returns 'code'.  'word' is static, or
 * NULL.
 */
int weft__refuse(struct weft__refusal *refusal, int status, const char *word,
    struct weft_error *error, int code, const char *format, ...)
    WEFT_PRINTF(6, 7);

/* Refuses an attempt that has to wait; 0 if it has not.  Returns 0 or
 * WEFT_EDENIED. */
int weft__refuse_attempt(struct weft__refusal *refusal, uint64_t wait_ms,
    struct weft_error *error);

#endif
