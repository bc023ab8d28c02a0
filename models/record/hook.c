#include "models/record/hook.h"

#include "core/base/alloc.h"

int
weft_model_add_hook(struct weft_model *model, enum weft_hook_point point,
    weft_hook_fn *hook, void *context, struct weft_error *error)
{
	size_t length = model->hooks[point].length;

	if (!weft__grow(&model->hooks[point].hooks,
		&model->hooks[point].capacity, length + 1,
		sizeof *model->hooks[point].hooks))
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	model->hooks[point].hooks[length] = (struct weft__hook){hook, context};
	model->hooks[point].length++;
	return 0;
}

int
weft__hook_call(const struct weft__hook *hook,
    const struct weft_hook_event *event, struct weft_error *error)
{
	struct weft_error why;
	int code;

	weft_error_set(&why, WEFT_EHOOK, "%s", weft_error_text(WEFT_EHOOK));
	code = hook->call(event, hook->context, &why);
	if (!code)
		return 0;
	if (strcmp(weft_error_name(code), "unknown") == 0)
		code = WEFT_EHOOK;
	return weft_error_set(error, code, "%s", why.text);
}

void
weft__hooks_after(struct weft_model *model, enum weft_hook_point point,
    const struct weft_call *call, bool is_new, struct weft_slice id,
    struct weft_slice record)
{
	const struct weft_hook_event event = {
	    .point = point,
	    .model = model,
	    .call = call,
	    .is_new = is_new,
	    .id = id,
	    .record = record,
	};
	struct weft_error ignored;

	for (size_t i = 0; i < model->hooks[point].length; i++)
		if (weft__hook_call(&model->hooks[point].hooks[i], &event,
			&ignored))
			continue;
}

int
weft__hooks_before_delete(struct weft_model *model,
    const struct weft_call *call, struct weft_slice id,
    struct weft_error *error)
{
	const struct weft_hook_event event = {
	    .point = WEFT_HOOK_BEFORE_DELETE,
	    .model = model,
	    .call = call,
	    .id = id,
	};
	int code = 0;

	for (size_t i = 0; !code && i < model->hooks[event.point].length; i++)
		code = weft__hook_call(&model->hooks[event.point].hooks[i],
		    &event, error);
	return code;
}

void
weft__hidden_scratch_init(struct weft__hidden_scratch *scratch)
{
	weft__json_init(&scratch->visible);
	weft__json_init(&scratch->hidden);
	scratch->members = NULL;
	scratch->capacity = 0;
}

void
weft__hidden_scratch_fini(struct weft__hidden_scratch *scratch)
{
	weft__json_fini(&scratch->visible);
	weft__json_fini(&scratch->hidden);
	weft__free(scratch->members);
}

/* Reads hidden properties, which nothing vouches for: they have no hash. */
static int
read_hidden(
    struct weft__json *json, struct weft_slice hidden, struct weft_error *error)
{
	int code = weft__json_scan(json, hidden.data, hidden.size,
	    &weft__json_record_limits, error);

	if (code == WEFT_ENOMEM || (!code && json->type == WEFT__JSON_OBJECT))
		return code;
	return weft_error_set(error, WEFT_EDAMAGED,
	    "its hidden properties are damaged (see `weft verify`)");
}

int
weft__hidden_join(struct weft__hidden_scratch *scratch,
    struct weft_slice body, struct weft_slice hidden, struct weft_buf *out,
    struct weft_error *error)
{
	const struct weft__json *parts[] = {
	    &scratch->visible, &scratch->hidden};
	size_t length = 0;
	int code;

	if (!hidden.data) {
		code = weft_buf_append_slice(out, body);
		return code ? weft_error_set(error, code, "record: %s",
				  weft_error_text(code))
			    : 0;
	}
	code = weft__json_view(&scratch->visible, body, error);
	if (!code)
		code = read_hidden(&scratch->hidden, hidden, error);
	if (code)
		return code;
	if (!weft__grow(&scratch->members, &scratch->capacity,
		scratch->visible.length + scratch->hidden.length,
		sizeof *scratch->members))
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	for (size_t part = 0; part < 2; part++)
		for (size_t i = 0; i < parts[part]->length; i++)
			scratch->members[length++] = parts[part]->members[i];
	code = weft__json_write_object(scratch->members, length, out);
	return code ? weft_error_set(error, code, "record: %s",
			  weft_error_text(code))
		    : 0;
}
