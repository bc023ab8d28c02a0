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

#include <inttypes.h>
#include <stdio.h>

#include "core/base/json.h"
#include "core/base/limits.h"
#include "core/base/log.h"

#define PREFIX "conflict/"
#define NAME_SIZE 2048

/* Three records and two changes. */
#define VALUE_SIZE (4 * (size_t)WEFT_LIMIT_RECORD_SIZE)

/* The parties as the one who keeps their conflicts sees them: he is the
 * source. */
static struct weft__parties
as_kept(const struct weft__parties *parties, bool *swapped)
{
	const struct weft__parties exchanged = {
	    .source = parties->target,
	    .target = parties->source,
	    .source_model = parties->target_model,
	    .target_model = parties->source_model,
	};

	*swapped =
	    !parties->source->ops->meta_put && parties->target->ops->meta_put;
	return *swapped ? exchanged : *parties;
}

/* Writes the names' common beginning; returns its size. */
static size_t
write_prefix(const struct weft__parties *parties, char name[NAME_SIZE])
{
	const char *epoch = parties->target->ops->epoch(parties->target);

	return (size_t)snprintf(
	    name, NAME_SIZE, PREFIX "%s/%s/", parties->source_model, epoch);
}

static int
write_name(const struct weft__parties *parties, struct weft_slice id,
    char name[NAME_SIZE], struct weft_error *error)
{
	size_t size = write_prefix(parties, name);

	if (size + id.size >= NAME_SIZE)
		return weft_error_set(
		    error, WEFT_ELIMIT, "the names of a conflict are too long");
	memcpy(name + size, id.data, id.size);
	name[size + id.size] = '\0';
	return 0;
}

static int
append_text(struct weft_buf *json, const char *name, struct weft_slice text)
{
	int code = weft_buf_printf(json, ",\"%s\":", name);

	return code ? code : weft__json_write_string(text, json);
}

static int
append_change(
    struct weft_buf *json, const char *name, const struct weft_change *change)
{
	int code = weft_buf_printf(json, ",\"%s\":", name);

	if (code)
		return code;
	if (!change->model_id.data)
		return weft_buf_append(json, "null", 4);
	return weft_change_write(change, json);
}

/* Writes ',"name":'; the record follows, or end_record() writes null. */
static int
begin_record(struct weft_buf *json, const char *name)
{
	return weft_buf_printf(json, ",\"%s\":", name);
}

/* A record that is not there is null. */
static int
end_record(struct weft_buf *json, bool present)
{
	return present ? 0 : weft_buf_append(json, "null", 4);
}

/* Appends the three records. */
static int
append_records(struct weft_conflict *conflict, struct weft_buf *json,
    struct weft_error *error)
{
	struct weft_conflict_presence present;
	int code = begin_record(json, "base");

	if (!code)
		code = weft_conflict_models(
		    conflict, NULL, NULL, json, &present, error);
	if (!code)
		code = end_record(json, present.base);
	if (!code)
		code = begin_record(json, "source");
	if (!code)
		code = weft_conflict_models(
		    conflict, json, NULL, NULL, &present, error);
	if (!code)
		code = end_record(json, present.source);
	if (!code)
		code = begin_record(json, "target");
	if (!code)
		code = weft_conflict_models(
		    conflict, NULL, json, NULL, &present, error);
	return code ? code : end_record(json, present.target);
}

/* Appends the rest; the records go first, as they refresh the changes. */
static int
append_facts(const struct weft_conflict *conflict, const char *peer,
    uint64_t now_ms, struct weft_buf *json)
{
	enum weft_conflict_type type = weft_conflict_type(conflict);
	int code =
	    append_change(json, "sourceChange", &conflict->source_change);

	if (!code)
		code = append_change(
		    json, "targetChange", &conflict->target_change);
	if (!code)
		code = append_text(
		    json, "model", weft_slice(conflict->parties.source_model));
	if (!code)
		code = append_text(json, "targetModel",
		    weft_slice(conflict->parties.target_model));
	if (!code)
		code = append_text(json, "modelId", conflict->id);
	if (!code)
		code = append_text(json, "peer", weft_slice(peer));
	if (!code)
		code = append_text(
		    json, "type", weft_slice(weft_conflict_type_name(type)));
	return code ? code
		    : weft_buf_printf(json, ",\"time\":%" PRIu64 "}", now_ms);
}

