#include "tools/spec.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "tools/files.h"
#include "tools/remote.h"

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
	if (weft_source_is_url(argument))
		return remote_parse(spec, argument, error);
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
	return spec->is_remote || path_exists(spec->path);
}

static int
open_registry(struct spec *spec, enum spec_mode mode,
    struct weft_error *error)
{
	struct weft_registry_options options = WEFT_REGISTRY_OPTIONS_INIT;
	int code;

	if (spec->shares_registry)
		return 0;
	options.read_only = mode == SPEC_READ;
	options.rebuild = spec->rebuild;
	options.holder = spec->holder;
	options.shares_store = mode == SPEC_SHARE;
	if (!spec->is_file && !spec_exists(spec))
		return weft_error_set(error, WEFT_ENOTFOUND,
		    "%s: no such directory", spec->path);
	if (!spec->is_file && files_is_file(spec->path))
		return weft_error_set(error, WEFT_ENOTFOUND,
		    "%s: no such directory; a database file is named "
		    FILE_PREFIX "%s", spec->path, spec->path);
	if (!spec->is_file)
		return weft_registry_open(spec->path, &options,
		    &spec->registry, error);
	if (!spec_exists(spec))
		return weft_error_set(error, WEFT_ENOTFOUND,
		    "%s: no such database; `weft init " FILE_PREFIX
		    "%s` makes one", spec->path, spec->path);
	code = mode == SPEC_READ ? 0 : files_check_database(spec->path, error);
	return code ? code : weft_registry_open_file(
	    spec->path, &options, &spec->registry, error);
}

/* The database of the model that is named. */
static int
choose_by_model(struct spec *spec, struct weft_error *error)
{
	struct weft_model *model =
	    weft_registry_find_model(spec->registry, spec->model);

	if (!model)
		return weft_error_set(error, WEFT_ENOTFOUND,
		    "%s: no model \"%s\"", spec->path, spec->model);
	spec->datasource = weft_model_datasource(model);
	return 0;
}

/* The first datasource that is a database. */
static struct weft_datasource *
first_database(const struct weft_registry *registry)
{
	struct weft_datasource *datasource;

	for (size_t i = 0;
	    (datasource = weft_registry_datasource_at(registry, i)); i++)
		if (!weft_datasource_url(datasource))
			return datasource;
	return NULL;
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

	if (spec->model)
		return choose_by_model(spec, error);
	for (size_t i = 0;
	    (model = weft_registry_model_at(spec->registry, i)); i++) {
		datasource = weft_model_datasource(model);
		if (!weft_model_is_tracked(model) || datasource == found ||
		    weft_datasource_url(datasource))
			continue;
		if (found)
			return weft_error_set(error, WEFT_EINVAL,
			    "%s: has several databases (%s, %s): name a model",
			    spec->path, weft_datasource_name(found),
			    weft_datasource_name(datasource));
		found = datasource;
	}
	spec->datasource = found ? found : first_database(spec->registry);
	if (!spec->datasource)
		return weft_error_set(error, WEFT_ENOTFOUND,
		    "%s: datasources.json names no database", spec->path);
	return 0;
}

/* Opens the registry, and chooses its datasource. */
static int
open_database(struct spec *spec, const struct command_line *line,
    enum spec_mode mode, struct weft_error *error)
{
	int code;

	snprintf(spec->holder, sizeof spec->holder, "weft %s",
	    line->command->name);
	code = open_registry(spec, mode, error);
	return code ? code : choose_datasource(spec, error);
}

static int
refuse_server(const struct spec *spec, const struct command_line *line,
    struct weft_error *error)
{
	return weft_error_set(error, WEFT_EUNSUPPORTED, "%s: weft %s works on "
	    "a database of this machine, not on a server", spec->path,
	    line->command->name);
}

int
spec_open_parsed(struct spec *spec, const struct command_line *line,
    enum spec_mode mode, struct weft_error *error)
{
	int code;

	if (spec->is_remote)
		return refuse_server(spec, line, error);
	code = open_database(spec, line, mode, error);
	if (!code && weft_datasource_url(spec->datasource))
		return refuse_server(spec, line, error);
	return code ? code : weft_source_open_datasource(spec->datasource,
				 &spec->source, error);
}

