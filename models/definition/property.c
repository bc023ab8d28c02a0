#include "models/definition/property.h"

#include <ctype.h>
#include <strings.h>

#include "core/base/log.h"
#include "models/definition/config.h"
#include "models/value/coerce.h"

#define TYPE_EXPECTED "a type name such as \"string\""

static const struct {
	const char *name;
	enum weft_property_type type;
} types[] = {
    {"string", WEFT_TYPE_STRING},
    {"text", WEFT_TYPE_STRING},
    {"datestring", WEFT_TYPE_STRING},
    {"objectid", WEFT_TYPE_STRING},
    {"number", WEFT_TYPE_NUMBER},
    {"boolean", WEFT_TYPE_BOOLEAN},
    {"date", WEFT_TYPE_DATE},
    {"object", WEFT_TYPE_OBJECT},
    {"array", WEFT_TYPE_ARRAY},
    {"any", WEFT_TYPE_ANY},
    {"json", WEFT_TYPE_ANY},
    {"geopoint", WEFT_TYPE_GEOPOINT},
    {"buffer", WEFT_TYPE_BUFFER},
    {"binary", WEFT_TYPE_BUFFER},
};

int
weft__property_name(struct weft__property_reader *reader, const char *name,
    struct weft_slice *canonical)
{
	struct weft_slice token;

	weft_buf_clear(&reader->text);
	if (weft__json_write_string(weft_slice(name), &reader->text))
		return weft_error_set(reader->error, WEFT_ENOMEM,
		    "out of memory");
	token = weft_buf_slice(&reader->text);
	token = weft_slice_of(token.data + 1, token.size - 2);
	if (weft__arena_copy(reader->arena, token, canonical))
		return weft_error_set(reader->error, WEFT_ENOMEM,
		    "out of memory");
	return 0;
}

/* LoopBack's names, or another model's: embedded, kept as an object. */
static bool
find_type(const char *name, enum weft_property_type *type)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		if (strcasecmp(name, types[i].name) == 0) {
			*type = types[i].type;
			return true;
		}
	}
	*type = WEFT_TYPE_OBJECT;
	return isupper((unsigned char)name[0]);
}

static int
read_array_type(struct weft__property_reader *reader, const char *where,
    const json_t *json, struct weft__property *property)
{
	const json_t *item = json_array_get(json, 0);

	property->type = WEFT_TYPE_ARRAY;
	if (json_is_object(item) && json_object_get(item, "type"))
		item = json_object_get(item, "type");
	if (!item)
		property->item_type = WEFT_TYPE_ANY;
	else if (json_is_object(item))
		property->item_type = WEFT_TYPE_OBJECT;
	else if (json_is_array(item))
		property->item_type = WEFT_TYPE_ARRAY;
	else if (!json_is_string(item) ||
		 !find_type(json_string_value(item), &property->item_type))
		return weft__config_refuse(reader->error, item, TYPE_EXPECTED,
		    "%s[0]", where);
	if (json_array_size(json) > 1)
		return weft__config_refuse(reader->error, json,
		    "an array of one type", "%s", where);
	return 0;
}

/* 'where' is the key path of 'json'. */
static int
read_type(struct weft__property_reader *reader, const char *where,
    const json_t *json, struct weft__property *property)
{
	property->item_type = WEFT_TYPE_ANY;
	if (json_is_object(json)) {
		property->type = WEFT_TYPE_OBJECT;
		return 0;
	}
	if (json_is_array(json))
		return read_array_type(reader, where, json, property);
	if (!json_is_string(json) ||
	    !find_type(json_string_value(json), &property->type))
		return weft__config_refuse(reader->error, json, TYPE_EXPECTED,
		    "%s", where);
	return 0;
}

/* LoopBack allows an object of options where it means true. */
static int
read_flag(struct weft__property_reader *reader, const char *name,
    const json_t *json, const char *key, bool *flag)
{
	const json_t *value = json_object_get(json, key);

	if (!value || json_is_null(value))
		return 0;
	if (!json_is_boolean(value) && !json_is_object(value))
		return weft__config_refuse(reader->error, value,
		    "true or false", "properties.%s.%s", name, key);
	*flag = !json_is_false(value);
	return 0;
}

static int
read_id_flag(struct weft__property_reader *reader, const char *name,
    const json_t *json, bool *is_id)
{
	const json_t *value = json_object_get(json, "id");

	if (!json_is_number(value))
		return read_flag(reader, name, json, "id", is_id);
	*is_id = json_number_value(value) != 0;
	return 0;
}

