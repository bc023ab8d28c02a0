/*
 * Skims JSON text that is too large to be scanned at once: finds where the
 * members of an object and the elements of an array begin and end.  What is in
 * a value is not looked at, beyond its brackets and strings: who uses one
 * scans it (core/base/json.h).
 *
 *	weft__json_skim_init(&skim, text);
 *	code = weft__json_skim_enter(&skim, '[', &error);
 *	while (!code && !(code = weft__json_skim_element(&skim, &value,
 *	    &error)) && value.data)
 *		...
 */
#ifndef CORE_BASE_JSON_SKIM_H
#define CORE_BASE_JSON_SKIM_H

#include <weft/error.h>

struct weft__json_skim {
	struct weft_slice text; /* borrowed */
	size_t at;              /* offset of what comes next */
	bool is_first;          /* nothing of this array or object was read */
};

/* Common to all below: return 0, or WEFT_EJSON with "offset N: reason". */

/* Begins at the text's first byte. */
void weft__json_skim_init(
    struct weft__json_skim *skim, struct weft_slice text);

/* What the next value is: its first byte; 0 at the end. */
char weft__json_skim_peek(struct weft__json_skim *skim);

/* Steps over an opening bracket: '{' or '['. */
WEFT_MUST_CHECK int weft__json_skim_enter(struct weft__json_skim *skim,
    char bracket, struct weft_error *error);

/*
 * The name of the next member, without its quotes and as it is written; its
 * value is next.  No value after the last one: the object is left.
 */
WEFT_MUST_CHECK int weft__json_skim_member(struct weft__json_skim *skim,
    struct weft_slice *name, struct weft_error *error);

/* The whole of the next value. */
WEFT_MUST_CHECK int weft__json_skim_value(struct weft__json_skim *skim,
    struct weft_slice *value, struct weft_error *error);

/* The next element; no value after the last one: the array is left. */
WEFT_MUST_CHECK int weft__json_skim_element(struct weft__json_skim *skim,
    struct weft_slice *value, struct weft_error *error);

/* Nothing but white space may follow. */
WEFT_MUST_CHECK int weft__json_skim_end(
    struct weft__json_skim *skim, struct weft_error *error);

#endif
