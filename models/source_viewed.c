#include "models/source_viewed.h"

#include <weft/source.h>

#include "core/base/alloc.h"
#include "models/prepare.h"
#include "models/source_local.h"
#include "models/tracker.h"
#include "models/visible_text.h"

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

static struct weft__source_viewed *
viewed_of(struct weft_source *source)
{
	return (struct weft__source_viewed *)source;
}

static struct weft_source *
inner_of(struct weft_source *source)
{
	return viewed_of(source)->inner;
}

/* The model of this name if it has "visibleTo"; NULL: the local source may
 * answer. */
static int
find_guarded(struct weft_source *source, const char *name,
    struct weft_model **model, struct weft_error *error)
{
	int code = weft__source_local_model(
	    inner_of(source), name, model, error);

	if (!code && !weft__visible_is_on((*model)->definition))
		*model = NULL;
	return code;
}

/*
 * What a record is to the viewer.
 */

struct look {
	const struct weft__viewer *viewer;
	struct weft_model *model;
	const struct weft_slice *ids;
	size_t length;
	enum weft__sight *sights;
};

static int
look_at(struct weft_transaction *transaction, const struct look *look,
    size_t index, struct weft_error *error)
{
	struct weft__visible_keys keys = {0};
	struct weft__current current;
	int code = weft__tracker_load(transaction, look->model,
	    look->ids[index], &current, error);

	look->sights[index] = WEFT__SIGHT_NEW;
	if (code || !current.has_row)
		return code;
	code = weft__visible_keys_load(
	    &keys, transaction, look->model, look->ids[index], error);
	look->sights[index] =
	    weft__viewer_sees(look->viewer, &keys, !current.exists)
		? WEFT__SIGHT_SEEN : WEFT__SIGHT_HIDDEN;
	weft__visible_keys_fini(&keys);
	return code;
}

static int
look_at_all(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct look *look = context;
	int code = 0;

	for (size_t i = 0; i < look->length && !code; i++)
		code = look_at(transaction, look, i, error);
	return code;
}

int
weft__viewer_look(const struct weft__viewer *viewer, struct weft_model *model,
    const struct weft_slice *ids, size_t length, enum weft__sight *sights,
    struct weft_error *error)
{
	struct look look = {viewer, model, ids, length, sights};

	return weft__datasource_read(
	    model->datasource, look_at_all, &look, error);
}

int
weft__viewer_sees_body(const struct weft__viewer *viewer,
    const struct weft_model *model, struct weft_slice body, bool *sees,
    struct weft_error *error)
{
	struct weft__visible_keys keys = {0};
	int code = weft__visible_keys_of(
	    &keys, model->definition, body, 0, error);

	*sees = weft__viewer_sees(viewer, &keys, false);
	weft__visible_keys_fini(&keys);
	return code;
}

/* The same for the records of changes; '*sights' is the caller's. */
static int
look_at_changes(struct weft_source *source, struct weft_model *model,
    const struct weft_change *changes, size_t length,
    enum weft__sight **sights, struct weft_error *error)
{
	struct weft_slice *ids = weft__calloc(length, sizeof *ids);
	int code;

	*sights = weft__calloc(length, sizeof **sights);
	if (!ids || !*sights) {
		code = out_of_memory(error);
	} else {
		for (size_t i = 0; i < length; i++)
			ids[i] = changes[i].model_id;
		code = weft__viewer_look(&viewed_of(source)->viewer, model,
		    ids, length, *sights, error);
	}
	weft__free(ids);
	if (code) {
		weft__free(*sights);
		*sights = NULL;
	}
	return code;
}

/* '*hidden' tells whether a record is not for the viewer. */
static int
look_at_one(struct weft_source *source, const char *name,
    struct weft_slice id, enum weft__sight *sight, struct weft_error *error)
{
	struct weft_model *model;
	int code = find_guarded(source, name, &model, error);

	*sight = WEFT__SIGHT_SEEN;
	if (code || !model)
		return code;
	return weft__viewer_look(
	    &viewed_of(source)->viewer, model, &id, 1, sight, error);
}

/* As if it was not there. */
static int
hide(const char *model, struct weft_slice id, struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOTFOUND, "no %s with id %.*s",
	    model, (int)id.size, id.data);
}

/*
 * The operations.
 */

static void
destroy(struct weft_source *source)
{
	struct weft__source_viewed *viewed = viewed_of(source);

	weft_source_destroy(viewed->inner);
	weft__arena_fini(&viewed->arena);
	weft_buf_fini(&viewed->prefix);
	weft__free(viewed);
}

static const char *
epoch(struct weft_source *source)
{
	return inner_of(source)->ops->epoch(inner_of(source));
}

