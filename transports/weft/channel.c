#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "models/access/view.h"
#include "models/model.h"
#include "models/record/record.h"
#include "models/visible/visible.h"
#include "transports/weft/hub.h"
#include "transports/weft/update.h"

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

/*
 * Batches
 */

void
weft__repl_batch_drop(struct weft__repl_batch *batch)
{
	if (!batch || atomic_fetch_sub(&batch->owners, 1) != 1)
		return;
	weft__ws_frame_drop(batch->frame);
	weft__free(batch);
}

static bool
is_same_place(const struct weft__place *a, const struct weft__place *b)
{
	return a->since == b->since && a->phase == b->phase &&
	       a->position == b->position && a->bound == b->bound;
}

static bool
has_origin(const struct weft__repl_batch *batch, uint64_t origin)
{
	for (size_t i = 0; i < batch->origins_length; i++)
		if (batch->origins[i] == origin)
			return true;
	return false;
}

/* Whether a kept batch is what a read would give, or a part of that: one that
 * led nowhere then may lead on now. */
static bool
leads_on(const struct weft__repl_batch *batch,
    const struct weft__repl_read *read)
{
	return is_same_place(&batch->from, &read->from) &&
	       batch->seen >= read->floor &&
	       (batch->upto >= read->wanted ||
		   !is_same_place(&batch->to, &batch->from));
}

/* As weft__repl_channel_find(); '*is_own': there is one, but it has changes of
 * the client's own. */
static struct weft__repl_batch *
find(struct weft__repl_channel *channel, const struct weft__repl_read *read,
    bool *is_own)
{
	uint64_t origin = weft__origin_hash(read->origin);
	struct weft__repl_batch *found = NULL;

	*is_own = false;
	pthread_mutex_lock(&channel->hub->mutex);
	for (unsigned i = 0; i < WEFT__REPL_KEPT && !found; i++)
		if (channel->batches[i] &&
		    leads_on(channel->batches[i], read))
			found = channel->batches[i];
	if (found && has_origin(found, origin)) {
		*is_own = true;
		found = NULL;
	}
	if (found)
		atomic_fetch_add(&found->owners, 1);
	pthread_mutex_unlock(&channel->hub->mutex);
	return found;
}

struct weft__repl_batch *
weft__repl_channel_find(
    struct weft__repl_channel *channel, const struct weft__repl_read *read)
{
	bool is_own;

	return find(channel, read, &is_own);
}

/* Keeps a batch for others, in place of the oldest, or of one from the same
 * place, which is older too. */
static void
keep_batch(
    struct weft__repl_channel *channel, struct weft__repl_batch *batch)
{
	struct weft__repl_batch *old;
	unsigned place;

	pthread_mutex_lock(&channel->hub->mutex);
	place = channel->next;
	for (unsigned i = 0; i < WEFT__REPL_KEPT; i++)
		if (channel->batches[i] && is_same_place(
			&channel->batches[i]->from, &batch->from))
			place = i;
	if (place == channel->next)
		channel->next = (channel->next + 1) % WEFT__REPL_KEPT;
	old = channel->batches[place];
	channel->batches[place] = batch;
	atomic_fetch_add(&batch->owners, 1);
	pthread_mutex_unlock(&channel->hub->mutex);
	weft__repl_batch_drop(old);
}

/*
 * Channels
 */

static void
destroy(struct weft__repl_channel *channel)
{
	for (unsigned i = 0; i < WEFT__REPL_KEPT; i++)
		weft__repl_batch_drop(channel->batches[i]);
	weft__arena_fini(&channel->arena);
	weft__free(channel);
}

/* What makes clients see a model alike. */
static int
write_key(struct weft_buf *key, const struct weft_model *model,
    struct weft_slice view, struct weft_slice filter,
    const struct weft__repl_form *form)
{
	int code = weft_buf_printf(key, "%s%c%d %d %zu ",
	    model->definition->name, 0, form->is_binary, (int)form->packing,
	    form->size);

	if (!code)
		code = weft_buf_append_slice(key, view);
	if (!code)
		code = weft_buf_append(key, filter.data ? "\0=" : "\0", 1);
	return code ? code : weft_buf_append_slice(key, filter);
}

static int
make(struct weft__repl_hub *hub, struct weft_model *model,
    struct weft_slice view, struct weft_slice filter,
    const struct weft__repl_form *form, struct weft__repl_channel **channel)
{
	struct weft__repl_channel *made = weft__calloc(1, sizeof *made);

	if (!made)
		return WEFT_ENOMEM;
	made->hub = hub;
	made->owners = 1;
	made->model = model;
	made->datasource = model->datasource;
	made->is_guarded = weft__visible_is_on(model->definition);
	made->form = *form;
	*channel = made;
	if (weft__arena_copy(&made->arena, view, &made->view) ||
	    weft__arena_copy(&made->arena, filter, &made->filter))
		return WEFT_ENOMEM;
	return 0;
}

