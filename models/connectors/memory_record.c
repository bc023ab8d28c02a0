/*
 * The memory connector: records and tombstones.  Each has a position, in the
 * order of arrival, by which it is scanned.
 */
#include "models/connectors/memory_private.h"

/* Values of a row. */
enum { POSITION, TRACK, BODY, HIDDEN, RECORD_LENGTH, TOMBSTONE_LENGTH = BODY };

static enum weft__memory_table
table_of(bool tombstone)
{
	return tombstone ? WEFT__MEMORY_TOMBSTONE : WEFT__MEMORY_RECORD;
}

static enum weft__memory_table
order_of(bool tombstone)
{
	return tombstone ? WEFT__MEMORY_TOMBSTONE_AT : WEFT__MEMORY_RECORD_AT;
}

void
weft__memory_read_record(const struct weft__ordered_entry *entry,
    bool tombstone, struct weft_connector_record *record)
{
	struct weft_slice values[RECORD_LENGTH];

	*record = (struct weft_connector_record){
	    .id = weft_slice_of(entry->key.data + 5, entry->key.size - 5)};
	weft__memory_read_row(entry->value, values,
	    tombstone ? TOMBSTONE_LENGTH : RECORD_LENGTH);
	record->track = values[TRACK];
	if (!tombstone) {
		record->body = values[BODY];
		record->hidden = values[HIDDEN];
	}
}

/* The row of this id, and its key.  WEFT_ENOTFOUND ('error' untouched). */
static int
find_row(struct weft__memory_session *session, bool tombstone, int model,
    struct weft_slice id, struct weft__ordered_entry *entry,
    struct weft_error *error)
{
	int code = weft__memory_key(
	    session, table_of(tombstone), model, id, &entry->key, error);

	if (code)
		return code;
	return weft__ordered_find(session->tree, entry->key, &entry->value)
	    ? 0 : WEFT_ENOTFOUND;
}

static int
read_one(struct weft__memory_session *session, bool tombstone, int model,
    struct weft_slice id, struct weft_connector_record *record,
    struct weft_error *error)
{
	struct weft__ordered_entry entry;
	int code = find_row(session, tombstone, model, id, &entry, error);

	if (code)
		return code;
	weft__memory_read_record(&entry, tombstone, record);
	record->id = id;
	return 0;
}

int
weft__memory_get(struct weft_connector_session *base, int model,
    struct weft_slice id, struct weft_connector_record *record,
    struct weft_error *error)
{
	struct weft__memory_session *session = weft__memory_session(base);
	int code = read_one(session, false, model, id, record, error);

	if (code == WEFT_ENOTFOUND)
		code = read_one(session, true, model, id, record, error);
	return code;
}

int
weft__memory_get_tombstone(struct weft_connector_session *base, int model,
    struct weft_slice id, struct weft_connector_record *record,
    struct weft_error *error)
{
	return read_one(
	    weft__memory_session(base), true, model, id, record, error);
}

/* The position after the last one. */
static int
next_position(struct weft__memory_session *session, bool tombstone,
    int model, uint64_t *position, struct weft_error *error)
{
	enum weft__memory_table order = order_of(tombstone);
	struct weft__ordered_entry last;
	struct weft_slice key;
	int code = weft__memory_key_at(
	    session, order, model, UINT64_MAX, &key, error);

	*position = 1;
	if (!code && weft__ordered_before(session->tree, key, &last) &&
	    weft__memory_in_table(last.key, order, model))
		*position = weft__memory_position(last.key) + 1;
	return code;
}

/* Writes the row of a record or tombstone that has this position. */
static int
put_row(struct weft__memory_session *session, bool tombstone, int model,
    const struct weft_connector_record *record, uint64_t position,
    struct weft_error *error)
{
	struct weft_slice values[RECORD_LENGTH] = {
	    [POSITION] = {(const char *)&position, sizeof position},
	    [TRACK] = record->track,
	    [BODY] = record->body,
	    [HIDDEN] = record->hidden};
	struct weft_slice key, row;
	int code = weft__memory_row(session, values,
	    tombstone ? TOMBSTONE_LENGTH : RECORD_LENGTH, &row, error);

	if (!code)
		code = weft__memory_key(session, table_of(tombstone), model,
		    record->id, &key, error);
	if (!code)
		code = weft__memory_put(session, key, row, error);
	return code;
}

/* Adds a row at the end of the order. */
static int
add_row(struct weft__memory_session *session, bool tombstone, int model,
    const struct weft_connector_record *record, struct weft_error *error)
{
	struct weft_slice key;
	uint64_t position;
	int code = next_position(
	    session, tombstone, model, &position, error);

	if (!code)
		code = weft__memory_key_at(session, order_of(tombstone),
		    model, position, &key, error);
	if (!code)
		code = weft__memory_put(session, key, record->id, error);
	if (!code)
		code = put_row(session, tombstone, model, record, position,
		    error);
	return code;
}

