/*
 * The models that are served, and where.
 */
#include <stdlib.h>
#include <strings.h>

#include "core/base/alloc.h"
#include "models/definition/config.h"
#include "models/record/defaults.h"
#include "transports/loopback/rest.h"
#include "transports/watch.h"

#define REQUEST_MS 30000
#define HEARTBEAT_MS 15000
#define POLL_MS 500

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

/* Copies a path without the slashes around it; counts its segments. */
static int
copy_path(struct weft__rest *rest, struct weft_slice text,
    struct weft_slice *path, size_t *segments, struct weft_error *error)
{
	while (text.size && *text.data == '/') {
		text.data++;
		text.size--;
	}
	while (text.size && text.data[text.size - 1] == '/')
		text.size--;
	*segments = text.size > 0;
	for (size_t i = 0; i < text.size; i++)
		*segments += text.data[i] == '/';
	return weft__arena_copy(&rest->arena, text, path)
	    ? out_of_memory(error)
	    : 0;
}

/* A setting at the top, or in "options". */
static const json_t *
setting(const json_t *definition, const char *key)
{
	const json_t *value = json_object_get(definition, key);

	return value ? value
		     : json_object_get(
			   json_object_get(definition, "options"), key);
}

static int
compare_rank(const void *a, const void *b)
{
	size_t left = (*(const struct weft__property *const *)a)->rank;
	size_t right = (*(const struct weft__property *const *)b)->rank;

	return (left > right) - (left < right);
}

/* The visible properties in the order of their declaration. */
static int
read_columns(struct weft__rest *rest, struct weft__rest_model *model,
    struct weft_error *error)
{
	const struct weft__definition *definition = model->definition;

	model->columns = weft__arena_alloc(
	    &rest->arena, definition->length * sizeof *model->columns);
	if (!model->columns)
		return out_of_memory(error);
	for (size_t i = 0; i < definition->length; i++) {
		const struct weft__property *property =
		    &definition->properties[i];

		if (property->declared && !property->hidden)
			model->columns[model->columns_length++] = property;
		model->has_defaults |=
		    weft__default_is_read(definition, property);
	}
	qsort(model->columns, model->columns_length, sizeof *model->columns,
	    compare_rank);
	return 0;
}

static int
read_path(struct weft__rest *rest, struct weft__rest_model *model,
    const json_t *definition, struct weft_error *error)
{
	const json_t *path =
	    json_object_get(setting(definition, "http"), "path");
	const char *text =
	    path ? json_string_value(path) : model->definition->plural;
	int code;

	if (!text)
		return weft__config_refuse(error, path, "a path",
		    "model %s: http.path", model->definition->name);
	code = copy_path(rest, weft_slice(text), &model->path,
	    &model->path_segments, error);
	if (!code && !model->path.size)
		code = weft__config_refuse(error, path, "a path",
		    "model %s: http.path", model->definition->name);
	return code;
}

static int
check_path(const struct weft__rest *rest,
    const struct weft__rest_model *model, struct weft_error *error)
{
	for (size_t i = 0; i < rest->length; i++)
		if (strcasecmp(rest->models[i].path.data, model->path.data) ==
		    0)
			return weft_error_set(error, WEFT_ECONFIG,
			    "models %s and %s: expected two paths, got /%s "
			    "for both", rest->models[i].definition->name,
			    model->definition->name, model->path.data);
	return 0;
}

/* Adds the model, unless it is not public. */
static int
add_model(
    struct weft__rest *rest, struct weft_model *found, struct weft_error *error)
{
	struct weft__rest_model *model = &rest->models[rest->length];
	json_t *definition;
	int code = weft__config_parse(
	    found->definition->json, &definition, error);

	if (code)
		return code;
	if (json_is_false(setting(definition, "public")) ||
	    (rest->access && !weft__access_is_public(rest->access, found))) {
		json_decref(definition);
		return 0;
	}
	model->model = found;
	model->definition = found->definition;
	model->is_user = rest->access &&
	    weft__access_is_user_model(rest->access, found);
	model->has_patch_put =
	    json_is_false(setting(definition, "replaceOnPUT"));
	code = read_path(rest, model, definition, error);
	json_decref(definition);
	if (!code)
		code = check_path(rest, model, error);
	if (!code)
		code = read_columns(rest, model, error);
	if (!code)
		rest->length++;
	return code;
}

