/*
 * The option --since of `weft replicate`.
 */
#ifndef TOOLS_REPLICATE_SINCE_H
#define TOOLS_REPLICATE_SINCE_H

#include <weft/replicate.h>

#include "tools/command.h"

/* Reads N, or N,M: checkpoints of A and of B; nothing if it is not given.
 * Returns 0 or STATUS_USAGE. */
WEFT_MUST_CHECK int replicate_since(const struct command_line *line,
    struct weft_replication *plan, struct weft_error *error);

#endif
