/*
 * What differs between two points in the history of a source.
 */
#ifndef TOOLS_PAST_VIEW_H
#define TOOLS_PAST_VIEW_H

#include "tools/spec.h"

/*
 * Prints each record that --from and --to do not have alike, of all tracked
 * models or of those that --model or the source names; '*count' is how many.
 * Returns 0; STATUS_USAGE; WEFT_ENOTFOUND (no such model); as
 * weft_model_compare_points().
 */
WEFT_MUST_CHECK int past_view_print(const struct command_line *line,
    const struct spec *spec, uint64_t *count, struct weft_error *error);

#endif
