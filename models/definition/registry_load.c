/*
 * A registry from LoopBack's files: datasources.json, model-config.json, the
 * model files in its source folders, config.json.
 */
#include "models/registry.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/log.h"
#include "models/definition/base_model.h"
#include "models/definition/config.h"
#include "models/definition/config_env.h"
#include "models/definition/config_merge.h"

struct loader {
	struct weft_registry *registry;
	const char *directory;
	json_t *datasources;  /* datasources.json */
	json_t *model_config; /* model-config.json */
	struct weft__model_files files;
	struct weft_error *error;
};

static int
add_datasource(struct loader *loader, const char *name,
    const json_t *settings)
{
	struct weft_buf text = WEFT_BUF_INIT(2 * WEFT_LIMIT_CONFIG_SIZE);
	int code;

	if (!json_is_string(json_object_get(settings, "connector")))
		return weft__config_refuse(loader->error, settings,
		    "an object with a \"connector\"", "%s", name);
	code = weft__config_write(settings, &text);
	if (code)
		weft_error_set(loader->error, code, "%s",
		    weft_error_text(code));
	else
		code = weft_registry_add_datasource(loader->registry, name,
		    weft_buf_slice(&text), loader->directory, NULL,
		    loader->error);
	weft_buf_fini(&text);
	return code;
}

/* Whether a model is on it. */
static bool
is_used(const struct loader *loader, const char *datasource)
{
	const char *name;
	json_t *entry;

	json_object_foreach (loader->model_config, name, entry) {
		const char *value = json_string_value(
		    json_object_get(entry, "dataSource"));

		if (value && strcmp(value, datasource) == 0)
			return true;
	}
	return false;
}

/* A LoopBack application has datasources for other things, too: for mail,
 * other servers.  What no model needs must not keep the others. */
static int
try_datasource(
    struct loader *loader, const char *name, const json_t *settings)
{
	int code = add_datasource(loader, name, settings);

	if (code != WEFT_ECONFIG || is_used(loader, name))
		return code;
	weft__log(WEFT_LOG_INFO, "models",
	    "datasource %s: skipped, no model is on it: %s", name,
	    loader->error->text);
	return 0;
}

static int
load_datasources(struct loader *loader)
{
	json_t *settings;
	const char *name;
	int code = weft__config_expand(loader->datasources, loader->error);

	json_object_foreach (loader->datasources, name, settings) {
		if (code)
			break;
		code = try_datasource(loader, name, settings);
	}
	if (code)
		weft_error_wrap(loader->error, "%s/datasources.json",
		    loader->directory);
	return code;
}

static bool
is_json_name(const char *name)
{
	size_t size = strlen(name);

	return size > 5 && name[0] != '.' &&
	       strcmp(name + size - 5, ".json") == 0;
}

/* Reads the model files of a folder, if there is one. */
static int
read_folder(struct loader *loader, const char *source)
{
	char folder[WEFT_LIMIT_PATH_SIZE], path[2 * WEFT_LIMIT_PATH_SIZE];
	const struct dirent *entry;
	int code = 0;
	DIR *open;

	snprintf(folder, sizeof folder, "%s%s%s",
	    source[0] == '/' ? "" : loader->directory,
	    source[0] == '/' ? "" : "/", source);
	open = opendir(folder);
	if (!open && (errno == ENOENT || errno == ENOTDIR)) {
		weft__log(WEFT_LOG_DEBUG, "models", "%s: no such folder",
		    folder);
		return 0;
	}
	if (!open)
		return weft_error_set(loader->error, WEFT_EIO, "%s: %s",
		    folder, strerror(errno));
	while (!code && (entry = readdir(open))) {
		if (!is_json_name(entry->d_name))
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		code = weft__model_files_add(&loader->files, path,
		    loader->error);
	}
	closedir(open);
	return code;
}

static int
read_sources(struct loader *loader, const json_t *root)
{
	const json_t *meta = json_object_get(root, "_meta");
	const json_t *sources = json_object_get(meta, "sources");
	const json_t *source;
	size_t i;
	int code;

	if (!sources)
		return read_folder(loader, "models");
	if (!json_is_array(sources))
		return weft__config_refuse(loader->error, sources,
		    "an array of folders",
		    "%s/model-config.json: _meta.sources",
		    loader->directory);
	json_array_foreach (sources, i, source) {
		if (!json_is_string(source))
			return weft__config_refuse(loader->error, source,
			    "a folder", "%s/model-config.json: "
			    "_meta.sources[%zu]", loader->directory, i);
		code = read_folder(loader, json_string_value(source));
		if (code)
			return code;
	}
	return 0;
}

