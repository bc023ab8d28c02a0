/*
 * weft: the command.  Finds the sub-command, reads its command line, runs it,
 * and turns what it returns into an exit status.
 */
#include <stdio.h>
#include <unistd.h>

#include <weft/log.h>

#include "tools/commands.h"
#include "tools/help.h"
#include "tools/interrupt.h"
#include "tools/output.h"

/* Messages of the library go to standard error. */
static void
show_message(enum weft_log_level level, const char *module, const char *text,
    void *context)
{
	fprintf(stderr, "weft: %s: %s: %s\n", weft_log_level_name(level),
	    module, text);
}

static void
set_log(const struct command_line *line)
{
	enum weft_log_level level = WEFT_LOG_WARNING;

	if (line->verbose)
		level = WEFT_LOG_INFO;
	if (line->quiet)
		level = WEFT_LOG_ERROR;
	weft_log_set(show_message, level, NULL);
}

/* The exit status for what a command returned; prints its error. */
static int
finish(int result, struct weft_error *error, bool json)
{
	struct weft_error late;
	int code = output_flush(&late);

	if (code && result >= 0) {
		result = code;
		*error = late;
	}
	if (result < 0 || result == STATUS_USAGE)
		output_error(error, json);
	if (result == WEFT_ECANCELED && interrupt_signal())
		return STATUS_SIGNAL + interrupt_signal();
	return result < 0 ? (int)status_of(result) : result;
}

/* Whether --json stands anywhere: an error may come before it is read. */
static bool
wants_json(const char *const *words, int count)
{
	for (int i = 0; i < count && strcmp(words[i], "--") != 0; i++)
		if (strcmp(words[i], "--json") == 0)
			return true;
	return false;
}

static int
show_help(const struct command *command, bool json, struct weft_error *error)
{
	if (json)
		return help_json_command(command, error);
	help_command(command);
	return 0;
}

static int
run(const struct command *command, const char *const *words, int count)
{
	struct weft_error error = {.text = ""};
	struct command_line line;
	int result;

	result = command_line_parse(&line, command, words, count, &error);
	set_log(&line);
	interrupt_watch();
	if (!result && command_value(&line, "help"))
		result = show_help(command, line.json, &error);
	else if (!result)
		result = command->run(&line, &error);
	result = finish(result, &error, wants_json(words, count));
	command_line_fini(&line);
	return result;
}

/* --help and --version may stand for the commands of these names. */
static const char *
command_name(const char *word)
{
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
		return "help";
	if (strcmp(word, "--version") == 0)
		return "version";
	return word;
}

int
main(int argc, char **argv)
{
	const char *const *words = (const char *const *)argv;
	const struct command *command;
	struct weft_error error;

	if (argc < 2) {
		help_overview(stderr);
		return STATUS_USAGE;
	}
	command = command_find(command_name(words[1]));
	if (!command)
		return finish(command_usage(&error, "unknown command \"%s\"; "
		    "`weft help` lists them", words[1]), &error,
		    wants_json(words, argc));
	return run(command, words + 2, argc - 2);
}
