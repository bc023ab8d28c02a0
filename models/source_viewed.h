/*
 * A source that shows what one viewer may see, over the local one:
 *   source_viewed.c          everything but changes
 *   source_viewed_changes.c  changes, from the feeds of his keys
 *
 * To him what he cannot see is not there: neither delta nor conflict, and left
 * untouched by what he sends; where he saw it before, it is deleted.  Models
 * without "visibleTo" are shown as they are.
 */
#ifndef MODELS_SOURCE_VIEWED_H
#define MODELS_SOURCE_VIEWED_H

#include "core/repl/source.h"
#include "models/model.h"
#include "models/visible.h"

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

/* What a record is to a viewer. */
enum weft__sight {
	WEFT__SIGHT_NEW,    /* nothing is known of it: he may create it */
	WEFT__SIGHT_SEEN,
	WEFT__SIGHT_HIDDEN
};

/* Tells of each id what it is to the viewer. */
WEFT_MUST_CHECK int weft__viewer_look(const struct weft__viewer *viewer,
    struct weft_model *model, const struct weft_slice *ids, size_t length,
    enum weft__sight *sights, struct weft_error *error);

/* Whether the viewer would see a record with this body (canonical JSON). */
WEFT_MUST_CHECK int weft__viewer_sees_body(const struct weft__viewer *viewer,
    const struct weft_model *model, struct weft_slice body, bool *sees,
    struct weft_error *error);

/* changes(), for models with "visibleTo". */
WEFT_MUST_CHECK int weft__source_viewed_changes(
    struct weft__source_viewed *viewed, struct weft_model *model,
    int64_t since, struct weft_slice filter, size_t limit,
    struct weft__page_token *token, struct weft_change_list *list,
    struct weft_error *error);

#endif
