#include "models/source/viewed.h"

#include <weft/source.h>

#include "core/base/alloc.h"
#include "models/visible/text.h"

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

static void
destroy(struct weft_source *source)
{
	struct weft__source_viewed *viewed = weft__viewed(source);

	weft_source_destroy(viewed->inner);
	weft__arena_fini(&viewed->arena);
	weft_buf_fini(&viewed->prefix);
	weft__free(viewed);
}

static const char *
epoch(struct weft_source *source)
{
	return weft__viewed_inner(source)->ops->epoch(
	    weft__viewed_inner(source));
}

static int
checkpoint(struct weft_source *source, uint64_t *seq, struct weft_error *error)
{
	return weft__viewed_inner(source)->ops->checkpoint(
	    weft__viewed_inner(source), seq, error);
}

static int
current_checkpoint(
    struct weft_source *source, uint64_t *seq, struct weft_error *error)
{
	return weft__viewed_inner(source)->ops->current_checkpoint(
	    weft__viewed_inner(source), seq, error);
}

static int
changes(struct weft_source *source, const char *name, int64_t since,
    struct weft_slice filter, size_t limit, struct weft__page_token *token,
    struct weft_change_list *list, struct weft_error *error)
{
	struct weft_model *model;
	int code = weft__viewed_find_guarded(source, name, &model, error);

	if (code)
		return code;
	if (!model)
		return weft__viewed_inner(source)->ops->changes(
		    weft__viewed_inner(source), name, since, filter, limit,
		    token, list, error);
	return weft__source_viewed_changes(weft__viewed(source), model, since,
	    filter, limit, token, list, error);
}

static int
follow(struct weft_source *source, struct weft__follow *follow,
    struct weft_update_list *list, struct weft_error *error)
{
	struct weft_source *inner = weft__viewed_inner(source);
	struct weft_model *model;
	int code = weft__viewed_find_guarded(
	    source, follow->model, &model, error);

	if (code)
		return code;
	if (!model)
		return inner->ops->follow(inner, follow, list, error);
	return weft__source_viewed_follow(
	    weft__viewed(source), model, follow, list, error);
}

/* The changes of what the viewer may touch, in a list of the caller's. */
static int
keep_seen(const struct weft_change *changes, size_t length,
    const enum weft__sight *sights, const enum weft__loss *losses,
    struct weft_change_list *kept, struct weft_error *error)
{
	for (size_t i = 0; i < length; i++)
		if (sights[i] != WEFT__SIGHT_HIDDEN &&
		    (!losses || losses[i] == WEFT__LOSS_NONE) &&
		    weft_change_list_append(kept, &changes[i]))
			return out_of_memory(error);
	return 0;
}

/* Keeps what the viewer may touch; edits of records that were taken from him
 * stand against that. */
static int
diff_hidden(struct weft_source *source, struct weft_model *model,
    const struct weft_change *given, size_t length,
    struct weft_change_list *kept, struct weft__diff *diff,
    struct weft_error *error)
{
	enum weft__loss *losses = NULL;
	enum weft__sight *sights;
	int code = weft__viewed_look(
	    source, model, given, length, &sights, error);

	if (!code)
		code = weft__viewed_look_back(source, model, given, length,
		    sights, &losses, &diff->conflicts, error);
	if (!code)
		code = keep_seen(
		    given, length, sights, losses, kept, error);
	weft__free(sights);
	weft__free(losses);
	return code;
}

static int
diff(struct weft_source *source, const char *name, int64_t since,
    const struct weft_change *given, size_t length, struct weft__diff *diff,
    struct weft_error *error)
{
	struct weft_source *inner = weft__viewed_inner(source);
	struct weft_change_list kept = {0};
	struct weft_model *model;
	int code = weft__viewed_find_guarded(source, name, &model, error);

	if (code)
		return code;
	if (!model)
		return inner->ops->diff(
		    inner, name, since, given, length, diff, error);
	code = diff_hidden(source, model, given, length, &kept, diff, error);
	if (!code)
		code = inner->ops->diff(inner, name, since, kept.changes,
		    kept.length, diff, error);
	weft_change_list_fini(&kept);
	return code;
}

