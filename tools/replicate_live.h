/*
 * `weft replicate A ws://... --live`: goes on until it is interrupted.
 */
#ifndef TOOLS_REPLICATE_LIVE_H
#define TOOLS_REPLICATE_LIVE_H

#include <weft/conflict.h>

#include "tools/command.h"

/*
 * Replicates the database of the first argument with the server of the second
 * one, as the line says, and prints each state that it comes to.
 * Returns 0 when it was interrupted; STATUS_USAGE; what weft_live_create() and
 * weft_live_step() return.
 */
WEFT_MUST_CHECK int replicate_live(const struct command_line *line,
    enum weft_resolution policy, struct weft_error *error);

#endif