static int
add_models(struct weft__rest *rest, struct weft_error *error)
{
	struct weft_registry *registry = rest->registry;
	size_t count = 0;
	int code = 0;

	while (weft_registry_model_at(registry, count))
		count++;
	rest->models = weft__arena_alloc(
	    &rest->arena, (count + 1) * sizeof *rest->models);
	if (!rest->models)
		return out_of_memory(error);
	memset(rest->models, 0, (count + 1) * sizeof *rest->models);
	for (size_t i = 0; !code && i < count; i++)
		code = add_model(
		    rest, weft_registry_model_at(registry, i), error);
	return code;
}

void
weft__rest_set_request_ms(struct weft__rest *rest, uint64_t request_ms)
{
	atomic_store(
	    &rest->request_ms, request_ms ? request_ms : REQUEST_MS);
}

void
weft__rest_break_off(struct weft__rest *rest)
{
	atomic_store(&rest->is_ending, true);
}

void
weft__rest_set_limits(
    struct weft__rest *rest, uint64_t body_limit, uint64_t bulk_limit)
{
	atomic_store(&rest->body_limit,
	    body_limit ? body_limit : WEFT_LIMIT_REST_BODY_SIZE);
	atomic_store(&rest->bulk_limit,
	    bulk_limit ? bulk_limit : WEFT_LIMIT_REST_BULK_SIZE);
}

static int
read_options(struct weft__rest *rest, const struct weft__rest_options *given,
    struct weft_error *error)
{
	struct weft__rest_options *options = &rest->options;
	struct weft_slice folder =
	    weft_slice(given->folder ? given->folder : "/tmp");
	int code;

	*options = *given;
	rest->registry = given->registry;
	rest->access = given->access;
	weft__rest_set_limits(rest, given->body_limit, given->bulk_limit);
	weft__rest_set_request_ms(rest, given->request_ms);
	if (!options->heartbeat_ms)
		options->heartbeat_ms = HEARTBEAT_MS;
	if (!options->poll_ms)
		options->poll_ms = POLL_MS;
	if (weft__arena_copy(&rest->arena, folder, &folder))
		return out_of_memory(error);
	options->folder = folder.data;
	code = copy_path(rest,
	    weft_slice(given->root ? given->root : "/api"), &rest->root,
	    &rest->root_segments, error);
	options->root = rest->root.data;
	return code;
}

static int
make_bookmarks(struct weft__rest *rest, struct weft_error *error)
{
	rest->bookmarks = weft__calloc(1, sizeof *rest->bookmarks);
	if (!rest->bookmarks)
		return out_of_memory(error);
	pthread_mutex_init(&rest->bookmarks->mutex, NULL);
	return 0;
}

static int
open_watch(struct weft__rest *rest, struct weft_error *error)
{
	rest->watch = rest->options.watch;
	return rest->watch ? 0
			   : weft__watch_create(rest->options.poll_ms,
				 &rest->watch, error);
}

int
weft__rest_open(const struct weft__rest_options *options,
    struct weft__rest **rest, struct weft_error *error)
{
	struct weft__rest *made = weft__calloc(1, sizeof *made);
	int code;

	if (!made)
		return out_of_memory(error);
	code = read_options(made, options, error);
	if (!code)
		code = make_bookmarks(made, error);
	if (!code)
		code = add_models(made, error);
	if (!code)
		code = open_watch(made, error);
	if (!code)
		weft__rest_bind(made);
	if (code)
		weft__rest_close(made);
	else
		*rest = made;
	return code;
}

void
weft__rest_close(struct weft__rest *rest)
{
	if (!rest)
		return;
	if (!rest->options.watch)
		weft__watch_destroy(rest->watch);
	if (rest->bookmarks)
		pthread_mutex_destroy(&rest->bookmarks->mutex);
	weft__free(rest->bookmarks);
	weft__arena_fini(&rest->arena);
	weft__free(rest);
}

const struct weft__http_handler *
weft__rest_handler(struct weft__rest *rest)
{
	return &rest->handler;
}
