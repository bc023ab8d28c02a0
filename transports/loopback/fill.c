/*
 * Defaults of records that a client is going to store.
 *
 * LoopBack's client fills them in where it creates a record: what it makes of
 * one that lacks them has another revision, and would be in conflict with it.
 */
#include "core/base/alloc.h"
#include "models/record/defaults.h"
#include "transports/loopback/rest.h"

/* Finds the ids of the records that lack defaults. */
static int
find_lacking(struct weft__rest_call *call,
    const struct weft_update_list *list, struct weft_slice *ids,
    size_t *length)
{
	*length = 0;
	for (size_t i = 0; i < list->length; i++) {
		const struct weft_update *update = &list->updates[i];
		int code;

		if (!update->data.data)
			continue;
		code = weft__json_view(
		    &call->view, update->data, &call->error);
		if (code)
			return code;
		if (weft__defaults_are_lacking(
			call->model->definition, &call->view))
			ids[(*length)++] = update->change.model_id;
	}
	return 0;
}

/* Whether the caller could write them himself: who may only read causes no
 * write. */
static bool
may_write(struct weft__rest_call *call)
{
	const struct weft__access_request request = {
	    .model = call->model->model,
	    .method = "bulkUpdate",
	};
	struct weft__refusal refusal = {0};

	return !call->model->model->datasource->read_only &&
	       (!call->rest->access ||
		   !weft__access_check(call->rest->access, call->principal,
		       &request, &refusal, NULL));
}

int
weft__rest_fill(struct weft__rest_call *call,
    const struct weft_update_list *list, bool *is_filled)
{
	struct weft_slice *ids;
	size_t length;
	int code;

	*is_filled = false;
	if (!call->model->has_defaults)
		return 0;
	ids = weft__calloc(list->length, sizeof *ids);
	if (!ids)
		return weft__rest_no_memory(call);
	code = find_lacking(call, list, ids, &length);
	if (!code && length && may_write(call)) {
		code = weft__defaults_fill(
		    call->model->model, ids, length, &call->error);
		*is_filled = true;
	}
	weft__free(ids);
	return code;
}
