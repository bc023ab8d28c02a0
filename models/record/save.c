/*
 * Saving one record: upsert, replace, patch.
 *
 * Without before hooks the record is read, changed and written within the
 * transaction.  With them it is read and changed ahead of it, as they must not
 * hold up the writer; if the record has changed when the transaction comes to
 * it, all is done again.
 */
#include "models/record/record.h"

#include "core/base/limits.h"

enum kind {
	UPSERT,            /* merge, or create */
	PATCH,             /* merge */
	REPLACE_OR_CREATE,
	REPLACE
};

struct save {
	struct weft_model *model;
	const struct weft_call *call;
	enum kind kind;
	struct weft__prepare *prepare;
	struct weft_slice id;
	bool is_ahead;  /* the draft was made from 'seen', before */
	bool is_stale;  /* it is no longer what is stored */
	bool exists;
	struct weft__stored seen; /* if it exists; copies */
	struct weft__draft draft;
	struct weft_buf *record;
};

static int
not_found(const struct save *save, struct weft_error *error)
{
	int size = (int)save->id.size;

	if (save->kind == PATCH)
		return weft_error_set(error, WEFT_ENOTFOUND,
		    "could not find a model with id %.*s", size,
		    save->id.data);
	return weft_error_set(error, WEFT_ENOTFOUND,
	    "Could not replace. Object with id %.*s does not exist!", size,
	    save->id.data);
}

/* Makes the draft, from what is stored if the record exists. */
static int
make_draft(struct save *save, const struct weft__stored *stored,
    struct weft_error *error)
{
	struct weft__prepare *prepare = save->prepare;
	const struct weft__json *input = &prepare->document;
	struct weft_slice text = weft_buf_slice(&input->text);
	bool is_merge = save->kind == UPSERT || save->kind == PATCH;

	if (!save->exists && (save->kind == PATCH || save->kind == REPLACE))
		return not_found(save, error);
	if (!save->exists)
		return weft__prepare_create(prepare, input, text, !is_merge,
		    &save->draft, error);
	if (is_merge)
		return weft__prepare_merge(prepare, stored, input,
		    &save->draft, error);
	return weft__prepare_replace(prepare, stored, input, text,
	    &save->draft, error);
}

static bool
is_as_seen(const struct save *save, const struct weft__current *current)
{
	return current->exists == save->exists &&
	       (!save->exists ||
		   (weft_slice_equal(current->body, save->seen.body) &&
		       weft_slice_equal(current->hidden, save->seen.hidden)));
}

static int
write_draft(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct save *save = context;
	struct weft__current current;
	struct weft__stored stored;
	struct weft__write write;
	int code = weft__tracker_load(transaction, save->model, save->id,
	    &current, error);

	if (code)
		return code;
	if (save->is_ahead) {
		save->is_stale = !is_as_seen(save, &current);
		if (save->is_stale)
			return weft_error_set(error, WEFT_ECONFLICT,
			    "the record kept changing under its hooks");
	} else {
		save->exists = current.exists;
		stored = (struct weft__stored){
		    save->id, current.body, current.hidden};
		code = make_draft(save, &stored, error);
	}
	if (!code)
		code = weft__record_output(save->call, save->draft.body,
		    save->draft.hidden, save->record, error);
	if (code)
		return code;
	write = weft__record_write(&save->draft, save->call);
	write.id = save->id; /* the one that was loaded, whatever it holds */
	return weft__tracker_write(transaction, save->model, &write, &current,
	    NULL, error);
}

/* Copies what is stored now. */
static int
see(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct save *save = context;
	struct weft__arena *arena = &save->prepare->arena;
	struct weft__current current;
	int code = weft__tracker_load(transaction, save->model, save->id,
	    &current, error);

	if (code)
		return code;
	save->exists = current.exists;
	save->seen.id = save->id;
	if (weft__arena_copy(arena, current.body, &save->seen.body) ||
	    weft__arena_copy(arena, current.hidden, &save->seen.hidden))
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	return 0;
}

