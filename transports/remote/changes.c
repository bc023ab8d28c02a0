/*
 * changes: the whole list since a checkpoint is one answer, kept on disk if it
 * is large, and is handed out from there a page at a time.
 *
 * It is not asked for in pages.  A LoopBack server finds all changes for each
 * of them anyway, and repeats every deletion in each; and where changes come
 * in between two pages, others move across the border unseen
 * (docs/decisions/0019).
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>

#include "core/repl/unread.h"
#include "transports/remote/remote_private.h"

/* Of the filter what selects records: {"where": ...}, escaped. */
static int
append_filter(struct weft_buf *path, struct weft_slice filter,
    struct weft_error *error)
{
	struct weft__json_value where;
	struct weft__json json;
	int code;

	weft__json_init(&json);
	code = weft__json_scan(&json, filter.data, filter.size,
	    &weft__json_record_limits, error);
	where = weft__json_find(&json, weft_slice("where"));
	if (!code && where.type == WEFT__JSON_OBJECT) {
		code = weft_buf_append_slice(
		    path, weft_slice("&filter=%7B%22where%22%3A"));
		if (!code)
			code = weft__client_escape(where.token, path);
		if (!code)
			code = weft_buf_append_slice(path, weft_slice("%7D"));
		if (code)
			weft_error_set(error, code, "filter: %s",
			    weft_error_text(code));
	}
	weft__json_fini(&json);
	return code;
}

/*
 * What to ask a LoopBack server for: beyond its current checkpoint lies
 * nothing, but the number may be of before its data was restored.
 */
static int
check_since(struct weft__remote *remote, const char *model, int64_t *since,
    struct weft_error *error)
{
	uint64_t current = remote->checkpoint;
	int code = 0;

	if (*since < 0 || remote->is_weft || (uint64_t)*since <= current)
		return 0;
	code = weft__remote_read_checkpoint(remote, model, &current, error);
	if (!code && (uint64_t)*since > current)
		*since = -1;
	return code;
}

static void
close_listing(struct weft__remote_listing *listing)
{
	weft__client_answer_fini(&listing->answer);
	listing->is_open = false;
}

/* Asks for the list. */
static int
ask(struct weft__remote *remote, const char *model, int64_t since,
    struct weft_slice filter, struct weft_error *error)
{
	struct weft__remote_listing *listing = &remote->listing;
	struct weft__client_request request = {.method = "GET"};
	char action[48];
	int code = check_since(remote, model, &since, error);

	snprintf(action, sizeof action, "changes?since=%" PRId64,
	    since < 0 ? -1 : since);
	if (!code)
		code = weft__remote_write_path(
		    remote, model, weft_slice(NULL), action, error);
	if (!code && filter.data)
		code = append_filter(&remote->path, filter, error);
	if (code)
		return code;
	request.path = remote->path.data;
	code = weft__remote_ask(
	    remote, &request, model, &listing->answer, error);
	if (code)
		return code;
	code = weft__rest_parts_open(&listing->parts, listing->answer.bytes,
	    NULL, 1, SIZE_MAX, error);
	return code ? weft__remote_nonsense(remote, &request, error) : 0;
}

static int
open_listing(struct weft__remote *remote, const char *model, int64_t since,
    struct weft_slice filter, struct weft_error *error)
{
	struct weft__remote_listing *listing = &remote->listing;
	int code;

	close_listing(listing);
	code = ask(remote, model, since, filter, error);
	if (code) {
		close_listing(listing);
		return code;
	}
	listing->is_open = true;
	listing->number++;
	listing->taken = 0;
	return 0;
}

/* A page that is being taken. */
struct taking {
	struct weft_change_list *list;
	struct weft__unread *unread; /* NULL: there must be none */
};

