/*
 * Updating all records that match a where clause, in one transaction.
 *
 * The ids are found first, so that what is written cannot change what is
 * found.  With before hooks the drafts are made ahead of the transaction, as
 * in record_save.c, and all is done again if a record has changed.
 */
#include "models/record/record.h"

#include "core/base/alloc.h"

/* A record with its draft, which is kept if hooks are to see it. */
struct item {
	struct weft__stored seen;
	struct weft__draft draft;
};

struct update {
	struct weft_model *model;
	const struct weft_call *call;
	struct weft__filter where;
	struct weft__prepare *prepare;
	struct weft__ids ids;
	struct item *items; /* one for each id, or NULL: not kept */
	bool is_ahead;      /* the drafts were made before the transaction */
	bool is_stale;      /* they are no longer of what is stored */
};

static int
stale(struct update *update, struct weft_error *error)
{
	update->is_stale = true;
	return weft_error_set(error, WEFT_ECONFLICT,
	    "the records kept changing under their hooks");
}

static int
find_ids(struct update *update, struct weft_transaction *transaction,
    struct weft__ids *ids, struct weft_error *error)
{
	return weft__ids_find(ids, transaction, update->model,
	    &update->where, error);
}

/* Room for the drafts, if they are to be kept. */
static int
make_items(struct update *update, struct weft_error *error)
{
	if (!update->is_ahead &&
	    !weft__has_hooks(update->model, WEFT_HOOK_AFTER_SAVE))
		return 0;
	update->items = weft__calloc(update->ids.length,
	    sizeof *update->items);
	if (!update->items)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	return 0;
}

/* Copies the records that match. */
static int
see_all(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct update *update = context;
	struct weft__arena *arena = &update->prepare->arena;
	struct weft__current current;
	int code = find_ids(update, transaction, &update->ids, error);

	if (!code)
		code = make_items(update, error);
	for (size_t i = 0; !code && i < update->ids.length; i++) {
		struct weft__stored *seen = &update->items[i].seen;

		seen->id = update->ids.list[i];
		code = weft__tracker_load(transaction, update->model,
		    seen->id, &current, error);
		if (!code && (weft__arena_copy(arena, current.body,
				  &seen->body) ||
				 weft__arena_copy(arena, current.hidden,
				     &seen->hidden)))
			code = weft_error_set(error, WEFT_ENOMEM,
			    "out of memory");
	}
	return code;
}

static int
make_drafts(struct update *update, struct weft_error *error)
{
	int code = 0;

	for (size_t i = 0; !code && i < update->ids.length; i++)
		code = weft__prepare_merge(update->prepare,
		    &update->items[i].seen, &update->prepare->document,
		    &update->items[i].draft, error);
	return code;
}

static bool
is_as_seen(
    const struct weft__stored *seen, const struct weft__current *current)
{
	return current->exists &&
	       weft_slice_equal(current->body, seen->body) &&
	       weft_slice_equal(current->hidden, seen->hidden);
}

static int
write_one(struct update *update, struct weft_transaction *transaction,
    size_t index, struct weft_error *error)
{
	struct item *item = update->items ? &update->items[index] : NULL;
	struct weft__draft made, *draft = item ? &item->draft : &made;
	struct weft__stored stored = {.id = update->ids.list[index]};
	struct weft__current current;
	struct weft__write write;
	int code = weft__tracker_load(transaction, update->model, stored.id,
	    &current, error);

	if (code)
		return code;
	if (update->is_ahead && !is_as_seen(&item->seen, &current))
		return stale(update, error);
	if (!update->is_ahead) {
		stored.body = current.body;
		stored.hidden = current.hidden;
		code = weft__prepare_merge(update->prepare, &stored,
		    &update->prepare->document, draft, error);
		if (code)
			return code;
	}
	write = weft__record_write(draft, update->call);
	write.id = stored.id; /* the one that was loaded, whatever it holds */
	code = weft__tracker_write(transaction, update->model, &write,
	    &current, NULL, error);
	if (!item)
		weft__prepare_clear(update->prepare);
	return code;
}

/* Whether those that match are still those that the hooks saw. */
static int
check_ids(struct update *update, struct weft_transaction *transaction,
    struct weft_error *error)
{
	struct weft__ids now = {0};
	int code = find_ids(update, transaction, &now, error);

	if (!code && !weft__ids_equal(&now, &update->ids))
		code = stale(update, error);
	weft__ids_fini(&now);
	return code;
}

static int
write_all(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct update *update = context;
	int code;

	if (update->is_ahead) {
		code = check_ids(update, transaction, error);
	} else {
		code = find_ids(update, transaction, &update->ids, error);
		if (!code)
			code = make_items(update, error);
	}
	for (size_t i = 0; !code && i < update->ids.length; i++)
		code = write_one(update, transaction, i, error);
	return code;
}

static int
try(struct update *update, struct weft_error *error)
{
	struct weft_model *model = update->model;
	int code = 0;

	weft__ids_fini(&update->ids);
	weft__free(update->items);
	update->items = NULL;
	weft__prepare_clear(update->prepare);
	update->is_stale = false;
	update->is_ahead = weft__record_hooks_ahead(model,
	    WEFT_HOOK_BEFORE_SAVE, update->call);
	if (update->is_ahead) {
		code = weft__datasource_read(model->datasource, see_all,
		    update, error);
		if (!code)
			code = make_drafts(update, error);
	}
	return code ? code : weft__record_run_all(model, update->call,
				 write_all, update, error);
}

static int
read_input(struct update *update, struct weft_slice data,
    struct weft_error *error)
{
	struct weft__json *document = &update->prepare->document;
	int code = weft__json_scan(document, data.data, data.size,
	    &weft__json_record_limits, error);

	if (!code && document->type != WEFT__JSON_OBJECT)
		code = weft_error_set(error, WEFT_EINVAL,
		    "expected a JSON object of the properties to update");
	return code;
}

static int
run(struct update *update, struct weft_error *error)
{
	int code, tries = 0;

	do {
		code = try(update, error);
	} while (update->is_stale && ++tries < WEFT__HOOK_TRIES);
	if (!code && update->items)
		for (size_t i = 0; i < update->ids.length; i++)
			weft__record_after_save(update->model, update->call,
			    false, &update->items[i].draft);
	return code;
}

int
weft_record_update_all(struct weft_model *model,
    const struct weft_call *call, struct weft_slice where,
    struct weft_slice data, uint64_t *count, struct weft_error *error)
{
	struct update update = {.model = model, .call = call};
	int code;

	update.prepare = weft__prepare_open(model, call);
	if (!update.prepare)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	code = read_input(&update, data, error);
	if (!code)
		code = weft__record_parse_where(model, where, &update.where,
		    error);
	if (!code)
		code = run(&update, error);
	if (!code && count)
		*count = update.ids.length;
	weft__free(update.items);
	weft__ids_fini(&update.ids);
	weft__filter_fini(&update.where);
	weft__prepare_close(update.prepare);
	return code;
}
