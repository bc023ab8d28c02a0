#include "core/store/batch.h"

#include <inttypes.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "core/store/name.h"
#include "core/store/tombstone.h"

void
weft__batch_init(struct weft__batch *batch, const struct weft__feed *feed,
    struct weft_error *error)
{
	*batch = (struct weft__batch){.feed = feed, .error = error};
	batch->last = &batch->models;
}

int
weft__batch_no_memory(struct weft__batch *batch)
{
	return weft_error_set(batch->error, WEFT_ENOMEM, "out of memory");
}

void
weft__batch_fini(struct weft__batch *batch)
{
	struct weft__batch_model *model;

	for (model = batch->models; model; model = model->next) {
		weft__free(model->changes);
		weft__oid_set_fini(&model->set);
		weft__spill_fini(&model->spill);
	}
	weft__file_close(&batch->file);
	weft__map_fini(&batch->by_name, NULL);
	weft__arena_fini(&batch->names);
	weft__arena_fini(&batch->arena);
	weft__pack_fini(&batch->pack);
}

/* The model of this name, made if it is new; or NULL: no memory. */
static struct weft__batch_model *
get_model(struct weft__batch *batch, struct weft_slice name)
{
	struct weft__batch_model *model = batch->recent;

	if (model && weft_slice_equal(model->name, name))
		return model;
	model = weft__map_find(&batch->by_name, name);
	if (model)
		return batch->recent = model;
	model = weft__arena_alloc(&batch->names, sizeof *model);
	if (!model)
		return NULL;
	*model = (struct weft__batch_model){.spill = {.file = &batch->file}};
	if (weft__arena_copy(&batch->names, name, &model->name) ||
	    weft__map_put(&batch->by_name, name, model))
		return NULL;
	*batch->last = model;
	batch->last = &model->next;
	return model;
}

/* Sets the entry's name: the id itself in the usual case. */
static int
set_name(struct weft__batch *batch, struct weft__change *change)
{
	char name[WEFT__NAME_ROOM];
	struct weft_slice made, copy;

	made.data = name;
	made.size = weft__name_of_id(change->id, &change->item.hash, name);
	if (weft_slice_equal(made, change->id))
		copy = change->id;
	else if (weft__arena_copy(&batch->arena, made, &copy))
		return WEFT_ENOMEM;
	change->item.name = copy.data;
	change->item.name_size = (uint16_t)copy.size;
	return 0;
}

/*
 * Notes that the record has changed, unless it is known: that is looked up
 * last, so that the set's memory can be fetched meanwhile.
 */
static int
add_change(struct weft__batch *batch, struct weft__batch_model *model,
    struct weft_slice id)
{
	struct weft__arena_mark mark = weft__arena_mark(&batch->arena);
	struct weft__change *change;
	uint32_t index = (uint32_t)model->count, same;

	if (!weft__grow(&model->changes, &model->capacity, model->count + 1,
	        sizeof *model->changes))
		return WEFT_ENOMEM;
	change = &model->changes[index];
	memset(change, 0, sizeof *change);
	change->item.hashed = true;
	weft__sha1(id.data, id.size, &change->item.hash);
	weft__oid_set_prefetch(&model->set, &change->item.hash);
	if (weft__arena_copy(&batch->arena, id, &change->id) ||
	    set_name(batch, change) ||
	    weft__oid_set_add(&model->set, model->changes, sizeof *change,
	        index, &same))
		return WEFT_ENOMEM;
	if (same != index) {
		weft__arena_release(&batch->arena, mark);
		return 0;
	}
	model->count++;
	batch->commit.changes++;
	return 0;
}

static int
check_row(const struct weft__batch *batch, const struct weft__feed_row *row)
{
	const char *fault = NULL;

	if (row->seq <= batch->commit.seq)
		fault = "it is not after the row before";
	else if (row->seq > batch->end)
		fault = "it is beyond the last one";
	else if (!row->model.data || row->model.size == 0 ||
	    row->model.size > WEFT_LIMIT_NAME_SIZE)
		fault = "the size of its model's name";
	else if (!row->id.data || row->id.size > WEFT_LIMIT_ID_SIZE)
		fault = "the size of its id";
	if (!fault)
		return 0;
	return weft_error_set(batch->error, WEFT_EINVAL,
	    "journal row %" PRIu64 ": %s", row->seq, fault);
}

static int
take_row(const struct weft__feed_row *row, void *context)
{
	struct weft__batch *batch = context;
	struct weft__store_commit *commit = &batch->commit;
	struct weft__batch_model *model;
	int code = check_row(batch, row);

	if (code)
		return code;
	model = get_model(batch, row->model);
	if (!model || add_change(batch, model, row->id))
		return weft__batch_no_memory(batch);
	batch->slice_rows++;
	if (batch->rows++ == 0)
		commit->checkpoint_first = row->checkpoint;
	commit->checkpoint_last = row->checkpoint;
	commit->seq = row->seq;
	commit->time_ms = row->time_ms / 1000 * 1000;
	return 0;
}

