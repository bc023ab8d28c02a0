/*
 * bulk_update.
 *
 * A request that may have been done is not sent again unseen: updates are
 * compare-and-swap, so what was done the first time would look like a conflict
 * the second time.  So after a request without an answer the server is asked,
 * by a diff, which of the updates it has.
 *
 * A LoopBack server stops at the first record that it does not take, with some
 * of the others done.  Then it is asked the same, and what is left is sent in
 * halves, until the record that is to blame is alone.
 */
#include "core/base/alloc.h"
#include "transports/remote/remote_private.h"

/* Some updates of the part, by their indexes. */
struct batch {
	const struct weft__bulk_part *part;
	size_t *indexes;
	size_t length;
};

/* Appends {"type", "change", "data"}. */
static int
write_update(const void *items, size_t index, struct weft_buf *body)
{
	const struct batch *batch = items;
	const struct weft_update *update =
	    &batch->part->updates[batch->indexes[index]];
	int code = weft_buf_printf(body, "{\"type\":\"%s\",\"change\":",
	    weft_change_type_name(update->type));

	if (!code)
		code = weft_change_write(&update->change, body);
	if (!code && update->data.data) {
		code = weft_buf_append_slice(body, weft_slice(",\"data\":"));
		if (!code)
			code = weft_buf_append_slice(body, update->data);
	}
	return code ? code : weft_buf_append(body, "}", 1);
}

void
weft__remote_refuse(const struct weft__remote_bulk *bulk, size_t index,
    const struct weft_error *why)
{
	const struct weft__bulk_part *part = bulk->part;

	part->outcomes[index] = WEFT_OUTCOME_REFUSED;
	if (part->refused)
		part->refused(&part->updates[index], why, part->context);
}

/* Sends as many as one request takes, '*sent' of them.  0: their outcomes are
 * known. */
static int
post(const struct weft__remote_bulk *bulk, const struct batch *batch,
    size_t *sent, int *status)
{
	const struct weft__remote_upload upload = {
	    .model = bulk->part->model,
	    .action = "bulk-update",
	    .open = "{\"updates\":[",
	    .close = "]}",
	    .write = write_update,
	    .items = batch,
	};
	struct weft__remote *remote = bulk->remote;
	struct weft__client_request request = {.method = "POST", .once = true};
	struct weft__client_answer answer;
	int code = weft__remote_fill(
	    remote, &upload, 0, batch->length, sent, bulk->error);

	if (code) {
		*sent = 0;
		return code;
	}
	code = weft__remote_write_path(remote, upload.model,
	    weft_slice(NULL), upload.action, bulk->error);
	if (code)
		return code;
	request.path = remote->path.data;
	request.body = weft_buf_slice(&remote->body);
	code = weft__remote_ask(
	    remote, &request, upload.model, &answer, bulk->error);
	*status = answer.status;
	if (!code || *status == 409 || *status == 422)
		code = weft__remote_take_outcomes(
		    bulk, batch->indexes, *sent, &answer, code);
	weft__client_answer_fini(&answer);
	return code;
}

/* Looks which of the first 'count' updates are done, and drops those: what is
 * left of them stands before the others. */
static int
drop_done(const struct weft__remote_bulk *bulk, struct batch *batch,
    size_t count, size_t *left)
{
	size_t done;
	int code;

	*left = count;
	code = weft__remote_settle(bulk, batch->indexes, left);
	if (code)
		return code;
	done = count - *left;
	memmove(batch->indexes + done, batch->indexes,
	    *left * sizeof *batch->indexes);
	batch->indexes += done;
	batch->length -= done;
	return 0;
}

static void
drop_first(struct batch *batch, size_t count)
{
	batch->indexes += count;
	batch->length -= count;
}

static int send_batch(
    const struct weft__remote_bulk *bulk, struct batch batch);

/*
 * After a failure that one record of the first 'count' may be to blame for:
 * once it is alone, it is left out if it is at fault itself.
 */
static int
find_culprit(const struct weft__remote_bulk *bulk, struct batch *batch,
    size_t count, int code)
{
	const struct weft_error why = *bulk->error;
	size_t left;
	int failed = drop_done(bulk, batch, count, &left);

	if (failed || !left)
		return failed;
	if (left > 1) {
		failed = send_batch(bulk, (struct batch){batch->part,
					      batch->indexes, left / 2});
		drop_first(batch, left / 2);
		return failed;
	}
	if (weft_error_class(code) != WEFT_CLASS_REFUSE)
		return weft_error_set(bulk->error, code, "%s", why.text);
	weft__remote_refuse(bulk, batch->indexes[0], &why);
	drop_first(batch, 1);
	return 0;
}

/* After a request of 'count' updates that failed with 'code' and the status;
 * 'tries' counts those without an answer, one after the other. */
static int
recover(const struct weft__remote_bulk *bulk, struct batch *batch,
    size_t count, int status, unsigned *tries)
{
	struct weft__remote *remote = bulk->remote;
	int code = bulk->error->code;
	size_t left;

	switch (status) {
	case 413:
		if (weft__remote_shrink(remote, count))
			return 0;
		weft__remote_refuse(bulk, batch->indexes[0], bulk->error);
		drop_first(batch, 1);
		return 0;
	case 400:
	case 409:
	case 422:
	case 500:
		return find_culprit(bulk, batch, count, code);
	default:
		if (!weft__client_may_repeat(code) ||
		    !weft__client_wait(remote->client, (*tries)++))
			return code;
		return drop_done(bulk, batch, count, &left);
	}
}

/* Sends all of them; the indexes are moved about. */
static int
send_batch(const struct weft__remote_bulk *bulk, struct batch batch)
{
	unsigned tries = 0;
	int code = 0;

	while (!code && batch.length) {
		size_t sent = 0;
		int status = 0;

		code = post(bulk, &batch, &sent, &status);
		if (!code) {
			drop_first(&batch, sent);
			tries = 0;
		} else if (sent) {
			code = recover(bulk, &batch, sent, status, &tries);
		}
	}
	return code;
}

int
weft__remote_send_part(struct weft__remote *remote,
    const struct weft__bulk_part *part, struct weft_error *error)
{
	const struct weft__remote_bulk bulk = {remote, part, error};
	size_t *indexes = weft__calloc(part->length, sizeof *indexes);
	int code;

	if (!indexes)
		return weft__remote_no_memory(error);
	for (size_t i = 0; i < part->length; i++)
		indexes[i] = i;
	code = send_batch(
	    &bulk, (struct batch){part, indexes, part->length});
	weft__free(indexes);
	return code;
}

static int
update_part(struct weft__remote *remote, const struct weft__bulk_part *part,
    struct weft_error *error)
{
	const struct weft__remote_bulk bulk = {remote, part, error};
	int code = weft__remote_send_part(remote, part, error);

	return code || remote->is_weft ? code : weft__remote_check_form(&bulk);
}

/* One model after the other: LoopBack's wire knows no more at a time. */
int
weft__remote_bulk_update(struct weft_source *source,
    const struct weft__bulk_part *parts, size_t length,
    const struct weft__bulk_options *options, struct weft_error *error)
{
	struct weft_error unused;
	int code = 0;

	(void)options;
	for (size_t i = 0; i < length && !code; i++)
		code = update_part(weft__remote(source), &parts[i],
		    error ? error : &unused);
	return code;
}
