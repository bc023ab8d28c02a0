/*
 * Values of a configuration that come from the environment, as LoopBack has
 * them: a string that is "${NAME}" as a whole.
 */
#ifndef MODELS_DEFINITION_CONFIG_ENV_H
#define MODELS_DEFINITION_CONFIG_ENV_H

#include <jansson.h>

#include <weft/error.h>

/*
 * Replaces every such string in the members of 'object', at any depth, by the
 * variable's value, always a string.  Any other string stays as it is.
 * Returns 0; WEFT_ECONFIG: a variable is not set, or its value is not UTF-8;
 * names the key ("db.options.file") and the variable; WEFT_ENOMEM.
 * Thread: nobody may change the environment meanwhile.
 */
WEFT_MUST_CHECK int weft__config_expand(
    json_t *object, struct weft_error *error);

#endif
