#include "transports/loopback/openapi.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>

#include <weft/weft.h>

#include "models/definition/config.h"
#include "transports/loopback/rest.h"

/*
 * json_pack() and json_object_set_new() fail only for want of memory; they
 * free what they were given, and take NULL for a failure of its own.  So the
 * one check is that of the whole.
 */

/* A slice as a JSON text. */
static json_t *
text_of(struct weft_slice text)
{
	return json_stringn(text.data, text.size);
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
	json_t *schema = json_object();

	if (name)
		json_object_set_new(schema, "type", json_string(name));
	if (type == WEFT_TYPE_DATE)
		json_object_set_new(
		    schema, "format", json_string("date-time"));
	return schema;
}

static json_t *
property_schema(const struct weft__property *property)
{
	json_t *schema = type_schema(property->type);

	if (property->type == WEFT_TYPE_ARRAY)
		json_object_set_new(
		    schema, "items", type_schema(property->item_type));
	return schema;
}

/* What a record looks like. */
static json_t *
record_schema(const struct weft__rest_model *model)
{
	json_t *properties = json_object(), *required = json_array();
	json_t *schema = json_pack("{s:s}", "type", "object");

	for (size_t i = 0; i < model->columns_length; i++) {
		const struct weft__property *property = model->columns[i];
		char name[WEFT_LIMIT_NAME_SIZE + 1];

		snprintf(name, sizeof name, "%.*s", (int)property->name.size,
		    property->name.data);
		json_object_set_new(
		    properties, name, property_schema(property));
		if (property->required)
			json_array_append_new(
			    required, text_of(property->name));
	}
	json_object_set_new(schema, "properties", properties);
	if (json_array_size(required))
		json_object_set(schema, "required", required);
	json_decref(required);
	json_object_set_new(schema, "additionalProperties",
	    json_boolean(model->definition->strict == WEFT__STRICT_FALSE));
	return schema;
}

static const char *
method_name(enum weft__http_method method)
{
	switch (method) {
	case WEFT__HTTP_GET:
		return "get";
	case WEFT__HTTP_POST:
		return "post";
	case WEFT__HTTP_PUT:
		return "put";
	case WEFT__HTTP_PATCH:
		return "patch";
	default:
		return "delete";
	}
}

static json_t *
parameter(const char *name, const char *place, bool is_json)
{
	return is_json
	    ? json_pack("{s:s, s:s, s:{s:{s:{}}}}", "name", name, "in", place,
		  "content", "application/json", "schema")
	    : json_pack("{s:s, s:s, s:b, s:{s:s}}", "name", name, "in", place,
		  "required", strcmp(place, "path") == 0, "schema", "type",
		  "string");
}

/* The arguments of a method that are not its body. */
static json_t *
parameters(const struct weft__rest_route *route)
{
	static const struct {
		const char *method, *name;
		bool is_json;
	} known[] = {
	    {"find", "filter", true},
	    {"findOne", "filter", true},
	    {"findById", "filter", true},
	    {"count", "where", true},
	    {"updateAll", "where", true},
	    {"upsertWithWhere", "where", true},
	    {"changes", "since", false},
	    {"changes", "filter", true},
	    {"diff", "since", false},
	    {"createChangeStream", "options", true},
	};
	json_t *list = json_array();

	if (strstr(route->path, ":id"))
		json_array_append_new(list, parameter("id", "path", false));
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(known[i].method, route->name) == 0)
			json_array_append_new(list,
			    parameter(
				known[i].name, "query", known[i].is_json));
	return list;
}

static json_t *
operation(const struct weft__rest_model *model,
    const struct weft__rest_route *route)
{
	const char *name = model->definition->name;
	json_t *made = json_pack("{s:[s], s:s+++, s:o, s:{s:{s:s}, s:{s:s}}}",
	    "tags", name, "operationId", name, ".", route->name,
	    route->path[0] == ':' ? "ById" : "", "parameters",
	    parameters(route), "responses", "200", "description", "Done.",
	    "default", "description",
	    "Refused or failed: {\"error\": {\"statusCode\", \"name\", "
	    "\"message\", \"code\", \"details\"}}.");

	if (route->flags & (WEFT__REST_BODY | WEFT__REST_BULK))
		json_object_set_new(made, "requestBody",
		    json_pack("{s:{s:{s:{}}}}", "content", "application/json",
			"schema"));
	return made;
}

/* "/api/Todos/{id}/exists" */
static void
write_path(const struct weft__rest *rest, const struct weft__rest_model *model,
    const struct weft__rest_route *route, char *text, size_t room)
{
	const char *id = strstr(route->path, ":id");
	size_t before = id ? (size_t)(id - route->path) : strlen(route->path);

	snprintf(text, room, "%s%.*s/%.*s%s%.*s%s%s",
	    rest->root.size ? "/" : "", (int)rest->root.size,
	    rest->root.size ? rest->root.data : "", (int)model->path.size,
	    model->path.data, *route->path ? "/" : "", (int)before,
	    route->path, id ? "{id}" : "", id ? id + strlen(":id") : "");
}

static void
add_route(const struct weft__rest *rest, const struct weft__rest_model *model,
    const struct weft__rest_route *route, json_t *paths)
{
	char path[512];
	json_t *item;

	if (!weft__rest_route_serves(route, model, false))
		return;
	write_path(rest, model, route, path, sizeof path);
	if (!json_object_get(paths, path))
		json_object_set_new(paths, path, json_object());
	item = json_object_get(paths, path);
	if (item && !json_object_get(item, method_name(route->method)))
		json_object_set_new(item, method_name(route->method),
		    operation(model, route));
}

static json_t *
describe(const struct weft__rest *rest)
{
	const struct weft__rest_route *route;
	json_t *paths = json_object(), *schemas = json_object();

	for (size_t i = 0; i < rest->length; i++) {
		const struct weft__rest_model *model = &rest->models[i];

		json_object_set_new(schemas, model->definition->name,
		    record_schema(model));
		for (size_t j = 0; (route = weft__rest_route_at(j)); j++)
			add_route(rest, model, route, paths);
	}
	return json_pack("{s:s, s:{s:s, s:s}, s:o, s:{s:o, s:{s:{s:s, s:s, "
			 "s:s}}}, s:[{}, {s:[]}]}",
	    "openapi", "3.0.3", "info", "title", "weft", "version",
	    weft_version(), "paths", paths, "components", "schemas", schemas,
	    "securitySchemes", "token", "type", "apiKey", "in", "header",
	    "name", "Authorization", "security", "token");
}

int
weft__rest_openapi(const struct weft__rest *rest, struct weft_buf *text,
    struct weft_error *error)
{
	json_t *description = describe(rest);
	int code = description ? weft__config_write(description, text)
			       : WEFT_ENOMEM;

	json_decref(description);
	return code ? weft_error_set(error, code, "the API's description: %s",
			  weft_error_text(code))
		    : 0;
}
