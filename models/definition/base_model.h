/*
 * The model files of a configuration, and what a model takes from its base.
 */
#ifndef MODELS_DEFINITION_BASE_MODEL_H
#define MODELS_DEFINITION_BASE_MODEL_H

#include <jansson.h>

#include <weft/buf.h>
#include <weft/error.h>

#include "core/base/map.h"

struct weft__model_file {
	char *path;
	json_t *root;
};

/* Zero-initialised is an empty set. */
struct weft__model_files {
	struct weft__map by_name; /* model's name -> struct weft__model_file */
};

/* Frees all that was read; the set is empty and usable. */
void weft__model_files_fini(struct weft__model_files *files);

/*
 * Reads a model file.  WEFT_ECONFIG naming file and position or key: no JSON,
 * no name, a model that another file defines too; WEFT_EIO; WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__model_files_add(struct weft__model_files *files,
    const char *path, struct weft_error *error);

/* Adds LoopBack's models of users and rights, where no file defines them. */
WEFT_MUST_CHECK int weft__model_files_add_builtins(
    struct weft__model_files *files, struct weft_error *error);

/* The file that defines the model, or NULL. */
const struct weft__model_file *weft__model_files_find(
    const struct weft__model_files *files, const char *name);

/*
 * Appends a model's definition with what it takes from its base models: all
 * properties that it does not declare, and all settings it does not have; their
 * names, the nearest first, are listed as "_bases".
 * 'overrides' (an object, or NULL) are settings that go before its own.
 * WEFT_ECONFIG (a base that does not exist, or goes round in a circle);
 * WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__model_files_write(
    const struct weft__model_files *files,
    const struct weft__model_file *file, const json_t *overrides,
    struct weft_buf *text, struct weft_error *error);

/* Whether LoopBack brings this model along. */
bool weft__is_builtin_model(const char *name);

#endif