/* Finds the channel, or adds one.  The hub's mutex is held. */
static int
find_or_add(struct weft__repl_hub *hub, struct weft_slice key,
    struct weft__repl_channel *made, struct weft__repl_channel **channel)
{
	*channel = weft__map_find(&hub->channels, key);
	if (*channel) {
		(*channel)->owners++;
		return 0;
	}
	made->id = ++hub->last_id;
	if (weft__arena_copy(&made->arena, key, &made->key) ||
	    weft__map_put(&hub->channels, key, made))
		return WEFT_ENOMEM;
	*channel = made;
	return 0;
}

static int
check_filter(struct weft_model *model, struct weft_slice filter,
    struct weft_error *error)
{
	struct weft__filter parsed = {0};
	int code = weft__record_parse_filter(model, filter, &parsed, error);

	weft__filter_fini(&parsed);
	return code;
}

int
weft__repl_channel_get(struct weft__repl_hub *hub, struct weft_model *model,
    const struct weft__principal *principal, struct weft_slice filter,
    const struct weft__repl_form *form, struct weft__repl_channel **channel,
    struct weft_error *error)
{
	struct weft_slice view = weft_slice("");
	struct weft_buf key = WEFT_BUF_INIT(
	    WEFT_LIMIT_FILTER_SIZE + 2 * WEFT_LIMIT_ID_SIZE);
	struct weft__repl_channel *made = NULL;
	int code = check_filter(model, filter, error);

	*channel = NULL;
	if (code)
		return code;
	if (weft__visible_is_on(model->definition) && principal)
		view = weft__principal_user_id(principal);
	code = write_key(&key, model, view, filter, form);
	if (!code)
		code = make(hub, model, view, filter, form, &made);
	if (!code) {
		pthread_mutex_lock(&hub->mutex);
		code = find_or_add(hub, weft_buf_slice(&key), made, channel);
		pthread_mutex_unlock(&hub->mutex);
	}
	if (made && *channel != made)
		destroy(made);
	weft_buf_fini(&key);
	return code ? weft_error_set(error, code, "%s", weft_error_text(code))
		    : 0;
}

void
weft__repl_channel_keep(struct weft__repl_channel *channel)
{
	pthread_mutex_lock(&channel->hub->mutex);
	channel->owners++;
	pthread_mutex_unlock(&channel->hub->mutex);
}

void
weft__repl_channel_drop(struct weft__repl_channel *channel)
{
	bool is_last;

	if (!channel)
		return;
	pthread_mutex_lock(&channel->hub->mutex);
	is_last = --channel->owners == 0;
	if (is_last)
		weft__map_remove(&channel->hub->channels, channel->key);
	pthread_mutex_unlock(&channel->hub->mutex);
	if (is_last)
		destroy(channel);
}

struct weft__repl_scope
weft__repl_channel_scope(const struct weft__repl_channel *channel)
{
	return (struct weft__repl_scope){
	    .epoch = weft_slice(channel->datasource->epoch),
	    .model = weft_slice(weft_model_name(channel->model)),
	    .view = channel->view,
	    .filter = channel->filter,
	};
}

/*
 * Reading
 */

/* A read under way. */
struct reading {
	struct weft__repl_channel *channel;
	struct weft__follow follow;
	struct weft_update_list list;
	uint64_t origins[WEFT_LIMIT_REPL_BATCH];
	struct weft_buf body, packed, frame;
};

static int
encode(struct reading *reading, struct weft__ws_frame **frame)
{
	const struct weft__repl_channel *channel = reading->channel;
	const struct weft__repl_form *form = &channel->form;
	const struct weft__repl_scope scope =
	    weft__repl_channel_scope(channel);
	char position[WEFT__REPL_POSITION_SIZE];
	struct weft__repl_message message;
	int code = weft__repl_write_updates(&reading->body, form->is_binary,
	    reading->list.updates, reading->list.length, WEFT__REPL_PAST);

	weft__repl_message_init(&message, WEFT__REPL_BATCH);
	message.is_binary = form->is_binary;
	message.s = channel->id;
	message.left = reading->follow.left;
	message.body = weft_buf_slice(&reading->body);
	weft__repl_position_write(&scope, &reading->follow.place, position);
	message.position = weft_slice(position);
	if (!code && form->is_binary)
		code = weft__repl_pack(form->packing, message.body,
		    &reading->packed, &message.is_packed);
	if (message.is_packed) {
		message.unpacked_size = message.body.size;
		message.body = weft_buf_slice(&reading->packed);
	}
	if (!code)
		code = weft__repl_message_write(&message, &reading->frame);
	if (code)
		return code;
	*frame = weft__ws_frame_create(
	    form->is_binary ? WEFT__WS_BINARY : WEFT__WS_TEXT,
	    weft_buf_slice(&reading->frame));
	return *frame ? 0 : WEFT_ENOMEM;
}

