#include "tools/replicate_since.h"

#include <stdio.h>
#include <string.h>

int
replicate_since(const struct command_line *line,
    struct weft_replication *plan, struct weft_error *error)
{
	const char *text = command_value(line, "since"), *comma;
	char first[24];
	int64_t *source = &plan->since_source;
	int64_t *target = &plan->since_target;
	bool good;

	if (!text)
		return 0;
	comma = strchr(text, ',');
	if (!comma) {
		good = command_read_number(text, source);
		*target = *source;
	} else {
		snprintf(first, sizeof first, "%.*s", (int)(comma - text),
		    text);
		good = command_read_number(first, source) &&
		    command_read_number(comma + 1, target);
	}
	if (!good || *source < -1 || *target < -1)
		return command_usage(error, "--since takes a checkpoint, or "
		    "two with a comma between them, not \"%s\"", text);
	return 0;
}
