/*
 * Lists of updates, and the parts of a push.
 */
#include "core/base/alloc.h"
#include "core/base/json.h"
#include "core/track/rev.h"
#include "transports/weft/wire/update_private.h"

bool
weft__repl_next_rev(struct weft_slice *past, struct weft_slice *rev)
{
	const char *end;

	if (!past->size)
		return false;
	end = memchr(past->data, '\n', past->size);
	if (!end)
		return false;
	*rev = weft_slice_of(past->data, (size_t)(end - past->data));
	past->data += rev->size + 1;
	past->size -= rev->size + 1;
	return true;
}

int
weft__repl_check_rev(struct weft_slice rev, struct weft_error *error)
{
	struct weft__rev parsed;

	return weft__rev_parse(rev, &parsed)
	    ? 0
	    : weft_error_set(
		  error, WEFT_EINVAL, "a revision is none");
}

static int
check_id(struct weft_slice id, struct weft_error *error)
{
	if (id.size > 0 && id.size <= WEFT_LIMIT_ID_SIZE &&
	    !memchr(id.data, 0, id.size))
		return 0;
	return weft_error_set(error, WEFT_EINVAL, "an id is none");
}

int
weft__repl_add_update(struct weft_update_list *list,
    struct weft_update *update, struct weft_error *error)
{
	const struct weft_change *change = &update->change;
	int code = check_id(change->model_id, error);

	if (!code && change->rev.data)
		code = weft__repl_check_rev(change->rev, error);
	if (!code && change->prev.data)
		code = weft__repl_check_rev(change->prev, error);
	if (!code && update->data.data && !change->rev.data)
		code = weft_error_set(
		    error, WEFT_EINVAL, "a deletion has data");
	if (code)
		return code;
	update->type = weft_change_type(change);
	return weft_update_list_append(list, update)
	    ? weft_error_set(error, WEFT_ENOMEM, "out of memory")
	    : 0;
}

int
weft__repl_write_update(struct weft_buf *out, bool is_binary,
    const struct weft_update *update, unsigned past)
{
	return is_binary ? weft__repl_put_update(out, update, past)
			 : weft__repl_print_update(out, update, past);
}

int
weft__repl_write_updates(struct weft_buf *out, bool is_binary,
    const struct weft_update *updates, size_t length, unsigned past)
{
	int code = is_binary ? weft__wire_put_number(out, length)
			     : weft_buf_append(out, "[", 1);

	for (size_t i = 0; i < length && !code; i++) {
		if (i && !is_binary)
			code = weft_buf_append(out, ",", 1);
		if (!code)
			code = weft__repl_write_update(
			    out, is_binary, &updates[i], past);
	}
	return code || is_binary ? code : weft_buf_append(out, "]", 1);
}

int
weft__repl_read_updates(struct weft_slice body, bool is_binary,
    struct weft_slice model, struct weft_update_list *list,
    struct weft_error *error)
{
	struct weft__wire wire = weft__wire_of(body);
	int code;

	if (!is_binary)
		return weft__repl_parse_updates(body, model, list, error);
	code = weft__repl_take_updates(&wire, model, list, error);
	if (!code && wire.size)
		code = weft_error_set(error, WEFT_EINVAL,
		    "something follows the last update");
	return code;
}

/*
 * Parts
 */

static int
add_part(struct weft__repl_parts *parts, struct weft_slice model,
    struct weft__repl_part **part, struct weft_error *error)
{
	struct weft__repl_part *made;

	if (!model.size || model.size > WEFT_LIMIT_NAME_SIZE ||
	    memchr(model.data, 0, model.size))
		return weft_error_set(
		    error, WEFT_EINVAL, "a part has no model");
	if (!weft__grow(&parts->list, &parts->capacity, parts->length + 1,
		sizeof *parts->list))
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	made = &parts->list[parts->length];
	*made = (struct weft__repl_part){.model = {NULL, 0}};
	if (weft__arena_copy(&parts->arena, model, &made->model))
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	parts->length++;
	*part = made;
	return 0;
}

static int
take_parts(struct weft__repl_parts *parts, struct weft_slice body,
    struct weft_error *error)
{
	struct weft__wire wire = weft__wire_of(body);
	struct weft__repl_part *part;
	struct weft_slice model;
	uint64_t length;
	int code = 0;

	if (!weft__wire_number(&wire, &length) || length > wire.size)
		return weft_error_set(
		    error, WEFT_EINVAL, "the number of parts is wrong");
	for (; length && !code; length--) {
		if (!weft__wire_text(&wire, &model))
			return weft_error_set(
			    error, WEFT_EINVAL, "a part is cut off");
		code = add_part(parts, model, &part, error);
		if (!code)
			code = weft__repl_take_updates(
			    &wire, part->model, &part->updates, error);
	}
	if (!code && wire.size)
		code = weft_error_set(error, WEFT_EINVAL,
		    "something follows the last part");
	return code;
}

static int
parse_part(struct weft__repl_parts *parts, struct weft__json_value value,
    struct weft_error *error)
{
	struct weft__json_value model, updates;
	struct weft__repl_part *part;
	struct weft_slice name;
	int code;

	model = weft__json_step(value, weft_slice("model"));
	updates = weft__json_step(value, weft_slice("updates"));
	if (value.type != WEFT__JSON_OBJECT ||
	    model.type != WEFT__JSON_STRING ||
	    updates.type != WEFT__JSON_ARRAY ||
	    !weft__json_plain_string(model.token, &name))
		return weft_error_set(error, WEFT_EINVAL,
		    "a part is not a model with updates");
	code = add_part(parts, name, &part, error);
	return code ? code
		    : weft__repl_parse_updates(
			  updates.token, part->model, &part->updates, error);
}

int
weft__repl_parts_read(struct weft__repl_parts *parts, struct weft_slice body,
    bool is_binary, struct weft_error *error)
{
	struct weft__json_value element;
	size_t offset = 0;
	int code = 0;

	*parts = (struct weft__repl_parts){.list = NULL};
	if (is_binary)
		return take_parts(parts, body, error);
	while (!code && weft__json_element(body, &offset, &element))
		code = parse_part(parts, element, error);
	return code;
}

void
weft__repl_parts_fini(struct weft__repl_parts *parts)
{
	for (size_t i = 0; i < parts->length; i++)
		weft_update_list_fini(&parts->list[i].updates);
	weft__free(parts->list);
	weft__arena_fini(&parts->arena);
	*parts = (struct weft__repl_parts){.list = NULL};
}

int
weft__repl_write_part(struct weft_buf *out, bool is_binary,
    struct weft_slice model, const struct weft_update *updates,
    size_t length, unsigned past)
{
	int code;

	if (is_binary) {
		code = weft__wire_put_text(out, model);
	} else {
		code = weft_buf_append_slice(out, weft_slice("{\"model\":"));
		if (!code)
			code = weft__json_write_string(model, out);
		if (!code)
			code = weft_buf_append_slice(
			    out, weft_slice(",\"updates\":"));
	}
	if (!code)
		code = weft__repl_write_updates(
		    out, is_binary, updates, length, past);
	return code || is_binary ? code : weft_buf_append(out, "}", 1);
}