/* The model lies on a server, says the configuration. */
static int
open_configured(struct spec *spec, const struct command_line *line,
    struct weft_error *error)
{
	spec->is_remote = true;
	spec->url = weft__strdup(weft_datasource_url(spec->datasource));
	if (!spec->url)
		return out_of_memory(error);
	return remote_open(spec, line, spec->model, spec->registry, error);
}

int
spec_open_source_parsed(struct spec *spec, const struct command_line *line,
    enum spec_mode mode, struct weft_error *error)
{
	int code;

	if (spec->is_remote)
		return remote_open(
		    spec, line, spec->model, spec->definitions, error);
	code = open_database(spec, line, mode, error);
	if (!code && weft_datasource_url(spec->datasource))
		return open_configured(spec, line, error);
	return code ? code : weft_source_open_datasource(spec->datasource,
				 &spec->source, error);
}

int
spec_open_source(struct spec *spec, const struct command_line *line, int index,
    enum spec_mode mode, struct weft_error *error)
{
	int code = spec_parse(spec, command_argument(line, index), error);

	return code ? code : spec_open_source_parsed(spec, line, mode, error);
}

static int
want_model(const struct spec *spec, const struct command_line *line, int index,
    struct weft_error *error)
{
	const char *argument = command_argument(line, index);

	return spec->model ? 0 : command_usage(error,
	    "%s names no model: write %s:Model", spec->path,
	    spec->is_remote ? spec->path : argument);
}

int
spec_open_source_model(struct spec *spec, const struct command_line *line,
    int index, enum spec_mode mode, struct weft_error *error)
{
	int code = spec_parse(spec, command_argument(line, index), error);

	if (!code)
		code = want_model(spec, line, index, error);
	return code ? code : spec_open_source_parsed(spec, line, mode, error);
}

/* Opens the one that depends on the other. */
static int
open_second(struct spec *second, const struct spec *first,
    const struct command_line *line, enum spec_mode mode,
    struct weft_error *error)
{
	if (!second->is_remote && first->registry &&
	    strcmp(first->name, second->name) == 0) {
		second->registry = first->registry;
		second->shares_registry = true;
	}
	second->definitions = first->registry;
	if (second->is_remote && !second->model && first->model &&
	    !first->is_remote)
		return remote_open(
		    second, line, first->model, first->registry, error);
	return spec_open_source_parsed(second, line, mode, error);
}

int
spec_open_pair(struct spec *a, struct spec *b,
    const struct command_line *line, enum spec_mode mode,
    struct weft_error *error)
{
	struct spec *first = a->is_remote ? b : a;
	struct spec *second = a->is_remote ? a : b;
	int code = spec_open_source_parsed(first, line, mode, error);

	return code ? code : open_second(second, first, line, mode, error);
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

	if (!code && spec->is_remote)
		return refuse_server(spec, line, error);
	if (!code)
		code = want_model(spec, line, index, error);
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
	if (!spec->shares_registry)
		weft_registry_destroy(spec->registry);
	for (size_t i = 0; i < spec->names.length; i++)
		weft__free(spec->names.list[i]);
	weft__free(spec->names.list);
	weft__free(spec->url);
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

	if (spec->datasource && !spec->is_remote)
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

const char *
spec_next_name(const struct spec *spec, size_t *index)
{
	const struct weft_model *model;

	if (!spec->is_remote) {
		model = spec_next_model(spec, index);
		return model ? weft_model_name(model) : NULL;
	}
	while (*index < spec->names.length) {
		const char *name = spec->names.list[(*index)++];

		if (!spec->model || strcmp(name, spec->model) == 0)
			return name;
	}
	return NULL;
}

int
spec_check_model(const struct spec *spec, const char *name,
    struct weft_error *error)
{
	struct weft_model *model;

	if (!spec->is_remote)
		return spec_find_model(spec, name, &model, error);
	for (size_t i = 0; i < spec->names.length; i++)
		if (strcmp(spec->names.list[i], name) == 0)
			return 0;
	return weft_error_set(error, WEFT_ENOTFOUND, "%s: no model \"%s\"",
	    spec->path, name);
}
