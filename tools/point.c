#include "tools/point.h"

#include <inttypes.h>
#include <stdio.h>

#include "tools/output.h"

int
point_read(const struct command_line *line, const char *name,
    struct weft_point *point, struct weft_error *error)
{
	const char *text = command_value(line, name);
	struct weft_error why;

	*point = (struct weft_point){WEFT_POINT_NOW, 0};
	if (!text || !weft_point_parse(weft_slice(text), point, &why))
		return 0;
	return command_usage(error, "--%s: %s", name, why.text);
}

int
point_check(const struct command_line *line,
    struct weft_datasource *datasource, const struct weft_point *point,
    struct weft_error *error)
{
	char time[OUTPUT_TIME_SIZE];
	struct weft_moment moment;
	int code = weft_moment_find(datasource, point, &moment, error);

	if (code || moment.is_exact || line->quiet || line->json)
		return code;
	output_time(moment.time_ms, time);
	fprintf(stderr, "weft: checkpoint %" PRIu64 " ended between two "
	    "commits: this is the state of %s, in checkpoint %" PRIu64 "\n",
	    point->value, time, moment.checkpoint);
	return 0;
}

int
point_read_at(const struct command_line *line, const struct weft_model *model,
    struct weft_point *point, struct weft_error *error)
{
	int code = point_read(line, "at", point, error);

	if (!code && command_value(line, "hidden"))
		return command_usage(error, "the history has no hidden "
		    "properties: give --at or --hidden");
	return code ? code : point_check(
				 line, weft_model_datasource(model), point,
				 error);
}
