/*
 * `weft resolve --all`: settles kept conflicts by the page.
 */
#ifndef TOOLS_RESOLVE_ALL_H
#define TOOLS_RESOLVE_ALL_H

#include <weft/conflict.h>

#include "tools/command.h"

/*
 * Settles all conflicts that the source of the command line keeps (those of
 * the model that it names, with the peer that --peer names), in favour of one
 * side.  One whose record has changed since it was found is left, and told
 * of.  Returns 0; STATUS_DIFFERENT if some are left; what the sources return:
 * pages before that are settled.
 */
int resolve_all(const struct command_line *line, enum weft_resolution winner,
    struct weft_error *error);

#endif
