#include "models/source/local.h"

#include <weft/source.h>
#include <weft/store.h>

#include "core/base/alloc.h"
#include "models/store/restore.h"
#include "models/tracking/permit.h"
#include "models/transaction.h"

/* Bytes of a small value's name: model, id and epochs fit. */
#define NAME_SIZE \
	(WEFT_LIMIT_ID_SIZE + 2 * WEFT_LIMIT_NAME_SIZE + 3 * WEFT__UUID_SIZE)

static void
destroy(struct weft_source *source)
{
	weft__free(source);
}

static const char *
epoch(struct weft_source *source)
{
	return weft__source_local(source)->datasource->epoch;
}

static int
checkpoint(struct weft_source *source, uint64_t *seq, struct weft_error *error)
{
	return weft_datasource_checkpoint(
	    weft__source_local(source)->datasource, seq, error);
}

static int
current_checkpoint(
    struct weft_source *source, uint64_t *seq, struct weft_error *error)
{
	return weft_datasource_current_checkpoint(
	    weft__source_local(source)->datasource, seq, error);
}

int
weft__source_local_model(struct weft_source *source, const char *name,
    struct weft_model **model, struct weft_error *error)
{
	struct weft_datasource *datasource =
	    weft__source_local(source)->datasource;

	for (size_t i = 0; i < datasource->models_length; i++) {
		struct weft_model *candidate = datasource->models[i];

		if (strcmp(weft_model_name(candidate), name) != 0)
			continue;
		if (!candidate->tracked)
			return weft_error_set(error, WEFT_EINVAL,
			    "model %s does not track changes", name);
		*model = candidate;
		return 0;
	}
	return weft_error_set(error, WEFT_ENOTFOUND,
	    "no model %s on datasource %s", name, datasource->name);
}

/* One record looked at in a read transaction of its own. */
struct look {
	struct weft_model *model;
	struct weft_slice id;
	struct weft_buf *body;	       /* or NULL */
	struct weft_change_list *list; /* or NULL */
};

static int
append_body(struct look *look, const struct weft__current *current,
    struct weft_error *error)
{
	int code;

	if (!current->exists)
		return weft_error_set(error, WEFT_ENOTFOUND,
		    "no %s with id %.*s", weft_model_name(look->model),
		    (int)look->id.size, look->id.data);
	code = weft_buf_append_slice(look->body, current->body);
	return code
	    ? weft_error_set(error, code, "record %.*s: %s", (int)look->id.size,
		  look->id.data, weft_error_text(code))
	    : 0;
}

static int
append_change(struct look *look, const struct weft__current *current,
    struct weft_error *error)
{
	struct weft_change change;

	if (!current->has_track)
		return weft_error_set(error, WEFT_ENOTFOUND,
		    "no change record found for %s with id %.*s",
		    weft_model_name(look->model), (int)look->id.size,
		    look->id.data);
	weft__track_change(&current->track,
	    weft_slice(weft_model_name(look->model)), look->id, &change);
	if (weft_change_list_append(look->list, &change))
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	return 0;
}

static int
look_at(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct look *look = context;
	struct weft__current current;
	int code = weft__tracker_load(
	    transaction, look->model, look->id, &current, error);

	if (code)
		return code;
	return look->body ? append_body(look, &current, error)
			  : append_change(look, &current, error);
}

static int
find(struct weft_source *source, const char *model, struct weft_slice id,
    struct weft_buf *body, struct weft_error *error)
{
	struct look look = {.id = id, .body = body};
	int code = weft__source_local_model(source, model, &look.model, error);

	if (code)
		return code;
	return weft__source_local_run(source, false, look_at, &look, error);
}

static int
last_change(struct weft_source *source, const char *model, struct weft_slice id,
    struct weft_change_list *list, struct weft_error *error)
{
	struct look look = {.id = id, .list = list};
	int code = weft__source_local_model(source, model, &look.model, error);

