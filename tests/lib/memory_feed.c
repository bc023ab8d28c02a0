#include "tests/lib/memory_feed.h"

#include <stdio.h>
#include <stdlib.h>

static void *
need(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

void
memory_feed_init(struct memory_feed *feed)
{
	*feed = (struct memory_feed){
	    .checkpoint = 1, .time_ms = 1700000000123, .fail_state_after = -1};
}

void
memory_feed_fini(struct memory_feed *feed)
{
	for (size_t i = 0; i < feed->count; i++) {
		free(feed->rows[i].key);
		free(feed->rows[i].body);
	}
	free(feed->rows);
	weft__map_fini(&feed->last, NULL);
}

static void
set_key(struct memory_row *row, const char *model, struct weft_slice id)
{
	row->model_size = strlen(model);
	row->id_size = id.size;
	row->key = need(malloc(row->model_size + 1 + id.size + 1));
	memcpy(row->key, model, row->model_size);
	row->key[row->model_size] = '\n';
	memcpy(row->key + row->model_size + 1, id.data, id.size);
}

static struct weft_slice
key_of(const struct memory_row *row)
{
	return weft_slice_of(row->key, row->model_size + 1 + row->id_size);
}

void
memory_feed_put(struct memory_feed *feed, const char *model,
    struct weft_slice id, const char *body)
{
	struct memory_row *row;

	if (feed->count == feed->capacity) {
		feed->capacity = feed->capacity ? 2 * feed->capacity : 64;
		feed->rows = need(realloc(
		    feed->rows, feed->capacity * sizeof *feed->rows));
	}
	row = &feed->rows[feed->count++];
	*row = (struct memory_row){
	    .checkpoint = feed->checkpoint, .time_ms = feed->time_ms};
	set_key(row, model, id);
	if (body) {
		row->body_size = strlen(body);
		row->body = need(malloc(row->body_size + 1));
		memcpy(row->body, body, row->body_size + 1);
		weft__object_id("blob", body, row->body_size, &row->blob);
	}
	row->before =
	    (uintptr_t)weft__map_find(&feed->last, key_of(row));
	if (weft__map_put(
	        &feed->last, key_of(row), (void *)(uintptr_t)feed->count))
		abort();
	feed->time_ms += 10;
}

static int
find_last(void *context, uint64_t *seq, struct weft_error *error)
{
	const struct memory_feed *feed = context;

	*seq = feed->count;
	return 0;
}

static int
read_rows(void *context, uint64_t after, size_t limit,
    int (*each)(const struct weft__feed_row *row, void *each_context),
    void *each_context, struct weft_error *error)
{
	struct memory_feed *feed = context;
	int code = 0;

	for (size_t i = after; !code && i < feed->count && limit > 0;
	     i++, limit--) {
		const struct memory_row *row = &feed->rows[i];
		struct weft__feed_row given = {i + 1,
		    weft_slice_of(row->key, row->model_size),
		    weft_slice_of(
		        row->key + row->model_size + 1, row->id_size),
		    row->checkpoint, row->time_ms};

		code = each(&given, each_context);
	}
	return code;
}

/* The last row of the record up to 'as_of', or 0. */
static uint64_t
find_row(const struct memory_feed *feed, struct weft_slice model,
    struct weft_slice id, uint64_t as_of)
{
	char key[4096];
	uint64_t seq;

	if (model.size + 1 + id.size > sizeof key)
		abort();
	memcpy(key, model.data, model.size);
	key[model.size] = '\n';
	memcpy(key + model.size + 1, id.data, id.size);
	seq = (uintptr_t)weft__map_find(
	    &feed->last, weft_slice_of(key, model.size + 1 + id.size));
	while (seq > as_of)
		seq = feed->rows[seq - 1].before;
	return seq;
}

static int
read_state(void *context, struct weft_slice model, struct weft_slice id,
    uint64_t as_of, struct weft__feed_state *state, struct weft_error *error)
{
	struct memory_feed *feed = context;
	uint64_t seq = find_row(feed, model, id, as_of);
	const struct memory_row *row = &feed->rows[seq ? seq - 1 : 0];

	feed->states++;
	if (feed->fail_state_after >= 0 && feed->fail_state_after-- == 0)
		return weft_error_set(
		    error, WEFT_EDATABASE, "the database is gone");
	if (!seq || (feed->forgets && !row->body))
		return 0;
	state->exists = true;
	state->deleted = !row->body;
	state->body = weft_slice_of(row->body, row->body_size);
	state->blob = row->blob;
	if (state->deleted && row->before)
		state->prev = feed->rows[row->before - 1].blob;
	return 0;
}

struct weft__feed
memory_feed(struct memory_feed *feed)
{
	return (struct weft__feed){feed, find_last, read_rows, read_state};
}