/* The datasource that a model's entry names; NULL if it is to have none. */
static int
find_datasource(struct loader *loader, const char *name, const json_t *entry,
    struct weft_datasource **datasource)
{
	const json_t *value = json_object_get(entry, "dataSource");

	*datasource = NULL;
	if (json_is_null(value) || json_is_false(value))
		return 0;
	if (json_is_string(value))
		*datasource = weft_registry_find_datasource(loader->registry,
		    json_string_value(value));
	if (*datasource)
		return 0;
	return weft__config_refuse(loader->error, value,
	    "a datasource of datasources.json, or null",
	    "%s/model-config.json: %s.dataSource", loader->directory, name);
}

/* The entry's options; "public" stands beside them, and counts as one.  To be
 * given back with json_decref(); NULL: none, or no memory. */
static json_t *
make_options(const json_t *entry)
{
	json_t *options = json_object_get(entry, "options");
	json_t *public = json_object_get(entry, "public");

	if (!public || (options && !json_is_object(options)))
		return json_incref(options);
	options = options ? json_copy(options) : json_object();
	json_object_set(options, "public", public);
	return options;
}

/* Defines a model on a datasource as its file, and its entry, say. */
static int
define_on(struct loader *loader, struct weft_datasource *datasource,
    const struct weft__model_file *file, const json_t *entry)
{
	struct weft_buf text = WEFT_BUF_INIT(2 * WEFT_LIMIT_CONFIG_SIZE);
	json_t *options = make_options(entry);
	int code = weft__model_files_write(
	    &loader->files, file, options, &text, loader->error);

	json_decref(options);
	if (!code)
		code = weft_registry_define(loader->registry, datasource,
		    weft_buf_slice(&text), NULL, loader->error);
	if (code)
		weft_error_wrap(loader->error, "%s", file->path);
	weft_buf_fini(&text);
	return code;
}

static int
define_model(struct loader *loader, const char *name, const json_t *entry)
{
	struct weft_datasource *datasource;
	const struct weft__model_file *file;
	int code = find_datasource(loader, name, entry, &datasource);

	if (code)
		return code;
	file = weft__model_files_find(&loader->files, name);
	if (!datasource || (!file && weft__is_builtin_model(name))) {
		weft__log(WEFT_LOG_INFO, "models", "model %s: skipped, %s",
		    name, datasource ? "it is LoopBack's own"
				     : "it has no datasource");
		return 0;
	}
	if (!file)
		return weft_error_set(loader->error, WEFT_ECONFIG,
		    "%s/model-config.json: %s: expected a model file that "
		    "defines it in a folder of _meta.sources, found none",
		    loader->directory, name);
	return define_on(loader, datasource, file, entry);
}

static int
define_models(struct loader *loader, json_t *root)
{
	const char *name;
	json_t *entry;
	int code;

	json_object_foreach (root, name, entry) {
		if (name[0] == '_')
			continue;
		if (!json_is_object(entry))
			return weft__config_refuse(loader->error, entry,
			    "an object", "%s/model-config.json: %s",
			    loader->directory, name);
		code = define_model(loader, name, entry);
		if (code)
			return code;
	}
	return 0;
}

static int
load_models(struct loader *loader)
{
	int code = read_sources(loader, loader->model_config);

	if (!code)
		code = weft__model_files_add_builtins(
		    &loader->files, loader->error);
	return code ? code : define_models(loader, loader->model_config);
}

/* Nothing here depends on it: it is checked and kept. */
static int
load_config(struct loader *loader)
{
	json_t *root = NULL;
	int code = weft__config_read_merged(
	    loader->directory, "config", &root, loader->error);

	if (!code) {
		code = weft__config_write(root, &loader->registry->config);
		if (code)
			weft_error_set(loader->error, code, "config.json: %s",
			    weft_error_text(code));
	}
	json_decref(root);
	return code == WEFT_ENOTFOUND ? 0 : code;
}

int
weft__registry_load(struct weft_registry *registry, const char *directory,
    struct weft_error *error)
{
	struct weft_error unused;
	struct loader loader = {
	    .registry = registry,
	    .directory = directory,
	    .error = error ? error : &unused,
	};
	int code = WEFT_EINVAL;

	if (strlen(directory) >= WEFT_LIMIT_PATH_SIZE / 2)
		return weft_error_set(error, WEFT_EINVAL,
		    "the directory's name is too long");
	code = weft__config_read_merged(
	    directory, "datasources", &loader.datasources, loader.error);
	if (!code)
		code = weft__config_read_merged(directory, "model-config",
		    &loader.model_config, loader.error);
	if (!code)
		code = load_datasources(&loader);
	if (!code)
		code = load_models(&loader);
	if (!code)
		code = load_config(&loader);
	weft__model_files_fini(&loader.files);
	json_decref(loader.model_config);
	json_decref(loader.datasources);
	return code;
}
