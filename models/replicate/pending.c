/*
 * A peer's positions are the values "sent/<its epoch>/<model here>/..." and
 * "position/<its epoch>/<its model>/...": one for each filter.  Of those of a
 * model the last one counts.
 */
#include "models/replicate/pending.h"

#include <stdio.h>

#include "core/base/alloc.h"
#include "core/base/json_member.h"
#include "models/model.h"
#include "models/transaction.h"

#define PREFIX_SIZE 1024

/* Up to where a model was sent, or received. */
struct reached {
	struct weft_slice model; /* in the listing's arena */
	uint64_t checkpoint;
};

/* The values that begin with a prefix. */
struct listing {
	char prefix[PREFIX_SIZE];
	size_t prefix_size;
	struct reached *list;
	size_t length, capacity;
	struct weft__arena arena;
};

/* The checkpoint in a position; 0: it cannot be read. */
static uint64_t
read_checkpoint(struct weft_slice value)
{
	struct weft__json json;
	uint64_t checkpoint = 0;

	weft__json_init(&json);
	if (!weft__json_view(&json, value, NULL))
		checkpoint = weft__json_get_count(&json, "sourceCheckpoint");
	weft__json_fini(&json);
	return checkpoint;
}

static int
add_model(
    struct listing *listing, struct weft_slice model, uint64_t checkpoint)
{
	struct reached *reached;

	if (!weft__grow(&listing->list, &listing->capacity,
		listing->length + 1, sizeof *listing->list))
		return WEFT_ENOMEM;
	reached = &listing->list[listing->length];
	if (weft__arena_copy(&listing->arena, model, &reached->model))
		return WEFT_ENOMEM;
	reached->checkpoint = checkpoint;
	listing->length++;
	return 0;
}

/* Names come in order, so that those of a model stand together. */
static int
list_one(struct weft_slice name, struct weft_slice value, void *context)
{
	struct listing *listing = context;
	const char *begin = name.data + listing->prefix_size;
	size_t size = name.size - listing->prefix_size;
	const char *end = memchr(begin, '/', size);
	uint64_t checkpoint = read_checkpoint(value);
	struct reached *last;
	struct weft_slice model;

	if (!end || !checkpoint)
		return 0;
	model = weft_slice_of(begin, (size_t)(end - begin));
	last = listing->length ? &listing->list[listing->length - 1] : NULL;
	if (!last || !weft_slice_equal(last->model, model))
		return add_model(listing, model, checkpoint);
	if (checkpoint > last->checkpoint)
		last->checkpoint = checkpoint;
	return 0;
}

static int
list_reached(struct weft_transaction *transaction, const char *kind,
    const char *epoch, struct listing *listing, struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	int size = snprintf(
	    listing->prefix, PREFIX_SIZE, "%s/%s/", kind, epoch);
	int code;

	if (size < 0 || size >= PREFIX_SIZE)
		return 0; /* nobody writes such a name */
	listing->prefix_size = (size_t)size;
	code = session->ops->meta_each(session,
	    weft_slice_of(listing->prefix, listing->prefix_size), list_one,
	    listing, error);
	return code == WEFT_ENOMEM
	    ? weft_error_set(error, code, "out of memory") : code;
}

static void
listing_fini(struct listing *listing)
{
	weft__free(listing->list);
	weft__arena_fini(&listing->arena);
}

/*
 * To send
 */

struct count {
	struct weft_slice epoch;
	uint64_t writes;
};

static int
count_row(const struct weft_connector_journal_row *row, void *context)
{
	struct count *count = context;

	count->writes += !weft_slice_equal(row->origin, count->epoch);
	return 0;
}

/* Counts the rows of the model since the checkpoint; '*has_all' is false if
 * the journal does not have them any more. */
static int
count_since(struct weft_transaction *transaction, int model,
    uint64_t checkpoint, struct count *count, bool *has_all,
    struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	uint64_t first, last, seq;
	int code = session->ops->journal_range(session, &first, &last, error);

	if (!code)
		code = session->ops->journal_seek(
		    session, checkpoint, &seq, error);
	if (!code)
		code = weft__transaction_read_counters(transaction, error);
	if (code)
		return code;
	*has_all = first <= 1 ? first || !transaction->counters.seq
			      : seq > first;
	if (!*has_all || seq > last)
		return 0;
	return session->ops->journal_read(session, model, seq - 1, last,
	    (size_t)(last + 1 - seq), count_row, count, error);
}

/* The connector's number of the model; false: there is none any more. */
static bool
find_model(const struct weft_datasource *datasource, struct weft_slice name,
    int *index)
{
	for (size_t i = 0; i < datasource->models_length; i++) {
		const struct weft_model *model = datasource->models[i];

		*index = model->index;
		if (weft_slice_equal(weft_slice(weft_model_name(model)), name))
			return true;
	}
	return false;
}

static int
count_to_send(struct weft_transaction *transaction,
    const struct listing *sent, const char *epoch,
    struct weft__pending *pending, struct weft_error *error)
{
	struct count count = {.epoch = weft_slice(epoch)};
	bool has_all = true;
	int index, code = 0;

	for (size_t i = 0; !code && has_all && i < sent->length; i++)
		if (find_model(transaction->datasource, sent->list[i].model,
			&index))
			code = count_since(transaction, index,
			    sent->list[i].checkpoint, &count, &has_all, error);
	pending->has_sent = sent->length > 0;
	pending->knows_to_send = pending->has_sent && has_all;
	pending->to_send = count.writes;
	return code;
}

/* What all models have come to. */
static uint64_t
find_lowest(const struct listing *received)
{
	uint64_t lowest = 0;

	for (size_t i = 0; i < received->length; i++)
		if (!lowest || received->list[i].checkpoint < lowest)
			lowest = received->list[i].checkpoint;
	return lowest;
}

int
weft__pending_count(struct weft_transaction *transaction, const char *epoch,
    struct weft__pending *pending, struct weft_error *error)
{
	struct listing sent = {.length = 0}, received = {.length = 0};
	int code = 0;

	*pending = (struct weft__pending){.has_sent = false};
	if (*epoch)
		code = list_reached(transaction, "sent", epoch, &sent, error);
	if (!code)
		code = count_to_send(
		    transaction, &sent, epoch, pending, error);
	if (!code && *epoch)
		code = list_reached(
		    transaction, "position", epoch, &received, error);
	pending->received_to = find_lowest(&received);
	listing_fini(&sent);
	listing_fini(&received);
	return code;
}