/* Makes a batch of what was read. */
static int
finish(struct reading *reading, const struct weft__place *from,
    struct weft__repl_batch **batch, struct weft_error *error)
{
	const struct weft__follow *follow = &reading->follow;
	size_t size = follow->origins_length * sizeof *follow->origins;
	struct weft__repl_batch *made =
	    weft__calloc(1, sizeof *made + size);
	int code = 0;

	if (!made)
		return out_of_memory(error);
	atomic_init(&made->owners, 1);
	made->from = *from;
	made->to = follow->place;
	made->is_end = follow->is_end;
	made->upto = follow->upto;
	made->seen = follow->seen;
	made->left = follow->left;
	made->length = reading->list.length;
	made->origins_length = follow->origins_length;
	memcpy(made->origins, follow->origins, size);
	if (made->length)
		code = encode(reading, &made->frame);
	made->size = reading->frame.size;
	if (code) {
		weft__repl_batch_drop(made);
		return weft_error_set(
		    error, code, "batch: %s", weft_error_text(code));
	}
	*batch = made;
	return 0;
}

/* Reads from the source: without the changes of 'origin'. */
static int
read_batch(struct weft__repl_channel *channel, struct weft_source *source,
    const struct weft__repl_read *read, struct weft_slice origin,
    struct weft__repl_batch **batch, struct weft_error *error)
{
	struct reading *reading = weft__calloc(1, sizeof *reading);
	int code;

	if (!reading)
		return out_of_memory(error);
	reading->channel = channel;
	reading->follow = (struct weft__follow){
	    .model = weft_model_name(channel->model),
	    .filter = channel->filter,
	    .origin = origin,
	    .limit = WEFT_LIMIT_REPL_BATCH,
	    .size = channel->form.size,
	    .from_now = read->from_now,
	    .place = read->from,
	    .origins = reading->origins,
	};
	weft_buf_init(&reading->body, 4 * (size_t)WEFT__REPL_MESSAGE_SIZE);
	weft_buf_init(&reading->packed, 4 * (size_t)WEFT__REPL_MESSAGE_SIZE);
	weft_buf_init(&reading->frame, 4 * (size_t)WEFT__REPL_MESSAGE_SIZE);
	code = source->ops->follow(
	    source, &reading->follow, &reading->list, error);
	if (!code)
		code = finish(reading, &read->from, batch, error);
	weft_update_list_fini(&reading->list);
	weft_buf_fini(&reading->body);
	weft_buf_fini(&reading->packed);
	weft_buf_fini(&reading->frame);
	weft__free(reading);
	atomic_fetch_add(&channel->hub->counts.reads, 1);
	return code;
}

/* What many see is read for all; again for one whose changes are among it. */
static int
read_shared(struct weft__repl_channel *channel, struct weft_source *source,
    const struct weft__repl_read *read, struct weft__repl_batch **batch,
    struct weft_error *error)
{
	uint64_t origin = weft__origin_hash(read->origin);
	struct weft__repl_batch *shared;
	int code = read_batch(
	    channel, source, read, weft_slice(NULL), &shared, error);

	if (code)
		return code;
	if (!read->from_now)
		keep_batch(channel, shared);
	if (!has_origin(shared, origin)) {
		*batch = shared;
		return 0;
	}
	weft__repl_batch_drop(shared);
	return read_batch(channel, source, read, read->origin, batch, error);
}

int
weft__repl_channel_read(struct weft__repl_channel *channel,
    const struct weft__repl_read *read, struct weft__repl_batch **batch,
    struct weft_error *error)
{
	struct weft_source *source;
	bool is_own = false;
	int code;

	*batch = read->from_now ? NULL : find(channel, read, &is_own);
	if (*batch)
		return 0;
	code = weft__source_open_for(
	    read->principal, channel->datasource, &source, error);
	if (code)
		return code;
	code = channel->is_guarded || is_own
	    ? read_batch(channel, source, read, read->origin, batch, error)
	    : read_shared(channel, source, read, batch, error);
	weft_source_destroy(source);
	return code;
}
