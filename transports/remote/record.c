/*
 * Single records and their changes.
 */
#include <inttypes.h>

#include "core/repl/unread.h"
#include "transports/remote/remote_private.h"

/* A request about one record, with its path in remote->path. */
static int
send(struct weft__remote *remote, struct weft__client_request *request,
    const char *model, struct weft_slice id, const char *action,
    struct weft__client_answer *answer, struct weft_error *error)
{
	int code = weft__remote_write_path(remote, model, id, action, error);

	if (code)
		return code;
	request->path = remote->path.data;
	request->limit = 2 * WEFT_LIMIT_RECORD_SIZE;
	return weft__remote_ask(remote, request, model, answer, error);
}

/* The same, and its answer, scanned. */
static int
ask(struct weft__remote *remote, struct weft__client_request *request,
    const char *model, struct weft_slice id, const char *action,
    struct weft_error *error)
{
	struct weft__client_answer answer = {0};
	int code = send(remote, request, model, id, action, &answer, error);

	if (!code)
		code = weft__remote_scan(remote, request, &answer, error);
	weft__client_answer_fini(&answer);
	return code;
}

/* The same, for a record or its change: one that is none to us is no other
 * failure. */
static int
ask_record(struct weft__remote *remote, struct weft__client_request *request,
    const char *model, struct weft_slice id, const char *action,
    struct weft_error *error)
{
	struct weft__client_answer answer = {0};
	int code = send(remote, request, model, id, action, &answer, error);

	if (!code) {
		code = weft__json_scan(&remote->json, answer.bytes.data,
		    answer.bytes.size, &weft__json_record_limits, error);
		if (code)
			weft_error_wrap(error, "%s %.*s of %s", model,
			    (int)id.size, id.data,
			    weft__client_base(remote->client));
	}
	weft__client_answer_fini(&answer);
	return code;
}

static int
want_object(const struct weft__remote *remote,
    const struct weft__client_request *request, struct weft_error *error)
{
	if (remote->json.type == WEFT__JSON_OBJECT)
		return 0;
	weft_error_set(error, WEFT_EINVAL, "not an object");
	return weft__remote_nonsense(remote, request, error);
}

int
weft__remote_find(struct weft_source *source, const char *model,
    struct weft_slice id, struct weft_buf *body, struct weft_error *error)
{
	struct weft__remote *remote = weft__remote(source);
	struct weft__client_request request = {.method = "GET"};
	int code = ask_record(remote, &request, model, id, "", error);

	if (!code)
		code = want_object(remote, &request, error);
	if (code)
		return code;
	code = weft_buf_append_slice(body, weft_buf_slice(&remote->json.text));
	return code
	    ? weft_error_set(error, code, "record %.*s: %s", (int)id.size,
		  id.data, weft_error_text(code))
	    : 0;
}

int
weft__remote_save(struct weft_source *source, const char *model,
    struct weft_slice id, struct weft_slice data, struct weft_slice history,
    struct weft_error *error)
{
	struct weft__remote *remote = weft__remote(source);
	struct weft__client_request request = {
	    .method = "POST", .body = data};

	(void)history; /* LoopBack's wire has no place for it */
	if (data.data)
		return ask(remote, &request, model, weft_slice(NULL),
		    "replaceOrCreate", error);
	request.method = "DELETE";
	return ask(remote, &request, model, id, "", error);
}

/* Appends the change that the answer is, if it is of the record. */
static int
take_change(struct weft__remote *remote,
    const struct weft__client_request *request, struct weft_slice id,
    struct weft_change_list *list, struct weft_error *error)
{
	size_t before = list->length;
	int code = want_object(remote, request, error);

	if (code)
		return code;
	code = weft_change_list_parse(
	    list, weft_buf_slice(&remote->json.text), error);
	if (!code && weft_slice_equal(list->changes[before].model_id, id))
		return 0;
	list->length = before;
	if (weft__unread_is(code))
		return code; /* the change is bad, not the answer */
	if (!code)
		weft_error_set(error, WEFT_EINVAL, "of another record");
	return weft__remote_nonsense(remote, request, error);
}

int
weft__remote_last_change(struct weft_source *source, const char *model,
    struct weft_slice id, struct weft_change_list *list,
    struct weft_error *error)
{
	struct weft__remote *remote = weft__remote(source);
	struct weft__client_request request = {.method = "GET"};
	int code = ask_record(
	    remote, &request, model, id, "changes/last", error);

	if (!code && remote->json.type == WEFT__JSON_NULL)
		return weft_error_set(error, WEFT_ENOTFOUND,
		    "no change record found for %s with id %.*s", model,
		    (int)id.size, id.data);
	return code ? code : take_change(remote, &request, id, list, error);
}

/* {"prev": ...}; for LoopBack with a checkpoint, so that the change is listed
 * anew: a resolution must be seen by those who have read it before. */
static int
write_prev(const struct weft__remote *remote, struct weft_slice prev,
    uint64_t checkpoint, struct weft_buf *json)
{
	int code = weft_buf_append_slice(json, weft_slice("{\"prev\":"));

	if (!code)
		code = prev.data ? weft__json_write_string(prev, json)
				 : weft_buf_append(json, "null", 4);
	if (!code && !remote->is_weft)
		code = weft_buf_printf(
		    json, ",\"checkpoint\":%" PRIu64, checkpoint);
	return code ? code : weft_buf_append(json, "}", 1);
}

int
weft__remote_update_last_change(struct weft_source *source,
    const char *model, struct weft_slice id, struct weft_slice prev,
    uint32_t generation, struct weft_slice history, struct weft_error *error)
{
	struct weft__remote *remote = weft__remote(source);
	struct weft__client_request request = {.method = "PUT"};
	struct weft_buf json = WEFT_BUF_INIT(WEFT_LIMIT_CONFIG_SIZE);
	uint64_t checkpoint = 0;
	int code = 0;

	(void)generation; /* nor do the server's changes tell theirs */
	(void)history;
	if (!remote->is_weft)
		code = weft__remote_read_checkpoint(
		    remote, model, &checkpoint, error);
	if (!code && (code = write_prev(remote, prev, checkpoint, &json)))
		weft_error_set(error, code, "prev: %s", weft_error_text(code));
	request.body = weft_buf_slice(&json);
	if (!code)
		code = ask(
		    remote, &request, model, id, "changes/last", error);
	weft_buf_fini(&json);
	return code;
}

/* The revisions that a change names: all that LoopBack's wire tells of a
 * record's past. */
int
weft__remote_history(struct weft_source *source, const char *model,
    struct weft_slice id, struct weft_change_list *list,
    struct weft_error *error)
{
	size_t before = list->length;
	struct weft_change older;
	int code = weft__remote_last_change(source, model, id, list, error);

	if (code)
		return code;
	older = list->changes[before];
	older.rev = older.prev;
	older.prev = weft_slice(NULL);
	if (!older.has_prev)
		return 0;
	older.has_prev = false;
	return weft_change_list_append(list, &older)
	    ? weft__remote_no_memory(error)
	    : 0;
}
