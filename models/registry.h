/*
 * A registry: datasources and the models on them, in order of definition.
 */
#ifndef MODELS_REGISTRY_H
#define MODELS_REGISTRY_H

#include <weft/model.h>

#include "core/base/map.h"
#include "models/model.h"

struct weft_registry {
	struct weft_registry_options options;
	char *holder; /* options.holder, ours */
	struct weft_datasource **datasources;
	size_t datasources_length, datasources_capacity;
	struct weft__map datasources_by_name;
	struct weft_model **models;
	size_t models_length, models_capacity;
	struct weft__map models_by_name;
	struct weft_buf config; /* text of config.json; empty: there is none */
};

/*
 * Reads the configuration in a directory into an empty registry; on failure
 * it may hold a part.  See weft_registry_open().
 */
WEFT_MUST_CHECK int weft__registry_load(struct weft_registry *registry,
    const char *directory, struct weft_error *error);

#endif