/* Adds a blob, whose id is set. */
static int
add_blob(struct weft__batch *batch, struct weft_slice content,
    struct weft__oid *oid)
{
	weft__object_id("blob", content.data, content.size, oid);
	return weft__pack_add(
	    &batch->pack, WEFT__OBJECT_BLOB, oid, content, batch->error);
}

static int
add_record(struct weft__batch *batch, struct weft__change *change,
    const struct weft__feed_state *state)
{
	struct weft__oid *blob = &change->item.blob;
	int code;

	if (!state->body.data)
		return weft_error_set(batch->error, WEFT_EINVAL,
		    "record \"%.*s\" has no body", (int)change->id.size,
		    change->id.data);
	code = add_blob(batch, state->body, blob);
	if (code || weft__oid_is_zero(&state->blob) ||
	    weft__oid_equal(&state->blob, blob))
		return code;
	return weft_error_set(batch->error, WEFT_EDAMAGED,
	    "record \"%.*s\" is not what its revision says",
	    (int)change->id.size, change->id.data);
}

static int
add_tombstone(struct weft__batch *batch, struct weft__change *change,
    const struct weft__feed_state *state)
{
	char text[WEFT__TOMBSTONE_ROOM];
	size_t size = weft__tombstone_format(&state->prev, text);

	return add_blob(batch, weft_slice_of(text, size), &change->item.blob);
}

/* A hashed name is followed by the id. */
static int
add_id(struct weft__batch *batch, struct weft__change *change)
{
	struct weft__oid *oid;

	if (!weft__name_is_hashed(weft_slice_of(
	        change->item.name, change->item.name_size)))
		return 0;
	oid = weft__arena_alloc(&batch->arena, sizeof *oid);
	if (!oid)
		return weft__batch_no_memory(batch);
	change->item.id_blob = oid;
	return add_blob(batch, change->id, oid);
}

/* Reads what has become of the record, and writes its blob. */
static int
read_state(struct weft__batch *batch, struct weft__batch_model *model,
    struct weft__change *change)
{
	const struct weft__feed *feed = batch->feed;
	struct weft__feed_state state = {.exists = false};
	int code = feed->state(feed->context, model->name, change->id,
	    batch->end, &state, batch->error);

	if (code)
		return code;
	change->item.state = WEFT__TRIE_NONE;
	if (!state.exists)
		return 0;
	model->deletes |= state.deleted;
	change->item.state =
	    state.deleted ? WEFT__TRIE_DELETED : WEFT__TRIE_LIVE;
	code = state.deleted ? add_tombstone(batch, change, &state)
	                     : add_record(batch, change, &state);
	return code ? code : add_id(batch, change);
}

static int
read_states(struct weft__batch *batch)
{
	struct weft__batch_model *model;
	int code = 0;

	for (model = batch->models; !code && model; model = model->next)
		for (size_t i = 0; !code && i < model->count; i++)
			code = read_state(batch, model, &model->changes[i]);
	return code;
}

/* Reads the next rows, and the states of their records. */
static int
read_slice(struct weft__batch *batch)
{
	const struct weft__feed *feed = batch->feed;
	int code;

	batch->slice_rows = 0;
	code = feed->rows(feed->context, batch->commit.seq,
	    WEFT_LIMIT_PROJECT_ROWS, take_row, batch, batch->error);
	return code ? code : read_states(batch);
}

struct weft__trie_item **
weft__batch_items(
    struct weft__batch *batch, const struct weft__batch_model *model)
{
	struct weft__trie_item **items = weft__arena_alloc(
	    &batch->arena, model->count * sizeof *items);

	for (size_t i = 0; items && i < model->count; i++)
		items[i] = &model->changes[i].item;
	return items;
}

/* Puts the slice's changes of a model away. */
static int
spill_model(struct weft__batch *batch, struct weft__batch_model *model)
{
	struct weft__trie_item **items = weft__batch_items(batch, model);
	int code;

	if (!items)
		return weft__batch_no_memory(batch);
	code = weft__spill_add(
	    &model->spill, items, model->count, batch->error);
	weft__oid_set_clear(&model->set);
	model->count = 0;
	return code;
}

/* Makes room for the next slice. */
static int
spill_slice(struct weft__batch *batch)
{
	struct weft__batch_model *model;
	int code = 0;

	if (!batch->file.directory)
		code = weft__spill_create(
		    &batch->file, batch->pack.directory, batch->error);
	for (model = batch->models; !code && model; model = model->next)
		if (model->count)
			code = spill_model(batch, model);
	weft__arena_clear(&batch->arena);
	return code;
}

bool
weft__batch_is_spilled(const struct weft__batch *batch)
{
	return batch->file.directory != NULL;
}

int
weft__batch_read(struct weft__batch *batch, uint64_t after)
{
	const struct weft__feed *feed = batch->feed;
	int code =
	    feed->last(feed->context, &batch->end, batch->error);

	batch->commit.seq = after;
	do {
		if (!code)
			code = read_slice(batch);
		if (!code && (weft__batch_is_spilled(batch) ||
		                 batch->slice_rows == WEFT_LIMIT_PROJECT_ROWS))
			code = spill_slice(batch);
	} while (!code && batch->slice_rows == WEFT_LIMIT_PROJECT_ROWS);
	return code;
}