/* Makes what was scanned the property's default, coerced to its type.  What
 * cannot be is kept: whoever is to get it is told. */
static int
take_default(
    struct weft__property_reader *reader, struct weft__property *property)
{
	struct weft__json_value value, coerced;
	struct weft__coercer coercer;
	enum weft__fault fault;
	int code = weft__arena_copy(reader->arena,
	    weft_buf_slice(&reader->json.text), &value.token);

	if (code)
		return code;
	value = coerced = weft__json_value_of(value.token);
	weft__coercer_init(&coercer, reader->arena);
	code = weft__coerce(&coercer, property, &coerced, &fault, NULL);
	weft__coercer_fini(&coercer);
	if (code == WEFT_ENOMEM)
		return code;
	property->default_value = code || fault ? value.token : coerced.token;
	property->default_fn = WEFT__DEFAULT_VALUE;
	return 0;
}

static int
read_default_value(struct weft__property_reader *reader, const char *name,
    const json_t *value, struct weft__property *property)
{
	struct weft_error why;
	int code;

	if (property->type == WEFT_TYPE_DATE && json_is_string(value) &&
	    strcmp(json_string_value(value), "$now") == 0) {
		property->default_fn = WEFT__DEFAULT_NOW;
		return 0;
	}
	weft_buf_clear(&reader->text);
	code = weft__config_write(value, &reader->text);
	if (!code)
		code = weft__json_scan(&reader->json, reader->text.data,
		    reader->text.size, &weft__json_record_limits, &why);
	if (code == WEFT_EJSON || code == WEFT_ELIMIT)
		return weft_error_set(reader->error, WEFT_ECONFIG,
		    "properties.%s.default: %s", name, why.text);
	if (!code)
		code = take_default(reader, property);
	return code ? weft_error_set(reader->error, WEFT_ENOMEM,
			  "out of memory")
		    : 0;
}

static int
read_default_fn(struct weft__property_reader *reader, const char *name,
    const json_t *value, struct weft__property *property)
{
	const char *text = json_is_string(value) ? json_string_value(value)
						 : "";

	if (strcmp(text, "guid") == 0 || strcmp(text, "uuid") == 0 ||
	    strcmp(text, "uuidv4") == 0)
		property->default_fn = WEFT__DEFAULT_GUID;
	else if (strcmp(text, "now") == 0)
		property->default_fn = WEFT__DEFAULT_NOW;
	else
		return weft__config_refuse(reader->error, value,
		    "\"guid\", \"uuid\", \"uuidv4\" or \"now\"",
		    "properties.%s.defaultFn", name);
	return 0;
}

/* "default" goes before "defaultFn", as in LoopBack, whose default does not
 * count at all where it is not to be applied on writes. */
static int
read_default(struct weft__property_reader *reader, const char *name,
    const json_t *json, struct weft__property *property)
{
	const json_t *value = json_object_get(json, "default");
	const json_t *function = json_object_get(json, "defaultFn");
	int code = 0;

	if (function && !json_is_null(function))
		code = read_default_fn(reader, name, function, property);
	if (!code && value &&
	    !json_is_false(json_object_get(json, "applyDefaultOnWrites")))
		code = read_default_value(reader, name, value, property);
	return code;
}

/* All but the type: what only the form {"type": ...} can say. */
static int
read_members(struct weft__property_reader *reader, const char *name,
    const json_t *json, struct weft__property *property, bool *is_id)
{
	int code = read_flag(reader, name, json, "required",
	    &property->required);

	if (!code)
		code = read_flag(reader, name, json, "index",
		    &property->indexed);
	if (!code)
		code = read_id_flag(reader, name, json, is_id);
	if (!code)
		code = read_default(reader, name, json, property);
	return code;
}

int
weft__property_read(struct weft__property_reader *reader, const char *name,
    const json_t *json, struct weft__property *property, bool *is_id)
{
	const json_t *type = json_object_get(json, "type");
	char where[128];
	int code;

	*is_id = false;
	property->declared = true;
	if (!json_is_object(json) && !json_is_string(json) &&
	    !json_is_array(json))
		return weft__config_refuse(reader->error, json,
		    "a type name or an object", "properties.%s", name);
	snprintf(where, sizeof where, "properties.%s%s", name,
	    type ? ".type" : "");
	code = read_type(reader, where, type ? type : json, property);
	if (code || !type)
		return code;
	return read_members(reader, name, json, property, is_id);
}
