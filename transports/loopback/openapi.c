#include "transports/loopback/openapi.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>

#include <weft/weft.h>

#include "models/definition/config.h"
#include "transports/loopback/openapi_record.h"
#include "transports/loopback/openapi_shape.h"
#include "transports/loopback/rest.h"

#define PATH_SIZE 1024
#define NAME_SIZE (3 * WEFT_LIMIT_NAME_SIZE + 80)

/* json_pack() frees what it was given if it fails, and takes a NULL for a
 * failure of its own. */
struct api {
	const struct weft__rest *rest;
	json_t *paths, *schemas;
	bool is_failed; /* for want of memory */
};

static void
put(struct api *api, json_t *object, const char *key, json_t *value)
{
	api->is_failed |= json_object_set_new(object, key, value) != 0;
}

static void
push(struct api *api, json_t *list, json_t *value)
{
	api->is_failed |= json_array_append_new(list, value) != 0;
}

static json_t *
reference(const char *kind, const char *name)
{
	return json_pack("{s:s+++}", "$ref", "#/components/", kind, "/", name);
}

/*
 * Schemas by their words
 */

/* One word of a shape, of 'size' bytes. */
static json_t *
word_schema(
    const struct weft__rest_model *model, const char *word, size_t size)
{
	bool is_list = size > 2 && memcmp(word + size - 2, "[]", 2) == 0;
	char name[NAME_SIZE];
	json_t *schema;

	size -= is_list ? 2 : 0;
	if (*word == '*')
		weft__openapi_record_name(model, size > 1, name, sizeof name);
	else
		snprintf(name, sizeof name, "%s%.*s", WEFT__OPENAPI_OURS,
		    (int)size, word);
	schema = reference("schemas", name);
	return is_list ? json_pack("{s:s, s:o}", "type", "array", "items",
			     schema)
		       : schema;
}

static json_t *
shape_schema(struct api *api, const struct weft__rest_model *model,
    const char *words)
{
	json_t *list;

	if (!strchr(words, '|'))
		return word_schema(model, words, strlen(words));
	list = json_array();
	for (size_t size; *words; words += size + (words[size] == '|')) {
		size = strcspn(words, "|");
		push(api, list, word_schema(model, words, size));
	}
	return json_pack("{s:o}", "oneOf", list);
}

/*
 * Operations
 */

static const char *
media_type(const struct weft__rest_route *route)
{
	return route->flags & WEFT__REST_BYTES ? "application/octet-stream"
					       : "application/json";
}

/* {"content": {TYPE: {"schema": ...}}} */
static json_t *
content(struct api *api, const struct weft__rest_model *model,
    const struct weft__rest_route *route, const char *words)
{
	json_t *types = json_pack("{s:{s:o}}", media_type(route), "schema",
	    shape_schema(api, model, words));

	if (route->flags & WEFT__REST_STREAM)
		put(api, types, "text/event-stream",
		    json_pack("{s:{s:s}}", "schema", "type", "string"));
	return types;
}

static json_t *
parameters(struct api *api, const struct weft__rest_route *route,
    const char *names)
{
	json_t *list = json_array();
	char name[32];
	int size;

	if (strstr(route->path, ":id"))
		push(api, list, reference("parameters", "id"));
	/* Of a POST the options of a stream are in the body. */
	if (route->flags & WEFT__REST_BODY &&
	    route->flags & WEFT__REST_STREAM)
		return list;
	for (; sscanf(names, "%31s%n", name, &size) == 1; names += size)
		push(api, list, reference("parameters", name));
	return list;
}

/* What comes when it went well. */
static const char *
answer_text(const struct weft__openapi_shape *shape)
{
	if (!shape->answer)
		return "It is done; there is no body.";
	if (strcmp(shape->answer, "*") == 0)
		return "The record as it is now.";
	if (strcmp(shape->answer, "*|*[]") == 0)
		return "The record that was created, or all of them.";
	if (strcmp(shape->answer, "Count") == 0)
		return "How many records it was.";
	return shape->summary;
}

static json_t *
responses(struct api *api, const struct weft__rest_model *model,
    const struct weft__rest_route *route,
    const struct weft__openapi_shape *shape)
{
	json_t *all = json_object();
	json_t *done = json_pack("{s:s}", "description", answer_text(shape));
	char status[16];
	int size;

	if (shape->answer && !(route->flags & WEFT__REST_HEAD))
		put(api, done, "content",
		    content(api, model, route, shape->answer));
	snprintf(status, sizeof status, "%d", shape->status);
	put(api, all, status, done);
	put(api, all, "400", reference("responses", "400"));
	for (const char *at = shape->failures;
	     sscanf(at, "%15s%n", status, &size) == 1; at += size)
		if (api->rest->access || strcmp(status, "401") != 0)
			put(api, all, status, reference("responses", status));
	if (route->flags & WEFT__REST_HEAD)
		put(api, all, "404", reference("responses", "404"));
	put(api, all, "default", reference("responses", "default"));
	return all;
}