	if (code)
		return code;
	return weft__source_local_run(source, false, look_at, &look, error);
}

/* A rebase: a new prev for the record's last change. */
struct rebase {
	struct weft_model *model;
	const struct weft__viewer *viewer; /* NULL: he sees all */
	struct weft_slice id;
	struct weft_slice prev;
	uint32_t generation;
	struct weft_slice history;
};

static int
set_prev(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct rebase *rebase = context;
	struct weft__current current;
	enum weft__sight sight;
	int code = weft__tracker_load(
	    transaction, rebase->model, rebase->id, &current, error);

	if (!code)
		code = weft__update_permit(rebase->viewer, transaction,
		    rebase->model, rebase->id, weft_slice(NULL), &current,
		    &sight, error);
	if (!code && sight == WEFT__SIGHT_HIDDEN)
		code = weft_error_set(error, WEFT_ENOTFOUND,
		    "no %s with id %.*s", weft_model_name(rebase->model),
		    (int)rebase->id.size, rebase->id.data);
	return code ? code
		    : weft__tracker_set_prev(transaction, rebase->model,
			  rebase->id, rebase->prev, rebase->generation,
			  rebase->history, error);
}

int
weft__source_local_rebase_for(struct weft_source *source,
    const struct weft__viewer *viewer, const char *model,
    struct weft_slice id, struct weft_slice prev, uint32_t generation,
    struct weft_slice history, struct weft_error *error)
{
	struct rebase rebase = {.viewer = viewer,
	    .id = id,
	    .prev = prev,
	    .generation = generation,
	    .history = history};
	int code =
	    weft__source_local_model(source, model, &rebase.model, error);

	if (code)
		return code;
	return weft__source_local_run(source, true, set_prev, &rebase, error);
}

struct value {
	const char *name;
	struct weft_slice given;
	struct weft_buf *found;
};

static int
get_value(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	const struct value *value = context;
	struct weft_slice found;
	int code = weft__transaction_meta_get(
	    transaction, value->name, &found, error);

	return code ? code : weft_buf_append_slice(value->found, found);
}

static int
put_value(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	const struct value *value = context;

	return weft__transaction_meta_put(
	    transaction, value->name, value->given, error);
}

static int
update_last_change(struct weft_source *source, const char *model,
    struct weft_slice id, struct weft_slice prev, uint32_t generation,
    struct weft_slice history, struct weft_error *error)
{
	return weft__source_local_rebase_for(source, NULL, model, id, prev,
	    generation, history, error);
}

static int
meta_get(struct weft_source *source, const char *name, struct weft_buf *value,
    struct weft_error *error)
{
	struct value work = {.name = name, .found = value};

	return weft__source_local_run(source, false, get_value, &work, error);
}

static int
meta_put(struct weft_source *source, const char *name, struct weft_slice value,
    struct weft_error *error)
{
	struct value work = {.name = name, .given = value};

	return weft__source_local_run(source, true, put_value, &work, error);
}

static int
meta_put_soon(struct weft_source *source, const char *name,
    struct weft_slice value, struct weft_error *error)
{
	struct weft__source_local *local = weft__source_local(source);

	if (local->transaction)
		return meta_put(source, name, value, error);
	return weft__datasource_meta_put_soon(
	    local->datasource, weft_slice(name), value, error);
}

/* Hands names on as texts that end with a NUL. */
struct named {
	struct weft_slice prefix;
	struct weft_slice after; /* the names up to this are left out */
	int (*each)(const char *name, struct weft_slice value, void *context);
	void *context;
};

static int
name_one(struct weft_slice name, struct weft_slice value, void *context)
{
	struct named *named = context;
	char text[NAME_SIZE + 1];

	if (weft_slice_equal(name, named->after))
		return 0;
	if (name.size > NAME_SIZE)
		return WEFT_EDAMAGED; /* nobody writes such a name */
	memcpy(text, name.data, name.size);
	text[name.size] = '\0';
	return named->each(text, value, named->context);
}

