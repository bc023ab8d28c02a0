/*
 * A source that shows what one viewer may see, over the local one:
 *   viewed.c          the table of operations; diff, create_updates
 *   viewed_look.c     what a record is to the viewer
 *   viewed_hidden.c   what he has of records that are taken from him
 *   viewed_feeds.c    the feeds of his keys
 *   viewed_rows.c     rows read from them, or from the journal
 *   viewed_page.c     what their records are to him
 *   viewed_changes.c  changes, follow
 *   viewed_bulk.c     bulk_update
 *   viewed_record.c   single records, and small values
 *
 * To him what he cannot see is not there: neither delta nor conflict, and left
 * untouched by what he sends; where he saw it before, it is deleted.  Models
 * without "visibleTo" are shown as they are.
 */
#ifndef MODELS_SOURCE_VIEWED_H
#define MODELS_SOURCE_VIEWED_H

#include "core/repl/source.h"
#include "models/model.h"
#include "models/tracking/permit.h"

struct weft__source_viewed {
	struct weft_source base;
	struct weft_source *inner; /* the local one, owned */
	struct weft_datasource *datasource;
	struct weft__viewer viewer; /* its texts are in the arena */
	struct weft__arena arena;
	struct weft_buf prefix; /* of the names of his small values */
};

/*
 * Makes a source that shows a datasource's records as the viewer (copied) sees
 * them.  '*source' is the caller's, for weft_source_destroy(); the datasource
 * is kept.  WEFT_ENOMEM; what building a feed returns (weft__visible_prepare).
 */
WEFT_MUST_CHECK int weft__source_viewed_open(
    struct weft_datasource *datasource, const struct weft__viewer *viewer,
    struct weft_source **source, struct weft_error *error);

/* Tells of each id what it is to the viewer. */
WEFT_MUST_CHECK int weft__viewer_look(const struct weft__viewer *viewer,
    struct weft_model *model, const struct weft_slice *ids, size_t length,
    enum weft__sight *sights, struct weft_error *error);

/* changes(), for models with "visibleTo". */
WEFT_MUST_CHECK int weft__source_viewed_changes(
    struct weft__source_viewed *viewed, struct weft_model *model,
    int64_t since, struct weft_slice filter, size_t limit,
    struct weft__page_token *token, struct weft_change_list *list,
    struct weft_error *error);

/* follow(), for models with "visibleTo". */
WEFT_MUST_CHECK int weft__source_viewed_follow(
    struct weft__source_viewed *viewed, struct weft_model *model,
    struct weft__follow *follow, struct weft_update_list *list,
    struct weft_error *error);

/* The source as what it is. */
static inline struct weft__source_viewed *
weft__viewed(struct weft_source *source)
{
	return (struct weft__source_viewed *)source;
}

/* The local source under it. */
static inline struct weft_source *
weft__viewed_inner(struct weft_source *source)
{
	return weft__viewed(source)->inner;
}

/* The model of this name if it has "visibleTo"; NULL: the local source may
 * answer.  Returns as weft__source_local_model(). */
WEFT_MUST_CHECK int weft__viewed_find_guarded(struct weft_source *source,
    const char *name, struct weft_model **model, struct weft_error *error);

/* What the records of changes are to the viewer; '*sights' is the caller's,
 * for weft__free(). */
WEFT_MUST_CHECK int weft__viewed_look(struct weft_source *source,
    struct weft_model *model, const struct weft_change *changes,
    size_t length, enum weft__sight **sights, struct weft_error *error);

/* What a viewer's change is to a record that was taken from him. */
enum weft__loss {
	WEFT__LOSS_NONE,    /* he sees it, or never had it */
	WEFT__LOSS_OF_PAST, /* he had it, and has nothing that it had not; or
	                       he has it again, and this is the deletion that
	                       he was told */
	WEFT__LOSS_OF_EDIT  /* he had it, and has edited it since */
};

/*
 * Tells what changes are to records that are hidden, or were; '*losses' is the
 * caller's, for weft__free().  To 'deletions' (may be NULL) the last change, as
 * it is to him, is appended where an edit stands against it.  WEFT_ENOMEM; what
 * the database returns.  Cost: of hidden ones and deletions as
 * weft__viewer_look(), of others none.
 */
WEFT_MUST_CHECK int weft__viewed_look_back(struct weft_source *source,
    struct weft_model *model, const struct weft_change *changes,
    size_t length, const enum weft__sight *sights, enum weft__loss **losses,
    struct weft_change_list *deletions, struct weft_error *error);

/*
 * The change by which a record is deleted for the viewer alone, based on the
 * last revision that he had ("-": not known).  Its generation is the next one,
 * so that no earlier deletion is taken for it.  Texts are the arguments'.
 */
struct weft_change weft__viewed_deletion(const struct weft_model *model,
    struct weft_slice id, const struct weft__track *track,
    struct weft_slice prev);

/* Whether a record that is new, with this data, is for the viewer; one that
 * is no JSON is: the local source says so in its own words. */
WEFT_MUST_CHECK int weft__viewed_check_new(struct weft_source *source,
    const struct weft_model *model, struct weft_slice data, bool *allowed,
    struct weft_error *error);

/* Members of struct weft__source_ops: core/repl/source.h. */
int weft__source_viewed_bulk_update(struct weft_source *source,
    const struct weft__bulk_part *given, size_t length,
    const struct weft__bulk_options *options, struct weft_error *error);
int weft__source_viewed_find(struct weft_source *source, const char *model,
    struct weft_slice id, struct weft_buf *body, struct weft_error *error);
int weft__source_viewed_save(struct weft_source *source, const char *name,
    struct weft_slice id, struct weft_slice data, struct weft_slice history,
    struct weft_error *error);
int weft__source_viewed_last_change(struct weft_source *source,
    const char *model, struct weft_slice id, struct weft_change_list *list,
    struct weft_error *error);
int weft__source_viewed_update_last_change(struct weft_source *source,
    const char *model, struct weft_slice id, struct weft_slice prev,
    uint32_t generation, struct weft_slice history, struct weft_error *error);
int weft__source_viewed_history(struct weft_source *source,
    const char *model, struct weft_slice id, struct weft_change_list *list,
    struct weft_error *error);
int weft__source_viewed_revision(struct weft_source *source,
    const char *model, struct weft_slice id, struct weft_slice rev,
    struct weft_buf *body, struct weft_error *error);
int weft__source_viewed_meta_get(struct weft_source *source,
    const char *name, struct weft_buf *value, struct weft_error *error);
int weft__source_viewed_meta_put(struct weft_source *source,
    const char *name, struct weft_slice value, struct weft_error *error);
int weft__source_viewed_meta_each(struct weft_source *source,
    const char *prefix, const char *after,
    int (*each)(const char *name, struct weft_slice value, void *context),
    void *context, struct weft_error *error);

#endif
