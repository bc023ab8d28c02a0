#include <inttypes.h>

#include <weft/store.h>

#include "tools/commands.h"
#include "tools/compare.h"
#include "tools/interrupt.h"
#include "tools/output.h"

struct verification {
	const struct command_line *line;
	struct spec a, b;
	uint64_t problems;
	uint64_t differences;
	struct json_out out;
	struct weft_error *error;
};

static int
print_problem(const char *text, void *context)
{
	struct verification *verification = context;
	struct json_out *out = &verification->out;
	int code;

	verification->problems++;
	if (verification->line->json) {
		json_out_begin(out, NULL, '{');
		json_out_text(out, "problem", weft_slice(text));
		json_out_end(out, '}');
		code = json_out_print(out, verification->error);
	} else {
		output_print("%s\n", text);
		code = output_check(verification->error);
	}
	return code ? code : interrupt_check(verification->error);
}

/* Says so if the store cannot be compared with the database. */
static int
report_lag(struct verification *verification, const struct spec *spec)
{
	struct weft_datasource_status status;
	int code;

	code = weft_datasource_get_status(spec->datasource, &status,
	    verification->error);
	if (code)
		return code;
	if (!status.has_store)
		output_say(verification->line, "%s: has no store\n",
		    spec->path);
	else if (!status.is_stored)
		output_say(verification->line, "%s: the store lacks the last "
		    "writes; the next command that writes adds them\n",
		    spec->path);
	return 0;
}

/* Verifies one source: its store, and each of its models. */
static int
verify_source(struct verification *verification, const struct spec *spec)
{
	bool deep = !command_value(verification->line, "quick");
	struct weft_model *model;
	size_t index = 0;
	int code;

	code = weft_store_verify(spec->datasource, deep, print_problem,
	    verification, NULL, verification->error);
	while (!code && (model = spec_next_model(spec, &index)))
		code = weft_model_verify(model, print_problem, verification,
		    NULL, verification->error);
	return code ? code : report_lag(verification, spec);
}

static int
verify_all(struct verification *verification)
{
	const struct command_line *line = verification->line;
	struct weft_error *error = verification->error;
	int code;

	code = spec_open(&verification->a, line, 0, SPEC_READ, error);
	if (!code && line->count > 1)
		code = spec_open(&verification->b, line, 1, SPEC_READ, error);
	if (!code)
		code = verify_source(verification, &verification->a);
	if (code || line->count < 2)
		return code;
	code = verify_source(verification, &verification->b);
	return code ? code : compare_sources(line, &verification->a,
				 &verification->b, &verification->differences,
				 error);
}

/* Prints the sums, and finds the exit status. */
static int
conclude(struct verification *verification)
{
	const struct command_line *line = verification->line;
	struct json_out *out = &verification->out;
	int code = 0;

	output_say(line, "%" PRIu64 " problems", verification->problems);
	if (line->count > 1)
		output_say(line, ", %" PRIu64 " differences",
		    verification->differences);
	output_say(line, "\n");
	if (line->json) {
		json_out_begin(out, NULL, '{');
		json_out_number(out, "problems", verification->problems);
		json_out_number(out, "differences",
		    verification->differences);
		json_out_end(out, '}');
		code = json_out_print(out, verification->error);
	}
	if (!code && verification->problems)
		code = weft_error_set(verification->error, WEFT_EDAMAGED,
		    "%" PRIu64 " problems found", verification->problems);
	if (!code && verification->differences)
		code = STATUS_DIFFERENT;
	return code;
}

static int
run(const struct command_line *line, struct weft_error *error)
{
	struct verification verification = {.line = line, .error = error};
	int code;

	json_out_init(&verification.out);
	code = verify_all(&verification);
	if (!code)
		code = conclude(&verification);
	json_out_fini(&verification.out);
	spec_close(&verification.a);
	spec_close(&verification.b);
	return code;
}

static const struct command_option options[] = {
	{"quick", NULL, "Of the store check the newest state only."},
	{"model", "NAME",
	    "Compare only this model; can be given several times."},
	{0},
};

const struct command cmd_verify = {
	.name = "verify",
	.arguments = "A [B]",
	.summary = "Check a source, or two and whether they are equal",
	.about = "Checks every object of the store, every record against what "
	    "is known of its changes, and records and store against each "
	    "other. What is wrong is printed, and the exit status is 7. With "
	    "a second source both are checked, and records that differ are "
	    "listed as diff does; then the exit status is 3.",
	.least = 1,
	.most = 2,
	.options = options,
	.run = run,
};
