/*
 * Which models `weft replicate` is about; and the database that it makes with
 * them.
 */
#ifndef TOOLS_REPLICATE_MODELS_H
#define TOOLS_REPLICATE_MODELS_H

#include "tools/spec.h"

/* Whether --model names the model, or is not given. */
bool replicate_wants(const struct command_line *line, const char *model);

/* Sees that the source has each model that --model names.
 * Returns 0 or WEFT_ENOTFOUND. */
WEFT_MUST_CHECK int replicate_check_models(const struct command_line *line,
    const struct spec *source, struct weft_error *error);

/*
 * Makes the database 'path', with the definitions of the source's models, not
 * its records.
 * Returns 0; WEFT_EINVAL: it has no tracked model; what the connector returns;
 * as new_source_begin() and new_source_end().
 */
WEFT_MUST_CHECK int replicate_make_target(const struct command_line *line,
    const struct spec *source, const char *path, struct weft_error *error);

#endif
