/*
 * Kept conflicts: those that nobody has resolved yet, as small values of the
 * source, "conflict/<model>/<target's epoch>/<id>".  The value is what
 * weft_conflict_each_kept() hands out.
 *
 * A source that keeps no values (it is at the other end of a protocol that
 * knows of none) leaves that to the target, which keeps them as if it had been
 * the source.
 */
#include "models/replicate/conflict.h"

#include <stdio.h>

#include "core/base/json.h"
#include "core/base/limits.h"
#include "core/base/log.h"

#define PREFIX "conflict/"

struct weft__parties
weft__kept_parties(const struct weft__parties *parties, bool *swapped)
{
	*swapped =
	    !parties->source->ops->meta_put && parties->target->ops->meta_put;
	return *swapped ? weft__parties_swap(parties) : *parties;
}

/* Writes the names' common beginning; returns its size. */
static size_t
write_prefix(const struct weft__parties *parties,
    char name[WEFT__KEPT_NAME_SIZE])
{
	const char *epoch = parties->target->ops->epoch(parties->target);

	return (size_t)snprintf(name, WEFT__KEPT_NAME_SIZE, PREFIX "%s/%s/",
	    parties->source_model, epoch);
}

int
weft__kept_name(const struct weft__parties *parties, struct weft_slice id,
    char name[WEFT__KEPT_NAME_SIZE], struct weft_error *error)
{
	size_t size = write_prefix(parties, name);

	if (size + id.size >= WEFT__KEPT_NAME_SIZE)
		return weft_error_set(
		    error, WEFT_ELIMIT, "the names of a conflict are too long");
	memcpy(name + size, id.data, id.size);
	name[size + id.size] = '\0';
	return 0;
}

int
weft__kept_put(struct weft_source *keeper, const char *name,
    struct weft_slice value, struct weft_error *error)
{
	return (keeper->ops->meta_put_soon ? keeper->ops->meta_put_soon
	                                   : keeper->ops->meta_put)(
	    keeper, name, value, error);
}

int
weft__kept_drop(const struct weft__parties *given, struct weft_slice id,
    struct weft_error *error)
{
	bool swapped, found;
	const struct weft__parties parties =
	    weft__kept_parties(given, &swapped);
	char name[WEFT__KEPT_NAME_SIZE];
	int code;

	if (!parties.source->ops->meta_put)
		return 0;
	code = weft__kept_has(given, id, &found, error);
	if (!code && found)
		code = weft__kept_name(&parties, id, name, error);
	if (!code && found)
		code = weft__kept_put(
		    parties.source, name, weft_slice(NULL), error);
	return code == WEFT_EUNSUPPORTED ? 0 : code;
}

struct ids {
	size_t prefix_size;
	size_t left; /* of a page */
	int (*each)(struct weft_slice id, void *context);
	void *context;
};

/* What ends a page: no code of ours. */
#define PAGE_END 1

static int
take_id(const char *name, struct weft_slice value, void *context)
{
	struct ids *ids = context;

	(void)value;
	if (!ids->left)
		return PAGE_END;
	ids->left--;
	return ids->each(weft_slice(name + ids->prefix_size), ids->context);
}

int
weft__kept_page(const struct weft__parties *given, struct weft_slice after,
    size_t limit, int (*each)(struct weft_slice id, void *context),
    void *context, bool *is_last, struct weft_error *error)
{
	bool swapped;
	const struct weft__parties parties =
	    weft__kept_parties(given, &swapped);
	struct weft_source *keeper = parties.source;
	struct ids ids = {.left = limit, .each = each, .context = context};
	char prefix[WEFT__KEPT_NAME_SIZE], from[WEFT__KEPT_NAME_SIZE];
	int code = 0;

	*is_last = true;
	if (!keeper->ops->meta_each)
		return 0;
	ids.prefix_size = write_prefix(&parties, prefix);
	if (after.data)
		code = weft__kept_name(&parties, after, from, error);
	if (!code)
		code = keeper->ops->meta_each(keeper, prefix,
		    after.data ? from : NULL, take_id, &ids, error);
	*is_last = code != PAGE_END;
	return code == WEFT_EUNSUPPORTED || code == PAGE_END ? 0 : code;
}

int
weft__kept_each(const struct weft__parties *parties,
    int (*each)(struct weft_slice id, void *context), void *context,
    struct weft_error *error)
{
	bool is_last;

	return weft__kept_page(parties, weft_slice(NULL), SIZE_MAX, each,
	    context, &is_last, error);
}

int
weft__kept_has(const struct weft__parties *given, struct weft_slice id,
    bool *found, struct weft_error *error)
{
	bool swapped;
	const struct weft__parties parties =
	    weft__kept_parties(given, &swapped);
	struct weft_source *keeper = parties.source;
	struct weft_buf value = WEFT_BUF_INIT(WEFT__KEPT_SIZE);
	char name[WEFT__KEPT_NAME_SIZE];
	int code = WEFT_ENOTFOUND;

	if (keeper->ops->meta_get) {
		code = weft__kept_name(&parties, id, name, error);
		if (!code)
			code = keeper->ops->meta_get(
			    keeper, name, &value, error);
	}
	weft_buf_fini(&value);
	*found = !code;
	return code == WEFT_ENOTFOUND || code == WEFT_EUNSUPPORTED ? 0 : code;
}

/* The change that is a member of a kept conflict, appended to the list. */
static int
parse_change(const struct weft__json *value, const char *name,
    struct weft_change_list *list, struct weft_error *error)
{
	struct weft__json_value member =
	    weft__json_find(value, weft_slice(name));