/* The text of an id, as far as it can be one. */
static struct weft_slice
read_id(struct weft_slice token, struct weft_buf *text)
{
	struct weft_slice none = {NULL, 0};

	weft_buf_clear(text);
	if (*token.data == '"') {
		if (weft__json_read_string(token, text))
			return none;
		token = weft_buf_slice(text);
	} else if (*token.data != '-' && !isdigit((unsigned char)*token.data)) {
		return none;
	}
	return token.size > WEFT_LIMIT_ID_SIZE ||
		       (token.size && memchr(token.data, 0, token.size))
		   ? none
		   : token;
}

/* The id of a change of which something else cannot be read. */
static struct weft_slice
find_id(struct weft_slice item, struct weft_buf *text)
{
	struct weft_slice name = {NULL, 0}, value;
	struct weft__json_skim skim;
	bool is_it = false;
	int code;

	weft__json_skim_init(&skim, item);
	code = weft__json_skim_enter(&skim, '{', NULL);
	while (!code && !is_it &&
	    !(code = weft__json_skim_member(&skim, &name, NULL)) && name.data) {
		code = weft__rest_name_is(name, "modelId", &is_it, NULL);
		if (!code)
			code = weft__json_skim_value(&skim, &value, NULL);
	}
	return !code && is_it ? read_id(value, text)
			      : weft_slice_of(NULL, 0);
}

/* One that cannot be read does not stop the others. */
static int
pass_over(struct taking *taking, struct weft_slice item,
    struct weft_error *error)
{
	struct weft_buf text = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	int code = weft__unread_add(
	    taking->unread, find_id(item, &text), error);

	weft_buf_fini(&text);
	return code ? weft_error_set(error, code, "out of memory") : 0;
}

/* A change, and only one. */
static int
take_change(struct weft_slice item, size_t index, void *context,
    struct weft_error *error)
{
	struct taking *taking = context;
	struct weft_change_list *list = taking->list;
	size_t before = list->length;
	int code = *item.data == '{'
	    ? weft_change_list_parse(list, item, error)
	    : weft_error_set(error, WEFT_EINVAL, "not an object");

	if (!code)
		return 0;
	list->length = before;
	weft_error_wrap(error, "change %zu", index);
	if (taking->unread && *item.data == '{' && weft__unread_is(code))
		return pass_over(taking, item, error);
	return code;
}

/* As many changes as are wanted, or as the model's definition has in a page,
 * whatever is less. */
static size_t
bound(const struct weft__remote *remote, const char *name, size_t limit)
{
	const struct weft__remote_model *model =
	    weft__remote_find_model(remote, name);

	return model && model->chunk_size && model->chunk_size < limit
	    ? model->chunk_size
	    : limit;
}

static int
take_page(struct weft__remote *remote, size_t limit,
    struct weft__page_token *token, struct weft_change_list *list,
    struct weft_error *error)
{
	struct weft__remote_listing *listing = &remote->listing;
	const struct weft__client_request request = {
	    .method = "GET", .path = "changes"};
	struct taking taking = {list, token->unread};
	size_t before = list->length;
	int code;

	listing->parts.max_count = limit;
	code = weft__rest_parts_next(
	    &listing->parts, take_change, &taking, error);
	if (code)
		return weft__remote_nonsense(remote, &request, error);
	listing->taken += list->length - before;
	token->position = listing->taken;
	token->end = listing->parts.is_end;
	if (token->end)
		close_listing(listing);
	return 0;
}

int
weft__remote_changes(struct weft_source *source, const char *model,
    int64_t since, struct weft_slice filter, size_t limit,
    struct weft__page_token *token, struct weft_change_list *list,
    struct weft_error *error)
{
	struct weft__remote *remote = weft__remote(source);
	struct weft__remote_listing *listing = &remote->listing;
	int code = 0;

	if (!token->phase) {
		code = open_listing(remote, model, since, filter, error);
		token->phase = listing->number;
	} else if (token->phase != listing->number || !listing->is_open ||
	    token->position != listing->taken) {
		code = weft_error_set(error, WEFT_EGONE,
		    "%s: another change list was read in between",
		    weft__client_base(remote->client));
	}
	return code ? code
		    : take_page(remote, bound(remote, model, limit), token,
			  list, error);
}