/* Makes the value: canonical, as all JSON that is stored. */
static int
write_value(struct weft_conflict *conflict, const char *peer, uint64_t now_ms,
    struct weft__json *value, struct weft_error *error)
{
	static const struct weft__json_limits limits = {
	    VALUE_SIZE, WEFT_LIMIT_JSON_DEPTH + 1, WEFT_LIMIT_JSON_KEYS};
	struct weft_buf json = WEFT_BUF_INIT(VALUE_SIZE);
	int code = weft_buf_append(&json, "{\"version\":1", 12);

	if (!code)
		code = append_records(conflict, &json, error);
	if (!code)
		code = append_facts(conflict, peer, now_ms, &json);
	if (!code)
		code = weft__json_scan(
		    value, json.data, json.size, &limits, error);
	weft_buf_fini(&json);
	return code;
}

/*
 * Puts the value, without waiting for the disk where that can be: what a
 * replication remembers is written after it, and waits.  Until then it finds
 * the conflict again.
 */
static int
put_value(struct weft_source *source, const char *name,
    struct weft_slice value, struct weft_error *error)
{
	return (source->ops->meta_put_soon ? source->ops->meta_put_soon
	                                   : source->ops->meta_put)(
	    source, name, value, error);
}

static int
put(struct weft_conflict *conflict, const char *peer, uint64_t now_ms,
    struct weft_error *error)
{
	struct weft_source *source = conflict->parties.source;
	char name[NAME_SIZE];
	struct weft__json value;
	int code;

	if (!source->ops->meta_put)
		return 0;
	code = write_name(&conflict->parties, conflict->id, name, error);
	if (code)
		return code;
	weft__json_init(&value);
	code = write_value(conflict, peer, now_ms, &value, error);
	if (!code)
		code = put_value(
		    source, name, weft_buf_slice(&value.text), error);
	weft__json_fini(&value);
	return code == WEFT_EUNSUPPORTED ? 0 : code;
}

int
weft__kept_put(struct weft_conflict *conflict, const char *target,
    const char *source, uint64_t now_ms, struct weft_error *error)
{
	struct weft_conflict *exchanged;
	bool swapped;
	int code;

	as_kept(&conflict->parties, &swapped);
	if (!swapped)
		return put(conflict, target, now_ms, error);
	code = weft_conflict_swap_parties(conflict, &exchanged, error);
	if (code)
		return code;
	code = put(exchanged, source, now_ms, error);
	weft_conflict_destroy(exchanged);
	return code;
}

int
weft__kept_drop(const struct weft__parties *given, struct weft_slice id,
    struct weft_error *error)
{
	bool swapped;
	const struct weft__parties kept = as_kept(given, &swapped);
	const struct weft__parties *parties = &kept;
	struct weft_source *source = parties->source;
	struct weft_buf value = WEFT_BUF_INIT(VALUE_SIZE);
	char name[NAME_SIZE];
	int code;

	if (!source->ops->meta_put || !source->ops->meta_get)
		return 0;
	code = write_name(parties, id, name, error);
	if (!code)
		code = source->ops->meta_get(source, name, &value, error);
	if (!code)
		code = put_value(
		    source, name, weft_slice_of(NULL, 0), error);
	weft_buf_fini(&value);
	return code == WEFT_ENOTFOUND || code == WEFT_EUNSUPPORTED ? 0 : code;
}

struct ids {
	size_t prefix_size;
	int (*each)(struct weft_slice id, void *context);
	void *context;
};

static int
take_id(const char *name, struct weft_slice value, void *context)
{
	struct ids *ids = context;

	(void)value;
	return ids->each(weft_slice(name + ids->prefix_size), ids->context);
}

int
weft__kept_each(const struct weft__parties *given,
    int (*each)(struct weft_slice id, void *context), void *context,
    struct weft_error *error)
{
	bool swapped;
	const struct weft__parties kept = as_kept(given, &swapped);
	const struct weft__parties *parties = &kept;
	struct weft_source *source = parties->source;
	struct ids ids = {.each = each, .context = context};
	char prefix[NAME_SIZE];
	int code;

	if (!source->ops->meta_each)
		return 0;
	ids.prefix_size = write_prefix(parties, prefix);
	code = source->ops->meta_each(source, prefix, take_id, &ids, error);
	return code == WEFT_EUNSUPPORTED ? 0 : code;
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
	struct weft_buf value = WEFT_BUF_INIT(VALUE_SIZE);
	struct weft_buf target_model = WEFT_BUF_INIT(WEFT_LIMIT_NAME_SIZE);
	char name[NAME_SIZE];
	int code = write_name(&parties, id, name, error);

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
	const struct weft__parties kept = as_kept(parties, &swapped);
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
	return source->ops->meta_each(source, PREFIX, hand_out, &values, error);
}
