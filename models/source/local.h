/*
 * The source over a datasource of this process, in parts:
 *   source_local.c          the table of operations, models and small values
 *   source_local_changes.c  changes, follow: what is new since then
 *   source_local_journal.c  the same, as far as the journal has it
 *   source_local_diff.c     diff, create_updates, relate: reading by id
 *   source_local_bulk.c     bulk_update and save: writing
 *   source_local_ready.c    what comes before their transaction
 *   source_local_estimate.c how many changes there are, about
 *   source_local_history.c  root, history, revision, agree: the past
 *   source_local_origin.c  who wrote a record last
 *   source_local_reconcile.c reconcile: what a peer compares its records with
 *   source_local_together.c together: several writes in one transaction
 *
 * Each operation is one transaction of the datasource, unless it is called
 * within together().
 */
#ifndef MODELS_SOURCE_LOCAL_H
#define MODELS_SOURCE_LOCAL_H

#include "core/repl/source.h"
#include "core/track/track_row.h"
#include "models/model.h"
#include "models/tracking/tracker.h"

struct weft__source_local {
	struct weft_source base;
	struct weft_datasource *datasource; /* borrowed */
	struct weft_transaction *transaction; /* of together(), or NULL */
};

/* The source as what it is. */
static inline struct weft__source_local *
weft__source_local(struct weft_source *source)
{
	return (struct weft__source_local *)source;
}

/*
 * The tracked model of this name on the source's datasource.
 * WEFT_ENOTFOUND: no such model; WEFT_EINVAL: it is not tracked.
 */
WEFT_MUST_CHECK int weft__source_local_model(struct weft_source *source,
    const char *name, struct weft_model **model, struct weft_error *error);

/* Whether it is a source of this kind. */
bool weft__source_is_local(const struct weft_source *source);

/* The model's definition, or NULL if the source is another kind of source or
 * has no such model. */
const struct weft__definition *weft__source_local_definition(
    struct weft_source *source, const char *model);

/*
 * Takes those changes of the source out of the list, or 'only_deletions' of
 * them, whose records were last written by the peer, as far as the journal
 * tells; none, if the source is of another kind.  Returns 0, or what the
 * database returns.  Thread: any.
 */
WEFT_MUST_CHECK int weft__source_local_drop_peers(struct weft_source *source,
    const char *model, const char *peer, bool only_deletions,
    struct weft_change_list *list, struct weft_error *error);

/*
 * Whether a peer knows the last change of a record: it came from there (by the
 * journal, while that has it), or was made before the checkpoint 'taken'.
 * '*known' is false for other kinds of sources.
 */
WEFT_MUST_CHECK int weft__source_local_is_known(struct weft_source *source,
    const char *model, struct weft_slice id, const char *peer, uint64_t taken,
    bool *known, struct weft_error *error);

/* Whether this is a local source, open for reading only, whose store lacks the
 * last writes: nobody is going to add them. */
bool weft__source_local_is_behind(struct weft_source *source);

/* Runs 'work' in the transaction of together(), or else in one of its own. */
WEFT_MUST_CHECK int weft__source_local_run(struct weft_source *source,
    bool writing, weft_transaction_fn *work, void *context,
    struct weft_error *error);

/* Members of struct weft__source_ops: core/repl/source.h. */
int weft__source_local_together(struct weft_source *source, const char *model,
    int (*work)(void *context, struct weft_error *error), void *context,
    struct weft_error *error);
int weft__source_local_changes(struct weft_source *source, const char *model,
    int64_t since, struct weft_slice filter, size_t limit,
    struct weft__page_token *token, struct weft_change_list *list,
    struct weft_error *error);
int weft__source_local_follow(struct weft_source *source,
    struct weft__follow *follow, struct weft_update_list *list,
    struct weft_error *error);
int weft__source_local_diff(struct weft_source *source, const char *model,
    int64_t since, const struct weft_change *changes, size_t length,
    struct weft__diff *diff, struct weft_error *error);
int weft__source_local_create_updates(struct weft_source *source,
    const char *model, const struct weft_change *deltas, size_t length,
    struct weft_update_list *list, struct weft_error *error);
int weft__source_local_relate(struct weft_source *source, const char *model,
    const struct weft_change *changes, size_t length,
    enum weft__relation *relations, struct weft_error *error);
int weft__source_local_bulk_update(struct weft_source *source,
    const struct weft__bulk_part *parts, size_t length,
    const struct weft__bulk_options *options, struct weft_error *error);
int weft__source_local_save(struct weft_source *source, const char *model,
    struct weft_slice id, struct weft_slice data, struct weft_slice history,
    struct weft_error *error);
/* As save() for a viewer: WEFT_ENOTFOUND if he does not see the record,
 * WEFT_EDENIED if he would not see what he creates. */
int weft__source_local_save_for(struct weft_source *source,
    const struct weft__viewer *viewer, const char *model,
    struct weft_slice id, struct weft_slice data, struct weft_slice history,
    struct weft_error *error);
/* As update_last_change() for a viewer: WEFT_ENOTFOUND, the same. */
int weft__source_local_rebase_for(struct weft_source *source,
    const struct weft__viewer *viewer, const char *model,
    struct weft_slice id, struct weft_slice prev, uint32_t generation,
    struct weft_slice history, struct weft_error *error);
int weft__source_local_root(struct weft_source *source, const char *model,
    struct weft__oid *root, char *commit, struct weft_error *error);
int weft__source_local_history(struct weft_source *source, const char *model,
    struct weft_slice id, struct weft_change_list *list,
    struct weft_error *error);
int weft__source_local_revision(struct weft_source *source, const char *model,
    struct weft_slice id, struct weft_slice rev, struct weft_buf *body,
    struct weft_error *error);
int weft__source_local_estimate(struct weft_source *source, const char *model,
    int64_t since, uint64_t *count, struct weft_error *error);
int weft__source_local_reconcile(struct weft_source *source,
    const char *model, struct weft_slice question, struct weft_buf *answer,
    struct weft_error *error);
int weft__source_local_agree(struct weft_source *source, const char *peer,
    const char *commit, struct weft_error *error);

#endif
