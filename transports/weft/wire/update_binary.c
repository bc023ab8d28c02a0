/*
 * Updates in binary form.  The first byte says what follows.
 */
#include "core/base/hash.h"
#include "transports/weft/wire/update_private.h"

enum {
	REV_HASH = 1,
	REV_TEXT = 2,
	PREV_NULL = 4,
	PREV_HASH = 8,
	PREV_TEXT = 16,
	HAS_PAST = 32,
	PAST_HAS_PREV = 64, /* first, and it is left out */
	HAS_DATA = 128
};

/* How a revision of a past is told. */
enum {
	PAST_DELETED,
	PAST_HASH,
	PAST_TEXT
};

/*
 * Writing
 */

static bool
is_hash(struct weft_slice rev)
{
	struct weft__oid oid;

	return weft__oid_parse(rev, &oid);
}

/* 20 bytes, or the text. */
static int
put_rev(struct weft_buf *out, struct weft_slice rev)
{
	struct weft__oid oid;

	return weft__oid_parse(rev, &oid)
	    ? weft_buf_append(out, oid.bytes, sizeof oid.bytes)
	    : weft__wire_put_text(out, rev);
}

static int
put_past_rev(struct weft_buf *out, struct weft_slice rev)
{
	uint8_t tag = PAST_TEXT;
	int code;

	if (!rev.size)
		return weft__wire_put_byte(out, PAST_DELETED);
	if (is_hash(rev))
		tag = PAST_HASH;
	code = weft__wire_put_byte(out, tag);
	return code ? code : put_rev(out, rev);
}

/* Whether the newest revision of the past is prev, and need not be told. */
static bool
begins_with_prev(const struct weft_update *update)
{
	struct weft_slice past = update->history, rev;

	return update->change.prev.data &&
	       weft__repl_next_rev(&past, &rev) &&
	       weft_slice_equal(rev, update->change.prev);
}

static int
put_past(struct weft_buf *out, struct weft_slice past, bool skips_first,
    unsigned most)
{
	struct weft_slice rest = past, rev;
	unsigned length = 0;
	int code;

	while (length < most && weft__repl_next_rev(&rest, &rev))
		length++;
	if (skips_first) {
		weft__repl_next_rev(&past, &rev);
		length -= length > 0;
	}
	code = weft__wire_put_number(out, length);
	for (; length && !code; length--) {
		weft__repl_next_rev(&past, &rev);
		code = put_past_rev(out, rev);
	}
	return code;
}

/* Whether the revision is the hash of the data, as most are. */
static bool
is_of_data(const struct weft_update *update)
{
	struct weft__oid rev, oid;

	if (!update->data.data || !weft__oid_parse(update->change.rev, &rev))
		return false;
	weft__sha1(update->data.data, update->data.size, &oid);
	return memcmp(rev.bytes, oid.bytes, sizeof oid.bytes) == 0;
}

static uint8_t
bits_of(const struct weft_update *update)
{
	const struct weft_change *change = &update->change;
	unsigned bits = 0;

	if (change->rev.data && !is_of_data(update))
		bits |= is_hash(change->rev) ? REV_HASH : REV_TEXT;
	if (change->prev.data)
		bits |= is_hash(change->prev) ? PREV_HASH : PREV_TEXT;
	else if (change->has_prev)
		bits |= PREV_NULL;
	if (update->history.data)
		bits |= HAS_PAST;
	if (begins_with_prev(update))
		bits |= PAST_HAS_PREV;
	if (update->data.data)
		bits |= HAS_DATA;
	return (uint8_t)bits;
}

static int
put_change(
    struct weft_buf *out, const struct weft_change *change, uint8_t bits)
{
	int code = weft__wire_put_text(out, change->model_id);

	if (!code && bits & (REV_HASH | REV_TEXT))
		code = put_rev(out, change->rev);
	if (!code && change->prev.data)
		code = put_rev(out, change->prev);
	if (!code)
		code = weft__wire_put_number(out, change->checkpoint);
	return code ? code : weft__wire_put_number(out, change->generation);
}

int
weft__repl_put_update(struct weft_buf *out, const struct weft_update *update,
    unsigned past)
{
	const uint8_t bits = bits_of(update);
	int code = weft__wire_put_byte(out, bits);

	if (!code)
		code = put_change(out, &update->change, bits);
	if (!code && bits & HAS_PAST)
		code = put_past(out, update->history,
		    bits & PAST_HAS_PREV, past);
	if (!code && bits & HAS_DATA)
		code = weft__wire_put_text(out, update->data);
	return code;
}

/*
 * Reading
 */

/* An update being read, with its texts. */
struct reading {
	struct weft_update update;
	char revs[2][WEFT__OID_HEX + 1];
	struct weft_buf past;
};

static bool
take_hash(struct weft__wire *wire, char text[WEFT__OID_HEX + 1],
    struct weft_slice *rev)
{
	struct weft__oid oid;

	if (!weft__wire_bytes(wire, oid.bytes, sizeof oid.bytes))
		return false;
	weft__oid_format(&oid, text);
	*rev = weft_slice_of(text, WEFT__OID_HEX);
	return true;
}

static bool
take_rev(struct weft__wire *wire, bool is_hashed, bool is_text,
    char text[WEFT__OID_HEX + 1], struct weft_slice *rev)
{
	if (is_hashed)
		return !is_text && take_hash(wire, text, rev);
	return !is_text || weft__wire_text(wire, rev);
}

