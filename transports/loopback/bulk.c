/*
 * POST /bulk-update: a peer's updates, of which there may be many.
 *
 * The body has come whole, in memory or a file; all of it is read before any
 * update is applied, and the writer is not asked before that.  Batches bound
 * the memory: each is one transaction.
 */
#include "core/base/alloc.h"
#include "core/repl/source.h"
#include "transports/loopback/parts.h"
#include "transports/loopback/rest.h"
#include "transports/loopback/update.h"

struct bulk {
	struct weft__rest_call *call;
	struct weft_source *source;
	struct weft__rest_parts parts;
	struct weft__rest_update_reader reader;
	/* The batch: updates, what they were read from, outcomes. */
	struct weft_update_list list;
	struct weft_slice *items;
	size_t items_capacity;
	enum weft_outcome *outcomes;
	size_t outcomes_capacity;
	/* Of all batches, as JSON. */
	struct weft_buf conflicts;
	struct weft_buf refusals;
	size_t count, refused;
	int code; /* of the first append to one of them that failed */
};

static int
take_update(struct weft_slice item, size_t index, void *context,
    struct weft_error *error)
{
	struct bulk *bulk = context;
	size_t length = bulk->list.length;
	int code;

	if (!weft__grow(&bulk->items, &bulk->items_capacity, length + 1,
		sizeof *bulk->items))
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	bulk->items[length] = item;
	code = weft__rest_update_read(
	    &bulk->reader, item, &bulk->list, error);
	if (code)
		weft_error_wrap(error, "update %zu", index);
	return code;
}

static int
read_batch(struct bulk *bulk)
{
	weft_update_list_clear(&bulk->list);
	weft__rest_go_on(bulk->call);
	return weft__rest_parts_next(
	    &bulk->parts, take_update, bulk, &bulk->call->error);
}

static int
open_parts(struct bulk *bulk)
{
	struct weft__rest_call *call = bulk->call;

	return weft__rest_parts_open(&bulk->parts,
	    call->body.data ? call->body : weft_slice("{}"), "updates",
	    WEFT_LIMIT_REST_BATCH_UPDATES, WEFT_LIMIT_REST_BATCH_SIZE,
	    &call->error);
}

/* Reads all of the body; what fits into one batch stays read. */
static int
check_body(struct bulk *bulk)
{
	bool is_one;
	int code = open_parts(bulk);

	if (!code)
		code = read_batch(bulk);
	is_one = bulk->parts.is_end;
	while (!code && !bulk->parts.is_end)
		code = read_batch(bulk);
	if (code || is_one)
		return code;
	weft_update_list_clear(&bulk->list);
	return open_parts(bulk);
}

static void
put(struct bulk *bulk, struct weft_buf *json, struct weft_slice text)
{
	if (!bulk->code)
		bulk->code = weft_buf_append_slice(json, text);
}

static void
put_string(struct bulk *bulk, struct weft_buf *json, struct weft_slice text)
{
	int code = bulk->code ? 0 : weft__json_write_string(text, json);

	if (code)
		bulk->code = code;
}

/* Keeps why an update was refused. */
static void
note_refusal(const struct weft_update *update, const struct weft_error *why,
    void *context)
{
	struct bulk *bulk = context;
	struct weft_buf *json = &bulk->refusals;

	if (!bulk->refused++)
		weft_error_set(&bulk->call->error, WEFT_EVALIDATION, "%.*s: %s",
		    (int)update->change.model_id.size,
		    update->change.model_id.data, why->text);
	put(bulk, json, weft_slice(json->size ? ",{" : "{"));
	put(bulk, json, weft_slice("\"modelId\":"));
	put_string(bulk, json, update->change.model_id);
	put(bulk, json, weft_slice(",\"message\":"));
	put_string(bulk, json, weft_slice(why->text));
	put(bulk, json, weft_slice("}"));
}

/* Keeps the changes that are in conflict, as they were sent. */
static void
note_conflicts(struct bulk *bulk)
{
	for (size_t i = 0; i < bulk->list.length; i++) {
		if (bulk->outcomes[i] != WEFT_OUTCOME_CONFLICT)
			continue;
		if (bulk->conflicts.size)
			put(bulk, &bulk->conflicts, weft_slice(","));
		put(bulk, &bulk->conflicts,
		    weft__rest_update_change(bulk->items[i]));
	}
}

