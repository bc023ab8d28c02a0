#include "tools/commands.h"
#include "tools/compare.h"
#include "tools/past_view.h"
#include "tools/remote.h"

static int
compare_two(const struct command_line *line, uint64_t *count,
    struct weft_error *error)
{
	struct spec a = {0}, b = {0};
	int code;

	code = spec_parse(&a, command_argument(line, 0), error);
	if (!code)
		code = spec_parse(&b, command_argument(line, 1), error);
	if (!code)
		code = spec_open_pair(&a, &b, line, SPEC_READ, error);
	if (!code)
		code = compare_sources(line, &a, &b, count, error);
	spec_close(&a);
	spec_close(&b);
	return code;
}

static int
compare_past(const struct command_line *line, uint64_t *count,
    struct weft_error *error)
{
	struct spec spec = {0};
	int code = spec_open(&spec, line, 0, SPEC_READ, error);

	if (!code)
		code = past_view_print(line, &spec, count, error);
	spec_close(&spec);
	return code;
}

static int
check_options(const struct command_line *line, struct weft_error *error)
{
	bool has_points =
	    command_value(line, "from") || command_value(line, "to");

	if (line->count == 2 && has_points)
		return command_usage(error,
		    "--from and --to are for one source, not two");
	if (line->count == 1 && !command_value(line, "from"))
		return command_usage(error,
		    "expected: weft diff A B, or weft diff A --from POINT");
	if (line->count == 2 && command_value(line, "properties"))
		return command_usage(error,
		    "--properties is for --from, not for two sources");
	return 0;
}

static int
run(const struct command_line *line, struct weft_error *error)
{
	uint64_t count = 0;
	int code = check_options(line, error);

	if (code)
		return code;
	code = line->count == 2 ? compare_two(line, &count, error)
				: compare_past(line, &count, error);
	return !code && count ? STATUS_DIFFERENT : code;
}

static const struct command_option options[] = {
	{"from", "POINT",
	    "Compare A as it was when this checkpoint was over, or at this "
	    "time (`weft help points`),"},
	{"to", "POINT", "with what it was then; without it, with now."},
	{"properties", NULL,
	    "With --from: print the properties that differ, too."},
	{"model", "NAME", "Only this model; can be given several times."},
	REMOTE_OPTIONS,
	{0},
};

const struct command cmd_diff = {
	.name = "diff",
	.arguments = "A [B]",
	.summary = "List the records that differ between two sources, or times",
	.about = "Prints the model and id of each record that the two do not "
	    "have alike, after '<' if only A has it, '>' if only B has it, "
	    "'!' if both have it differently. If there is any, the exit "
	    "status is 3. With both histories up to date it takes time only "
	    "for the differences, however many records there are.\n\n"
	    "With --from the two are A then and A now, or at --to: '<' is a "
	    "record that was deleted in between, '>' one that was created.",
	.least = 1,
	.most = 2,
	.options = options,
	.run = run,
};
