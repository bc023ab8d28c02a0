/*
 * A remembered position is a small value at both sides:
 *   at the target "position/<source's epoch>/<source model>/<target model>/
 *   <SHA-1 of the canonical filter>",
 *   at the source the same behind "sent/<target's epoch>/".
 *
 * Both are written when everything up to it is durable at the target.  A
 * database that is restored from a backup takes its value back with it, so
 * the older of the two is where both sides still agree.  A source that cannot
 * keep its value (it may be open for reading only, or at the other end of a
 * protocol that knows of none) is taken at its word; and so is such a target,
 * whose position is the source's to keep.
 *
 * What was refused on the way is a value of its own for each record, "refused/"
 * or "refused-of/", the same, and the id.
 */
#include "models/replicate/position.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/base/json_member.h"
#include "core/base/log.h"

#define NAME_SIZE 1024
#define VALUE_SIZE 1024

/* Writes the SHA-1 of the filter, as it is whatever its spelling. */
static int
hash_filter(struct weft_slice filter, char text[WEFT__OID_HEX + 1],
    struct weft_error *error)
{
	struct weft__json json;
	struct weft__oid hash;
	int code = 0;

	weft__json_init(&json);
	if (filter.data)
		code = weft__json_scan(&json, filter.data, filter.size,
		    &weft__json_record_limits, error);
	weft__sha1(json.text.data, json.text.size, &hash);
	weft__oid_format(&hash, text);
	weft__json_fini(&json);
	return code;
}

/* Writes the name under which one side keeps the position. */
static int
write_name(const struct weft__parties *parties, const char *prefix,
    struct weft_source *peer, struct weft_slice filter, char name[NAME_SIZE],
    struct weft_error *error)
{
	char hash[WEFT__OID_HEX + 1];
	int code = hash_filter(filter, hash, error);
	int size;

	if (code)
		return code;
	size = snprintf(name, NAME_SIZE, "%s/%s/%s/%s/%s", prefix,
	    peer->ops->epoch(peer), parties->source_model,
	    parties->target_model, hash);
	if (size < 0 || size >= NAME_SIZE)
		return weft_error_set(
		    error, WEFT_ELIMIT, "the names of a position are too long");
	return 0;
}

/* One side's value. */
struct value {
	struct weft__position position;
	bool shared;  /* the other side has one too */
	bool found;
	bool damaged; /* there is one, and it cannot be read */
};

static int
parse_value(
    struct weft_slice text, struct value *value, struct weft_error *error)
{
	struct weft__position *position = &value->position;
	struct weft__json json;
	int code;

	weft__json_init(&json);
	code = weft__json_view(&json, text, error);
	if (!code) {
		position->source_checkpoint =
		    weft__json_get_count(&json, "sourceCheckpoint");
		position->target_checkpoint =
		    weft__json_get_count(&json, "targetCheckpoint");
		weft__json_get_text(&json, "sourceEpoch",
		    position->source_epoch, sizeof position->source_epoch);
		weft__json_get_text(&json, "targetEpoch",
		    position->target_epoch, sizeof position->target_epoch);
		weft__json_get_text(&json, "commit", position->commit,
		    sizeof position->commit);
		weft__json_get_text(&json, "sourcePlace",
		    position->source_place, sizeof position->source_place);
		value->shared = weft__json_get_bool(&json, "shared");
		value->found = true;
	}
	weft__json_fini(&json);
	return code;
}

/* A position that cannot be read is none: then all is compared, and it is
 * written anew. */
static int
take_text(const char *name, struct weft_slice text, struct value *value,
    struct weft_error *error)
{
	struct weft_error why;
	int code = parse_value(text, value, &why);

	value->damaged = code == WEFT_EDAMAGED;
	if (code && code != WEFT_EDAMAGED)
		return weft_error_set(error, code, "%s: %s", name, why.text);
	if (code)
		weft__log(WEFT_LOG_WARNING, "replicate", "%s: %s: the position "
		    "is not known, and all is compared", name, why.text);
	return 0;
}

/* Reads the value of one side, if it has one. */
static int
read_value(const struct weft__parties *parties, const char *prefix,
    struct weft_source *keeper, struct weft_source *peer,
    struct weft_slice filter, struct value *value, struct weft_error *error)
{
	struct weft_buf text = WEFT_BUF_INIT(VALUE_SIZE);
	char name[NAME_SIZE];
	int code;

	*value = (struct value){.found = false};
	if (!keeper->ops->meta_get)
		return 0;
	code = write_name(parties, prefix, peer, filter, name, error);
	if (!code)
		code = keeper->ops->meta_get(keeper, name, &text, error);
	if (!code)
		code = take_text(name, weft_buf_slice(&text), value, error);
	weft_buf_fini(&text);
	return code == WEFT_ENOTFOUND || code == WEFT_EUNSUPPORTED ? 0 : code;
}

