/*
 * Conflict objects, inside: what include/weft/conflict.h leaves opaque.
 */
#ifndef MODELS_REPLICATE_CONFLICT_H
#define MODELS_REPLICATE_CONFLICT_H

#include <weft/conflict.h>

#include "core/base/limits.h"
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
	struct weft_slice id;
	struct weft_change source_change; /* no model_id: there is none */
	struct weft_change target_change;
	struct weft__conflict_text *texts; /* all above are in them */
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

/* The same two the other way round. */
struct weft__parties weft__parties_swap(const struct weft__parties *parties);

/* Runs 'work' as together() of the source does, if that has it. */
WEFT_MUST_CHECK int weft__parties_together(
    const struct weft__parties *parties,
    int (*work)(void *context, struct weft_error *error), void *context,
    struct weft_error *error);

/* Appends the last change of one side, if it has one.  Returns 0, or what the
 * source returns. */
WEFT_MUST_CHECK int weft__side_change(struct weft_source *source,
    const char *model, struct weft_slice id, struct weft_change_list *list,
    struct weft_error *error);

/* Appends a side's revisions, newest first; none if it cannot tell. */
WEFT_MUST_CHECK int weft__side_history(struct weft_source *source,
    const char *model, struct weft_slice id, struct weft_change_list *list,
    struct weft_error *error);

/* Appends the target's record, if there is one, and reads its change anew. */
WEFT_MUST_CHECK int weft__conflict_target(struct weft_conflict *conflict,
    struct weft_buf *body, bool *present, struct weft_error *error);

/*
 * Settles it: 'decision' is one of source, target, manual ('data'; no value: a
 * deletion).  What is kept of it stays.  Returns as weft_conflict_resolve().
 */
WEFT_MUST_CHECK int weft__conflict_settle(struct weft_conflict *conflict,
    enum weft_resolution decision, struct weft_slice data,
    struct weft_error *error);

/*
 * Kept conflicts: small values "conflict/<model>/<target's epoch>/<id>" of the
 * source; or, if it keeps no values, of the target as if it were the source.
 */

#define WEFT__KEPT_NAME_SIZE 2048

/* Three records and two changes. */
#define WEFT__KEPT_SIZE (4 * (size_t)WEFT_LIMIT_RECORD_SIZE)

/* The parties as the one who keeps their conflicts sees them: he is the
 * source; '*swapped': as the target of those given. */
struct weft__parties weft__kept_parties(
    const struct weft__parties *parties, bool *swapped);

/* Writes the value's name, for parties as the keeper sees them.  Returns 0 or
 * WEFT_ELIMIT. */
WEFT_MUST_CHECK int weft__kept_name(const struct weft__parties *parties,
    struct weft_slice id, char name[WEFT__KEPT_NAME_SIZE],
    struct weft_error *error);

/*
 * Puts the value (none: removes it), without waiting for the disk where that
 * can be: what a replication remembers is written after it, and waits.  Until
 * then it finds the conflict again.
 */
WEFT_MUST_CHECK int weft__kept_put(struct weft_source *keeper,
    const char *name, struct weft_slice value, struct weft_error *error);

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

/* Whether the record's is kept, readable or not. */
WEFT_MUST_CHECK int weft__kept_has(const struct weft__parties *parties,
    struct weft_slice id, bool *found, struct weft_error *error);

/*
 * Calls 'each' with the ids of at most 'limit' kept conflicts between the
 * parties, in byte order, those behind 'after' (no value: all); what it returns
 * besides 0 ends it, and is returned.  '*is_last': there are no more.
 */
WEFT_MUST_CHECK int weft__kept_page(const struct weft__parties *parties,
    struct weft_slice after, size_t limit,
    int (*each)(struct weft_slice id, void *context), void *context,
    bool *is_last, struct weft_error *error);

/* The same for all of them. */
WEFT_MUST_CHECK int weft__kept_each(const struct weft__parties *parties,
    int (*each)(struct weft_slice id, void *context), void *context,
    struct weft_error *error);

#endif