static int
read_names(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct named *named = context;
	struct weft_connector_session *session = transaction->session;

	return session->ops->meta_from(session, named->prefix,
	    named->after.data ? named->after : named->prefix, name_one, named,
	    error);
}

static int
meta_each(struct weft_source *source, const char *prefix, const char *after,
    int (*each)(const char *name, struct weft_slice value, void *context),
    void *context, struct weft_error *error)
{
	struct named named = {
	    weft_slice(prefix), weft_slice(after), each, context};

	return weft__datasource_read(weft__source_local(source)->datasource,
	    read_names, &named, error);
}

static int
models(struct weft_source *source,
    int (*each)(const char *model, void *context), void *context,
    struct weft_error *error)
{
	struct weft_datasource *datasource =
	    weft__source_local(source)->datasource;

	(void)error;
	for (size_t i = 0; i < datasource->models_length; i++) {
		struct weft_model *model = datasource->models[i];
		int code;

		if (!model->tracked)
			continue;
		code = each(weft_model_name(model), context);
		if (code)
			return code;
	}
	return 0;
}

static int
source_id(struct weft_source *source, const char *model, struct weft_buf *id,
    struct weft_error *error)
{
	struct weft_connector *connector =
	    weft__source_local(source)->datasource->connector;
	int code = weft_buf_printf(id, "%s-%s", connector->ops->name, model);

	return code ? weft_error_set(error, code, "source id of %s: %s", model,
			  weft_error_text(code))
		    : 0;
}

static int
restored(struct weft_source *source, uint64_t checkpoint,
    struct weft_error *error)
{
	return weft__restore_noticed(
	    weft__source_local(source)->datasource, checkpoint, error);
}

static const struct weft__source_ops ops = {
    .version = 1,
    .destroy = destroy,
    .epoch = epoch,
    .checkpoint = checkpoint,
    .current_checkpoint = current_checkpoint,
    .changes = weft__source_local_changes,
    .diff = weft__source_local_diff,
    .create_updates = weft__source_local_create_updates,
    .bulk_update = weft__source_local_bulk_update,
    .find = find,
    .save = weft__source_local_save,
    .last_change = last_change,
    .update_last_change = update_last_change,
    .root = weft__source_local_root,
    .history = weft__source_local_history,
    .revision = weft__source_local_revision,
    .meta_get = meta_get,
    .meta_put = meta_put,
    .meta_each = meta_each,
    .meta_put_soon = meta_put_soon,
    .agree = weft__source_local_agree,
    .models = models,
    .source_id = source_id,
    .estimate = weft__source_local_estimate,
    .relate = weft__source_local_relate,
    .reconcile = weft__source_local_reconcile,
    .restored = restored,
    .follow = weft__source_local_follow,
    .together = weft__source_local_together,
};

const struct weft__definition *
weft__source_local_definition(struct weft_source *source, const char *model)
{
	struct weft_model *found;

	if (source->ops != &ops ||
	    weft__source_local_model(source, model, &found, NULL))
		return NULL;
	return found->definition;
}

bool
weft__source_is_local(const struct weft_source *source)
{
	return source->ops == &ops;
}

bool
weft__source_local_is_behind(struct weft_source *source)
{
	struct weft_datasource_status status;

	if (source->ops != &ops ||
	    !weft__source_local(source)->datasource->read_only)
		return false;
	return weft_datasource_get_status(
		   weft__source_local(source)->datasource, &status, NULL) ||
	       !status.is_stored;
}

int
weft_source_open_datasource(struct weft_datasource *datasource,
    struct weft_source **source, struct weft_error *error)
{
	struct weft__source_local *local = weft__calloc(1, sizeof *local);

	if (!local)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	local->base.ops = &ops;
	local->datasource = datasource;
	*source = &local->base;
	return 0;
}
