/*
 * Reading and writing the records of users and rights: small ones, as jansson
 * values with their hidden properties.
 */
#ifndef MODELS_ACCESS_LOOKUP_H
#define MODELS_ACCESS_LOOKUP_H

#include <jansson.h>

#include <weft/record.h>

/* Parses a record's text; '*record' is the caller's, for json_decref().
 * WEFT_EJSON (not an object); WEFT_ENOMEM. */
WEFT_MUST_CHECK int weft__lookup_parse(struct weft_slice text,
    json_t **record, struct weft_error *error);

/*
 * Receives one record, borrowed until it returns.  Nonzero stops the walk and
 * is what the caller gets.
 */
typedef int weft__lookup_fn(
    const json_t *record, void *context, struct weft_error *error);

/*
 * Calls 'each' for the first 'limit' records that match 'where' (NULL: all).
 * 'where' is taken over, and NULL where there was no memory to make it (then
 * 'has_where' is true): WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__lookup_each(struct weft_model *model,
    const struct weft_call *call, json_t *where, bool has_where,
    size_t limit, weft__lookup_fn *each, void *context,
    struct weft_error *error);

/* The first record that matches; NULL if there is none.  '*record' is the
 * caller's. */
WEFT_MUST_CHECK int weft__lookup_first(struct weft_model *model,
    const struct weft_call *call, json_t *where, json_t **record,
    struct weft_error *error);

/* The record of this id, or NULL. */
WEFT_MUST_CHECK int weft__lookup_id(struct weft_model *model,
    struct weft_slice id, json_t **record, struct weft_error *error);

/* The text that a value means as an id: strings and whole numbers.  False: it
 * is neither, or over WEFT_LIMIT_ID_SIZE; then 'text' is empty. */
#define WEFT__LOOKUP_ID_SIZE 1025
bool weft__lookup_id_text(
    const json_t *value, char text[WEFT__LOOKUP_ID_SIZE]);

/* The value, or NULL where JavaScript takes it for nothing: null, false, 0 and
 * "". */
const json_t *weft__lookup_given(const json_t *value);

/* A string member's text, or no value. */
struct weft_slice weft__lookup_text(const json_t *record, const char *key);

/* A list of an id as records may have it: text, and the number that it is.
 * NULL when out of memory. */
json_t *weft__lookup_spellings(struct weft_slice id);

/* A copy of the text in lower case (ASCII); NULL when out of memory. */
json_t *weft__lookup_lower(struct weft_slice text);

#endif
