#include <inttypes.h>
#include <stdio.h>

#include <weft/record.h>

#include "tools/commands.h"
#include "tools/interrupt.h"
#include "tools/output.h"
#include "tools/point.h"
#include "tools/spec.h"

struct export {
	const struct command_line *line;
	struct progress progress;
	struct weft_error *error;
	uint64_t count;
	uint64_t damaged;
	uint64_t total;
	bool as_array;
};

static int
print_record(struct weft_slice record, void *context)
{
	struct export *export = context;
	int code;

	if (export->as_array)
		fputs(export->count ? ",\n" : "\n", stdout);
	export->count++;
	progress_update(&export->progress, export->count, export->count,
	    export->total);
	if (!export->as_array) {
		code = output_line(record, export->error);
	} else {
		fwrite(record.data, 1, record.size, stdout);
		code = output_check(export->error);
	}
	return code ? code : interrupt_check(export->error);
}

static void
report_damaged(const struct weft_error *why, void *context)
{
	struct export *export = context;

	export->damaged++;
	output_error(why, export->line->json);
}

/* Prints the records as they are, or were at the point, if there is one. */
static int
print_records(struct export *export, struct weft_model *model,
    const struct command_line *line, const struct weft_point *point)
{
	struct weft_call call = {
	    .with_hidden = command_value(line, "hidden"),
	    .damaged = report_damaged,
	    .damaged_context = export,
	};
	struct weft_slice filter = weft_slice(command_value(line, "filter"));

	if (point)
		return weft_record_each_at(model, point, filter, print_record,
		    export, export->error);
	return weft_record_find(
	    model, &call, filter, print_record, export, export->error);
}

/* Counts what there is to print, if that can be told and is to be shown. */
static int
begin_progress(struct export *export, struct weft_model *model,
    const struct command_line *line)
{
	progress_begin(&export->progress, line, "records");
	if (!export->progress.shown || command_value(line, "filter") ||
	    command_value(line, "at"))
		return 0;
	return weft_record_count(
	    model, NULL, weft_slice(NULL), &export->total, export->error);
}

/* Prints them, within brackets if it is to be an array. */
static int
print_all(struct export *export, struct weft_model *model,
    const struct command_line *line, const struct weft_point *point)
{
	int code;

	if (export->as_array)
		fputs("[", stdout);
	code = print_records(export, model, line, point);
	if (!code && export->as_array)
		fputs(export->count ? "\n]\n" : "]\n", stdout);
	return code;
}

static int
export_model(struct weft_model *model, const struct command_line *line,
    struct weft_error *error)
{
	struct export export = {.line = line, .error = error};
	bool is_past = command_value(line, "at");
	struct weft_point point;
	int code = 0;

	if (is_past)
		code = point_read_at(line, model, &point, error);
	if (code)
		return code;
	export.as_array = command_value(line, "array");
	code = begin_progress(&export, model, line);
	if (!code)
		code = print_all(
		    &export, model, line, is_past ? &point : NULL);
	progress_end(&export.progress);
	if (!code && export.damaged)
		code = weft_error_set(error, WEFT_EDAMAGED,
		    "%" PRIu64 " records are left out: see weft verify",
		    export.damaged);
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
		code = export_model(model, line, error);
	spec_close(&spec);
	return code;
}

static const struct command_option options[] = {
	{"at", "POINT",
	    "Print them as they were when this checkpoint was over, or at "
	    "this time (`weft help points`); in no order, so that the filter "
	    "must not have one."},
	{"array", NULL, "Print one JSON array instead of a record a line."},
	{"filter", "JSON",
	    "Print what this LoopBack filter selects: an object with where, "
	    "order, limit, skip, fields."},
	{"hidden", NULL, "Print hidden properties, too."},
	{0},
};

const struct command cmd_export = {
	.name = "export",
	.arguments = "SOURCE:Model",
	.summary = "Print the records of a model",
	.about = "Prints one record on each line (NDJSON), in canonical JSON, "
	    "as they all were at one moment; in order of id unless the "
	    "filter says otherwise. What it prints, import reads. A record "
	    "whose body is damaged is named and left out; then the exit "
	    "status is 7.",
	.least = 1,
	.most = 1,
	.options = options,
	.run = run,
};
