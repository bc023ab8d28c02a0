#include <weft/record.h>

#include "core/base/limits.h"
#include "tools/commands.h"
#include "tools/output.h"
#include "tools/point.h"
#include "tools/spec.h"

/* Instead of "there is none". */
static void
note_damage(const struct weft_error *why, void *context)
{
	*(struct weft_error *)context = *why;
}

static int
print_record(struct weft_model *model, const struct command_line *line,
    struct weft_error *error)
{
	struct weft_error damage = {0};
	struct weft_call call = {
	    .with_hidden = command_value(line, "hidden"),
	    .damaged = note_damage,
	    .damaged_context = &damage,
	};
	struct weft_buf record = WEFT_BUF_INIT(2 * WEFT_LIMIT_RECORD_SIZE);
	struct weft_slice id = weft_slice(command_argument(line, 1));
	struct weft_point point;
	int code = 0;

	if (command_value(line, "at")) {
		code = point_read_at(line, model, &point, error);
		if (!code)
			code = weft_record_find_at(
			    model, &point, id, &record, error);
	} else {
		code = weft_record_find_by_id(
		    model, &call, id, weft_slice(NULL), &record, error);
		if (damage.code)
			code = weft_error_set(
			    error, damage.code, "%s", damage.text);
	}
	if (!code)
		code = output_line(weft_buf_slice(&record), error);
	weft_buf_fini(&record);
	return code;
}

static int
run(const struct command_line *line, struct weft_error *error)
{
	struct weft_model *model;
	struct spec spec = {0};
	int code;

	code = spec_open_model(&spec, line, 0, SPEC_READ, &model, error);
	if (!code)
		code = print_record(model, line, error);
	spec_close(&spec);
	return code;
}

static const struct command_option options[] = {
	{"at", "POINT",
	    "Print it as it was when this checkpoint was over, or at this "
	    "time (`weft help points`)."},
	{"hidden", NULL, "Print hidden properties, too."},
	{0},
};

const struct command cmd_get = {
	.name = "get",
	.arguments = "SOURCE:Model ID",
	.summary = "Print one record",
	.about = "Prints the record in canonical JSON. Without such a record "
	    "the exit status is 4; of one whose body is damaged 7.",
	.least = 2,
	.most = 2,
	.options = options,
	.run = run,
};
