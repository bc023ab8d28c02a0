#include "tools/spec.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/alloc.h"

#define FILE_PREFIX "sqlite:"

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

static bool
path_exists(const char *path)
{
	return access(path, F_OK) == 0 || errno != ENOENT;
}

/* Where ":Model" begins in a path that does not exist as it is, or NULL. */
static const char *
find_model_part(const char *path)
{
	const char *colon = strrchr(path, ':');

	if (!colon || colon == path || !colon[1] || strchr(colon, '/') ||
	    path_exists(path))
		return NULL;
	return colon;
}

/* Writes the path made absolute, without links if it exists. */
static void
absolute_path(const char *path, char absolute[2 * PATH_MAX])
{
	char directory[PATH_MAX];

	if (realpath(path, absolute))
		return;
	if (path[0] == '/' || !getcwd(directory, sizeof directory))
		snprintf(absolute, 2 * PATH_MAX, "%s", path);
	else
		snprintf(absolute, 2 * PATH_MAX, "%s/%s", directory, path);
}

/* The text by which another process finds the source again. */
static char *
make_name(const struct spec *spec)
{
	char absolute[2 * PATH_MAX], name[2 * PATH_MAX + sizeof FILE_PREFIX];

	absolute_path(spec->path, absolute);
	snprintf(name, sizeof name, "%s%s", spec->is_file ? FILE_PREFIX : "",
	    absolute);
	return weft__strdup(name);
}

int
spec_parse(struct spec *spec, const char *argument, struct weft_error *error)
{
	const char *path = argument, *colon;

	*spec = (struct spec){.registry = NULL};
	if (strncmp(path, FILE_PREFIX, strlen(FILE_PREFIX)) == 0) {
		spec->is_file = true;
		path += strlen(FILE_PREFIX);
	}
	colon = find_model_part(path);
	if (colon) {
		spec->path = weft__strndup(path, (size_t)(colon - path));
		spec->model = weft__strdup(colon + 1);
	} else {
		spec->path = weft__strdup(path);
	}
	if (!spec->path || (colon && !spec->model))
		return out_of_memory(error);
	spec->name = make_name(spec);
	return spec->name ? 0 : out_of_memory(error);
}

bool
spec_exists(const struct spec *spec)
{
	return path_exists(spec->path);
}

static int
open_registry(struct spec *spec, enum spec_mode mode,
    struct weft_error *error)
{
	struct weft_registry_options options = WEFT_REGISTRY_OPTIONS_INIT;

	options.read_only = mode == SPEC_READ;
	options.rebuild = spec->rebuild;
	options.holder = spec->holder;
	if (!spec->is_file && !spec_exists(spec))
		return weft_error_set(error, WEFT_ENOTFOUND,
		    "%s: no such directory", spec->path);
	if (!spec->is_file)
		return weft_registry_open(spec->path, &options,
		    &spec->registry, error);
	if (mode != SPEC_CREATE && !spec_exists(spec))
		return weft_error_set(error, WEFT_ENOTFOUND,
		    "%s: no such database; `weft init " FILE_PREFIX
		    "%s` makes one", spec->path, spec->path);
	return weft_registry_open_file(spec->path, &options, &spec->registry,
	    error);
}

/*
 * Chooses the database of a configuration: that of the model that is named,
 * or the only one with tracked models.
 */
static int
choose_datasource(struct spec *spec, struct weft_error *error)
{
	struct weft_datasource *found = NULL, *datasource;
	struct weft_model *model;

	if (spec->model) {
		model = weft_registry_find_model(spec->registry, spec->model);
		if (!model)
			return weft_error_set(error, WEFT_ENOTFOUND,
			    "%s: no model \"%s\"", spec->path, spec->model);
		spec->datasource = weft_model_datasource(model);
		return 0;
	}
	for (size_t i = 0;
	    (model = weft_registry_model_at(spec->registry, i)); i++) {
		datasource = weft_model_datasource(model);
		if (!weft_model_is_tracked(model) || datasource == found)
			continue;
		if (found)
			return weft_error_set(error, WEFT_EINVAL,
			    "%s: has several databases (%s, %s): name a model",
			    spec->path, weft_datasource_name(found),
			    weft_datasource_name(datasource));
		found = datasource;
	}
	if (!found)
		found = weft_registry_datasource_at(spec->registry, 0);
	spec->datasource = found;
	if (!found)
		return weft_error_set(error, WEFT_ENOTFOUND,
		    "%s: datasources.json names no database", spec->path);
	return 0;
}

int
spec_open_parsed(struct spec *spec, const struct command_line *line,
    enum spec_mode mode, struct weft_error *error)
{
	int code;

	snprintf(spec->holder, sizeof spec->holder, "weft %s",
	    line->command->name);
	code = open_registry(spec, mode, error);
	if (!code)
		code = choose_datasource(spec, error);
	if (!code)
		code = weft_source_open_datasource(spec->datasource,
		    &spec->source, error);
	return code;
}

int
spec_open(struct spec *spec, const struct command_line *line, int index,
    enum spec_mode mode, struct weft_error *error)
{
	int code = spec_parse(spec, command_argument(line, index), error);

	return code ? code : spec_open_parsed(spec, line, mode, error);
}

int
spec_open_model(struct spec *spec, const struct command_line *line, int index,
    enum spec_mode mode, struct weft_model **model, struct weft_error *error)
{
	int code = spec_parse(spec, command_argument(line, index), error);

	if (!code && !spec->model)
		return command_usage(error,
		    "%s names no model: write %s:Model",
		    command_argument(line, index),
		    command_argument(line, index));
	if (!code)
		code = spec_open_parsed(spec, line, mode, error);
	if (!code)
		code = spec_find_model(spec, spec->model, model, error);
	return code;
}

void
spec_close(struct spec *spec)
{
	weft_source_destroy(spec->source);
	weft_registry_destroy(spec->registry);
	weft__free(spec->path);
	weft__free(spec->name);
	weft__free(spec->model);
	*spec = (struct spec){.registry = NULL};
}

int
spec_finish(struct spec *spec, int result, struct weft_error *error)
{
	struct weft_error late;
	int code = 0;

	if (spec->datasource)
		code = weft_datasource_project(spec->datasource, &late);
	if (code && !result) {
		result = code;
		if (error)
			*error = late;
		weft_error_wrap(error, "everything is written, but not the "
		    "history in the store");
	}
	spec_close(spec);
	return result;
}

int
spec_find_model(const struct spec *spec, const char *name,
    struct weft_model **model, struct weft_error *error)
{
	*model = weft_registry_find_model(spec->registry, name);
	if (*model && weft_model_datasource(*model) == spec->datasource)
		return 0;
	return weft_error_set(error, WEFT_ENOTFOUND, "%s: no model \"%s\"",
	    spec->path, name);
}

struct weft_model *
spec_next_model(const struct spec *spec, size_t *index)
{
	struct weft_model *model;

	while ((model = weft_registry_model_at(spec->registry, *index))) {
		(*index)++;
		if (weft_model_datasource(model) != spec->datasource ||
		    !weft_model_is_tracked(model))
			continue;
		if (!spec->model ||
		    strcmp(weft_model_name(model), spec->model) == 0)
			return model;
	}
	return NULL;
}
