#include "models/value/coerce.h"

#include <math.h>

#include "core/base/limits.h"
#include "models/value/date.h"
#include "models/value/geo.h"
#include "models/value/number.h"

void
weft__coercer_init(struct weft__coercer *coercer, struct weft__arena *arena)
{
	coercer->arena = arena;
	weft_buf_init(&coercer->text, WEFT_LIMIT_RECORD_SIZE);
	weft__json_init(&coercer->json);
}

void
weft__coercer_fini(struct weft__coercer *coercer)
{
	weft_buf_fini(&coercer->text);
	weft__json_fini(&coercer->json);
}

static int
failed(struct weft_error *error, int code)
{
	return weft_error_set(error, code, "coercion: %s",
	    weft_error_text(code));
}

/* Makes '*value' the token, copied to the arena. */
static int
set_token(struct weft__coercer *coercer, struct weft_slice token,
    struct weft__json_value *value, struct weft_error *error)
{
	struct weft_slice copy;

	if (weft__arena_copy(coercer->arena, token, &copy))
		return failed(error, WEFT_ENOMEM);
	*value = weft__json_value_of(copy);
	return 0;
}

/* Makes '*value' a constant. */
static int
set_constant(struct weft__json_value *value, const char *token)
{
	*value = weft__json_value_of(weft_slice(token));
	return 0;
}

static int
set_number(struct weft__coercer *coercer, double number,
    struct weft__json_value *value, struct weft_error *error)
{
	char text[WEFT__JSON_NUMBER_SIZE];
	size_t size = weft__json_write_number(number, text);

	return set_token(coercer, weft_slice_of(text, size), value, error);
}

/*
 * Appends String(value) as UTF-8: an array is its elements with commas
 * between them, null within one is nothing.
 */
static int
append_text(struct weft__json_value value, bool in_array,
    struct weft_buf *text)
{
	struct weft__json_value element;
	size_t offset = 0;
	int code = 0;

	if (value.type == WEFT__JSON_STRING)
		return weft__json_read_string(value.token, text);
	if (value.type == WEFT__JSON_OBJECT)
		return weft_buf_append(text, "[object Object]", 15);
	if (value.type == WEFT__JSON_NULL && in_array)
		return 0;
	if (value.type != WEFT__JSON_ARRAY)
		return weft_buf_append_slice(text, value.token);
	for (bool first = true; !code; first = false) {
		if (!weft__json_element(value.token, &offset, &element))
			return 0;
		if (!first)
			code = weft_buf_append(text, ",", 1);
		if (!code)
			code = append_text(element, true, text);
	}
	return code;
}

/* String(value) as a string token in the arena. */
static int
to_string(struct weft__coercer *coercer, struct weft__json_value *value,
    struct weft_error *error)
{
	struct weft_buf token = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	int code;

	if (value->type == WEFT__JSON_STRING)
		return 0;
	weft_buf_clear(&coercer->text);
	code = append_text(*value, false, &coercer->text);
	if (!code)
		code = weft__json_write_string(
		    weft_buf_slice(&coercer->text), &token);
	code = code ? failed(error, code)
		    : set_token(coercer, weft_buf_slice(&token), value, error);
	weft_buf_fini(&token);
	return code;
}

/* Number(value). */
static int
to_number(struct weft__coercer *coercer, struct weft__json_value *value,
    enum weft__fault *fault, struct weft_error *error)
{
	double number;
	int code;

	switch (value->type) {
	case WEFT__JSON_NUMBER:
		return 0;
	case WEFT__JSON_TRUE:
		return set_constant(value, "1");
	case WEFT__JSON_FALSE:
	case WEFT__JSON_NULL:
		return set_constant(value, "0");
	default:
		break;
	}
	weft_buf_clear(&coercer->text);
	code = append_text(*value, false, &coercer->text);
	if (code)
		return failed(error, code);
	number = weft__number_of_text(weft_buf_slice(&coercer->text));
	if (!isfinite(number)) {
		*fault = WEFT__FAULT_NAN;
		return set_constant(value, "null");
	}
	return set_number(coercer, number, value, error);
}

/* Boolean(value). */
static bool
is_true(struct weft__json_value value)
{
	switch (value.type) {
	case WEFT__JSON_NULL:
	case WEFT__JSON_FALSE:
		return false;
	case WEFT__JSON_NUMBER:
		return !weft_slice_equal(value.token, weft_slice("0"));
	case WEFT__JSON_STRING:
		return value.token.size > 2;
	default:
		return true;
	}
}

/* Boolean(value), but "false" and "0" are false. */
static int
to_boolean(struct weft__json_value *value)
{
	bool truth = is_true(*value);

	if (value->type == WEFT__JSON_TRUE || value->type == WEFT__JSON_FALSE)
		return 0;
	if (weft_slice_equal(value->token, weft_slice("\"false\"")) ||
	    weft_slice_equal(value->token, weft_slice("\"0\"")))
		truth = false;
	return set_constant(value, truth ? "true" : "false");
}