static int
checkpoint(struct weft_source *source, uint64_t *seq, struct weft_error *error)
{
	return inner_of(source)->ops->checkpoint(
	    inner_of(source), seq, error);
}

static int
current_checkpoint(
    struct weft_source *source, uint64_t *seq, struct weft_error *error)
{
	return inner_of(source)->ops->current_checkpoint(
	    inner_of(source), seq, error);
}

static int
changes(struct weft_source *source, const char *name, int64_t since,
    struct weft_slice filter, size_t limit, struct weft__page_token *token,
    struct weft_change_list *list, struct weft_error *error)
{
	struct weft_model *model;
	int code = find_guarded(source, name, &model, error);

	if (code)
		return code;
	if (!model)
		return inner_of(source)->ops->changes(inner_of(source), name,
		    since, filter, limit, token, list, error);
	return weft__source_viewed_changes(viewed_of(source), model, since,
	    filter, limit, token, list, error);
}

/* The changes of what the viewer may touch, in a list of the caller's. */
static int
keep_seen(const struct weft_change *changes, size_t length,
    const enum weft__sight *sights, struct weft_change_list *kept,
    struct weft_error *error)
{
	for (size_t i = 0; i < length; i++)
		if (sights[i] != WEFT__SIGHT_HIDDEN &&
		    weft_change_list_append(kept, &changes[i]))
			return out_of_memory(error);
	return 0;
}

static int
diff(struct weft_source *source, const char *name, int64_t since,
    const struct weft_change *given, size_t length, struct weft__diff *diff,
    struct weft_error *error)
{
	struct weft_source *inner = inner_of(source);
	struct weft_change_list kept = {0};
	enum weft__sight *sights;
	struct weft_model *model;
	int code = find_guarded(source, name, &model, error);

	if (code)
		return code;
	if (!model)
		return inner->ops->diff(
		    inner, name, since, given, length, diff, error);
	code = look_at_changes(source, model, given, length, &sights, error);
	if (!code)
		code = keep_seen(given, length, sights, &kept, error);
	if (!code)
		code = inner->ops->diff(inner, name, since, kept.changes,
		    kept.length, diff, error);
	weft__free(sights);
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
	struct weft_source *inner = inner_of(source);
	struct weft_change_list kept = {0};
	enum weft__sight *sights;
	struct weft_model *model;
	int code = find_guarded(source, name, &model, error);

	if (code)
		return code;
	if (!model)
		return inner->ops->create_updates(
		    inner, name, deltas, length, list, error);
	code = look_at_changes(
	    source, model, deltas, length, &sights, error);
	if (!code)
		code = append_deletions(deltas, length, sights, list, error);
	if (!code)
		code = keep_seen(deltas, length, sights, &kept, error);
	if (!code)
		code = inner->ops->create_updates(inner, name, kept.changes,
		    kept.length, list, error);
	weft__free(sights);
	weft_change_list_fini(&kept);
	return code;
}

static int
relate(struct weft_source *source, const char *name,
    const struct weft_change *given, size_t length,
    enum weft__relation *relations, struct weft_error *error)
{
	struct weft_source *inner = inner_of(source);
	enum weft__sight *sights;
	struct weft_model *model;
	int code = find_guarded(source, name, &model, error);

	if (!code)
		code = inner->ops->relate(
		    inner, name, given, length, relations, error);
	if (code || !model)
		return code;
	code = look_at_changes(source, model, given, length, &sights, error);
	for (size_t i = 0; i < length && !code; i++)
		if (sights[i] == WEFT__SIGHT_HIDDEN)
			relations[i] = WEFT__RELATION_NONE;
	weft__free(sights);
	return code;
}

/*
 * bulk_update
 */

/* One part, cut down to what the viewer may write. */
struct cut {
	struct weft__bulk_part part;
	struct weft_update *updates;
	enum weft_outcome *outcomes;
	size_t *places; /* in the part that was given */
};

static void
cut_fini(struct cut *cut)
{
	weft__free(cut->updates);
	weft__free(cut->outcomes);
	weft__free(cut->places);
}

/* A record that is new must be for the viewer. */
static int
check_new(struct weft_source *source, struct weft_model *model,
    const struct weft_update *update, bool *allowed, struct weft_error *error)
{
	struct weft__json json;
	int code;

	*allowed = true;
	if (!update->data.data)
		return 0;
	weft__json_init(&json);
	code = weft__json_scan(&json, update->data.data, update->data.size,
	    &weft__json_record_limits, error);
	if (code == WEFT_EJSON || code == WEFT_ELIMIT)
		code = 0; /* the local source says so in its own words */
	else if (!code)
		code = weft__viewer_sees_body(&viewed_of(source)->viewer,
		    model, weft_buf_slice(&json.text), allowed, error);
	weft__json_fini(&json);
	return code;
}

