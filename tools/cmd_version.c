#include <weft/version.h>

#include "tools/commands.h"
#include "tools/output.h"

static int
run(const struct command_line *line, struct weft_error *error)
{
	struct json_out out;
	int code;

	if (!line->json) {
		output_print("weft %s\n", WEFT_VERSION);
		return 0;
	}
	json_out_init(&out);
	json_out_begin(&out, NULL, '{');
	json_out_text(&out, "version", weft_slice(WEFT_VERSION));
	json_out_end(&out, '}');
	code = json_out_print(&out, error);
	json_out_fini(&out);
	return code;
}

const struct command cmd_version = {
	.name = "version",
	.arguments = "",
	.summary = "Print weft's version",
	.about = "The version of the command and of the library in it.",
	.least = 0,
	.most = 0,
	.run = run,
};
