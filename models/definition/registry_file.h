/*
 * Definitions kept in the database of the models: see registry_file.c.
 */
#ifndef MODELS_DEFINITION_REGISTRY_FILE_H
#define MODELS_DEFINITION_REGISTRY_FILE_H

#include <weft/model.h>

/*
 * Keeps the model's definition in its database, if that is durable and does
 * not have it so already.  Returns 0, or what the connector returns.
 */
WEFT_MUST_CHECK int weft__definition_keep(
    struct weft_model *model, struct weft_error *error);

#endif