static int
try(struct save *save, struct weft_error *error)
{
	int code = 0;

	save->is_ahead = weft__record_hooks_ahead(save->model,
	    WEFT_HOOK_BEFORE_SAVE, save->call);
	save->is_stale = false;
	if (save->is_ahead)
		code = weft__datasource_read(save->model->datasource, see,
		    save, error);
	if (!code && save->is_ahead)
		code = make_draft(save, &save->seen, error);
	if (code)
		return code;
	return weft__transaction_run(save->model->datasource,
	    weft__record_transaction(save->call), true, write_draft, save,
	    error);
}

static int
run(struct save *save, struct weft_error *error)
{
	size_t before = save->record ? save->record->size : 0;
	int code, tries = 0;

	do {
		code = try(save, error);
		if (code)
			weft__record_cut(save->record, before);
	} while (save->is_stale && ++tries < WEFT__HOOK_TRIES);
	if (!code)
		weft__record_after_save(save->model, save->call,
		    !save->exists, &save->draft);
	return code;
}

/* Reads the input and finds the id, or checks the one that was given. */
static int
read_input(struct save *save, struct weft_slice data,
    struct weft_error *error)
{
	struct weft__json *document = &save->prepare->document;
	bool has_id = save->kind == PATCH || save->kind == REPLACE;
	int code = has_id ? weft__check_id(save->id, error) : 0;

	if (!code)
		code = weft__json_scan(document, data.data, data.size,
		    &weft__json_record_limits, error);
	if (code || has_id)
		return code;
	if (document->type != WEFT__JSON_OBJECT)
		return weft_error_set(error, WEFT_EINVAL,
		    "expected a JSON object as record");
	return weft__prepare_find_id(save->prepare, document, &save->id,
	    error);
}

int
weft__record_read_id(struct weft_model *model, struct weft_slice data,
    struct weft_buf *id, bool *has_id, struct weft_error *error)
{
	struct save save = {.model = model, .kind = UPSERT};
	int code;

	save.prepare = weft__prepare_open(model, NULL);
	if (!save.prepare)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	code = read_input(&save, data, error);
	*has_id = !code && save.id.data;
	if (*has_id && weft_buf_append_slice(id, save.id))
		code = weft_error_set(error, WEFT_ENOMEM, "out of memory");
	weft__prepare_close(save.prepare);
	return code;
}

static int
save_record(struct weft_model *model, const struct weft_call *call,
    enum kind kind, struct weft_slice id, struct weft_slice data,
    struct weft_buf *record, struct weft_error *error)
{
	struct save save = {
	    .model = model,
	    .call = call,
	    .kind = kind,
	    .id = id,
	    .record = record,
	};
	int code;

	save.prepare = weft__prepare_open(model, call);
	if (!save.prepare)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	code = read_input(&save, data, error);
	if (!code && !save.id.data)
		code = weft_record_create(model, call, data, record, error);
	else if (!code)
		code = run(&save, error);
	weft__prepare_close(save.prepare);
	return code;
}

int
weft_record_upsert(struct weft_model *model, const struct weft_call *call,
    struct weft_slice data, struct weft_buf *record, struct weft_error *error)
{
	return save_record(model, call, UPSERT, weft_slice_of(NULL, 0), data,
	    record, error);
}

int
weft_record_replace_or_create(struct weft_model *model,
    const struct weft_call *call, struct weft_slice data,
    struct weft_buf *record, struct weft_error *error)
{
	return save_record(model, call, REPLACE_OR_CREATE,
	    weft_slice_of(NULL, 0), data, record, error);
}

int
weft_record_replace(struct weft_model *model, const struct weft_call *call,
    struct weft_slice id, struct weft_slice data, struct weft_buf *record,
    struct weft_error *error)
{
	return save_record(model, call, REPLACE, id, data, record, error);
}

int
weft_record_patch(struct weft_model *model, const struct weft_call *call,
    struct weft_slice id, struct weft_slice data, struct weft_buf *record,
    struct weft_error *error)
{
	return save_record(model, call, PATCH, id, data, record, error);
}
