/*
 * Keeping conflicts (models/replicate/kept.c): their values are made one by one
 * and written by the page.
 */
#include "models/replicate/keep.h"

#include <inttypes.h>

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/limits.h"

/* One that is to be written. */
struct weft__keep_value {
	struct weft_slice name;
	struct weft_slice text;
};

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
	    WEFT__KEPT_SIZE, WEFT_LIMIT_JSON_DEPTH + 1, WEFT_LIMIT_JSON_KEYS};
	struct weft_buf json = WEFT_BUF_INIT(WEFT__KEPT_SIZE);
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

void
weft__keep_init(struct weft__keep *keep, const struct weft__parties *parties,
    const char *target, const char *source)
{
	*keep = (struct weft__keep){
	    .now_ms = weft__clock_now_ms(&weft__clock_system)};
	keep->parties = weft__kept_parties(parties, &keep->swapped);
	keep->peer = keep->swapped ? source : target;
	if (!keep->peer)
		keep->peer =
		    keep->parties.target->ops->epoch(keep->parties.target);
}

static void
forget(struct weft__keep *keep)
{
	weft__arena_clear(&keep->arena);
	keep->length = 0;
}

void
weft__keep_fini(struct weft__keep *keep)
{
	weft__arena_fini(&keep->arena);
	weft__free(keep->values);
}

/* Whether it is kept already as it is: then the time that it has stays. */
static int
is_kept(struct weft__keep *keep, const struct weft_conflict *conflict,
    bool *kept, struct weft_error *error)
{
	struct weft_conflict *before;
	int code = weft__kept_open(
	    &conflict->parties, conflict->id, &before, error);

	*kept = false;
	if (code == WEFT_ENOTFOUND)
		return 0;
	/* One that cannot be read is written anew. */
	if (code == WEFT_EDAMAGED || code == WEFT_EJSON ||
	    code == WEFT_EINVAL) {
		keep->again++;
		return 0;
	}
	if (code)
		return code;
	keep->again++;
	*kept = weft_change_equals(
		    &before->source_change, &conflict->source_change) &&
	    weft_change_equals(
		&before->target_change, &conflict->target_change);
	weft_conflict_destroy(before);
	return 0;
}

static int
append(struct weft__keep *keep, const char *name, struct weft_slice text)
{
	struct weft__keep_value value;

	if (!weft__grow(&keep->values, &keep->capacity, keep->length + 1,
		sizeof *keep->values) ||
	    weft__arena_copy(&keep->arena, weft_slice(name), &value.name) ||
	    weft__arena_copy(&keep->arena, text, &value.text))
		return WEFT_ENOMEM;
	keep->values[keep->length++] = value;
	return 0;
}

/* Makes the value of a conflict as its keeper sees it. */
static int
add(struct weft__keep *keep, struct weft_conflict *conflict,
    struct weft_error *error)
{
	char name[WEFT__KEPT_NAME_SIZE];
	struct weft__json value;
	int code = weft__kept_name(&keep->parties, conflict->id, name, error);

	if (code)
		return code;
	weft__json_init(&value);
	code = write_value(conflict, keep->peer, keep->now_ms, &value, error);
	if (!code && append(keep, name, weft_buf_slice(&value.text)))
		code = weft_error_set(error, WEFT_ENOMEM, "out of memory");
	weft__json_fini(&value);
	return code;
}

static int
add_swapped(struct weft__keep *keep, struct weft_conflict *conflict,
    struct weft_error *error)
{
	struct weft_conflict *exchanged;
	int code = weft_conflict_swap_parties(conflict, &exchanged, error);

	if (code)
		return code;
	code = add(keep, exchanged, error);
	weft_conflict_destroy(exchanged);
	return code;
}

int
weft__keep_add(struct weft__keep *keep, struct weft_conflict *conflict,
    struct weft_error *error)
{
	bool kept;
	int code;

	if (!keep->parties.source->ops->meta_put)
		return 0;
	code = is_kept(keep, conflict, &kept, error);
	if (code || kept)
		return code;
	return keep->swapped ? add_swapped(keep, conflict, error)
			     : add(keep, conflict, error);
}

static int
put_all(void *context, struct weft_error *error)
{
	const struct weft__keep *keep = context;
	int code = 0;

	for (size_t i = 0; !code && i < keep->length; i++)
		code = weft__kept_put(keep->parties.source,
		    keep->values[i].name.data, keep->values[i].text, error);
	return code;
}

int
weft__keep_write(struct weft__keep *keep, bool all, struct weft_error *error)
{
	int code;

	if (!keep->length || (!all && keep->length < WEFT_LIMIT_PAGE_CHANGES &&
		keep->arena.size < WEFT_LIMIT_PAGE_SIZE))
		return 0;
	code = weft__parties_together(&keep->parties, put_all, keep, error);
	forget(keep);
	return code == WEFT_EUNSUPPORTED ? 0 : code;
}
