#include "core/repl/conflict.h"

#include "core/base/json.h"
#include "core/repl/merge.h"

const char *
weft_conflict_type_name(enum weft_conflict_type type)
{
	switch (type) {
	case WEFT_CONFLICT_UPDATE:
		return "update";
	case WEFT_CONFLICT_DELETE:
		return "delete";
	case WEFT_CONFLICT_UNKNOWN:
		break;
	}
	return "unknown";
}

static enum weft_change_type
type_of(const struct weft_change *change)
{
	return change ? weft_change_type(change) : WEFT_CHANGE_UNKNOWN;
}

enum weft_conflict_type
weft__conflict_type(
    const struct weft_change *source, const struct weft_change *target)
{
	enum weft_change_type a = type_of(source), b = type_of(target);

	if (a == WEFT_CHANGE_UPDATE && b == WEFT_CHANGE_UPDATE)
		return WEFT_CONFLICT_UPDATE;
	if (a == WEFT_CHANGE_DELETE || b == WEFT_CHANGE_DELETE)
		return WEFT_CONFLICT_DELETE;
	return WEFT_CONFLICT_UNKNOWN;
}

/* The first of a's revisions that b has too, or -1. */
static long
newest_shared(
    const struct weft_change_list *a, const struct weft_change_list *b)
{
	for (size_t i = 0; i < a->length; i++)
		for (size_t j = 0; j < b->length; j++)
			if (weft_change_equals(
				&a->changes[i], &b->changes[j]))
				return (long)i;
	return -1;
}

long
weft__conflict_base(const struct weft_change_list *source,
    const struct weft_change_list *target)
{
	long in_source = newest_shared(source, target);
	long in_target = newest_shared(target, source);

	if (in_source < 0 || !weft_change_equals(&source->changes[in_source],
		&target->changes[in_target]))
		return -1;
	return in_source;
}

/* The property of a body; type ABSENT also for null. */
static int
get_property(struct weft_slice body, struct weft_slice name,
    struct weft__json_value *value, struct weft_error *error)
{
	struct weft__json json;
	int code;

	weft__json_init(&json);
	code = weft__json_view(&json, body, error);
	if (!code) {
		*value = weft__json_find(&json, name);
		if (value->type == WEFT__JSON_NULL)
			value->type = WEFT__JSON_ABSENT;
	}
	weft__json_fini(&json);
	return code;
}

/* Text between the quotes of a string token. */
static struct weft_slice
unquote(struct weft_slice token)
{
	return weft_slice_of(token.data + 1, token.size - 2);
}

static enum weft_resolution
compare_kinds(const struct weft__json_value *source,
    const struct weft__json_value *target)
{
	bool target_is_newer;

	if (source->type != target->type)
		return WEFT_RESOLVE_ASK;
	if (source->type == WEFT__JSON_NUMBER)
		target_is_newer = weft__json_read_number(target->token) >
		    weft__json_read_number(source->token);
	else if (source->type == WEFT__JSON_STRING)
		target_is_newer = weft__json_compare_names(
		    unquote(target->token), unquote(source->token)) > 0;
	else
		return WEFT_RESOLVE_ASK;
	return target_is_newer ? WEFT_RESOLVE_TARGET : WEFT_RESOLVE_SOURCE;
}

static bool
can_compare(const struct weft__json_value *value)
{
	return value->type == WEFT__JSON_NUMBER ||
	    value->type == WEFT__JSON_STRING;
}

static enum weft_resolution
pick_newer(const struct weft__json_value *source,
    const struct weft__json_value *target)
{
	if (source->type == WEFT__JSON_ABSENT && can_compare(target))
		return WEFT_RESOLVE_TARGET;
	if (target->type == WEFT__JSON_ABSENT && can_compare(source))
		return WEFT_RESOLVE_SOURCE;
	return compare_kinds(source, target);
}

static int
decide_newest(const struct weft__conflict_bodies *bodies,
    enum weft_resolution *resolution, struct weft_error *error)
{
	struct weft__json_value source, target;
	int code;

	if (!bodies->source.data || !bodies->target.data ||
	    !bodies->newest.data)
		return 0;
	if ((code = get_property(
		 bodies->source, bodies->newest, &source, error)) ||
	    (code = get_property(
		 bodies->target, bodies->newest, &target, error)))
		return code;
	*resolution = pick_newer(&source, &target);
	return 0;
}

static int
decide_merge(const struct weft__conflict_bodies *bodies,
    enum weft_resolution *resolution, struct weft_buf *data,
    struct weft_error *error)
{
	const struct weft__merge merge = {
	    .base = bodies->base,
	    .source = bodies->source,
	    .target = bodies->target,
	    .id = bodies->id,
	};
	const size_t start = data->size;
	struct weft_slice merged;
	bool clean;
	int code = weft__merge(&merge, data, &clean, error);

	if (code)
		return code;
	merged = weft_slice_of(weft_buf_slice(data).data + start,
	    data->size - start);
	if (clean)
		*resolution = WEFT_RESOLVE_MANUAL;
	if (clean && weft_slice_equal(merged, bodies->source))
		*resolution = WEFT_RESOLVE_SOURCE;
	else if (clean && weft_slice_equal(merged, bodies->target))
		*resolution = WEFT_RESOLVE_TARGET;
	if (*resolution != WEFT_RESOLVE_MANUAL)
		data->size = start;
	return 0;
}

int
weft__conflict_decide(enum weft_resolution policy,
    const struct weft__conflict_bodies *bodies,
    enum weft_resolution *resolution, struct weft_buf *data,
    struct weft_error *error)
{
	*resolution = WEFT_RESOLVE_ASK;
	switch (policy) {
	case WEFT_RESOLVE_SOURCE:
	case WEFT_RESOLVE_TARGET:
		*resolution = policy;
		return 0;
	case WEFT_RESOLVE_NEWEST:
		return decide_newest(bodies, resolution, error);
	case WEFT_RESOLVE_MERGE:
		return decide_merge(bodies, resolution, data, error);
	case WEFT_RESOLVE_ASK:
	case WEFT_RESOLVE_MANUAL:
		break;
	}
	return 0;
}