/* Whether the value is of the databases that the parties are now. */
static bool
is_theirs(const struct value *value, const struct weft__parties *parties)
{
	const struct weft__position *position = &value->position;
	struct weft_source *source = parties->source;
	struct weft_source *target = parties->target;

	return value->found &&
	    strcmp(position->source_epoch, source->ops->epoch(source)) == 0 &&
	    strcmp(position->target_epoch, target->ops->epoch(target)) == 0;
}

static void
take_older(uint64_t *checkpoint, uint64_t other)
{
	if (other < *checkpoint)
		*checkpoint = other;
}

/*
 * Whether 'side' is not the database any more that a position was remembered
 * of: 'remembered' is a checkpoint that it gave out, 'own' what it has of it
 * itself (0: nothing).  What is remembered at the target was remembered at the
 * source before, so that it can be ahead there only after a restore.
 */
static int
check_side(struct weft_source *side, uint64_t remembered, uint64_t own,
    bool *restored, struct weft_error *error)
{
	uint64_t current;
	int code = side->ops->current_checkpoint(side, &current, error);

	*restored = false;
	if (code || (remembered <= current && remembered <= own))
		return code;
	/* Who cannot be told of it is compared anew. */
	*restored = !side->ops->restored;
	if (*restored)
		return 0;
	code = side->ops->restored(
	    side, remembered > current ? remembered : current, error);
	*restored = !code;
	/* Then the older of the two positions must do. */
	return code == WEFT_EREADONLY || code == WEFT_EINVAL ||
		code == WEFT_EUNSUPPORTED ? 0 : code;
}

/* Lets a side that was restored from a backup know it. */
static int
check_sides(const struct weft__parties *parties, const struct value *source,
    const struct value *target, bool *restored, struct weft_error *error)
{
	const struct weft__position *sent = &source->position;
	const struct weft__position *kept = &target->position;
	bool other;
	int code = 0;

	*restored = false;
	if (is_theirs(target, parties) && target->shared)
		code = check_side(parties->source, kept->source_checkpoint,
		    is_theirs(source, parties) ? sent->source_checkpoint : 0,
		    restored, error);
	if (code || !is_theirs(source, parties))
		return code;
	code = check_side(parties->target, sent->target_checkpoint,
	    sent->target_checkpoint, &other, error);
	*restored = *restored || other;
	return code;
}

static bool
keeps_values(const struct weft_source *side)
{
	return side->ops->meta_get && side->ops->meta_put;
}

static int
read_values(const struct weft__parties *parties, struct weft_slice filter,
    struct value *source, struct value *target, struct weft_error *error)
{
	int code = read_value(parties, "position", parties->target,
	    parties->source, filter, target, error);

	return code ? code : read_value(parties, "sent", parties->source,
				 parties->target, filter, source, error);
}

int
weft__position_load(const struct weft__parties *parties,
    struct weft_slice filter, struct weft__position *position, bool *found,
    struct weft_error *error)
{
	struct value target, source;
	bool restored;
	int code = read_values(parties, filter, &source, &target, error);

	*found = false;
	/* That one side's cannot be read says nothing of a restore. */
	if (code || target.damaged || source.damaged)
		return code;
	code = check_sides(parties, &source, &target, &restored, error);
	if (!keeps_values(parties->target))
		target = source;
	if (code || restored || !is_theirs(&target, parties))
		return code;
	if (target.shared) {
		if (!is_theirs(&source, parties))
			return 0;
		take_older(&target.position.source_checkpoint,
		    source.position.source_checkpoint);
		take_older(&target.position.target_checkpoint,
		    source.position.target_checkpoint);
	}
	*position = target.position;
	*found = true;
	return 0;
}

/* Epochs are peers' texts: they may hold anything. */
static int
write_text(struct weft_buf *text, const char *name, const char *value)
{
	int code = weft_buf_printf(text, ",\"%s\":", name);

	return code ? code : weft__json_write_string(weft_slice(value), text);
}

static int
write_value(
    const struct weft__position *position, bool shared, struct weft_buf *text)
{
	int code = weft_buf_printf(text,
	    "{\"commit\":\"%s\",\"shared\":%s,\"sourceCheckpoint\":%" PRIu64,
	    position->commit, shared ? "true" : "false",
	    position->source_checkpoint);

	if (!code)
		code = write_text(text, "sourceEpoch", position->source_epoch);
	if (!code && *position->source_place)
		code = write_text(text, "sourcePlace", position->source_place);
	if (!code)
		code = weft_buf_printf(text, ",\"targetCheckpoint\":%" PRIu64,
		    position->target_checkpoint);
	if (!code)
		code = write_text(text, "targetEpoch", position->target_epoch);
	return code ? code : weft_buf_append(text, "}", 1);
}

