/*
 * Help and manual page, made from the table of commands.
 */
#ifndef TOOLS_HELP_H
#define TOOLS_HELP_H

#include <stdio.h>

#include "tools/command.h"

/* All commands, a line each. */
void help_overview(FILE *file);

/* One command: usage, what it does, options. */
void help_command(const struct command *command);

/* How a source is named. */
void help_sources(void);

/* How a point in the history is named. */
void help_points(void);

/* What the exit statuses mean. */
void help_statuses(void);

/* The manual page weft(1) in mdoc. */
void help_manual(void);

/* The same, but the manual, as one JSON object each; a text is its member
 * 'topic'.  All return as json_out_print(). */
WEFT_MUST_CHECK int help_json_overview(struct weft_error *error);
WEFT_MUST_CHECK int help_json_command(
    const struct command *command, struct weft_error *error);
WEFT_MUST_CHECK int help_json_text(
    const char *topic, const char *text, struct weft_error *error);
WEFT_MUST_CHECK int help_json_statuses(struct weft_error *error);

#endif
