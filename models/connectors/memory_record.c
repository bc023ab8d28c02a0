/*
 * The memory connector: records and tombstones.  Each has a position, in the
 * order of arrival, by which it is scanned.
 */
#include "models/connectors/memory_private.h"

/* Values of a row. */
enum { TRACK, BODY, HIDDEN, RECORD_LENGTH, TOMBSTONE_LENGTH = BODY };

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
weft__memory_read_record(const struct weft__ordered_item *item,
    bool tombstone, struct weft_connector_record *record)
{
	struct weft_slice values[RECORD_LENGTH];

	*record = (struct weft_connector_record){
	    .id = weft__ordered_item_key(item)};
	weft__memory_values(
	    item, values, tombstone ? TOMBSTONE_LENGTH : RECORD_LENGTH);
	record->track = values[TRACK];
	if (!tombstone) {
		record->body = values[BODY];
		record->hidden = values[HIDDEN];
	}
}

/* The record or tombstone of this id, or NULL. */
static struct weft__ordered_item *
find_item(struct weft__memory_session *session, bool tombstone, int model,
    struct weft_slice id)
{
	return weft__ordered_find(
	    weft__memory_read(session, table_of(tombstone), model),
	    weft__ordered_text(id));
}

int
weft__memory_get(struct weft_connector_session *base, int model,
    struct weft_slice id, struct weft_connector_record *record,
    struct weft_error *error)
{
	const struct weft__ordered_item *item =
	    find_item(weft__memory_session(base), false, model, id);

	if (!item)
		return weft__memory_get_tombstone(
		    base, model, id, record, error);
	weft__memory_read_record(item, false, record);
	return 0;
}

int
weft__memory_get_tombstone(struct weft_connector_session *base, int model,
    struct weft_slice id, struct weft_connector_record *record,
    struct weft_error *error)
{
	const struct weft__ordered_item *item =
	    find_item(weft__memory_session(base), true, model, id);

	if (!item)
		return WEFT_ENOTFOUND;
	weft__memory_read_record(item, true, record);
	return 0;
}

/* The position after the last one. */
static uint64_t
next_position(struct weft__memory_session *session, bool tombstone, int model)
{
	const struct weft__ordered_item *last = weft__ordered_before(
	    weft__memory_read(session, order_of(tombstone), model),
	    weft__ordered_number(UINT64_MAX));

	return last ? last->number + 1 : 1;
}

/* Makes an item of a record or tombstone, at this position. */
static int
make_item(struct weft__memory_session *session, bool tombstone,
    const struct weft_connector_record *record, uint64_t position,
    struct weft__ordered_item **item, struct weft_error *error)
{
	const struct weft_slice values[RECORD_LENGTH] = {
	    [TRACK] = record->track,
	    [BODY] = record->body,
	    [HIDDEN] = record->hidden};
	const struct weft__memory_row row = {position, record->id, values,
	    tombstone ? TOMBSTONE_LENGTH : RECORD_LENGTH};

	return weft__memory_make(session, &row, item, error);
}

/* Puts the item where its position says; in the place of another of the same
 * id, which is given up. */
static int
put_in_order(struct weft__memory_session *session, bool tombstone, int model,
    struct weft__ordered_item *item, struct weft_error *error)
{
	struct weft__ordered_item *before = NULL;
	int code = weft__memory_put(session, order_of(tombstone), model,
	    weft__ordered_number(item->number), item, &before, error);

	if (before)
		weft__versions_give_up(&session->memory->versions, before);
	return code;
}

/* Adds one at the end of the order, or WEFT_EEXISTS. */
static int
add(struct weft__memory_session *session, bool tombstone, int model,
    const struct weft_connector_record *record, struct weft_error *error)
{
	struct weft__ordered_item *item;
	int code = make_item(session, tombstone, record,
	    next_position(session, tombstone, model), &item, error);

	if (code)
		return code;
	code = weft__memory_add(session, table_of(tombstone), model,
	    weft__ordered_text(record->id), item, error);
	if (code) {
		weft__versions_give_up(&session->memory->versions, item);
		return code;
	}
	return put_in_order(session, tombstone, model, item, error);
}

/* Replaces the one of this id, or WEFT_ENOTFOUND. */
static int
replace(struct weft__memory_session *session, bool tombstone, int model,
    const struct weft_connector_record *record, struct weft_error *error)
{
	struct weft__ordered_item *item, *before =
	    find_item(session, tombstone, model, record->id);
	int code;

	if (!before)
		return WEFT_ENOTFOUND;
	code = make_item(
	    session, tombstone, record, before->number, &item, error);
	if (!code)
		code = weft__memory_put(session, table_of(tombstone), model,
		    weft__ordered_text(record->id), item, &before, error);
	return code ? code : put_in_order(
			  session, tombstone, model, item, error);
}

/* Removes the one of this id, if there is one. */
static int
take_out(struct weft__memory_session *session, bool tombstone, int model,
    struct weft_slice id, struct weft_error *error)
{
	struct weft__ordered_item *item;
	int code = weft__memory_remove(session, table_of(tombstone), model,
	    weft__ordered_text(id), &item, error);

	if (code || !item)
		return code;
	return weft__memory_drop(session, order_of(tombstone), model,
	    weft__ordered_number(item->number), error);
}

int
weft__memory_insert(struct weft_connector_session *base, int model,
    const struct weft_connector_record *record, bool had_tombstone,
    struct weft_error *error)
{
	struct weft__memory_session *session = weft__memory_session(base);
	int code = add(session, false, model, record, error);

	if (!code && had_tombstone)
		code = take_out(session, true, model, record->id, error);
	return code;
}

int
weft__memory_update(struct weft_connector_session *base, int model,
    const struct weft_connector_record *record, struct weft_error *error)
{
	int code = replace(
	    weft__memory_session(base), false, model, record, error);

	if (code == WEFT_ENOTFOUND)
		weft_error_set(error, code, "no record '%.*s' to update",
		    (int)record->id.size, record->id.data);
	return code;
}

int
weft__memory_bury(struct weft_connector_session *base, int model,
    struct weft_slice id, struct weft_slice track, struct weft_error *error)
{
	struct weft__memory_session *session = weft__memory_session(base);
	struct weft_connector_record tombstone = {.id = id, .track = track};
	int code = take_out(session, false, model, id, error);

	if (code || !track.data)
		return code;
	code = replace(session, true, model, &tombstone, error);
	if (code == WEFT_ENOTFOUND)
		code = add(session, true, model, &tombstone, error);
	return code;
}

int
weft__memory_forget(struct weft_connector_session *base, int model,
    struct weft_slice id, struct weft_error *error)
{
	return take_out(
	    weft__memory_session(base), true, model, id, error);
}

int
weft__memory_scan(struct weft_connector_session *base, int model,
    bool tombstones, uint64_t *position, size_t limit,
    weft_connector_record_fn *each, void *context, struct weft_error *error)
{
	const struct weft__ordered *order = weft__memory_read(
	    weft__memory_session(base), order_of(tombstones), model);
	struct weft_connector_record record;
	int code = 0;

	for (size_t i = 0; !code && i < limit; i++) {
		const struct weft__ordered_item *item = weft__ordered_after(
		    order, weft__ordered_number(*position), false);

		if (!item)
			break;
		*position = item->number;
		weft__memory_read_record(item, tombstones, &record);
		code = each(&record, context);
	}
	return code;
}