static uint64_t
position_of(const struct weft__ordered_entry *entry)
{
	struct weft_slice value;
	uint64_t position;

	weft__memory_read_row(entry->value, &value, 1);
	memcpy(&position, value.data, sizeof position);
	return position;
}

/* Replaces the row of this id, or WEFT_ENOTFOUND. */
static int
replace_row(struct weft__memory_session *session, bool tombstone, int model,
    const struct weft_connector_record *record, struct weft_error *error)
{
	struct weft__ordered_entry entry;
	int code = find_row(
	    session, tombstone, model, record->id, &entry, error);

	if (!code)
		code = put_row(session, tombstone, model, record,
		    position_of(&entry), error);
	return code;
}

/* Removes the row of this id, if there is one. */
static int
remove_row(struct weft__memory_session *session, bool tombstone, int model,
    struct weft_slice id, struct weft_error *error)
{
	struct weft__ordered_entry entry;
	struct weft_slice key;
	uint64_t position = 0;
	int code = find_row(session, tombstone, model, id, &entry, error);

	if (code == WEFT_ENOTFOUND)
		return 0;
	if (!code) {
		position = position_of(&entry);
		code = weft__memory_remove(session, entry.key, error);
	}
	if (!code)
		code = weft__memory_key_at(session, order_of(tombstone),
		    model, position, &key, error);
	if (!code)
		code = weft__memory_remove(session, key, error);
	return code;
}

int
weft__memory_insert(struct weft_connector_session *base, int model,
    const struct weft_connector_record *record, bool had_tombstone,
    struct weft_error *error)
{
	struct weft__memory_session *session = weft__memory_change(base);
	struct weft__ordered_entry entry;
	int code = find_row(
	    session, false, model, record->id, &entry, error);

	if (!code)
		return WEFT_EEXISTS;
	if (code != WEFT_ENOTFOUND)
		return code;
	code = add_row(session, false, model, record, error);
	if (!code && had_tombstone)
		code = remove_row(session, true, model, record->id, error);
	return code;
}

int
weft__memory_update(struct weft_connector_session *base, int model,
    const struct weft_connector_record *record, struct weft_error *error)
{
	int code = replace_row(
	    weft__memory_change(base), false, model, record, error);

	if (code == WEFT_ENOTFOUND)
		weft_error_set(error, code, "no record '%.*s' to update",
		    (int)record->id.size, record->id.data);
	return code;
}

int
weft__memory_bury(struct weft_connector_session *base, int model,
    struct weft_slice id, struct weft_slice track, struct weft_error *error)
{
	struct weft__memory_session *session = weft__memory_change(base);
	struct weft_connector_record tombstone = {.id = id, .track = track};
	int code = remove_row(session, false, model, id, error);

	if (code || !track.data)
		return code;
	code = replace_row(session, true, model, &tombstone, error);
	if (code == WEFT_ENOTFOUND)
		code = add_row(session, true, model, &tombstone, error);
	return code;
}

int
weft__memory_forget(struct weft_connector_session *base, int model,
    struct weft_slice id, struct weft_error *error)
{
	return remove_row(weft__memory_change(base), true, model, id, error);
}

/* Reads the row whose place in the order 'at' is. */
static int
read_at(struct weft__memory_session *session, bool tombstones, int model,
    const struct weft__ordered_entry *at, struct weft_connector_record *record,
    struct weft_error *error)
{
	int code = read_one(
	    session, tombstones, model, at->value, record, error);

	if (code == WEFT_ENOTFOUND)
		return weft_error_set(error, WEFT_EDAMAGED,
		    "a position without its row");
	return code;
}

int
weft__memory_scan(struct weft_connector_session *base, int model,
    bool tombstones, uint64_t *position, size_t limit,
    weft_connector_record_fn *each, void *context, struct weft_error *error)
{
	struct weft__memory_session *session = weft__memory_session(base);
	enum weft__memory_table order = order_of(tombstones);
	struct weft_connector_record record;
	struct weft__ordered_entry at;
	int code = weft__memory_key_at(
	    session, order, model, *position, &at.key, error);

	for (size_t i = 0; !code && i < limit; i++) {
		if (!weft__ordered_after(session->tree, at.key, false, &at) ||
		    !weft__memory_in_table(at.key, order, model))
			break;
		*position = weft__memory_position(at.key);
		code = read_at(
		    session, tombstones, model, &at, &record, error);
		if (!code)
			code = each(&record, context);
	}
	return code;
}
