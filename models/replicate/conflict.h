/*
 * Conflict objects, inside: what include/weft/conflict.h leaves opaque.
 */
#ifndef MODELS_REPLICATE_CONFLICT_H
#define MODELS_REPLICATE_CONFLICT_H

#include <weft/conflict.h>

#include "core/repl/source.h"

/* Between whom a conflict is.  Sources are borrowed. */
struct weft__parties {
	struct weft_source *source;
	struct weft_source *target;
	const char *source_model;
	const char *target_model;
};

struct weft_conflict {
	struct weft__parties parties;	  /* the models' names are owned */
	struct weft_slice id;		  /* owned by 'changes' */
	struct weft_change source_change; /* no model_id: there is none */
	struct weft_change target_change;
	struct weft_change_list changes; /* owns the texts of all above */
};

/*
 * Makes a conflict from both sides' changes, each copied; NULL: there is
 * none.  '*conflict' is the caller's, for weft_conflict_destroy().
 * Returns 0 or WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__conflict_create(const struct weft__parties *parties,
    struct weft_slice id, const struct weft_change *source_change,
    const struct weft_change *target_change, struct weft_conflict **conflict,
    struct weft_error *error);

/* The same, with the changes that both sides have now. */
WEFT_MUST_CHECK int weft__conflict_load(const struct weft__parties *parties,
    struct weft_slice id, struct weft_conflict **conflict,
    struct weft_error *error);

/*
 * Kept conflicts: small values "conflict/<model>/<target's epoch>/<id>" of the
 * source; or, if it keeps no values, of the target as if it were the source.
 */

/* Keeps it, replacing an earlier one of the record; 'target' and 'source' tell
 * how to find these again, 'now_ms' is noted.  Where neither keeps values
 * nothing is kept: that is no error. */
WEFT_MUST_CHECK int weft__kept_put(struct weft_conflict *conflict,
    const char *target, const char *source, uint64_t now_ms,
    struct weft_error *error);

/* The record's, as the parties' roles are; the caller's.  WEFT_ENOTFOUND;
 * WEFT_EDAMAGED, WEFT_EJSON, WEFT_EINVAL: it cannot be read. */
WEFT_MUST_CHECK int weft__kept_open(const struct weft__parties *parties,
    struct weft_slice id, struct weft_conflict **conflict,
    struct weft_error *error);

/* Whether a kept value can be read.  WEFT_EDAMAGED, WEFT_ENOMEM. */
WEFT_MUST_CHECK int weft__kept_check(
    struct weft_slice value, struct weft_error *error);

/* Forgets the record's, if there is one. */
WEFT_MUST_CHECK int weft__kept_drop(const struct weft__parties *parties,
    struct weft_slice id, struct weft_error *error);

/* Calls 'each' with the id of each kept conflict between the parties. */
WEFT_MUST_CHECK int weft__kept_each(const struct weft__parties *parties,
    int (*each)(struct weft_slice id, void *context), void *context,
    struct weft_error *error);

#endif
