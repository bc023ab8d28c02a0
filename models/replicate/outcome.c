#include "models/replicate/outcome.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/base/alloc.h"
#include "core/base/json_member.h"
#include "core/base/log.h"
#include "models/transaction.h"

#define PREFIX "replicated/"
#define PREFIX_SIZE (sizeof PREFIX - 1)

/*
 * Reading
 */

/* Reads a value; its name is not in it. */
static int
read_value(struct weft_slice value, struct weft__outcome *outcome,
    struct weft_error *error)
{
	struct weft__json json;
	int code;

	weft__json_init(&json);
	code = weft__json_view(&json, value, error);
	if (!code) {
		outcome->conflicts = weft__json_get_count(&json, "conflicts");
		outcome->ended_ms = weft__json_get_count(&json, "ended");
		weft__json_get_text(&json, "epoch", outcome->epoch,
		    sizeof outcome->epoch);
		weft__json_get_text(&json, "error", outcome->error,
		    sizeof outcome->error);
		outcome->receives = weft__json_get_bool(&json, "receives");
		outcome->refused = weft__json_get_count(&json, "refused");
		outcome->sends = weft__json_get_bool(&json, "sends");
		outcome->success_ms = weft__json_get_count(&json, "success");
	}
	weft__json_fini(&json);
	return code;
}

struct listing {
	struct weft__outcome *list;
	size_t length, capacity;
	weft__outcome_fn *each;
	void *context;
	struct weft_error *error;
};

static int
list_one(struct weft_slice name, struct weft_slice value, void *context)
{
	struct listing *listing = context;
	struct weft__outcome outcome = {.peer = ""};
	size_t size = name.size - PREFIX_SIZE;
	int code = read_value(value, &outcome, listing->error);

	if (code == WEFT_EDAMAGED || size >= sizeof outcome.peer) {
		weft__log(WEFT_LOG_WARNING, "replicate",
		    "%.*s cannot be read, and is passed over", (int)name.size,
		    name.data);
		return 0;
	}
	if (code)
		return code;
	memcpy(outcome.peer, name.data + PREFIX_SIZE, size);
	if (!weft__grow(&listing->list, &listing->capacity,
		listing->length + 1, sizeof *listing->list))
		return weft_error_set(
		    listing->error, WEFT_ENOMEM, "out of memory");
	listing->list[listing->length++] = outcome;
	return 0;
}

/* They are read first, as what is pending is read from the same database. */
static int
list_all(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	struct listing *listing = context;
	struct weft__pending pending;
	int code;

	listing->error = error;
	code = session->ops->meta_each(
	    session, weft_slice(PREFIX), list_one, listing, error);
	for (size_t i = 0; !code && i < listing->length; i++) {
		const struct weft__outcome *outcome = &listing->list[i];

		code = weft__pending_count(
		    transaction, outcome->epoch, &pending, error);
		if (!code)
			code = listing->each(
			    outcome, &pending, listing->context);
	}
	return code;
}

int
weft__outcome_each(struct weft_datasource *datasource, weft__outcome_fn *each,
    void *context, struct weft_error *error)
{
	struct listing listing = {.each = each, .context = context};
	int code = weft__datasource_read(
	    datasource, list_all, &listing, error);

	weft__free(listing.list);
	return code;
}

/*
 * Writing
 */

/* The words may be a peer's, or cut off, and no UTF-8: then others are
 * written. */
static int
write_text(struct weft_buf *value, const char *name, const char *text,
    const char *otherwise)
{
	int code = weft_buf_printf(value, ",\"%s\":", name);
	size_t before = value->size;

	if (!code)
		code = weft__json_write_string(weft_slice(text), value);
	if (code != WEFT_EJSON)
		return code;
	value->size = before;
	return weft__json_write_string(weft_slice(otherwise), value);
}

static int
write_value(const struct weft__outcome *outcome, struct weft_buf *value)
{
	int code = weft_buf_printf(value,
	    "{\"conflicts\":%" PRIu64 ",\"ended\":%" PRIu64,
	    outcome->conflicts, outcome->ended_ms);

	if (!code)
		code = write_text(value, "epoch", outcome->epoch, "");
	if (!code)
		code = write_text(
		    value, "error", outcome->error, "not told in UTF-8");
	return code
	    ? code
	    : weft_buf_printf(value,
		  ",\"receives\":%s,\"refused\":%" PRIu64
		  ",\"sends\":%s,\"success\":%" PRIu64 "}",
		  outcome->receives ? "true" : "false", outcome->refused,
		  outcome->sends ? "true" : "false", outcome->success_ms);
}

/* What an earlier outcome, if it can be read, has that this one has not. */
static int
take_earlier(struct weft_transaction *transaction, const char *name,
    struct weft__outcome *outcome, struct weft_error *error)
{
	struct weft__outcome earlier = {.peer = ""};
	struct weft_slice value;
	int code = weft__transaction_meta_get(
	    transaction, name, &value, error);

	if (code)
		return code == WEFT_ENOTFOUND ? 0 : code;
	code = read_value(value, &earlier, error);
	if (code)
		return code == WEFT_EDAMAGED ? 0 : code;
	if (!*outcome->epoch)
		memcpy(outcome->epoch, earlier.epoch, sizeof earlier.epoch);
	if (*outcome->error)
		outcome->success_ms = earlier.success_ms;
	return 0;
}

static int
put(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct weft__outcome *outcome = context;
	struct weft_buf value = WEFT_BUF_INIT(4096);
	char name[PREFIX_SIZE + sizeof outcome->peer];
	int code;

	snprintf(name, sizeof name, "%s%s", PREFIX, outcome->peer);
	outcome->ended_ms = transaction->now_ms;
	outcome->success_ms = *outcome->error ? 0 : outcome->ended_ms;
	code = take_earlier(transaction, name, outcome, error);
	if (code)
		return code;
	code = write_value(outcome, &value);
	if (code)
		weft_error_set(
		    error, code, "%s: %s", name, weft_error_text(code));
	else
		code = weft__transaction_meta_put(
		    transaction, name, weft_buf_slice(&value), error);
	weft_buf_fini(&value);
	return code;
}

int
weft__outcome_keep(struct weft_datasource *datasource,
    struct weft__outcome *outcome, struct weft_error *error)
{
	return weft__datasource_write_soon(datasource, put, outcome, error);
}