/* What has begun to be applied goes on, whoever has left. */
static int
apply_batch(struct bulk *bulk)
{
	const struct weft__patience *before;
	struct weft__rest_call *call = bulk->call;
	const struct weft__bulk_options options = {
	    .origin = call->as.origin, .user = call->as.user};
	struct weft__bulk_part part = {
	    .model = call->model->definition->name,
	    .updates = bulk->list.updates,
	    .length = bulk->list.length,
	    .refused = note_refusal,
	    .context = bulk,
	};
	int code;

	if (!part.length)
		return 0;
	if (!weft__grow(&bulk->outcomes, &bulk->outcomes_capacity,
		part.length, sizeof *bulk->outcomes))
		return weft__rest_no_memory(call);
	part.outcomes = bulk->outcomes;
	bulk->count += part.length;
	before = weft__patience_set(NULL);
	code = bulk->source->ops->bulk_update(
	    bulk->source, &part, 1, &options, &call->error);
	weft__patience_set(before);
	if (!code)
		note_conflicts(bulk);
	return code;
}

static int
apply_all(struct bulk *bulk)
{
	int code = check_body(bulk);

	if (!code)
		code = apply_batch(bulk); /* the only one, or none yet */
	while (!code && !bulk->parts.is_end) {
		code = read_batch(bulk);
		if (!code)
			code = apply_batch(bulk);
	}
	return code;
}

/* error.details: what was in conflict, and what was refused. */
static int
write_details(struct bulk *bulk)
{
	struct weft_buf *details = &bulk->call->failure.details;
	const char *separator = "{";

	weft_buf_clear(details);
	if (bulk->conflicts.size) {
		put(bulk, details, weft_slice("{\"conflicts\":["));
		put(bulk, details, weft_buf_slice(&bulk->conflicts));
		put(bulk, details, weft_slice("]"));
		separator = ",";
	}
	if (bulk->refused) {
		put(bulk, details, weft_slice(separator));
		put(bulk, details, weft_slice("\"refused\":["));
		put(bulk, details, weft_buf_slice(&bulk->refusals));
		put(bulk, details, weft_slice("]"));
	}
	put(bulk, details, weft_slice("}"));
	return bulk->code ? weft_error_set(&bulk->call->error, bulk->code,
				"details: %s", weft_error_text(bulk->code))
			  : 0;
}

/* Conflicts come before refusals. */
static int
sum_up(struct bulk *bulk)
{
	struct weft__rest_call *call = bulk->call;
	struct weft_error first = call->error;

	if (!bulk->conflicts.size && !bulk->refused)
		return 0;
	if (write_details(bulk))
		return call->error.code;
	if (bulk->conflicts.size) {
		call->failure.name = "Error";
		return weft_error_set(
		    &call->error, WEFT_ECONFLICT, "Conflict");
	}
	return weft_error_set(&call->error, WEFT_EVALIDATION,
	    "%zu of %zu updates were refused: %.180s", bulk->refused,
	    bulk->count, first.text);
}

int
weft__rest_bulk_update(struct weft__rest_call *call)
{
	struct bulk bulk = {.call = call};
	int code = weft__rest_open_source(call, &bulk.source);

	if (code)
		return code;
	weft_buf_init(&bulk.conflicts, WEFT_LIMIT_REST_BULK_SIZE);
	weft_buf_init(&bulk.refusals, WEFT_LIMIT_REST_BULK_SIZE);
	weft__rest_update_reader_init(&bulk.reader);
	code = apply_all(&bulk);
	if (!code)
		code = sum_up(&bulk);
	if (!code)
		call->answer.status = 204;
	weft_source_destroy(bulk.source);
	weft__rest_update_reader_fini(&bulk.reader);
	weft_update_list_fini(&bulk.list);
	weft__free(bulk.items);
	weft__free(bulk.outcomes);
	weft_buf_fini(&bulk.conflicts);
	weft_buf_fini(&bulk.refusals);
	return code;
}
