/*
 * What the caller may see of a model with "visibleTo": filters are narrowed,
 * and a record that he cannot see is not there for him.  What he may write is
 * asked where it is written (models/tracking/permit.h).
 */
#include "models/access/view.h"

#include "models/visible/visible.h"
#include "transports/loopback/rest.h"

static int
too_large(struct weft__rest_call *call, int code)
{
	return weft_error_set(
	    &call->error, code, "filter: %s", weft_error_text(code));
}

/* Narrows a where clause (no value: none) into 'out'. */
static int
narrow_where(struct weft__rest_call *call, struct weft__json_value where,
    struct weft_buf *out)
{
	bool is_given = where.type != WEFT__JSON_ABSENT &&
			where.type != WEFT__JSON_NULL;

	return weft__view_where(call->principal, call->model->model,
	    is_given ? where.token : weft_slice_of(NULL, 0), out,
	    &call->error);
}

/* Writes the filter with another where clause. */
static int
replace_where(struct weft__rest_call *call, struct weft_slice filter,
    struct weft_slice where, struct weft_buf *out)
{
	struct weft__json_member *members;
	struct weft__arena arena = {NULL};
	size_t length;
	int code = filter.size
	    ? weft__json_view(&call->view, filter, &call->error)
	    : 0;

	if (code)
		return code;
	length = filter.size ? call->view.length : 0;
	members = weft__arena_alloc(&arena, (length + 1) * sizeof *members);
	if (!members)
		return weft__rest_no_memory(call);
	if (length)
		memcpy(members, call->view.members,
		    length * sizeof *members);
	/* Of two with one name the later wins. */
	members[length].name = weft_slice("where");
	members[length].value = weft__json_value_of(where);
	code = weft__json_write_object(members, length + 1, out);
	weft__arena_fini(&arena);
	return code ? too_large(call, code) : 0;
}

/* Makes the buffer hold this text. */
static int
set_text(struct weft__rest_call *call, struct weft_buf *json,
    struct weft_slice text)
{
	int code;

	weft_buf_clear(json);
	code = weft_buf_append_slice(json, text);
	return code ? too_large(call, code) : 0;
}

/* Narrows the where clause of a filter. */
static int
narrow_filter(struct weft__rest_call *call, struct weft__json_value filter,
    struct weft_buf *json)
{
	struct weft_buf where = WEFT_BUF_INIT(2 * WEFT_LIMIT_FILTER_SIZE);
	struct weft_buf whole = WEFT_BUF_INIT(3 * WEFT_LIMIT_FILTER_SIZE);
	int code = narrow_where(
	    call, weft__json_step(filter, weft_slice("where")), &where);

	if (!code)
		code = replace_where(call, filter.token,
		    weft_buf_slice(&where), &whole);
	if (!code)
		code = set_text(call, json, weft_buf_slice(&whole));
	weft_buf_fini(&where);
	weft_buf_fini(&whole);
	return code;
}

int
weft__rest_narrow(
    struct weft__rest_call *call, bool is_where, struct weft_buf *json)
{
	struct weft_buf where = WEFT_BUF_INIT(2 * WEFT_LIMIT_FILTER_SIZE);
	struct weft__json_value given = {WEFT__JSON_ABSENT, {NULL, 0}};
	int code;

	if (!weft__visible_is_on(call->model->definition))
		return 0;
	if (json->size)
		given = weft__json_value_of(weft_buf_slice(json));
	if (!is_where)
		return narrow_filter(call, given, json);
	code = narrow_where(call, given, &where);
	if (!code)
		code = set_text(call, json, weft_buf_slice(&where));
	weft_buf_fini(&where);
	return code;
}

/* Whether the method has an answer for a record that is not there. */
static bool
answers_none(const struct weft__rest_call *call)
{
	return call->route->call == weft__rest_exists ||
	       call->route->call == weft__rest_delete_by_id;
}

/* Fails as the method does if there is no such record. */
static int
refuse_none(struct weft__rest_call *call)
{
	struct weft_error *error = &call->error;
	int size = (int)call->id.size;

	if (call->route->call == weft__rest_replace_by_id)
		return weft_error_set(error, WEFT_ENOTFOUND,
		    "Could not replace. Object with id %.*s does not exist!",
		    size, call->id.data);
	call->failure.word = "MODEL_NOT_FOUND";
	if (call->route->call == weft__rest_patch_attributes)
		return weft_error_set(error, WEFT_ENOTFOUND,
		    "could not find a model with id %.*s", size,
		    call->id.data);
	return weft_error_set(error, WEFT_ENOTFOUND,
	    "Unknown \"%s\" id \"%.*s\".", call->model->definition->name,
	    size, call->id.data);
}

/* What tells of changes asks for itself: of a record that was taken from the
 * caller there is one. */
int
weft__rest_check_view(struct weft__rest_call *call)
{
	bool visible;
	int code;

	if (!call->id.data || call->route->flags & WEFT__REST_TRACKED)
		return 0;
	code = weft__view_check(call->principal, call->model->model, call->id,
	    &visible, &call->error);
	call->is_hidden = !code && !visible;
	return call->is_hidden && !answers_none(call) ? refuse_none(call)
						      : code;
}
