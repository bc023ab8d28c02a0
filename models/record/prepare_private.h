/*
 * What the files of the preparation (prepare*.c) share; nobody else includes
 * it.
 */
#ifndef MODELS_RECORD_PREPARE_PRIVATE_H
#define MODELS_RECORD_PREPARE_PRIVATE_H

#include "models/record/prepare.h"

/* Begins a record.  'fixed_id' is the token of the id that it must have, or
 * no value. */
void weft__prepare_begin(struct weft__prepare *prepare, bool fill,
    struct weft_slice fixed_id);

/*
 * Takes the next member, and before it what is absent between the last one
 * and it.  What is old was stored before: it is as it should be.
 */
WEFT_MUST_CHECK int weft__prepare_take(struct weft__prepare *prepare,
    const struct weft__json_member *member, bool is_old,
    struct weft_error *error);

/* Ends the taking: what is absent behind the last member. */
WEFT_MUST_CHECK int weft__prepare_take_rest(
    struct weft__prepare *prepare, struct weft_error *error);

/* Takes all members of a new object; WEFT_EINVAL if it is none. */
WEFT_MUST_CHECK int weft__prepare_take_all(struct weft__prepare *prepare,
    const struct weft__json *input, struct weft_error *error);

/* Makes an id's token of its text, in the arena.  Uses prepare->input. */
WEFT_MUST_CHECK int weft__prepare_write_id(struct weft__prepare *prepare,
    struct weft_slice id, struct weft_slice *token, struct weft_error *error);

#endif
