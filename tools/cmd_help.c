#include "tools/commands.h"
#include "tools/help.h"

static int
run(const struct command_line *line, struct weft_error *error)
{
	const char *topic = command_argument(line, 0);
	const struct command *command;

	if (command_value(line, "man")) {
		help_manual();
	} else if (!topic) {
		help_overview(stdout);
	} else if (strcmp(topic, "sources") == 0) {
		help_sources();
	} else if (strcmp(topic, "points") == 0) {
		help_points();
	} else if (strcmp(topic, "statuses") == 0) {
		help_statuses();
	} else {
		command = command_find(topic);
		if (!command)
			return command_usage(error,
			    "unknown command \"%s\"", topic);
		help_command(command);
	}
	return 0;
}

static const struct command_option options[] = {
	{"man", NULL, "Print the manual page weft(1) in mdoc."},
	{0},
};

const struct command cmd_help = {
	.name = "help",
	.arguments = "[COMMAND|sources|points|statuses]",
	.summary = "Tell how a command is used",
	.about = "Without an argument all commands are listed.",
	.least = 0,
	.most = 1,
	.options = options,
	.run = run,
};
