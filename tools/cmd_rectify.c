#include <inttypes.h>

#include "tools/commands.h"
#include "tools/interrupt.h"
#include "tools/output.h"
#include "tools/spec.h"

static int
rectify_model(struct weft_model *model, const struct command_line *line,
    struct json_out *out, struct weft_error *error)
{
	struct progress progress;
	uint64_t found;
	int code;

	progress_begin(&progress, line, "");
	progress_stage(&progress, "looking at", weft_model_name(model));
	code = weft_model_rectify_all_changes(model, &found, error);
	progress_end(&progress);
	if (code)
		return code;
	json_out_begin(out, NULL, '{');
	json_out_text(out, "model", weft_slice(weft_model_name(model)));
	json_out_number(out, "found", found);
	json_out_end(out, '}');
	if (line->json)
		return json_out_print(out, error);
	output_print("%s: %" PRIu64 " found\n", weft_model_name(model),
	    found);
	json_out_clear(out);
	return 0;
}

static int
rectify_all(const struct spec *spec, const struct command_line *line,
    struct weft_error *error)
{
	struct weft_model *model;
	struct json_out out;
	size_t index = 0;
	int code = 0;

	json_out_init(&out);
	while (!code && (model = spec_next_model(spec, &index))) {
		code = rectify_model(model, line, &out, error);
		if (!code)
			code = interrupt_check(error);
	}
	json_out_fini(&out);
	return code;
}

static int
run(const struct command_line *line, struct weft_error *error)
{
	struct spec spec = {0};
	int code;

	code = spec_open(&spec, line, 0, SPEC_WRITE, error);
	if (!code)
		code = rectify_all(&spec, line, error);
	return spec_finish(&spec, code, error);
}

const struct command cmd_rectify = {
	.name = "rectify",
	.arguments = "SOURCE[:Model]",
	.summary = "Find edits that were made behind weft's back",
	.about = "Compares each record with what is known of its changes, in "
	    "one pass, and records as changes what plain SQL, say, has "
	    "edited, added or removed.",
	.least = 1,
	.most = 1,
	.run = run,
};
