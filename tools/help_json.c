/*
 * Help as JSON: the table of commands for programs.
 */
#include "tools/help.h"
#include "tools/help_text.h"
#include "tools/output.h"

static void
write_options(struct json_out *out, const char *name,
    const struct command_option *options)
{
	json_out_begin(out, name, '[');
	for (; options && options->name; options++) {
		json_out_begin(out, NULL, '{');
		json_out_text(out, "name", weft_slice(options->name));
		json_out_text(out, "argument", weft_slice(options->argument));
		json_out_text(out, "help", weft_slice(options->help));
		json_out_end(out, '}');
	}
	json_out_end(out, ']');
}

/* Members of a command's object that its line in the overview has, too. */
static void
write_summary(struct json_out *out, const struct command *command)
{
	json_out_text(out, "name", weft_slice(command->name));
	json_out_text(out, "arguments", weft_slice(command->arguments));
	json_out_text(out, "summary", weft_slice(command->summary));
}

static int
finish(struct json_out *out, struct weft_error *error)
{
	int code;

	json_out_end(out, '}');
	code = json_out_print(out, error);
	json_out_fini(out);
	return code;
}

int
help_json_overview(struct weft_error *error)
{
	struct json_out out;

	json_out_init(&out);
	json_out_begin(&out, NULL, '{');
	json_out_begin(&out, "commands", '[');
	for (size_t i = 0; command_table[i]; i++) {
		json_out_begin(&out, NULL, '{');
		write_summary(&out, command_table[i]);
		json_out_end(&out, '}');
	}
	json_out_end(&out, ']');
	write_options(&out, "options", command_common_options);
	return finish(&out, error);
}

int
help_json_command(const struct command *command, struct weft_error *error)
{
	struct json_out out;

	json_out_init(&out);
	json_out_begin(&out, NULL, '{');
	write_summary(&out, command);
	json_out_text(&out, "about", weft_slice(command->about));
	write_options(&out, "options", command->options);
	return finish(&out, error);
}

int
help_json_text(
    const char *topic, const char *text, struct weft_error *error)
{
	struct json_out out;

	json_out_init(&out);
	json_out_begin(&out, NULL, '{');
	json_out_text(&out, topic, weft_slice(text));
	return finish(&out, error);
}

static void
write_status(struct json_out *out, int status, const char *meaning)
{
	json_out_begin(out, NULL, '{');
	json_out_number(out, "status", (uint64_t)status);
	json_out_text(out, "meaning", weft_slice(meaning));
	json_out_end(out, '}');
}

int
help_json_statuses(struct weft_error *error)
{
	struct json_out out;

	json_out_init(&out);
	json_out_begin(&out, NULL, '{');
	json_out_begin(&out, "statuses", '[');
#define X(name, value, meaning) write_status(&out, value, meaning);
	STATUSES(X)
#undef X
	json_out_end(&out, ']');
	json_out_text(&out, "signals", weft_slice(help_text_signal));
	return finish(&out, error);
}
