/*
 * Updates as JSON, their data as it is.
 */
#include <inttypes.h>

#include "core/base/hash.h"
#include "core/base/json.h"
#include "transports/weft/wire/update_private.h"

/*
 * Writing
 */

/* A revision, or null for none. */
static int
print_rev(struct weft_buf *out, struct weft_slice rev)
{
	return rev.size ? weft__json_write_string(rev, out)
			: weft_buf_append(out, "null", 4);
}

static int
print_named(struct weft_buf *out, const char *name, struct weft_slice rev)
{
	int code = weft_buf_append_slice(out, weft_slice(name));

	return code ? code : print_rev(out, rev);
}

static int
print_number(struct weft_buf *out, const char *name, uint64_t number)
{
	return number ? weft_buf_printf(out, ",\"%s\":%" PRIu64, name, number)
		      : 0;
}

static int
print_past(struct weft_buf *out, struct weft_slice past, unsigned most)
{
	struct weft_slice rev;
	const char *before = ",\"past\":[";
	int code = 0;

	if (!past.data)
		return 0;
	if (!past.size || !most)
		return weft_buf_append_slice(out, weft_slice(",\"past\":[]"));
	for (; most && !code && weft__repl_next_rev(&past, &rev); most--) {
		code = print_named(out, before, rev);
		before = ",";
	}
	return code ? code : weft_buf_append(out, "]", 1);
}

static int
print_change(struct weft_buf *out, const struct weft_change *change)
{
	int code = weft__json_write_string(change->model_id, out);

	if (!code)
		code = print_named(out, ",\"rev\":", change->rev);
	if (!code && (change->has_prev || change->prev.data))
		code = print_named(out, ",\"prev\":", change->prev);
	if (!code)
		code = print_number(out, "checkpoint", change->checkpoint);
	return code ? code
		    : print_number(out, "generation", change->generation);
}

int
weft__repl_print_update(struct weft_buf *out,
    const struct weft_update *update, unsigned past)
{
	int code = weft_buf_append_slice(out, weft_slice("{\"id\":"));

	if (!code)
		code = print_change(out, &update->change);
	if (!code)
		code = print_past(out, update->history, past);
	if (!code && update->data.data)
		code = weft_buf_append_slice(out, weft_slice(",\"data\":"));
	if (!code && update->data.data)
		code = weft_buf_append_slice(out, update->data);
	return code ? code : weft_buf_append(out, "}", 1);
}

/*
 * Reading
 */

struct reading {
	struct weft__json json; /* the update's members */
	struct weft_update update;
	struct weft__arena arena; /* of texts with escapes */
	struct weft_buf past;
	char rev[WEFT__OID_HEX + 1];
};

static int
refuse(const char *name, struct weft_error *error)
{
	return weft_error_set(error, WEFT_EINVAL, "\"%s\" is wrong", name);
}

static struct weft__json_value
member(const struct reading *reading, const char *name)
{
	return weft__json_find(&reading->json, weft_slice(name));
}

/* A text, or no value for null. */
static int
read_text(struct reading *reading, struct weft__json_value value,
    const char *name, struct weft_slice *text, struct weft_error *error)
{
	struct weft_buf decoded = WEFT_BUF_INIT(value.token.size);
	int code;

	*text = weft_slice_of(NULL, 0);
	if (value.type == WEFT__JSON_NULL)
		return 0;
	if (value.type != WEFT__JSON_STRING)
		return refuse(name, error);
	if (weft__json_plain_string(value.token, text))
		return 0;
	code = weft__json_read_string(value.token, &decoded);
	if (!code)
		code = weft__arena_copy(
		    &reading->arena, weft_buf_slice(&decoded), text);
	weft_buf_fini(&decoded);
	return code ? weft_error_set(error, code, "out of memory") : 0;
}

static int
read_number(struct reading *reading, const char *name, uint64_t most,
    uint64_t *number, struct weft_error *error)
{
	struct weft__json_value value = member(reading, name);
	uint64_t read = 0;

	if (value.type != WEFT__JSON_ABSENT &&
	    (!weft__json_read_whole(value, &read) || read > most))
		return refuse(name, error);
	*number = read;
	return 0;
}

static int
add_past(struct reading *reading, struct weft__json_value value,
    struct weft_error *error)
{
	struct weft_slice rev;
	int code = read_text(reading, value, "past", &rev, error);