/* Keeps the value at one side; WEFT_EUNSUPPORTED if that keeps none. */
static int
put_value(const struct weft__parties *parties, const char *prefix,
    struct weft_source *keeper, struct weft_source *peer,
    struct weft_slice filter, const struct weft__position *position,
    bool shared, struct weft_error *error)
{
	struct weft_buf text = WEFT_BUF_INIT(VALUE_SIZE);
	char name[NAME_SIZE];
	int code;

	if (!keeper->ops->meta_put || !keeper->ops->meta_get)
		return WEFT_EUNSUPPORTED;
	code = write_name(parties, prefix, peer, filter, name, error);
	if (!code)
		code = write_value(position, shared, &text);
	if (!code)
		code = keeper->ops->meta_put(
		    keeper, name, weft_buf_slice(&text), error);
	weft_buf_fini(&text);
	return code;
}

int
weft__position_save(const struct weft__parties *parties,
    struct weft_slice filter, struct weft__position *position,
    struct weft_error *error)
{
	struct weft_source *source = parties->source;
	struct weft_source *target = parties->target;
	bool shared;
	int code;

	snprintf(position->source_epoch, sizeof position->source_epoch, "%s",
	    source->ops->epoch(source));
	snprintf(position->target_epoch, sizeof position->target_epoch, "%s",
	    target->ops->epoch(target));
	code = put_value(parties, "sent", source, target, filter, position,
	    keeps_values(target), error);
	shared = !code;
	if (code && code != WEFT_EUNSUPPORTED && code != WEFT_EREADONLY)
		return code;
	code = put_value(parties, "position", target, source, filter, position,
	    shared, error);
	return code == WEFT_EUNSUPPORTED ? 0 : code;
}

/*
 * What was refused
 */

/* Who keeps it, and the beginning of its names. */
static int
find_keeper(const struct weft__parties *parties, struct weft_source **keeper,
    char name[NAME_SIZE], struct weft_error *error)
{
	const struct weft_slice no_filter = {NULL, 0};
	bool is_source = keeps_values(parties->source);
	struct weft_source *peer =
	    is_source ? parties->target : parties->source;
	size_t size;
	int code;

	*keeper = is_source ? parties->source : parties->target;
	if (!keeps_values(*keeper) || !(*keeper)->ops->meta_each)
		return weft_error_set(error, WEFT_EUNSUPPORTED,
		    "neither side keeps what was refused");
	code = write_name(parties, is_source ? "refused" : "refused-of", peer,
	    no_filter, name, error);
	if (code)
		return code;
	size = strlen(name);
	if (size + 1 == NAME_SIZE)
		return weft_error_set(error, WEFT_ELIMIT,
		    "the names of what was refused are too long");
	memcpy(name + size, "/", 2);
	return 0;
}

/* Keeps the value for the record; no value: drops it. */
static int
put_refused(const struct weft__parties *parties, struct weft_slice id,
    struct weft_slice value, struct weft_error *error)
{
	struct weft_buf name = WEFT_BUF_INIT(2 * NAME_SIZE);
	char prefix[NAME_SIZE];
	struct weft_source *keeper;
	int code = find_keeper(parties, &keeper, prefix, error);

	if (code)
		return code;
	code = weft_buf_printf(
	    &name, "%s%.*s", prefix, (int)id.size, id.data);
	if (code)
		weft_error_set(error, code, "what was refused: %s",
		    weft_error_text(code));
	else
		code = keeper->ops->meta_put(keeper, name.data, value, error);
	weft_buf_fini(&name);
	return code;
}

int
weft__position_keep_refused(const struct weft__parties *parties,
    struct weft_slice id, struct weft_error *error)
{
	return put_refused(parties, id, weft_slice("{}"), error);
}

int
weft__position_drop_refused(const struct weft__parties *parties,
    struct weft_slice id, struct weft_error *error)
{
	int code = put_refused(parties, id, weft_slice(NULL), error);

	return code == WEFT_EUNSUPPORTED || code == WEFT_ENOTFOUND ? 0 : code;
}

/* Names, being handed on as ids. */
struct refused_ids {
	size_t prefix_size;
	int (*each)(struct weft_slice id, void *context);
	void *context;
};

static int
take_refused(const char *name, struct weft_slice value, void *context)
{
	const struct refused_ids *ids = context;

	(void)value;
	return ids->each(weft_slice(name + ids->prefix_size), ids->context);
}

int
weft__position_each_refused(const struct weft__parties *parties,
    int (*each)(struct weft_slice id, void *context), void *context,
    struct weft_error *error)
{
	struct refused_ids ids = {.each = each, .context = context};
	char prefix[NAME_SIZE];
	struct weft_source *keeper;
	int code = find_keeper(parties, &keeper, prefix, error);

	ids.prefix_size = code ? 0 : strlen(prefix);
	if (!code)
		code = keeper->ops->meta_each(
		    keeper, prefix, NULL, take_refused, &ids, error);
	return code == WEFT_EUNSUPPORTED ? 0 : code;
}
