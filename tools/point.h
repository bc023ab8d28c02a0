/*
 * Points of the past as options name them (`weft help points`).
 */
#ifndef TOOLS_POINT_H
#define TOOLS_POINT_H

#include <weft/history.h>

#include "tools/command.h"

/*
 * The point that option 'name' gives; now, if it is not given.
 * Returns 0 or STATUS_USAGE.
 */
WEFT_MUST_CHECK int point_read(const struct command_line *line,
    const char *name, struct weft_point *point, struct weft_error *error);

/*
 * Says on standard error, unless --quiet or --json, if the point is a
 * checkpoint whose end is not kept, as it shares a commit with later ones.
 * Returns 0; as weft_moment_find().
 */
WEFT_MUST_CHECK int point_check(const struct command_line *line,
    struct weft_datasource *datasource, const struct weft_point *point,
    struct weft_error *error);

/*
 * The point that --at gives, checked as above: what get and export have in
 * common.  Returns 0; STATUS_USAGE (with --hidden, too); as point_check().
 */
WEFT_MUST_CHECK int point_read_at(const struct command_line *line,
    const struct weft_model *model, struct weft_point *point,
    struct weft_error *error);

#endif
