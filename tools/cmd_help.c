#include "tools/commands.h"
#include "tools/help.h"
#include "tools/help_text.h"

static int
print_json(const char *topic, const struct command *command,
    struct weft_error *error)
{
	if (!topic)
		return help_json_overview(error);
	if (strcmp(topic, "sources") == 0)
		return help_json_text(topic, help_text_sources, error);
	if (strcmp(topic, "points") == 0)
		return help_json_text(topic, help_text_points, error);
	if (strcmp(topic, "statuses") == 0)
		return help_json_statuses(error);
	return help_json_command(command, error);
}

static void
print_text(const char *topic, const struct command *command)
{
	if (!topic)
		help_overview(stdout);
	else if (strcmp(topic, "sources") == 0)
		help_sources();
	else if (strcmp(topic, "points") == 0)
		help_points();
	else if (strcmp(topic, "statuses") == 0)
		help_statuses();
	else
		help_command(command);
}

static bool
is_topic(const char *name)
{
	return strcmp(name, "sources") == 0 || strcmp(name, "points") == 0 ||
	    strcmp(name, "statuses") == 0;
}

static int
run(const struct command_line *line, struct weft_error *error)
{
	const char *topic = command_argument(line, 0);
	const struct command *command = topic ? command_find(topic) : NULL;

	if (command_value(line, "man") && line->json)
		return command_usage(error, "--man is not JSON");
	if (topic && !command && !is_topic(topic))
		return command_usage(error, "unknown command \"%s\"", topic);
	if (command_value(line, "man"))
		help_manual();
	else if (line->json)
		return print_json(topic, command, error);
	else
		print_text(topic, command);
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
