/*
 * What a replication of one model in one direction did, as people and programs
 * see it.
 */
#ifndef TOOLS_REPLICATE_VIEW_H
#define TOOLS_REPLICATE_VIEW_H

#include <weft/replicate.h>

#include "tools/output.h"

/* All borrowed. */
struct replicate_view {
	const char *model;
	const char *source, *target; /* as they were named */
	bool is_strict; /* everything was compared, as the sides differed though
	                   nothing was left to send */
	const struct weft_replication_result *result;
};

/* Writes it as a JSON object. */
void replicate_view_write(
    const struct replicate_view *view, struct json_out *out);

/* Prints a line, and one for each conflict, unless 'line' says quiet. */
void replicate_view_print(
    const struct replicate_view *view, const struct command_line *line);

/* Prints a record that was refused, and why, as JSON on standard error. */
void replicate_view_print_refused(const char *model, struct weft_slice id,
    const struct weft_error *why);

#endif
