#include "tools/command.h"

#include <errno.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "tools/commands.h"

const struct command *const command_table[] = {
	&cmd_init,
	&cmd_import,
	&cmd_export,
	&cmd_get,
	&cmd_put,
	&cmd_rm,
	&cmd_replicate,
	&cmd_conflicts,
	&cmd_resolve,
	&cmd_changes,
	&cmd_checkpoint,
	&cmd_status,
	&cmd_log,
	&cmd_diff,
	&cmd_verify,
	&cmd_rectify,
	&cmd_compact,
	&cmd_backup,
	&cmd_user,
	&cmd_help,
	&cmd_version,
	NULL,
};

const struct command_option command_common_options[] = {
	{"json", NULL,
	    "Print JSON: one document, or one to each line for lists. Errors "
	    "are {\"error\":{\"code\",\"name\",\"message\"}} on standard "
	    "error."},
	{"quiet", NULL,
	    "Print results (records, lists, problems, conflicts) and errors "
	    "only: no progress, no headings, and not what was done."},
	{"verbose", NULL, "Print what the library reports, too."},
	{"help", NULL, "Print the help of the command."},
	{NULL},
};

const struct command *
command_find(const char *name)
{
	for (size_t i = 0; command_table[i]; i++)
		if (strcmp(command_table[i]->name, name) == 0)
			return command_table[i];
	return NULL;
}

int
command_usage(struct weft_error *error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	weft_error_vset(error, WEFT_EINVAL, format, arguments);
	va_end(arguments);
	return STATUS_USAGE;
}

/* The option whose name is the 'size' bytes at 'name', or NULL. */
static const struct command_option *
find_option(
    const struct command_option *options, const char *name, size_t size)
{
	for (; options && options->name; options++)
		if (strlen(options->name) == size &&
		    memcmp(options->name, name, size) == 0)
			return options;
	return NULL;
}

static void
note_common(struct command_line *line, const struct command_option *option)
{
	if (strcmp(option->name, "json") == 0)
		line->json = true;
	else if (strcmp(option->name, "quiet") == 0)
		line->quiet = true;
	else if (strcmp(option->name, "verbose") == 0)
		line->verbose = true;
}

/*
 * Takes the option words[*index], and the next word if that is its argument.
 */
static int
parse_option(struct command_line *line, const char *const *words, int count,
    int *index, struct weft_error *error)
{
	const char *name = words[*index] + 2, *text = strchr(name, '=');
	size_t size = text ? (size_t)(text - name) : strlen(name);
	const struct command_option *option, *common;

	common = find_option(command_common_options, name, size);
	option = common ? common :
	    find_option(line->command->options, name, size);
	if (!option)
		return command_usage(error, "unknown option --%.*s",
		    (int)size, name);
	if (!option->argument && text)
		return command_usage(error, "--%s takes no value",
		    option->name);
	if (text)
		text++;
	else if (!option->argument)
		text = "";
	else if (*index + 1 < count)
		text = words[++*index];
	else
		return command_usage(error, "--%s needs %s", option->name,
		    option->argument);
	line->values[line->values_count].option = option;
	line->values[line->values_count++].text = text;
	if (common)
		note_common(line, common);
	return 0;
}

/* "-" alone is standard input, "-1" a number. */
static bool
is_short_option(const char *word)
{
	return word[0] == '-' &&
	    ((word[1] >= 'a' && word[1] <= 'z') ||
		(word[1] >= 'A' && word[1] <= 'Z'));
}

static int
check_count(const struct command_line *line, struct weft_error *error)
{
	const struct command *command = line->command;

	if (command_value(line, "help"))
		return 0;
	if (line->count < command->least)
		return command_usage(error, "expected: weft %s %s",
		    command->name, command->arguments);
	if (command->most >= 0 && line->count > command->most)
		return command_usage(error, "unexpected argument \"%s\"",
		    line->arguments[command->most]);
	return 0;
}

int
command_line_parse(struct command_line *line, const struct command *command,
    const char *const *words, int count, struct weft_error *error)
{
	bool options_end = false;

	*line = (struct command_line){.command = command};
	line->arguments = weft__calloc((size_t)count, sizeof *line->arguments);
	line->values = weft__calloc((size_t)count, sizeof *line->values);
	if (!line->arguments || !line->values)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	for (int i = 0; i < count; i++) {
		int code = 0;

		if (!options_end && is_short_option(words[i]))
			code = command_usage(error, "unknown option %s; an "
			    "argument that begins so comes after --",
			    words[i]);
		else if (options_end || strncmp(words[i], "--", 2) != 0)
			line->arguments[line->count++] = words[i];
		else if (words[i][2] == '\0')
			options_end = true;
		else
			code = parse_option(line, words, count, &i, error);
		if (code)
			return code;
	}
	return check_count(line, error);
}

void
command_line_fini(struct command_line *line)
{
	weft__free(line->arguments);
	weft__free(line->values);
	line->arguments = NULL;
	line->values = NULL;
}

const char *
command_next_value(
    const struct command_line *line, const char *name, int *index)
{
	while (*index < line->values_count) {
		const struct command_value *value = &line->values[(*index)++];

		if (strcmp(value->option->name, name) == 0)
			return value->text;
	}
	return NULL;
}

const char *
command_value(const struct command_line *line, const char *name)
{
	const char *last = NULL, *text;
	int index = 0;

	while ((text = command_next_value(line, name, &index)))
		last = text;
	return last;
}

const char *
command_argument(const struct command_line *line, int index)
{
	return index < line->count ? line->arguments[index] : NULL;
}

int
command_only_one(const struct command_line *line, const char *name,
    const char *other, struct weft_error *error)
{
	return command_value(line, name) && command_value(line, other)
	    ? command_usage(error, "give --%s or --%s, not both", name, other)
	    : 0;
}

bool
command_read_number(const char *text, int64_t *number)
{
	char *end;
	long long value;

	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno || end == text || *end)
		return false;
	*number = value;
	return true;
}

int
command_number(const struct command_line *line, const char *name,
    int64_t least, int64_t otherwise, int64_t *number,
    struct weft_error *error)
{
	const char *text = command_value(line, name);

	*number = otherwise;
	if (!text)
		return 0;
	if (!command_read_number(text, number) || *number < least)
		return command_usage(error,
		    "--%s takes a number from %lld, not \"%s\"", name,
		    (long long)least, text);
	return 0;
}
