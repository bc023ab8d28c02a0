/*
 * create_updates.
 *
 * If a record has vanished since it was listed, a LoopBack server fails the
 * whole request (500) and does not say which one it was.  Then the request is
 * halved, until only such records are left, which are passed over.
 *
 * A record that is none to us (nested too deep, half a surrogate pair) is
 * handed on as it is: the target refuses it, by its name, and takes the others.
 */
#include "transports/remote/remote_private.h"

/* Updates on their way. */
struct fetching {
	struct weft__remote *remote;
	const char *model;
	const struct weft_change *deltas;
	struct weft__rest_update_reader reader;
	struct weft__map asked; /* ids of the request under way */
	struct weft_update_list *list;
};

/* One update of the answer: of a record that was asked for. */
static int
take_update(struct weft_slice item, size_t index, void *context,
    struct weft_error *error)
{
	struct fetching *fetching = context;
	struct weft_update_list *list = fetching->list;
	size_t before = list->length;
	int code = weft__rest_update_read(
	    &fetching->reader, item, list, error);

	if (!code && !weft__map_find(&fetching->asked,
			 list->updates[before].change.model_id)) {
		list->length = before;
		code = weft_error_set(error, WEFT_EINVAL,
		    "not of a record that was asked for");
	}
	if (code)
		weft_error_wrap(error, "update %zu", index);
	return code;
}

static int
take_answer(struct weft__remote_upload *upload, size_t first, size_t length,
    const struct weft__client_request *request,
    const struct weft__client_answer *answer, struct weft_error *error)
{
	struct fetching *fetching = upload->context;
	struct weft__rest_parts parts;
	int code = weft__remote_map_ids((const struct weft_change *)
	    upload->items + first, length, &fetching->asked, error);

	if (!code) {
		code = weft__rest_parts_open(
		    &parts, answer->bytes, NULL, SIZE_MAX, SIZE_MAX, error);
		if (!code)
			code = weft__rest_parts_next(
			    &parts, take_update, fetching, error);
		if (code)
			code = weft__remote_nonsense(
			    fetching->remote, request, error);
	}
	weft__map_fini(&fetching->asked, NULL);
	return code;
}

static int
fetch(struct fetching *fetching, size_t first, size_t length,
    struct weft_error *error)
{
	struct weft__remote_upload upload = {
	    .model = fetching->model,
	    .action = "create-updates",
	    .open = "[",
	    .close = "]",
	    .write = weft__remote_write_change,
	    .items = fetching->deltas + first,
	    .length = length,
	    .take = take_answer,
	    .context = fetching,
	};

	return weft__remote_upload(fetching->remote, &upload, error);
}

/* Whether the record is not there any more. */
static bool
has_vanished(struct fetching *fetching, struct weft_slice id)
{
	struct weft_buf body = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	int code = weft__remote_find(
	    &fetching->remote->base, fetching->model, id, &body, NULL);

	weft_buf_fini(&body);
	return code == WEFT_ENOTFOUND;
}

/*
 * Fetches some; where that fails, the first half of them, and then the other.
 * A failure for which no vanished record is to blame ends it: at the latest
 * when it has come down to one record.
 */
static int
fetch_halved(struct fetching *fetching, size_t first, size_t length,
    struct weft_error *error)
{
	size_t before = fetching->list->length, half = length / 2;
	int code = fetch(fetching, first, length, error);

	if (!code || fetching->remote->status != 500)
		return code;
	fetching->list->length = before;
	if (length == 1)
		return has_vanished(
		    fetching, fetching->deltas[first].model_id) ? 0 : code;
	code = fetch_halved(fetching, first, half, error);
	return code ? code
		    : fetch_halved(
			  fetching, first + half, length - half, error);
}

int
weft__remote_create_updates(struct weft_source *source, const char *model,
    const struct weft_change *deltas, size_t length,
    struct weft_update_list *list, struct weft_error *error)
{
	struct fetching fetching = {
	    .remote = weft__remote(source),
	    .model = model,
	    .deltas = deltas,
	    .list = list,
	};
	int code = 0;

	weft__rest_update_reader_init(&fetching.reader);
	fetching.reader.hands_on = true;
	if (length)
		code = fetch_halved(&fetching, 0, length, error);
	weft__rest_update_reader_fini(&fetching.reader);
	return code;
}
