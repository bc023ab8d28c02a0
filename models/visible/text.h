/*
 * The texts of visibility: keys, and lines of words.
 */
#ifndef MODELS_VISIBLE_TEXT_H
#define MODELS_VISIBLE_TEXT_H

#include <weft/buf.h>

#include "core/base/json.h"

/* Appends text with what is no visible ASCII, and '%' and '/', as %xx.
 * Returns 0, WEFT_ELIMIT, WEFT_ENOMEM. */
WEFT_MUST_CHECK int weft__visible_escape(
    struct weft_slice text, struct weft_buf *out);

/* Whether 'escaped' is what that makes of 'text'. */
bool weft__visible_is_escaped(
    struct weft_slice escaped, struct weft_slice text);

/* Appends a key: its kind ('u' or 'g'), a colon, the value as escaped text.
 * Returns as weft__visible_escape(). */
WEFT_MUST_CHECK int weft__visible_key(
    char kind, struct weft__json_value value, struct weft_buf *key);

/* The order of keys, those of users first: below 0, 0 or above as 'a' comes
 * before 'b', is it, or comes after it. */
int weft__visible_key_order(struct weft_slice a, struct weft_slice b);

/* The next line, without its newline; moves 'text' on.  False at the end. */
bool weft__visible_line(struct weft_slice *text, struct weft_slice *line);

/* Splits a line into exactly so many words. */
bool weft__visible_split(
    struct weft_slice line, struct weft_slice *words, size_t length);

/* Reads 16 hex digits. */
bool weft__visible_number(struct weft_slice text, uint64_t *number);

#endif
