/*
 * The keys of a model's definition, and of a datasource's settings, that mean
 * something.
 */
#ifndef MODELS_DEFINITION_KEYS_H
#define MODELS_DEFINITION_KEYS_H

#include <jansson.h>

/* Logs a warning for each key of the definition that means nothing. */
void weft__definition_name_unknown(
    const char *model, const json_t *definition);

/* The same for the settings of a datasource. */
void weft__datasource_name_unknown(
    const char *datasource, const json_t *settings);

/*
 * Logs a warning for each property that changes are to carry besides the one
 * of "changeFilterProperty" (NULL: none): LoopBack fills them by code.
 */
void weft__definition_name_unfilled(const char *model,
    const json_t *additional, const char *change_filter);

#endif
