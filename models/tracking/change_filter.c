#include "models/tracking/change_filter.h"

#include "core/base/arena.h"
#include "models/record/record.h"

struct filling {
	struct weft_source *source;
	struct weft_model *model;
	struct weft__filter where; /* what is said of the property alone */
	struct weft_change_list *list;
	struct weft_change_list history; /* of one record */
	struct weft_buf body, custom;
	struct weft__json view;
	struct weft_error *error;
};

static int
out_of_memory(struct filling *filling)
{
	return weft_error_set(filling->error, WEFT_ENOMEM, "out of memory");
}

/* Reads the part of the filter that is about the property. */
static int
read_where(struct filling *filling, struct weft_slice filter)
{
	struct weft_slice name = filling->model->definition->change_filter;
	struct weft_buf text = WEFT_BUF_INIT(2 * WEFT_LIMIT_FILTER_SIZE);
	struct weft__json_value wanted = {WEFT__JSON_ABSENT, {NULL, 0}};
	int code = 0;

	if (filter.data)
		code = weft__json_scan(&filling->view, filter.data,
		    filter.size, &weft__json_record_limits, filling->error);
	if (!code && filter.data)
		wanted = weft__json_step(
		    weft__json_find(&filling->view, weft_slice("where")),
		    name);
	if (!code && wanted.type != WEFT__JSON_ABSENT) {
		struct weft__json_member member = {name, wanted};

		code = weft__json_write_object(&member, 1, &text);
		if (code)
			code = out_of_memory(filling);
	}
	if (!code)
		code = weft__record_parse_where(filling->model,
		    text.size ? weft_buf_slice(&text)
			      : weft_slice_of(NULL, 0),
		    &filling->where, filling->error);
	weft_buf_fini(&text);
	return code;
}

/* Reads the body that a deleted record had; WEFT_EGONE. */
static int
read_last_body(struct filling *filling, struct weft_slice id)
{
	const char *name = weft_model_name(filling->model);
	struct weft_source *source = filling->source;
	int code;

	weft_change_list_clear(&filling->history);
	code = source->ops->history(
	    source, name, id, &filling->history, filling->error);
	if (code)
		return code;
	if (filling->history.length < 2 ||
	    !filling->history.changes[1].rev.data)
		return WEFT_EGONE;
	return source->ops->revision(source, name, id,
	    filling->history.changes[1].rev, &filling->body, filling->error);
}

/* Gives the change the property's value in the body that was read. */
static int
fill(struct filling *filling, struct weft_change *change)
{
	struct weft__json_member member = {
	    .name = filling->model->definition->change_filter};
	int code = weft__json_view(&filling->view,
	    weft_buf_slice(&filling->body), filling->error);

	if (code)
		return code;
	member.value = weft__json_find(&filling->view, member.name);
	if (member.value.type == WEFT__JSON_ABSENT)
		return 0;
	weft_buf_clear(&filling->custom);
	if (weft__json_write_object(&member, 1, &filling->custom) ||
	    weft__arena_copy(filling->list->arena,
		weft_buf_slice(&filling->custom), &change->custom))
		return out_of_memory(filling);
	return 0;
}

/* Completes one change; '*wanted' is whether it stays. */
static int
apply(struct filling *filling, struct weft_change *change, bool *wanted)
{
	bool is_deletion = !change->rev.data;
	int code;

	*wanted = true;
	weft_buf_clear(&filling->body);
	code = is_deletion
	    ? read_last_body(filling, change->model_id)
	    : filling->source->ops->find(filling->source,
		  weft_model_name(filling->model), change->model_id,
		  &filling->body, filling->error);
	if (code == WEFT_EGONE || code == WEFT_ENOTFOUND)
		return 0; /* vanished meanwhile, or too long ago */
	if (!code && is_deletion &&
	    weft__where_matches(filling->where.query.where,
		weft_buf_slice(&filling->body), wanted))
		*wanted = true;
	return code || !*wanted ? code : fill(filling, change);
}

static int
apply_all(struct filling *filling, size_t from)
{
	struct weft_change_list *list = filling->list;
	size_t kept = from;
	int code = 0;

	for (size_t i = from; !code && i < list->length; i++) {
		bool wanted;

		code = apply(filling, &list->changes[i], &wanted);
		if (wanted)
			list->changes[kept++] = list->changes[i];
	}
	list->length = kept;
	return code;
}

int
weft__change_filter_apply(struct weft_source *source,
    struct weft_model *model, struct weft_slice filter,
    struct weft_change_list *list, size_t from, struct weft_error *error)
{
	struct filling filling = {
	    .source = source,
	    .model = model,
	    .list = list,
	    .body = WEFT_BUF_INIT(2 * WEFT_LIMIT_RECORD_SIZE),
	    .custom = WEFT_BUF_INIT(2 * WEFT_LIMIT_RECORD_SIZE),
	    .error = error,
	};
	int code;

	weft__json_init(&filling.view);
	code = read_where(&filling, filter);
	if (!code)
		code = apply_all(&filling, from);
	weft__filter_fini(&filling.where);
	weft_change_list_fini(&filling.history);
	weft_buf_fini(&filling.body);
	weft_buf_fini(&filling.custom);
	weft__json_fini(&filling.view);
	return code;
}