	if (member.type != WEFT__JSON_OBJECT)
		return 0;
	return weft_change_list_parse(list, member.token, error);
}

static int
read_kept(const struct weft__parties *parties, struct weft_slice id,
    struct weft_slice text, struct weft_conflict **conflict,
    struct weft_error *error)
{
	struct weft_change_list source = {0}, target = {0};
	struct weft__json value;
	int code;

	weft__json_init(&value);
	code = weft__json_view(&value, text, error);
	if (!code)
		code = parse_change(&value, "sourceChange", &source, error);
	if (!code)
		code = parse_change(&value, "targetChange", &target, error);
	if (!code)
		code = weft__conflict_create(parties, id, source.changes,
		    target.changes, conflict, error);
	weft__json_fini(&value);
	weft_change_list_fini(&source);
	weft_change_list_fini(&target);
	return code;
}

/* The target's model, as the kept conflict has it. */
static int
read_target_model(
    struct weft_slice text, struct weft_buf *model, struct weft_error *error)
{
	struct weft__json value;
	struct weft__json_value member;
	int code;

	weft__json_init(&value);
	code = weft__json_view(&value, text, error);
	if (!code) {
		member = weft__json_find(&value, weft_slice("targetModel"));
		code = member.type == WEFT__JSON_STRING
		    ? weft__json_read_string(member.token, model)
		    : weft_error_set(error, WEFT_EDAMAGED,
			  "the kept conflict has no targetModel");
	}
	weft__json_fini(&value);
	return code;
}

/* Whether it says that the value is not what was written. */
static bool
is_unreadable(int code)
{
	return code == WEFT_EDAMAGED || code == WEFT_EJSON ||
	    code == WEFT_EINVAL;
}

int
weft__kept_check(struct weft_slice value, struct weft_error *error)
{
	struct weft_buf target_model = WEFT_BUF_INIT(WEFT_LIMIT_NAME_SIZE);
	struct weft_change_list changes = {0};
	struct weft__json json;
	int code;

	weft__json_init(&json);
	code = weft__json_view(&json, value, error);
	if (!code)
		code = read_target_model(value, &target_model, error);
	if (!code)
		code = parse_change(&json, "sourceChange", &changes, error);
	if (!code)
		code = parse_change(&json, "targetChange", &changes, error);
	weft__json_fini(&json);
	weft_buf_fini(&target_model);
	weft_change_list_fini(&changes);
	return is_unreadable(code) ? WEFT_EDAMAGED : code;
}

int
weft_conflict_open_kept(struct weft_source *source, struct weft_source *target,
    const char *model, struct weft_slice id, struct weft_conflict **conflict,
    struct weft_error *error)
{
	struct weft__parties parties = {source, target, model, model};
	struct weft_buf value = WEFT_BUF_INIT(WEFT__KEPT_SIZE);
	struct weft_buf target_model = WEFT_BUF_INIT(WEFT_LIMIT_NAME_SIZE);
	char name[WEFT__KEPT_NAME_SIZE];
	int code = weft__kept_name(&parties, id, name, error);

	if (code)
		return code;
	code = source->ops->meta_get
	    ? source->ops->meta_get(source, name, &value, error)
	    : WEFT_ENOTFOUND;
	if (code == WEFT_ENOTFOUND)
		weft_error_set(error, code, "no conflict is kept for %s %.*s",
		    model, (int)id.size, id.data);
	if (!code)
		code = read_target_model(
		    weft_buf_slice(&value), &target_model, error);
	parties.target_model = target_model.data;
	if (!code)
		code = read_kept(
		    &parties, id, weft_buf_slice(&value), conflict, error);
	if (is_unreadable(code) && error)
		weft_error_wrap(error, "%s", name);
	weft_buf_fini(&value);
	weft_buf_fini(&target_model);
	return code;
}

int
weft__kept_open(const struct weft__parties *parties, struct weft_slice id,
    struct weft_conflict **conflict, struct weft_error *error)
{
	bool swapped;
	const struct weft__parties kept = weft__kept_parties(parties, &swapped);
	struct weft_conflict *found;
	int code = weft_conflict_open_kept(kept.source, kept.target,
	    kept.source_model, id, &found, error);

	if (code || !swapped) {
		if (!code)
			*conflict = found;
		return code;
	}
	code = weft_conflict_swap_parties(found, conflict, error);
	weft_conflict_destroy(found);
	return code;
}

struct values {
	weft_conflict_kept_fn *each;
	void *context;
	struct weft_error *error;
};

static int
hand_out(const char *name, struct weft_slice value, void *context)
{
	struct values *values = context;
	struct weft_error why;
	int code = weft__kept_check(value, &why);

	if (code == WEFT_EDAMAGED) {
		weft__log(WEFT_LOG_WARNING, "replicate", "%s: %s: the next "
		    "replication keeps the conflict anew", name, why.text);
		return 0;
	}
	return code ? weft_error_set(values->error, code, "%s: %s", name,
			  why.text)
		    : values->each(value, values->context);
}

int
weft_conflict_each_kept(struct weft_source *source, weft_conflict_kept_fn *each,
    void *context, struct weft_error *error)
{
	struct values values = {each, context, error};

	if (!source->ops->meta_each)
		return weft_error_set(
		    error, WEFT_EUNSUPPORTED, "this source keeps no conflicts");
	return source->ops->meta_each(
	    source, PREFIX, NULL, hand_out, &values, error);
}