/* What was deleted for the viewer alone is so in an update, too. */
static int
append_deletions(const struct weft_change *deltas, size_t length,
    const enum weft__sight *sights, struct weft_update_list *list,
    struct weft_error *error)
{
	for (size_t i = 0; i < length; i++) {
		struct weft_update update = {
		    .type = WEFT_CHANGE_DELETE, .change = deltas[i]};

		if (sights[i] == WEFT__SIGHT_HIDDEN && !deltas[i].rev.data &&
		    weft_update_list_append(list, &update))
			return out_of_memory(error);
	}
	return 0;
}

static int
create_updates(struct weft_source *source, const char *name,
    const struct weft_change *deltas, size_t length,
    struct weft_update_list *list, struct weft_error *error)
{
	struct weft_source *inner = weft__viewed_inner(source);
	struct weft_change_list kept = {0};
	enum weft__sight *sights;
	struct weft_model *model;
	int code = weft__viewed_find_guarded(source, name, &model, error);

	if (code)
		return code;
	if (!model)
		return inner->ops->create_updates(
		    inner, name, deltas, length, list, error);
	code = weft__viewed_look(
	    source, model, deltas, length, &sights, error);
	if (!code)
		code = append_deletions(deltas, length, sights, list, error);
	if (!code)
		code = keep_seen(
		    deltas, length, sights, NULL, &kept, error);
	if (!code)
		code = inner->ops->create_updates(inner, name, kept.changes,
		    kept.length, list, error);
	weft__free(sights);
	weft_change_list_fini(&kept);
	return code;
}

/* As relate(), by what a record had in its past alone: the viewer's generations
 * count deletions that were for him, too. */
static int
relate_past(struct weft_source *inner, const char *name,
    const struct weft_change *given, size_t length,
    enum weft__relation *relations, struct weft_error *error)
{
	struct weft_change *changes = weft__calloc(length, sizeof *changes);
	int code;

	if (!changes)
		return out_of_memory(error);
	for (size_t i = 0; i < length; i++) {
		changes[i] = given[i];
		changes[i].generation = 0;
	}
	code = inner->ops->relate(
	    inner, name, changes, length, relations, error);
	weft__free(changes);
	return code;
}

/* Of what is hidden, or was, only that the viewer is behind what he had. */
static int
relate_hidden(struct weft_source *source, struct weft_model *model,
    const struct weft_change *given, size_t length,
    enum weft__relation *relations, struct weft_error *error)
{
	enum weft__loss *losses = NULL;
	enum weft__sight *sights;
	int code = weft__viewed_look(
	    source, model, given, length, &sights, error);

	if (!code)
		code = weft__viewed_look_back(source, model, given, length,
		    sights, &losses, NULL, error);
	for (size_t i = 0; i < length && !code; i++)
		if (losses[i] == WEFT__LOSS_OF_PAST)
			relations[i] = WEFT__RELATION_BEHIND;
		else if (sights[i] == WEFT__SIGHT_HIDDEN)
			relations[i] = WEFT__RELATION_NONE;
	weft__free(sights);
	weft__free(losses);
	return code;
}

static int
relate(struct weft_source *source, const char *name,
    const struct weft_change *given, size_t length,
    enum weft__relation *relations, struct weft_error *error)
{
	struct weft_source *inner = weft__viewed_inner(source);
	struct weft_model *model;
	int code = weft__viewed_find_guarded(source, name, &model, error);

	if (code)
		return code;
	if (!model)
		return inner->ops->relate(
		    inner, name, given, length, relations, error);
	code = relate_past(inner, name, given, length, relations, error);
	return code ? code
		    : relate_hidden(
			  source, model, given, length, relations, error);
}

static int
models(struct weft_source *source,
    int (*each)(const char *model, void *context), void *context,
    struct weft_error *error)
{
	return weft__viewed_inner(source)->ops->models(
	    weft__viewed_inner(source), each, context, error);
}

static int
source_id(struct weft_source *source, const char *model, struct weft_buf *id,
    struct weft_error *error)
{
	return weft__viewed_inner(source)->ops->source_id(
	    weft__viewed_inner(source), model, id, error);
}

