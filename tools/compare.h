/*
 * Comparing the records of two sources: what diff and verify share.
 */
#ifndef TOOLS_COMPARE_H
#define TOOLS_COMPARE_H

#include "tools/spec.h"

/*
 * Prints each record that the two sources do not have alike, of the models
 * that both have (or those that --model names).  '*count' is how many.
 * Returns 0; WEFT_ENOTFOUND, WEFT_EINVAL (no model to compare); WEFT_ECANCELED;
 * what weft_model_compare() returns.
 */
WEFT_MUST_CHECK int compare_sources(const struct command_line *line,
    const struct spec *a, const struct spec *b, uint64_t *count,
    struct weft_error *error);

#endif