/* Takes an update over, or says here what became of it. */
static int
take_update(struct weft_source *source, struct weft_model *model,
    const struct weft__bulk_part *given, size_t index,
    enum weft__sight sight, struct cut *cut, struct weft_error *error)
{
	const struct weft_update *update = &given->updates[index];
	struct weft_error why;
	bool allowed = true;
	int code = 0;

	given->outcomes[index] = WEFT_OUTCOME_UNCHANGED;
	if (sight == WEFT__SIGHT_HIDDEN)
		return 0;
	if (sight == WEFT__SIGHT_NEW)
		code = check_new(source, model, update, &allowed, error);
	if (code)
		return code;
	if (!allowed) {
		given->outcomes[index] = WEFT_OUTCOME_REFUSED;
		weft_error_set(&why, WEFT_EDENIED,
		    "the record is not for you");
		if (given->refused)
			given->refused(update, &why, given->context);
		return 0;
	}
	cut->updates[cut->part.length] = *update;
	cut->places[cut->part.length++] = index;
	return 0;
}

static int
cut_part(struct weft_source *source, const struct weft__bulk_part *given,
    struct cut *cut, struct weft_error *error)
{
	struct weft_change_list changes = {0};
	enum weft__sight *sights = NULL;
	struct weft_model *model;
	int code = find_guarded(source, given->model, &model, error);

	cut->part = *given;
	if (code || !model)
		return code;
	cut->updates = weft__calloc(given->length, sizeof *cut->updates);
	cut->outcomes = weft__calloc(given->length, sizeof *cut->outcomes);
	cut->places = weft__calloc(given->length, sizeof *cut->places);
	if (!cut->updates || !cut->outcomes || !cut->places)
		return out_of_memory(error);
	for (size_t i = 0; i < given->length && !code; i++)
		if (weft_change_list_append(
			&changes, &given->updates[i].change))
			code = out_of_memory(error);
	if (!code)
		code = look_at_changes(source, model, changes.changes,
		    changes.length, &sights, error);
	cut->part.updates = cut->updates;
	cut->part.outcomes = cut->outcomes;
	cut->part.length = 0;
	for (size_t i = 0; i < given->length && !code; i++)
		code = take_update(
		    source, model, given, i, sights[i], cut, error);
	weft__free(sights);
	weft_change_list_fini(&changes);
	return code;
}

/* Tells the outcomes in the places of those that were given. */
static void
spread(const struct weft__bulk_part *given, const struct cut *cut)
{
	for (size_t i = 0; cut->places && i < cut->part.length; i++)
		given->outcomes[cut->places[i]] = cut->outcomes[i];
}

static int
bulk_update(struct weft_source *source, const struct weft__bulk_part *given,
    size_t length, const struct weft__bulk_options *options,
    struct weft_error *error)
{
	struct weft_source *inner = inner_of(source);
	struct cut *cuts = weft__calloc(length, sizeof *cuts);
	struct weft__bulk_part *parts = weft__calloc(length, sizeof *parts);
	int code = cuts && parts ? 0 : out_of_memory(error);

	for (size_t i = 0; i < length && !code; i++) {
		code = cut_part(source, &given[i], &cuts[i], error);
		parts[i] = cuts[i].part;
	}
	if (!code)
		code = inner->ops->bulk_update(
		    inner, parts, length, options, error);
	for (size_t i = 0; cuts && i < length; i++) {
		if (!code)
			spread(&given[i], &cuts[i]);
		cut_fini(&cuts[i]);
	}
	weft__free(cuts);
	weft__free(parts);
	return code;
}

/*
 * One record.
 */

static int
find(struct weft_source *source, const char *model, struct weft_slice id,
    struct weft_buf *body, struct weft_error *error)
{
	enum weft__sight sight;
	int code = look_at_one(source, model, id, &sight, error);

	if (code)
		return code;
	if (sight == WEFT__SIGHT_HIDDEN)
		return hide(model, id, error);
	return inner_of(source)->ops->find(
	    inner_of(source), model, id, body, error);
}

static int
save(struct weft_source *source, const char *name, struct weft_slice id,
    struct weft_slice data, struct weft_error *error)
{
	const struct weft_update update = {.data = data};
	struct weft_model *model;
	enum weft__sight sight;
	bool allowed = true;
	int code = find_guarded(source, name, &model, error);

	if (!code)
		code = look_at_one(source, name, id, &sight, error);
	if (code)
		return code;
	if (sight == WEFT__SIGHT_HIDDEN)
		return hide(name, id, error);
	if (sight == WEFT__SIGHT_NEW && model)
		code = check_new(source, model, &update, &allowed, error);
	if (!code && !allowed)
		code = weft_error_set(
		    error, WEFT_EDENIED, "the record is not for you");
	return code ? code : inner_of(source)->ops->save(
				 inner_of(source), name, id, data, error);
}