static bool
take_revs(struct weft__wire *wire, uint8_t bits, struct reading *reading)
{
	struct weft_change *change = &reading->update.change;
	const unsigned prev = bits & (PREV_NULL | PREV_HASH | PREV_TEXT);

	change->has_prev = prev != 0;
	return (prev & (prev - 1)) == 0 &&
	       take_rev(wire, bits & REV_HASH, bits & REV_TEXT,
		   reading->revs[0], &change->rev) &&
	       take_rev(wire, bits & PREV_HASH, bits & PREV_TEXT,
		   reading->revs[1], &change->prev);
}

/* One revision of the past; false: malformed. */
static bool
take_past_rev(struct weft__wire *wire, char text[WEFT__OID_HEX + 1],
    struct weft_slice *rev)
{
	uint8_t tag;

	*rev = weft_slice("");
	if (!weft__wire_byte(wire, &tag))
		return false;
	switch (tag) {
	case PAST_DELETED:
		return true;
	case PAST_HASH:
		return take_hash(wire, text, rev);
	case PAST_TEXT:
		return weft__wire_text(wire, rev) && rev->size > 0 &&
		       !weft__repl_check_rev(*rev, NULL);
	default:
		return false;
	}
}

static int
add_past(struct weft_buf *past, struct weft_slice rev)
{
	int code = weft_buf_append_slice(past, rev);

	return code ? code : weft_buf_append(past, "\n", 1);
}

static int
take_past(struct weft__wire *wire, uint8_t bits, struct reading *reading)
{
	const struct weft_slice prev = reading->update.change.prev;
	char text[WEFT__OID_HEX + 1];
	struct weft_slice rev;
	uint64_t length;
	int code = 0;

	weft_buf_clear(&reading->past);
	if (!(bits & HAS_PAST))
		return bits & PAST_HAS_PREV ? WEFT_EINVAL : 0;
	if (!weft__wire_number(wire, &length) ||
	    length > WEFT_LIMIT_REVTREE_NODES)
		return WEFT_EINVAL;
	if (bits & PAST_HAS_PREV)
		code = prev.data ? add_past(&reading->past, prev) : WEFT_EINVAL;
	for (; length && !code; length--)
		code = take_past_rev(wire, text, &rev)
		    ? add_past(&reading->past, rev)
		    : WEFT_EINVAL;
	reading->update.history = weft_buf_slice(&reading->past);
	return code;
}

/* The revision is the hash of the data. */
static void
name_by_data(struct reading *reading)
{
	struct weft_update *update = &reading->update;
	struct weft__oid oid;

	weft__sha1(update->data.data, update->data.size, &oid);
	weft__oid_format(&oid, reading->revs[0]);
	update->change.rev = weft_slice_of(reading->revs[0], WEFT__OID_HEX);
	update->has_hashed = true;
}

static int
take_data(struct weft__wire *wire, struct reading *reading)
{
	if (!weft__wire_text(wire, &reading->update.data))
		return WEFT_EINVAL;
	if (!reading->update.change.rev.data)
		name_by_data(reading);
	return 0;
}

/* WEFT_EINVAL: malformed. */
static int
take_update(struct weft__wire *wire, struct reading *reading)
{
	struct weft_update *update = &reading->update;
	uint64_t generation;
	uint8_t bits;
	int code;

	if (!weft__wire_byte(wire, &bits) ||
	    !weft__wire_text(wire, &update->change.model_id) ||
	    !take_revs(wire, bits, reading) ||
	    !weft__wire_number(wire, &update->change.checkpoint) ||
	    !weft__wire_number(wire, &generation) || generation > UINT32_MAX)
		return WEFT_EINVAL;
	update->change.generation = (uint32_t)generation;
	code = take_past(wire, bits, reading);
	if (!code && bits & HAS_DATA)
		code = take_data(wire, reading);
	return code;
}

static int
take_next(struct weft__wire *wire, struct weft_slice model,
    struct reading *reading, struct weft_update_list *list,
    struct weft_error *error)
{
	int code;

	reading->update =
	    (struct weft_update){.change = {.model = model}};
	code = take_update(wire, reading);
	if (code == WEFT_EINVAL || code == WEFT_ELIMIT)
		return weft_error_set(error, WEFT_EINVAL,
		    "update %zu is malformed", list->length);
	if (code)
		return weft_error_set(error, code, "out of memory");
	return weft__repl_add_update(list, &reading->update, error);
}

int
weft__repl_take_updates(struct weft__wire *wire, struct weft_slice model,
    struct weft_update_list *list, struct weft_error *error)
{
	struct reading reading = {
	    .past = WEFT_BUF_INIT(WEFT__REPL_PAST_SIZE +
				  WEFT_LIMIT_REV_SIZE + 1)};
	uint64_t length;
	int code = 0;

	if (!weft__wire_number(wire, &length) ||
	    length > wire->size / WEFT__REPL_UPDATE_SIZE)
		return weft_error_set(
		    error, WEFT_EINVAL, "the number of updates is wrong");
	for (; length && !code; length--)
		code = take_next(wire, model, &reading, list, error);
	weft_buf_fini(&reading.past);
	return code;
}
