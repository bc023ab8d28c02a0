#include <inttypes.h>

#include "tools/commands.h"
#include "tools/output.h"
#include "tools/remote.h"
#include "tools/spec.h"

static int
report(const struct command_line *line, uint64_t checkpoint,
    struct weft_error *error)
{
	struct json_out out;
	int code;

	if (!line->json) {
		output_print("%" PRIu64 "\n", checkpoint);
		return 0;
	}
	json_out_init(&out);
	json_out_begin(&out, NULL, '{');
	json_out_number(&out, "checkpoint", checkpoint);
	json_out_end(&out, '}');
	code = json_out_print(&out, error);
	json_out_fini(&out);
	return code;
}

static int
run(const struct command_line *line, struct weft_error *error)
{
	bool is_new = command_value(line, "new");
	struct spec spec = {0};
	uint64_t checkpoint;
	int code;

	code = spec_open_source(&spec, line, 0,
	    is_new ? SPEC_WRITE : SPEC_READ, error);
	if (!code)
		code = is_new ?
		    weft_source_checkpoint(spec.source, &checkpoint, error) :
		    weft_source_current_checkpoint(spec.source, &checkpoint,
			error);
	if (!code)
		code = report(line, checkpoint, error);
	spec_close(&spec);
	return code;
}

static const struct command_option options[] = {
	{"new", NULL, "Begin a new checkpoint and print its number."},
	REMOTE_OPTIONS,
	{0},
};

const struct command cmd_checkpoint = {
	.name = "checkpoint",
	.arguments = "SOURCE",
	.summary = "Print the number of the current checkpoint",
	.about = "A checkpoint is a mark in the order of changes: the changes "
	    "made since it are what `weft changes --since` lists.",
	.least = 1,
	.most = 1,
	.options = options,
	.run = run,
};
