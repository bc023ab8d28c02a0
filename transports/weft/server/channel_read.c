/*
 * Batches of channels: reading them, and keeping them for others.
 */
#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "models/access/view.h"
#include "models/model.h"
#include "transports/weft/server/hub.h"
#include "transports/weft/wire/update.h"

/* Batches that are read for those who wait. */
#define AHEAD (WEFT__REPL_KEPT / 2)

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

bool
weft__repl_batch_is_own(
    const struct weft__repl_batch *batch, struct weft_slice origin)
{
	return !batch->has_others && batch->origins_length == 1 &&
	       batch->origins[0] == weft__origin_hash(origin);
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
 * the client's own among others. */
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
	if (found && has_origin(found, origin) &&
	    !weft__repl_batch_is_own(found, read->origin)) {
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
	made->has_others = follow->has_others;
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
	    .is_brief = channel->form.is_binary,
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

/* Remembers where the channel ends, if this was later than what is known. */
static void
note_end(struct weft__repl_channel *channel,
    const struct weft__repl_batch *batch)
{
	pthread_mutex_lock(&channel->hub->mutex);
	if (batch->is_end &&
	    (!channel->has_end || batch->upto > channel->end_upto)) {
		channel->end = batch->to;
		channel->end_upto = batch->upto;
		channel->has_end = true;
	}
	pthread_mutex_unlock(&channel->hub->mutex);
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
	note_end(channel, shared);
	if (!has_origin(shared, origin) ||
	    weft__repl_batch_is_own(shared, read->origin)) {
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

/* Reads what follows the channel's end. */
static void
read_ahead(struct weft__repl_channel *channel, uint64_t seq)
{
	struct weft__repl_read read = {.wanted = seq};
	struct weft__repl_batch *batch;
	bool goes_on;

	pthread_mutex_lock(&channel->hub->mutex);
	read.from = channel->end;
	goes_on = channel->has_end && channel->end_upto < seq;
	pthread_mutex_unlock(&channel->hub->mutex);
	for (int i = 0; i < AHEAD && goes_on; i++) {
		/* If it fails each stream finds out for itself. */
		if (weft__repl_channel_read(channel, &read, &batch, NULL))
			return;
		read.from = batch->to;
		goes_on = !batch->is_end;
		weft__repl_batch_drop(batch);
	}
}

/* Channels that are to be read ahead. */
struct ahead {
	const struct weft_datasource *datasource;
	struct weft__repl_channel **list;
	size_t length, capacity;
};

static bool
add_shared(struct weft_slice key, void *value, void *context)
{
	struct weft__repl_channel *channel = value;
	struct ahead *ahead = context;

	if (channel->datasource != ahead->datasource || channel->is_guarded ||
	    channel->owners < 2)
		return true;
	if (!weft__grow(&ahead->list, &ahead->capacity, ahead->length + 1,
		sizeof *ahead->list))
		return false;
	channel->owners++;
	ahead->list[ahead->length++] = channel;
	return true;
}

void
weft__repl_hub_read_ahead(struct weft__repl_hub *hub,
    const struct weft_datasource *datasource, uint64_t seq)
{
	struct ahead ahead = {.datasource = datasource};

	pthread_mutex_lock(&hub->mutex);
	weft__map_each(&hub->channels, add_shared, &ahead);
	pthread_mutex_unlock(&hub->mutex);
	for (size_t i = 0; i < ahead.length; i++) {
		read_ahead(ahead.list[i], seq);
		weft__repl_channel_drop(ahead.list[i]);
	}
	weft__free(ahead.list);
}