static int
last_change(struct weft_source *source, const char *model,
    struct weft_slice id, struct weft_change_list *list,
    struct weft_error *error)
{
	enum weft__sight sight;
	int code = look_at_one(source, model, id, &sight, error);

	if (code)
		return code;
	if (sight == WEFT__SIGHT_HIDDEN)
		return hide(model, id, error);
	return inner_of(source)->ops->last_change(
	    inner_of(source), model, id, list, error);
}

static int
update_last_change(struct weft_source *source, const char *model,
    struct weft_slice id, struct weft_slice prev, struct weft_error *error)
{
	enum weft__sight sight;
	int code = look_at_one(source, model, id, &sight, error);

	if (code)
		return code;
	if (sight == WEFT__SIGHT_HIDDEN)
		return hide(model, id, error);
	return inner_of(source)->ops->update_last_change(
	    inner_of(source), model, id, prev, error);
}

static int
history(struct weft_source *source, const char *model, struct weft_slice id,
    struct weft_change_list *list, struct weft_error *error)
{
	enum weft__sight sight;
	int code = look_at_one(source, model, id, &sight, error);

	if (code)
		return code;
	if (sight == WEFT__SIGHT_HIDDEN)
		return hide(model, id, error);
	return inner_of(source)->ops->history(
	    inner_of(source), model, id, list, error);
}

static int
revision(struct weft_source *source, const char *model, struct weft_slice id,
    struct weft_slice rev, struct weft_buf *body, struct weft_error *error)
{
	enum weft__sight sight;
	int code = look_at_one(source, model, id, &sight, error);

	if (code)
		return code;
	if (sight == WEFT__SIGHT_HIDDEN)
		return weft_error_set(error, WEFT_EGONE,
		    "no %s with id %.*s", model, (int)id.size, id.data);
	return inner_of(source)->ops->revision(
	    inner_of(source), model, id, rev, body, error);
}

/*
 * Small values: each viewer has his own.
 */

static int
full_name(struct weft_source *source, const char *name,
    struct weft_buf *full, struct weft_error *error)
{
	int code = weft_buf_append_slice(
	    full, weft_buf_slice(&viewed_of(source)->prefix));

	if (!code)
		code = weft_buf_append_slice(full, weft_slice(name));
	return code ? out_of_memory(error) : 0;
}

static int
meta_get(struct weft_source *source, const char *name, struct weft_buf *value,
    struct weft_error *error)
{
	struct weft_buf full = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	int code = full_name(source, name, &full, error);

	if (!code)
		code = inner_of(source)->ops->meta_get(
		    inner_of(source), full.data, value, error);
	weft_buf_fini(&full);
	return code;
}

static int
meta_put(struct weft_source *source, const char *name,
    struct weft_slice value, struct weft_error *error)
{
	struct weft_buf full = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	int code = full_name(source, name, &full, error);

	if (!code)
		code = inner_of(source)->ops->meta_put(
		    inner_of(source), full.data, value, error);
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

static int
meta_each(struct weft_source *source, const char *prefix,
    int (*each)(const char *name, struct weft_slice value, void *context),
    void *context, struct weft_error *error)
{
	struct stripped stripped = {
	    viewed_of(source)->prefix.size, each, context};
	struct weft_buf full = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	int code = full_name(source, prefix, &full, error);

	if (!code)
		code = inner_of(source)->ops->meta_each(inner_of(source),
		    full.data, strip, &stripped, error);
	weft_buf_fini(&full);
	return code;
}

static int
models(struct weft_source *source,
    int (*each)(const char *model, void *context), void *context,
    struct weft_error *error)
{
	return inner_of(source)->ops->models(
	    inner_of(source), each, context, error);
}

static int
source_id(struct weft_source *source, const char *model, struct weft_buf *id,
    struct weft_error *error)
{
	return inner_of(source)->ops->source_id(
	    inner_of(source), model, id, error);
}

/* Without root, estimate, agree and reconcile: they tell of all records. */
static const struct weft__source_ops ops = {
    .version = 1,
    .destroy = destroy,
    .epoch = epoch,
    .checkpoint = checkpoint,
    .current_checkpoint = current_checkpoint,
    .changes = changes,
    .diff = diff,
    .create_updates = create_updates,
    .bulk_update = bulk_update,
    .find = find,
    .save = save,
    .last_change = last_change,
    .update_last_change = update_last_change,
    .history = history,
    .revision = revision,
    .meta_get = meta_get,
    .meta_put = meta_put,
    .meta_each = meta_each,
    .models = models,
    .source_id = source_id,
    .relate = relate,
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
