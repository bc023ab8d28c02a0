/*
 * Requests that only read: get, and the questions of a reconciliation.
 */
#include "core/base/limits.h"
#include "models/access/view.h"
#include "models/model.h"
#include "models/tracking/follow.h"
#include "models/visible/visible.h"
#include "transports/weft/server/session_private.h"
#include "transports/weft/wire/update.h"

/* Ids in one get. */
#define GET_LENGTH 1000

/*
 * get
 */

/* Appends the last change of each id. */
static int
find_changes(struct weft__repl_request *request, struct weft_source *source,
    const char *model, struct weft_change_list *list)
{
	struct weft_buf id = WEFT_BUF_INIT(WEFT_LIMIT_ID_SIZE * 6);
	struct weft__json_value element;
	size_t offset = 0, count = 0;
	int code = 0;

	while (!code && weft__json_element(
			    request->message.ids, &offset, &element)) {
		weft_buf_clear(&id);
		if (element.type != WEFT__JSON_STRING || ++count > GET_LENGTH ||
		    weft__json_read_string(element.token, &id))
			code = weft_error_set(&request->error, WEFT_EINVAL,
			    "ids are not at most %d texts", GET_LENGTH);
		else
			code = source->ops->last_change(source, model,
			    weft_buf_slice(&id), list, &request->error);
		if (code == WEFT_ENOTFOUND)
			code = 0;
	}
	weft_buf_fini(&id);
	return code;
}

static int
answer_updates(struct weft__repl_request *request,
    const struct weft_update *updates, size_t length)
{
	const struct weft__repl_session *session = request->session;
	struct weft_buf body = WEFT_BUF_INIT(session->message_size);
	struct weft__repl_message answer;
	int code = weft__repl_write_updates(&body, session->form.is_binary,
	    updates, length, WEFT_LIMIT_REVTREE_NODES);

	weft__repl_begin_answer(request, WEFT__REPL_GOT, &answer);
	answer.is_binary = session->form.is_binary;
	answer.body = weft_buf_slice(&body);
	if (code)
		weft_error_set(&request->error, code,
		    "the records do not fit into a message");
	else
		code = weft__repl_answer(request, &answer);
	weft_buf_fini(&body);
	return code;
}

/* LoopBack takes the deletion of a record that was made in the same checkpoint
 * for no change, as it is based on nothing; here it is something. */
static void
take_for_changes(struct weft_change_list *list)
{
	for (size_t i = 0; i < list->length; i++)
		if (weft_change_type(&list->changes[i]) == WEFT_CHANGE_UNKNOWN)
			list->changes[i].prev = weft_slice("");
}

/* Each is based on what its past tells. */
static void
set_prevs(struct weft_update_list *list)
{
	for (size_t i = 0; i < list->length; i++) {
		struct weft_update *update = &list->updates[i];

		weft__update_set_prev(update);
		if (!update->change.prev.size)
			update->change.prev = weft_slice(NULL);
	}
}

int
weft__repl_updates_of(struct weft_source *source, const char *model,
    struct weft_change_list *changes, struct weft_update_list *updates,
    struct weft_error *error)
{
	int code;

	take_for_changes(changes);
	code = source->ops->create_updates(source, model, changes->changes,
	    changes->length, updates, error);
	set_prevs(updates);
	return code;
}

static int
get_now(struct weft__repl_request *request, struct weft_source *source,
    const char *model)
{
	struct weft_change_list changes = {0};
	struct weft_update_list updates = {0};
	int code = find_changes(request, source, model, &changes);

	if (!code)
		code = weft__repl_updates_of(source, model, &changes, &updates,
		    &request->error);
	if (!code)
		code = answer_updates(
		    request, updates.updates, updates.length);
	weft_change_list_fini(&changes);
	weft_update_list_fini(&updates);
	return code;
}

/* The one record as it was in a revision. */
static int
get_then(struct weft__repl_request *request, struct weft_source *source,
    const char *model)
{
	struct weft_buf id = WEFT_BUF_INIT(WEFT_LIMIT_ID_SIZE * 6);
	struct weft_buf body = WEFT_BUF_INIT(2 * WEFT_LIMIT_RECORD_SIZE);
	struct weft__json_value first, second;
	size_t offset = 0;
	struct weft_update update = {
	    .type = WEFT_CHANGE_CREATE,
	    .change = {.rev = request->message.rev}};
	int code;

	if (!weft__json_element(request->message.ids, &offset, &first) ||
	    weft__json_element(request->message.ids, &offset, &second) ||
	    first.type != WEFT__JSON_STRING ||
	    weft__json_read_string(first.token, &id))
		code = weft_error_set(
		    &request->error, WEFT_EINVAL, "ids is not one text");
	else
		code = source->ops->revision(source, model,
		    weft_buf_slice(&id), update.change.rev, &body,
		    &request->error);
	update.change.model_id = weft_buf_slice(&id);
	update.data = weft_buf_slice(&body);
	if (!code)
		code = answer_updates(request, &update, 1);
	weft_buf_fini(&id);
	weft_buf_fini(&body);
	return code;
}

int
weft__repl_do_get(struct weft__repl_request *request)
{
	struct weft_source *source;
	struct weft_model *model;
	int code = weft__repl_find_model(request, request->message.model,
	    false, &model, &request->error);

	if (!code)
		code = weft__source_open_for(request->principal,
		    model->datasource, &source, &request->error);
	if (code)
		return code;
	code = request->message.rev.data
	    ? get_then(request, source, weft_model_name(model))
	    : get_now(request, source, weft_model_name(model));
	if (!code)
		code = weft__repl_note_floor(request, model->datasource);
	weft_source_destroy(source);
	return code;
}

/*
 * ask
 */

/* A source of a model that everybody sees alike. */
static int
open_whole(struct weft__repl_request *request, struct weft_model *model,
    struct weft_source **source)
{
	if (weft__visible_is_on(model->definition))
		return weft_error_set(&request->error, WEFT_EUNSUPPORTED,
		    "not all records of %s are for all",
		    weft_model_name(model));
	return weft_source_open_datasource(
	    model->datasource, source, &request->error);
}

int
weft__repl_do_ask(struct weft__repl_request *request)
{
	struct weft_buf body = WEFT_BUF_INIT(WEFT__REPL_MESSAGE_SIZE / 2);
	struct weft__repl_message answer;
	struct weft_source *source;
	struct weft_model *model;
	int code = weft__repl_find_model(request, request->message.model,
	    false, &model, &request->error);

	if (!code)
		code = open_whole(request, model, &source);
	if (code)
		return code;
	code = source->ops->reconcile(source, weft_model_name(model),
	    request->message.body, &body, &request->error);
	weft__repl_begin_answer(request, WEFT__REPL_ANSWER, &answer);
	answer.is_binary = request->message.is_binary;
	answer.body = weft_buf_slice(&body);
	if (!code)
		code = weft__repl_answer(request, &answer);
	weft_source_destroy(source);
	weft_buf_fini(&body);
	return code;
}
