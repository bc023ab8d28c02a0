#include <inttypes.h>

#include <weft/record.h>

#include "tools/commands.h"
#include "tools/output.h"
#include "tools/spec.h"

struct removal {
	struct weft_model *model;
	const struct command_line *line;
	uint64_t count;
};

/* Whether the id of this index was named before. */
static bool
is_repeated(const struct command_line *line, int index)
{
	for (int i = 1; i < index; i++)
		if (strcmp(line->arguments[i], line->arguments[index]) == 0)
			return true;
	return false;
}

/* Deletes all that the command line names, in one transaction. */
static int
delete_records(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct removal *removal = context;
	struct weft_call call = {.transaction = transaction};
	uint64_t deleted;
	int code;

	for (int i = 1; i < removal->line->count; i++) {
		const char *id = removal->line->arguments[i];

		code = weft_record_delete_by_id(removal->model, &call,
		    weft_slice(id), &deleted, error);
		if (code)
			return code;
		removal->count += deleted;
		if (!deleted && !is_repeated(removal->line, i) &&
		    !command_value(removal->line, "force"))
			return weft_error_set(error, WEFT_ENOTFOUND,
			    "no %s \"%s\"; nothing was deleted",
			    weft_model_name(removal->model), id);
	}
	return 0;
}

static int
report(const struct command_line *line, uint64_t count,
    struct weft_error *error)
{
	struct json_out out;
	int code;

	output_say(line, "%" PRIu64 " deleted\n", count);
	if (!line->json)
		return 0;
	json_out_init(&out);
	json_out_begin(&out, NULL, '{');
	json_out_number(&out, "deleted", count);
	json_out_end(&out, '}');
	code = json_out_print(&out, error);
	json_out_fini(&out);
	return code;
}

static int
run(const struct command_line *line, struct weft_error *error)
{
	struct removal removal = {.line = line};
	struct spec spec = {0};
	int code;

	code = spec_open_model(&spec, line, 0, SPEC_WRITE, &removal.model,
	    error);
	if (!code)
		code = weft_datasource_transaction(spec.datasource,
		    delete_records, &removal, error);
	if (!code)
		code = report(line, removal.count, error);
	return spec_finish(&spec, code, error);
}

static const struct command_option options[] = {
	{"force", NULL, "Do not mind records that are not there."},
	{0},
};

const struct command cmd_rm = {
	.name = "rm",
	.arguments = "SOURCE:Model ID...",
	.summary = "Delete records",
	.about = "Deletes all of the records, or, if one of them is not there, "
	    "none.",
	.least = 2,
	.most = -1,
	.options = options,
	.run = run,
};
