/*
 * What differs between two records, property by property, as commands print
 * it.
 */
#ifndef TOOLS_PROPERTY_VIEW_H
#define TOOLS_PROPERTY_VIEW_H

#include <weft/history.h>

#include "tools/output.h"

/*
 * Prints a line for each property that differs, after 'indent' spaces: its
 * path, old and new value, each cut if it is long.
 * Returns 0; as weft_record_compare().
 */
WEFT_MUST_CHECK int property_view_print(struct weft_slice before,
    struct weft_slice after, int indent, struct weft_error *error);

/*
 * Writes the member "changed": an array of {"path", "before", "after"}, where
 * what is not there is left out.
 * Returns 0; as weft_record_compare().
 */
WEFT_MUST_CHECK int property_view_write(struct weft_slice before,
    struct weft_slice after, struct json_out *out, struct weft_error *error);

#endif