/* Root and reconcile tell of all records: not of a model with "visibleTo". */
static int
require_open(
    struct weft_source *source, const char *name, struct weft_error *error)
{
	struct weft_model *model;
	int code = weft__viewed_find_guarded(source, name, &model, error);

	if (!code && model)
		code = weft_error_set(error, WEFT_EUNSUPPORTED,
		    "not everybody sees all records of %s", name);
	return code;
}

static int
root(struct weft_source *source, const char *model, struct weft__oid *oid,
    char *commit, struct weft_error *error)
{
	int code = require_open(source, model, error);

	return code ? code : weft__viewed_inner(source)->ops->root(
	    weft__viewed_inner(source), model, oid, commit, error);
}

static int
reconcile(struct weft_source *source, const char *model,
    struct weft_slice question, struct weft_buf *answer,
    struct weft_error *error)
{
	int code = require_open(source, model, error);

	return code ? code : weft__viewed_inner(source)->ops->reconcile(
	    weft__viewed_inner(source), model, question, answer, error);
}

/* Without estimate and agree: they tell of all records. */
static const struct weft__source_ops ops = {
    .version = 1,
    .destroy = destroy,
    .epoch = epoch,
    .checkpoint = checkpoint,
    .current_checkpoint = current_checkpoint,
    .changes = changes,
    .diff = diff,
    .create_updates = create_updates,
    .bulk_update = weft__source_viewed_bulk_update,
    .find = weft__source_viewed_find,
    .save = weft__source_viewed_save,
    .last_change = weft__source_viewed_last_change,
    .update_last_change = weft__source_viewed_update_last_change,
    .history = weft__source_viewed_history,
    .revision = weft__source_viewed_revision,
    .meta_get = weft__source_viewed_meta_get,
    .meta_put = weft__source_viewed_meta_put,
    .meta_each = weft__source_viewed_meta_each,
    .models = models,
    .source_id = source_id,
    .relate = relate,
    .follow = follow,
    .root = root,
    .reconcile = reconcile,
};

/*
 * Opening.
 */

static int
copy_viewer(struct weft__source_viewed *viewed,
    const struct weft__viewer *viewer)
{
	struct weft_slice *groups = weft__arena_alloc(
	    &viewed->arena, (viewer->length + 1) * sizeof *groups);

	if (!groups || weft__arena_copy(
	    &viewed->arena, viewer->user, &viewed->viewer.user))
		return WEFT_ENOMEM;
	for (size_t i = 0; i < viewer->length; i++)
		if (weft__arena_copy(
			&viewed->arena, viewer->groups[i], &groups[i]))
			return WEFT_ENOMEM;
	viewed->viewer.groups = groups;
	viewed->viewer.length = viewer->length;
	weft_buf_init(&viewed->prefix, WEFT_LIMIT_RECORD_SIZE);
	if (weft_buf_append(&viewed->prefix, "viewer/", 7) ||
	    weft__visible_escape(viewer->user, &viewed->prefix))
		return WEFT_ENOMEM;
	return weft_buf_append(&viewed->prefix, "/", 1);
}

static int
prepare_models(struct weft_datasource *datasource, struct weft_error *error)
{
	int code = 0;

	for (size_t i = 0; i < datasource->models_length && !code; i++) {
		struct weft_model *model = datasource->models[i];

		if (model->tracked && weft__visible_is_on(model->definition))
			code = weft__visible_prepare(model, error);
	}
	return code;
}

int
weft__source_viewed_open(struct weft_datasource *datasource,
    const struct weft__viewer *viewer, struct weft_source **source,
    struct weft_error *error)
{
	struct weft__source_viewed *made = weft__calloc(1, sizeof *made);
	int code;

	if (!made)
		return out_of_memory(error);
	made->base.ops = &ops;
	made->datasource = datasource;
	code = copy_viewer(made, viewer) ? out_of_memory(error) : 0;
	if (!code)
		code = weft_source_open_datasource(
		    datasource, &made->inner, error);
	if (!code)
		code = prepare_models(datasource, error);
	if (code)
		destroy(&made->base);
	else
		*source = &made->base;
	return code;
}
