/*
 * Dates as LoopBack keeps them: JSON strings in ISO 8601, UTC, with
 * milliseconds, as JavaScript's Date.prototype.toISOString() writes them.
 */
#ifndef MODELS_VALUE_DATE_H
#define MODELS_VALUE_DATE_H

#include <weft/types.h>

#include "core/base/json.h"

/* Milliseconds either side of 1970 that a JavaScript Date can hold. */
#define WEFT__DATE_MAX_MS INT64_C(8640000000000000)

/* Bytes of the longest date as text, with NUL: "-271821-04-20T00:00:00.000Z" */
#define WEFT__DATE_SIZE 28

/*
 * Reads an ISO 8601 date: YYYY, YYYY-MM or YYYY-MM-DD (years also as +YYYYYY
 * and -YYYYYY), then perhaps T or a space and HH:MM, HH:MM:SS or
 * HH:MM:SS.fraction, then perhaps Z, +HH:MM or -HH:MM.  Without an offset it
 * is UTC.  Digits of the fraction beyond the third are dropped.
 * Returns whether it is one, and within a JavaScript Date's range.
 */
bool weft__date_parse(struct weft_slice text, int64_t *ms);

/*
 * Writes the date as YYYY-MM-DDTHH:MM:SS.mmmZ (+YYYYYY or -YYYYYY for years
 * beyond four digits) and a NUL; returns its size.  'ms' must be in range.
 */
size_t weft__date_format(int64_t ms, char text[WEFT__DATE_SIZE]);

/*
 * Makes a date of a canonical JSON value: a string as weft__date_parse()
 * reads it, or a number of milliseconds since 1970, its fraction dropped.
 * Returns whether it is one.
 */
bool weft__date_from_json(struct weft__json_value value, int64_t *ms);

#endif
