/*
 * What a replication of one model in one direction did, as people and programs
 * see it.
 */
#ifndef TOOLS_REPLICATE_VIEW_H
#define TOOLS_REPLICATE_VIEW_H

#include <weft/replicate.h>

#include "models/replicate/conflict.h"
#include "tools/output.h"

/* All borrowed. */
struct replicate_view {
	const char *model;
	const char *source, *target; /* as they were named */
	bool is_strict; /* everything was compared, as the sides differed though
	                   nothing was left to send */
	const struct weft_replication_result *result;
	const struct weft__parties *parties; /* whose conflicts are listed */
};

/* Writes it as a JSON object.  Returns what the sources return. */
int replicate_view_write(const struct replicate_view *view,
    struct json_out *out, struct weft_error *error);

/* Prints a line, unless 'line' says quiet, and one for each conflict.  Returns
 * what the sources return. */
int replicate_view_print(const struct replicate_view *view,
    const struct command_line *line, struct weft_error *error);

/* Prints a record that was refused, and why, as JSON on standard error. */
void replicate_view_print_refused(const char *model, struct weft_slice id,
    const struct weft_error *why);

#endif
