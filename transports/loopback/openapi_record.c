#include "transports/loopback/openapi_record.h"

#include <ctype.h>
#include <stdio.h>

#include "models/definition/definition.h"

void
weft__openapi_record_name(const struct weft__rest_model *model, bool is_patch,
    char *text, size_t room)
{
	const char *name = model->definition->name;
	size_t size = 0;

	for (; *name && size + 4 < room; name++)
		if (isalnum((unsigned char)*name) || *name == '-' ||
		    *name == '_')
			text[size++] = *name;
		else
			size += (size_t)snprintf(text + size, room - size,
			    ".%02X", (unsigned char)*name);
	snprintf(text + size, room - size, "%s", is_patch ? ".Patch" : "");
}

static const char *
type_name(enum weft_property_type type)
{
	switch (type) {
	case WEFT_TYPE_STRING:
	case WEFT_TYPE_DATE:
		return "string";
	case WEFT_TYPE_NUMBER:
		return "number";
	case WEFT_TYPE_BOOLEAN:
		return "boolean";
	case WEFT_TYPE_OBJECT:
	case WEFT_TYPE_GEOPOINT:
		return "object";
	case WEFT_TYPE_ARRAY:
		return "array";
	default:
		return NULL; /* any */
	}
}

static json_t *
type_schema(enum weft_property_type type)
{
	const char *name = type_name(type);

	if (!name)
		return json_object();
	if (type == WEFT_TYPE_DATE)
		return json_pack(
		    "{s:s, s:s}", "type", name, "format", "date-time");
	return json_pack("{s:s}", "type", name);
}

/* Sets a member; on failure frees the object and returns NULL. */
static json_t *
with(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value) == 0)
		return object;
	json_decref(object);
	return NULL;
}

static json_t *
property_schema(const struct weft__property *property)
{
	json_t *schema = type_schema(property->type);

	if (property->type == WEFT_TYPE_ARRAY)
		schema = with(
		    schema, "items", type_schema(property->item_type));
	if (property->hidden)
		schema = with(schema, "writeOnly", json_true());
	if (!property->required && type_name(property->type))
		schema = with(schema, "nullable", json_true());
	return schema;
}

/* Whether callers see the property, or have to send it. */
static bool
is_told(const struct weft__property *property)
{
	return property->declared &&
	       (!property->hidden || property->required);
}

/* The name is canonical JSON text without its quotes. */
static json_t *
name_of(const struct weft__property *property)
{
	char text[WEFT_LIMIT_NAME_SIZE + 3];

	snprintf(text, sizeof text, "\"%.*s\"", (int)property->name.size,
	    property->name.data);
	return json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
}

/* Adds a property; false: no memory. */
static bool
add(json_t *properties, json_t *required, const struct weft__property *property)
{
	json_t *name = name_of(property);
	bool is_added = name &&
	    json_object_set_new(properties, json_string_value(name),
		property_schema(property)) == 0;

	if (is_added && property->required)
		is_added = json_array_append(required, name) == 0;
	json_decref(name);
	return is_added;
}

/* The schema of these properties, which it takes over. */
static json_t *
make(const struct weft__definition *definition, json_t *properties,
    json_t *required, bool is_patch)
{
	json_t *schema = json_pack("{s:s, s:o}", "type", "object",
	    "properties", properties);

	if (!is_patch && json_array_size(required))
		schema = with(schema, "required", json_incref(required));
	json_decref(required);
	return with(schema, "additionalProperties",
	    json_boolean(definition->strict != WEFT__STRICT_TRUE ||
		definition->has_hidden));
}

json_t *
weft__openapi_record_schema(
    const struct weft__rest_model *model, bool is_patch)
{
	const struct weft__definition *definition = model->definition;
	json_t *properties = json_object(), *required = json_array();
	bool is_added = properties && required;

	for (size_t i = 0; is_added && i < definition->length; i++)
		if (is_told(&definition->properties[i]))
			is_added = add(properties, required,
			    &definition->properties[i]);
	if (is_added)
		return make(definition, properties, required, is_patch);
	json_decref(properties);
	json_decref(required);
	return NULL;
}
