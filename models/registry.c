#include "models/registry.h"

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "models/definition/config.h"
#include "models/definition/registry_file.h"
#include "models/record/prepare.h"
#include "models/store/sketch.h"

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

int
weft_registry_create(const struct weft_registry_options *options,
    struct weft_registry **registry, struct weft_error *error)
{
	static const struct weft_registry_options defaults =
	    WEFT_REGISTRY_OPTIONS_INIT;
	struct weft_registry *made = weft__calloc(1, sizeof *made);

	if (!made)
		return out_of_memory(error);
	made->options = options ? *options : defaults;
	weft_buf_init(&made->config, WEFT_LIMIT_CONFIG_SIZE);
	if (made->options.holder) {
		made->holder = weft__strdup(made->options.holder);
		if (!made->holder) {
			weft__free(made);
			return out_of_memory(error);
		}
		made->options.holder = made->holder;
	}
	*registry = made;
	return 0;
}

int
weft_registry_open(const char *directory,
    const struct weft_registry_options *options,
    struct weft_registry **registry, struct weft_error *error)
{
	struct weft_registry *made;
	int code = weft_registry_create(options, &made, error);

	if (code)
		return code;
	code = weft__registry_load(made, directory, error);
	if (code) {
		weft_registry_destroy(made);
		return code;
	}
	*registry = made;
	return 0;
}

static void
destroy_model(struct weft_model *model)
{
	if (!model)
		return;
	for (size_t i = 0; i < WEFT__HOOK_POINTS; i++)
		weft__free(model->hooks[i].hooks);
	weft__model_sketch_drop(model);
	weft__prepare_destroy(atomic_load(&model->idle_prepare));
	weft__definition_destroy(model->definition);
	weft__free(model);
}

void
weft_registry_destroy(struct weft_registry *registry)
{
	if (!registry)
		return;
	weft__map_fini(&registry->datasources_by_name, NULL);
	weft__map_fini(&registry->models_by_name, NULL);
	for (size_t i = 0; i < registry->datasources_length; i++)
		weft__datasource_close(registry->datasources[i]);
	for (size_t i = 0; i < registry->models_length; i++)
		destroy_model(registry->models[i]);
	weft__free(registry->datasources);
	weft__free(registry->models);
	weft__free(registry->holder);
	weft_buf_fini(&registry->config);
	weft__free(registry);
}

/* Takes the opened datasource in, or closes it. */
static int
keep_datasource(struct weft_registry *registry,
    struct weft_datasource *datasource, struct weft_error *error)
{
	if (!weft__grow(&registry->datasources,
		&registry->datasources_capacity,
		registry->datasources_length + 1,
		sizeof *registry->datasources) ||
	    weft__map_put(&registry->datasources_by_name,
		weft_slice(datasource->name), datasource)) {
		weft__datasource_close(datasource);
		return out_of_memory(error);
	}
	registry->datasources[registry->datasources_length++] = datasource;
	return 0;
}

int
weft_registry_add_datasource(struct weft_registry *registry,
    const char *name, struct weft_slice settings, const char *directory,
    struct weft_datasource **datasource, struct weft_error *error)
{
	struct weft_datasource *opened;
	int code = weft__config_check_name(name, error);

	if (code)
		return code;
	if (weft_registry_find_datasource(registry, name))
		return weft_error_set(error, WEFT_EEXISTS,
		    "datasource %s exists already", name);
	code = weft__datasource_open(name, settings,
	    directory ? directory : ".", &registry->options, &opened, error);
	if (!code)
		code = keep_datasource(registry, opened, error);
	if (!code && datasource)
		*datasource = opened;
	return code;
}

/* Takes the model in and defines it in its database. */
static int
keep_model(struct weft_registry *registry, struct weft_model *model,
    struct weft_datasource *datasource, struct weft_error *error)
{
	const struct weft_slice name = weft_slice(model->definition->name);
	int code;

	if (weft_registry_find_model(registry, name.data))
		return weft_error_set(error, WEFT_EEXISTS,
		    "model %s exists already", name.data);
	if (!weft__grow(&registry->models, &registry->models_capacity,
		registry->models_length + 1, sizeof *registry->models) ||
	    weft__map_put(&registry->models_by_name, name, model))
		return out_of_memory(error);
	code = weft__datasource_add_model(datasource, model, error);
	if (!code) {
		code = weft__definition_keep(model, error);
		if (code)
			datasource->models_length--;
	}
	if (code) {
		weft__map_remove(&registry->models_by_name, name);
		return code;
	}
	registry->models[registry->models_length++] = model;
	return 0;
}

int
weft_registry_define(struct weft_registry *registry,
    struct weft_datasource *datasource, struct weft_slice definition,
    struct weft_model **model, struct weft_error *error)
{
	struct weft_model *made = weft__calloc(1, sizeof *made);
	int code;

	if (!made)
		return out_of_memory(error);
	code = weft__definition_parse(definition, &made->definition, error);
	if (!code) {
		made->tracked = made->definition->track_changes;
		code = keep_model(registry, made, datasource, error);
	}
	if (code) {
		destroy_model(made);
		return code;
	}
	if (model)
		*model = made;
	return 0;
}

struct weft_model *
weft_registry_find_model(
    const struct weft_registry *registry, const char *name)
{
	return weft__map_find(&registry->models_by_name, weft_slice(name));
}

struct weft_datasource *
weft_registry_find_datasource(
    const struct weft_registry *registry, const char *name)
{
	return weft__map_find(&registry->datasources_by_name,
	    weft_slice(name));
}

struct weft_model *
weft_registry_model_at(const struct weft_registry *registry, size_t index)
{
	return index < registry->models_length ? registry->models[index]
					       : NULL;
}

struct weft_datasource *
weft_registry_datasource_at(
    const struct weft_registry *registry, size_t index)
{
	return index < registry->datasources_length
		   ? registry->datasources[index]
		   : NULL;
}
