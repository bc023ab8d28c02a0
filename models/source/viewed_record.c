/*
 * Single records for a viewer, and his small values.
 */
#include "core/base/alloc.h"
#include "models/source/local.h"
#include "models/source/viewed.h"
#include "models/tracking/trace.h"

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

/* What one record is to the viewer; of a model without "visibleTo": seen. */
static int
look_at_one(struct weft_source *source, const char *name,
    struct weft_slice id, enum weft__sight *sight, struct weft_error *error)
{
	struct weft_model *model;
	int code = weft__viewed_find_guarded(source, name, &model, error);

	*sight = WEFT__SIGHT_SEEN;
	if (code || !model)
		return code;
	return weft__viewer_look(
	    &weft__viewed(source)->viewer, model, &id, 1, sight, error);
}

/* As if it was not there. */
static int
hide(const char *model, struct weft_slice id, struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOTFOUND, "no %s with id %.*s",
	    model, (int)id.size, id.data);
}

/* A record that the viewer may not see is as if it was not there. */
static int
require_seen(struct weft_source *source, const char *model,
    struct weft_slice id, struct weft_error *error)
{
	enum weft__sight sight;
	int code = look_at_one(source, model, id, &sight, error);

	if (!code && sight == WEFT__SIGHT_HIDDEN)
		code = hide(model, id, error);
	return code;
}

int
weft__source_viewed_find(struct weft_source *source, const char *model,
    struct weft_slice id, struct weft_buf *body, struct weft_error *error)
{
	int code = require_seen(source, model, id, error);

	return code ? code : weft__viewed_inner(source)->ops->find(
	    weft__viewed_inner(source), model, id, body, error);
}

int
weft__source_viewed_save(struct weft_source *source, const char *name,
    struct weft_slice id, struct weft_slice data, struct weft_slice history,
    struct weft_error *error)
{
	/* No hook is called for what he does not see; it may change before it
	 * is written, so that is asked again there. */
	int code = require_seen(source, name, id, error);

	return code ? code
		    : weft__source_local_save_for(weft__viewed_inner(source),
			  &weft__viewed(source)->viewer, name, id, data,
			  history, error);
}

/* The last change of a hidden record: it was taken from the viewer, or was
 * never there. */
static int
find_loss(struct weft_source *source, const char *name, struct weft_slice id,
    struct weft_change_list *list, struct weft_error *error)
{
	static const enum weft__sight hidden = WEFT__SIGHT_HIDDEN;
	const struct weft_change any = {
	    .model_id = id, .rev = weft_slice_of("-", 1)};
	enum weft__loss *losses = NULL;
	struct weft_model *model;
	int code = weft__viewed_find_guarded(source, name, &model, error);

	if (!code)
		code = weft__viewed_look_back(
		    source, model, &any, 1, &hidden, &losses, list, error);
	if (!code && *losses == WEFT__LOSS_NONE)
		code = hide(name, id, error);
	weft__free(losses);
	return code;
}

int
weft__source_viewed_last_change(struct weft_source *source, const char *model,
    struct weft_slice id, struct weft_change_list *list,
    struct weft_error *error)
{
	enum weft__sight sight;
	int code = look_at_one(source, model, id, &sight, error);

	if (code)
		return code;
	return sight == WEFT__SIGHT_HIDDEN
	    ? find_loss(source, model, id, list, error)
	    : weft__viewed_inner(source)->ops->last_change(
		  weft__viewed_inner(source), model, id, list, error);
}

int
weft__source_viewed_update_last_change(struct weft_source *source,
    const char *model, struct weft_slice id, struct weft_slice prev,
    uint32_t generation, struct weft_slice history, struct weft_error *error)
{
	return weft__source_local_rebase_for(weft__viewed_inner(source),
	    &weft__viewed(source)->viewer, model, id, prev, generation,
	    history, error);
}

int
weft__source_viewed_history(struct weft_source *source, const char *model,
    struct weft_slice id, struct weft_change_list *list,
    struct weft_error *error)
{
	int code = require_seen(source, model, id, error);

	return code ? code : weft__viewed_inner(source)->ops->history(
	    weft__viewed_inner(source), model, id, list, error);
}

int
weft__source_viewed_revision(struct weft_source *source, const char *model,
    struct weft_slice id, struct weft_slice rev, struct weft_buf *body,
    struct weft_error *error)
{
	enum weft__sight sight;
	int code = look_at_one(source, model, id, &sight, error);

	if (code)
		return code;
	if (sight == WEFT__SIGHT_HIDDEN)
		return weft_error_set(error, WEFT_EGONE,
		    "no %s with id %.*s", model, (int)id.size, id.data);
	return weft__viewed_inner(source)->ops->revision(
	    weft__viewed_inner(source), model, id, rev, body, error);
}

/*
 * Small values: each viewer has his own.
 */

static int
full_name(struct weft_source *source, const char *name,
    struct weft_buf *full, struct weft_error *error)
{
	int code = weft_buf_append_slice(
	    full, weft_buf_slice(&weft__viewed(source)->prefix));

	if (!code)
		code = weft_buf_append_slice(full, weft_slice(name));
	return code ? out_of_memory(error) : 0;
}

int
weft__source_viewed_meta_get(struct weft_source *source, const char *name,
    struct weft_buf *value, struct weft_error *error)
{
	struct weft_buf full = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	int code;

	if (strcmp(name, WEFT__META_HORIZON) == 0) /* is for everybody */
		return weft__viewed_inner(source)->ops->meta_get(
		    weft__viewed_inner(source), name, value, error);
	code = full_name(source, name, &full, error);
	if (!code)
		code = weft__viewed_inner(source)->ops->meta_get(
		    weft__viewed_inner(source), full.data, value, error);
	weft_buf_fini(&full);
	return code;
}

int
weft__source_viewed_meta_put(struct weft_source *source, const char *name,
    struct weft_slice value, struct weft_error *error)
{
	struct weft_buf full = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	int code = full_name(source, name, &full, error);

	if (!code)
		code = weft__viewed_inner(source)->ops->meta_put(
		    weft__viewed_inner(source), full.data, value, error);
	weft_buf_fini(&full);
	return code;
}

/* Hands names on without the viewer's prefix. */
struct stripped {
	size_t size; /* of the prefix */
	int (*each)(
	    const char *name, struct weft_slice value, void *context);
	void *context;
};

static int
strip(const char *name, struct weft_slice value, void *context)
{
	const struct stripped *stripped = context;

	return stripped->each(
	    name + stripped->size, value, stripped->context);
}

int
weft__source_viewed_meta_each(struct weft_source *source, const char *prefix,
    const char *after,
    int (*each)(const char *name, struct weft_slice value, void *context),
    void *context, struct weft_error *error)
{
	struct stripped stripped = {
	    weft__viewed(source)->prefix.size, each, context};
	struct weft_buf full = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	struct weft_buf full_after = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	int code = full_name(source, prefix, &full, error);

	if (!code && after)
		code = full_name(source, after, &full_after, error);
	if (!code)
		code = weft__viewed_inner(source)->ops->meta_each(
		    weft__viewed_inner(source), full.data,
		    after ? full_after.data : NULL, strip, &stripped, error);
	weft_buf_fini(&full);
	weft_buf_fini(&full_after);
	return code;
}