/* Reads new Date(value); false: an invalid one. */
static int
read_date(struct weft__coercer *coercer, struct weft__json_value value,
    bool *is_valid, int64_t *ms)
{
	int code;

	*ms = value.type == WEFT__JSON_TRUE;
	*is_valid = true;
	if (value.type == WEFT__JSON_TRUE || value.type == WEFT__JSON_FALSE)
		return 0;
	if (value.type != WEFT__JSON_ARRAY) {
		*is_valid = weft__date_from_json(value, ms);
		return 0;
	}
	weft_buf_clear(&coercer->text);
	code = append_text(value, false, &coercer->text);
	*is_valid = weft__date_parse(weft_buf_slice(&coercer->text), ms);
	return code;
}

/* new Date(value).toJSON(). */
static int
to_date(struct weft__coercer *coercer, struct weft__json_value *value,
    enum weft__fault *fault, struct weft_error *error)
{
	char token[WEFT__DATE_SIZE + 2] = "\"";
	bool is_valid;
	size_t size;
	int64_t ms;
	int code = read_date(coercer, *value, &is_valid, &ms);

	if (code)
		return failed(error, code);
	if (!is_valid) {
		*fault = WEFT__FAULT_INVALID_DATE;
		return set_constant(value, "null");
	}
	size = weft__date_format(ms, token + 1) + 2;
	token[size - 1] = '"';
	if (weft_slice_equal(value->token, weft_slice_of(token, size)))
		return 0;
	return set_token(coercer, weft_slice_of(token, size), value, error);
}

/* A string that is JSON is taken for what it says. */
static int
to_any(struct weft__coercer *coercer, struct weft__json_value *value,
    struct weft_error *error)
{
	int code;

	if (value->type != WEFT__JSON_STRING || value->token.size == 2)
		return 0;
	weft_buf_clear(&coercer->text);
	code = weft__json_read_string(value->token, &coercer->text);
	if (!code)
		code = weft__json_scan(&coercer->json, coercer->text.data,
		    coercer->text.size, &weft__json_record_limits, NULL);
	if (code == WEFT_EJSON || code == WEFT_ELIMIT)
		return 0;
	if (code)
		return failed(error, code);
	return set_token(coercer, weft_buf_slice(&coercer->json.text), value,
	    error);
}

static int
to_geo_point(struct weft__coercer *coercer, struct weft__json_value *value,
    struct weft_error *error)
{
	char latitude[WEFT__JSON_NUMBER_SIZE];
	char longitude[WEFT__JSON_NUMBER_SIZE];
	struct weft__geo_point point;
	int code;

	if (!weft__geo_read(*value, &point))
		return weft_error_set(error, WEFT_EINVAL,
		    "must provide valid geo-coordinates array [lat, lng] or "
		    "object or a \"lat, lng\" string");
	weft__json_write_number(point.latitude, latitude);
	weft__json_write_number(point.longitude, longitude);
	weft_buf_clear(&coercer->text);
	code = weft_buf_printf(&coercer->text, "{\"lat\":%s,\"lng\":%s}",
	    latitude, longitude);
	if (code)
		return failed(error, code);
	if (weft_slice_equal(value->token, weft_buf_slice(&coercer->text)))
		return 0;
	return set_token(coercer, weft_buf_slice(&coercer->text), value,
	    error);
}

/* Appends [97,98] for the bytes of a string token. */
static int
append_bytes(struct weft__coercer *coercer, struct weft_slice token,
    struct weft_buf *out)
{
	struct weft_slice bytes;
	int code;

	weft_buf_clear(&coercer->text);
	code = weft__json_read_string(token, &coercer->text);
	bytes = weft_buf_slice(&coercer->text);
	if (!code)
		code = weft_buf_append(out, "[", 1);
	for (size_t i = 0; !code && i < bytes.size; i++)
		code = weft_buf_printf(out, i ? ",%u" : "%u",
		    (unsigned char)bytes.data[i]);
	return code ? code : weft_buf_append(out, "]", 1);
}

/* Node's Buffer of bytes, as its toJSON() writes it. */
static int
to_buffer(struct weft__coercer *coercer, struct weft__json_value *value,
    struct weft_error *error)
{
	struct weft_buf token = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	int code;

	if (value->type != WEFT__JSON_STRING &&
	    value->type != WEFT__JSON_ARRAY)
		return 0;
	code = weft_buf_printf(&token, "{\"data\":");
	if (!code && value->type == WEFT__JSON_ARRAY)
		code = weft_buf_append_slice(&token, value->token);
	else if (!code)
		code = append_bytes(coercer, value->token, &token);
	if (!code)
		code = weft_buf_printf(&token, ",\"type\":\"Buffer\"}");
	code = code ? failed(error, code)
		    : set_token(coercer, weft_buf_slice(&token), value, error);
	weft_buf_fini(&token);
	return code;
}