	if (!code && rev.data)
		code = weft__repl_check_rev(rev, error);
	if (!code && (weft_buf_append_slice(&reading->past, rev) ||
			 weft_buf_append(&reading->past, "\n", 1)))
		code = refuse("past", error);
	return code;
}

static int
read_past(struct reading *reading, struct weft_error *error)
{
	struct weft__json_value value = member(reading, "past"), element;
	size_t offset = 0;
	int code = 0;

	weft_buf_clear(&reading->past);
	if (value.type == WEFT__JSON_ABSENT)
		return 0;
	if (value.type != WEFT__JSON_ARRAY)
		return refuse("past", error);
	while (!code && weft__json_element(value.token, &offset, &element))
		code = add_past(reading, element, error);
	reading->update.history = weft_buf_slice(&reading->past);
	return code;
}

/* The revision; one that is not told is that of the data. */
static int
read_rev(struct reading *reading, struct weft_error *error)
{
	struct weft_update *update = &reading->update;
	struct weft__json_value value = member(reading, "rev");
	struct weft__oid oid;

	if (value.type != WEFT__JSON_ABSENT)
		return read_text(
		    reading, value, "rev", &update->change.rev, error);
	if (!update->data.data)
		return refuse("rev", error);
	weft__sha1(update->data.data, update->data.size, &oid);
	weft__oid_format(&oid, reading->rev);
	update->change.rev = weft_slice_of(reading->rev, WEFT__OID_HEX);
	return 0;
}

static int
read_revs(struct reading *reading, struct weft_error *error)
{
	struct weft_change *change = &reading->update.change;
	struct weft__json_value prev = member(reading, "prev");
	int code = read_text(reading, member(reading, "id"), "id",
	    &change->model_id, error);

	if (!code)
		code = read_rev(reading, error);
	if (!code && prev.type != WEFT__JSON_ABSENT) {
		change->has_prev = true;
		code = read_text(reading, prev, "prev", &change->prev, error);
	}
	return code;
}

static int
read_numbers(struct reading *reading, struct weft_error *error)
{
	struct weft_change *change = &reading->update.change;
	uint64_t generation = 0;
	int code = read_number(reading, "checkpoint", UINT64_C(1) << 53,
	    &change->checkpoint, error);

	if (!code)
		code = read_number(
		    reading, "generation", UINT32_MAX, &generation, error);
	change->generation = (uint32_t)generation;
	return code;
}

static int
read_update(struct reading *reading, struct weft__json_value value,
    struct weft_slice model, struct weft_error *error)
{
	struct weft_update *update = &reading->update;
	struct weft__json_value data;
	int code;

	*update = (struct weft_update){.change = {.model = model}};
	if (value.type != WEFT__JSON_OBJECT)
		return weft_error_set(
		    error, WEFT_EINVAL, "it is not an object");
	code = weft__json_view(&reading->json, value.token, error);
	if (code)
		return code;
	data = member(reading, "data");
	if (data.type == WEFT__JSON_OBJECT)
		update->data = data.token;
	else if (data.type != WEFT__JSON_ABSENT && data.type != WEFT__JSON_NULL)
		return refuse("data", error);
	code = read_revs(reading, error);
	if (!code)
		code = read_numbers(reading, error);
	return code ? code : read_past(reading, error);
}

int
weft__repl_parse_updates(struct weft_slice token, struct weft_slice model,
    struct weft_update_list *list, struct weft_error *error)
{
	struct reading reading = {.past = WEFT_BUF_INIT(WEFT__REPL_PAST_SIZE)};
	struct weft__json_value element;
	size_t offset = 0;
	int code = 0;

	weft__json_init(&reading.json);
	while (!code && weft__json_element(token, &offset, &element)) {
		code = read_update(&reading, element, model, error);
		if (!code)
			code = weft__repl_add_update(
			    list, &reading.update, error);
		if (code)
			weft_error_wrap(error, "update %zu of %.*s",
			    list->length,
			    model.size > 100 ? 100 : (int)model.size,
			    model.data);
		weft__arena_clear(&reading.arena);
	}
	weft__json_fini(&reading.json);
	weft__arena_fini(&reading.arena);
	weft_buf_fini(&reading.past);
	return code;
}
