/*
 * The defaults of properties that a stored record does not have.
 *
 * A record lacks what has a default if it is older than that, was made by an
 * upsert, or was sent by a peer that lacks it.  LoopBack gives the default to
 * all who read: find(), its REST API and its replication.  Here a record is
 * stored, hashed and replicated as it is, and it is filled in where LoopBack's
 * clients read it (docs/decisions/0021).
 */
#ifndef MODELS_RECORD_DEFAULTS_H
#define MODELS_RECORD_DEFAULTS_H

#include "core/base/clock.h"
#include "core/base/json.h"
#include "models/model.h"

#define WEFT__DEFAULT_SIZE (WEFT__UUID_SIZE + 3)

/* The default of a property that has one; 'text' holds it if it was made now,
 * and ends with a NUL then. */
struct weft__json_value weft__default_make(
    const struct weft__property *property, const struct weft_clock *clock,
    char text[WEFT__DEFAULT_SIZE]);

/*
 * Whether who reads a record without this property is given its default.  Not
 * of what tells who may see a record: as it is stored nobody may, by that.
 */
bool weft__default_is_read(const struct weft__definition *definition,
    const struct weft__property *property);

/*
 * Whether a record (an object, viewed) lacks such a property, and can be filled
 * in: nobody may see it for that who could not.
 */
bool weft__defaults_are_lacking(
    const struct weft__definition *definition, const struct weft__json *view);

/*
 * Writes into these records of a tracked model the defaults that they lack, in
 * one transaction, so that they are what a client makes of them.  It is a
 * change of this side, and no user's: no hooks are called.
 * Returns 0, or what the datasource returns: nothing is written.  Thread: any.
 */
WEFT_MUST_CHECK int weft__defaults_fill(struct weft_model *model,
    const struct weft_slice *ids, size_t length, struct weft_error *error);

#endif