/* An element of an array: null is a value like any other here. */
static int
coerce_item(struct weft__coercer *coercer, enum weft_property_type type,
    struct weft__json_value *item, struct weft_error *error)
{
	enum weft__fault ignored;

	if (item->type == WEFT__JSON_ARRAY && type != WEFT_TYPE_GEOPOINT)
		return 0;
	switch (type) {
	case WEFT_TYPE_STRING:
		return to_string(coercer, item, error);
	case WEFT_TYPE_NUMBER:
		return to_number(coercer, item, &ignored, error);
	case WEFT_TYPE_BOOLEAN:
		return set_constant(item, is_true(*item) ? "true" : "false");
	case WEFT_TYPE_DATE:
		if (item->type == WEFT__JSON_NULL)
			return 0;
		return to_date(coercer, item, &ignored, error);
	case WEFT_TYPE_OBJECT:
		if (item->type != WEFT__JSON_NULL)
			return 0;
		return set_constant(item, "{}");
	case WEFT_TYPE_GEOPOINT:
		return to_geo_point(coercer, item, error);
	default:
		return 0;
	}
}

/* Whether all elements are of the type already. */
static bool
items_fit(enum weft_property_type type, struct weft_slice array)
{
	struct weft__json_value item;
	size_t offset = 0;
	bool fit = true;

	while (fit && weft__json_element(array, &offset, &item)) {
		switch (type) {
		case WEFT_TYPE_STRING:
			fit = item.type == WEFT__JSON_STRING;
			break;
		case WEFT_TYPE_NUMBER:
			fit = item.type == WEFT__JSON_NUMBER;
			break;
		default:
			fit = type == WEFT_TYPE_ANY || type == WEFT_TYPE_ARRAY;
			break;
		}
	}
	return fit;
}

static int
append(struct weft_buf *token, struct weft_slice bytes,
    struct weft_error *error)
{
	int code = weft_buf_append_slice(token, bytes);

	return code ? failed(error, code) : 0;
}

static int
coerce_items(struct weft__coercer *coercer, enum weft_property_type type,
    struct weft__json_value *value, struct weft_error *error)
{
	struct weft_buf token = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	struct weft__json_value item;
	size_t offset = 0;
	int code = append(&token, weft_slice("["), error);

	while (!code && weft__json_element(value->token, &offset, &item)) {
		code = coerce_item(coercer, type, &item, error);
		if (!code && token.size > 1)
			code = append(&token, weft_slice(","), error);
		if (!code)
			code = append(&token, item.token, error);
	}
	if (!code)
		code = append(&token, weft_slice("]"), error);
	if (!code && !weft_slice_equal(value->token, weft_buf_slice(&token)))
		code = set_token(coercer, weft_buf_slice(&token), value,
		    error);
	weft_buf_fini(&token);
	return code;
}

/* LoopBack's List: a string is parsed, what is false in JavaScript is []. */
static int
to_array(struct weft__coercer *coercer,
    const struct weft__property *property, struct weft__json_value *value,
    struct weft_error *error)
{
	struct weft_slice given = value->token;
	int code;

	if (value->type == WEFT__JSON_STRING) {
		code = to_any(coercer, value, error);
		if (code)
			return code;
		if (value->token.data == given.data)
			return weft_error_set(error, WEFT_EINVAL,
			    "could not create List from JSON string: %.*s",
			    (int)given.size, given.data);
	}
	if (!is_true(*value))
		return set_constant(value, "[]");
	if (value->type != WEFT__JSON_ARRAY)
		return weft_error_set(error, WEFT_EINVAL,
		    "Items must be an array: %.*s", (int)value->token.size,
		    value->token.data);
	if (items_fit(property->item_type, value->token))
		return 0;
	return coerce_items(coercer, property->item_type, value, error);
}

int
weft__coerce(struct weft__coercer *coercer,
    const struct weft__property *property, struct weft__json_value *value,
    enum weft__fault *fault, struct weft_error *error)
{
	*fault = WEFT__FAULT_NONE;
	if (value->type == WEFT__JSON_NULL)
		return 0;
	switch (property->type) {
	case WEFT_TYPE_STRING:
		return to_string(coercer, value, error);
	case WEFT_TYPE_NUMBER:
		return to_number(coercer, value, fault, error);
	case WEFT_TYPE_BOOLEAN:
		return to_boolean(value);
	case WEFT_TYPE_DATE:
		return to_date(coercer, value, fault, error);
	case WEFT_TYPE_ARRAY:
		return to_array(coercer, property, value, error);
	case WEFT_TYPE_GEOPOINT:
		return to_geo_point(coercer, value, error);
	case WEFT_TYPE_BUFFER:
		return to_buffer(coercer, value, error);
	case WEFT_TYPE_ANY:
		return to_any(coercer, value, error);
	case WEFT_TYPE_OBJECT:
		break;
	}
	return 0;
}
