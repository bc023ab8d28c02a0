#include "tools/commands.h"
#include "tools/compare.h"

static int
run(const struct command_line *line, struct weft_error *error)
{
	struct spec a = {0}, b = {0};
	uint64_t count;
	int code;

	code = spec_open(&a, line, 0, SPEC_READ, error);
	if (!code)
		code = spec_open(&b, line, 1, SPEC_READ, error);
	if (!code)
		code = compare_sources(line, &a, &b, &count, error);
	if (!code && count)
		code = STATUS_DIFFERENT;
	spec_close(&a);
	spec_close(&b);
	return code;
}

static const struct command_option options[] = {
	{"model", "NAME", "Only this model; can be given several times."},
	{0},
};

const struct command cmd_diff = {
	.name = "diff",
	.arguments = "A B",
	.summary = "List the records that differ between two sources",
	.about = "Prints the model and id of each record that the two do not "
	    "have alike, after '<' if only A has it, '>' if only B has it, "
	    "'!' if both have it differently. If there is any, the exit "
	    "status is 3. With both histories up to date it takes time only "
	    "for the differences, however many records there are.",
	.least = 2,
	.most = 2,
	.options = options,
	.run = run,
};