static const char *
method_name(const struct weft__rest_route *route)
{
	if (route->flags & WEFT__REST_HEAD)
		return "head";
	switch (route->method) {
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

/* "Todo.find"; a method's further routes say with which verb they do it. */
static json_t *
operation_id(const struct weft__rest_model *model,
    const struct weft__rest_route *route)
{
	const struct weft__rest_route *other;
	const char *name = model ? model->definition->name : "";
	bool is_further = false;

	for (size_t i = 0; model && (other = weft__rest_route_at(i)) != route;
	     i++)
		is_further |= strcmp(other->name, route->name) == 0 &&
			      weft__rest_route_serves(other, model, true);
	return json_pack("s+++", name, model ? "." : "",
	    route->name, is_further ? method_name(route) : "");
}

static json_t *
operation(struct api *api, const struct weft__rest_model *model,
    const struct weft__rest_route *route)
{
	const struct weft__openapi_shape *shape =
	    weft__openapi_shape_find(route->name);
	json_t *made = json_pack("{s:s, s:o, s:o, s:o}", "summary",
	    shape->summary, "operationId", operation_id(model, route),
	    "parameters", parameters(api, route, shape->parameters),
	    "responses", responses(api, model, route, shape));

	if (model)
		put(api, made, "tags",
		    json_pack("[s]", model->definition->name));
	if (shape->body && route->method != WEFT__HTTP_GET)
		put(api, made, "requestBody",
		    json_pack("{s:b, s:{s:{s:o}}}", "required",
			!(route->flags & WEFT__REST_STREAM), "content",
			media_type(route), "schema",
			shape_schema(api, model, shape->body)));
	return made;
}

/*
 * Paths
 */

/* Appends a path to 'text', of 'size' bytes; what cannot stand in a URL, or
 * would be a name between braces, is escaped.  Returns the new size. */
static size_t
append_path(char text[PATH_SIZE], size_t size, const char *path)
{
	for (; *path && size + 4 < PATH_SIZE; path++)
		if (isalnum((unsigned char)*path) || strchr("/-._~", *path))
			text[size++] = *path;
		else
			size += (size_t)snprintf(text + size, PATH_SIZE - size,
			    "%%%02X", (unsigned char)*path);
	text[size] = '\0';
	return size;
}

/* "/api/Todos/{id}/exists" */
static void
write_path(const struct weft__rest *rest, const struct weft__rest_model *model,
    const struct weft__rest_route *route, char text[PATH_SIZE])
{
	bool has_id = strncmp(route->path, ":id", 3) == 0;
	size_t size = 0;

	if (rest->root.size) {
		size = append_path(text, size, "/");
		size = append_path(text, size, rest->root.data);
	}
	if (model) {
		size = append_path(text, size, "/");
		size = append_path(text, size, model->path.data);
	}
	if (*route->path)
		size = append_path(text, size, "/");
	snprintf(text + size, PATH_SIZE - size, "%s%s", has_id ? "{id}" : "",
	    route->path + (has_id ? 3 : 0));
}

/* 'model' is NULL for what is of none. */
static void
add_route(struct api *api, const struct weft__rest_model *model,
    const struct weft__rest_route *route)
{
	char path[PATH_SIZE];
	json_t *item;

	write_path(api->rest, model, route, path);
	if (!json_object_get(api->paths, path))
		put(api, api->paths, path, json_object());
	item = json_object_get(api->paths, path);
	put(api, item, method_name(route), operation(api, model, route));
}

static void
add_model(struct api *api, const struct weft__rest_model *model)
{
	const struct weft__rest_route *route;
	char name[NAME_SIZE];

	for (int is_patch = 0; is_patch < 2; is_patch++) {
		weft__openapi_record_name(model, is_patch, name, sizeof name);
		put(api, api->schemas, name,
		    weft__openapi_record_schema(model, is_patch));
	}
	for (size_t i = 0; (route = weft__rest_route_at(i)); i++)
		if (weft__rest_route_serves(route, model, true))
			add_route(api, model, route);
}

static void
add_all(struct api *api, json_t *components)
{
	const struct weft__rest *rest = api->rest;
	const struct weft__rest_route *route;

	api->schemas = json_object_get(components, "schemas");
	for (size_t i = 0; i < rest->length; i++)
		add_model(api, &rest->models[i]);
	for (size_t i = 0; (route = weft__rest_common_route_at(i)); i++)
		add_route(api, NULL, route);
	if (rest->access)
		put(api, components, "securitySchemes",
		    json_pack("{s:{s:s, s:s, s:s}}", "token", "type", "apiKey",
			"in", "header", "name", "Authorization"));
}

/* Takes over 'components'; NULL: no memory. */
static json_t *
describe(const struct weft__rest *rest, json_t *components)
{
	struct api api = {.rest = rest, .paths = json_object()};
	json_t *made = json_pack("{s:s, s:{s:s, s:s}, s:o, s:o}", "openapi",
	    "3.0.3", "info", "title", "weft", "version", weft_version(),
	    "paths", api.paths, "components", components);

	if (!made)
		return NULL;
	add_all(&api, components);
	if (rest->access) /* a token, or none: rules decide */
		put(&api, made, "security",
		    json_pack("[{}, {s:[]}]", "token"));
	if (!api.is_failed)
		return made;
	json_decref(made);
	return NULL;
}

int
weft__rest_openapi(const struct weft__rest *rest, struct weft_buf *text,
    struct weft_error *error)
{
	json_t *components, *description = NULL;
	int code = weft__openapi_components(&components, error);

	if (!code)
		description = describe(rest, components);
	if (!code)
		code = description ? weft__config_write(description, text)
				   : WEFT_ENOMEM;
	json_decref(description);
	return code ? weft_error_set(error, code, "the API's description: %s",
			  weft_error_text(code))
		    : 0;
}
