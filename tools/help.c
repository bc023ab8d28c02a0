#include "tools/help.h"

#include "tools/help_text.h"

#define WIDTH 78
#define INDENT 8

struct meaning {
	int status;
	const char *text;
};

static const struct meaning meanings[] = {
#define X(name, value, text) {value, text},
	STATUSES(X)
#undef X
};

/*
 * Prints text in lines of at most WIDTH columns that begin with 'indent'
 * spaces.  An empty line in it stays one.
 */
static void
print_wrapped(const char *text, int indent)
{
	int column = 0;

	while (*text) {
		int size = (int)strcspn(text, " \n");

		if (column && column + 1 + size > WIDTH) {
			putchar('\n');
			column = 0;
		}
		if (column)
			column += printf(" %.*s", size, text);
		else
			column = printf("%*s%.*s", indent, "", size, text);
		text += size;
		if (strncmp(text, "\n\n", 2) == 0) {
			fputs("\n\n", stdout);
			column = 0;
		}
		text += strspn(text, " \n");
	}
	putchar('\n');
}

void
help_overview(FILE *file)
{
	fputs("usage: weft COMMAND [ARGUMENT...] [--OPTION...]\n\n", file);
	for (size_t i = 0; command_table[i]; i++)
		fprintf(file, "  %-11s %s\n", command_table[i]->name,
		    command_table[i]->summary);
	fputs("\n`weft help COMMAND` tells more, `weft help sources` how a "
	    "source is named,\n`weft help points` how a point of the past, "
	    "`weft help statuses` the exit statuses.\n", file);
}

static void
print_options(const struct command_option *options)
{
	for (; options && options->name; options++) {
		printf("\n    --%s%s%s\n", options->name,
		    options->argument ? " " : "",
		    options->argument ? options->argument : "");
		print_wrapped(options->help, INDENT);
	}
}

void
help_command(const struct command *command)
{
	printf("usage: weft %s%s%s\n\n    %s.\n\n", command->name,
	    *command->arguments ? " " : "", command->arguments,
	    command->summary);
	print_wrapped(command->about, 4);
	print_options(command->options);
	puts("\n  Options of every command:");
	print_options(command_common_options);
}

void
help_sources(void)
{
	print_wrapped(help_text_sources, 0);
}

void
help_points(void)
{
	print_wrapped(help_text_points, 0);
}

void
help_statuses(void)
{
	for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
		printf("%3d\n", meanings[i].status);
		print_wrapped(meanings[i].text, INDENT);
	}
	printf("%d + n\n", STATUS_SIGNAL);
	print_wrapped(help_text_signal, INDENT);
}

/*
 * Manual page
 */

/* Prints one word of mdoc text; returns the columns it took. */
static int
print_mdoc_word(const char *word, int size, bool begins_line)
{
	int column = 0;

	/* A line that begins so would be taken for a request. */
	if (begins_line && (word[0] == '.' || word[0] == '\''))
		column += printf("\\&");
	for (int i = 0; i < size; i++)
		column += word[i] == '\\' ? printf("\\e") :
		    printf("%c", word[i]);
	return column;
}

/* Prints text for mdoc: a new line after each sentence, as it wants them. */
static void
print_mdoc(const char *text)
{
	bool sentence_ends = false;
	int column = 0;

	while (*text) {
		int size = (int)strcspn(text, " \n");

		if (column && (sentence_ends || column + 1 + size > WIDTH)) {
			putchar('\n');
			column = 0;
		}
		if (column)
			column += printf(" ");
		column += print_mdoc_word(text, size, column == 0);
		sentence_ends = text[size - 1] == '.';
		text += size;
		if (strncmp(text, "\n\n", 2) == 0) {
			fputs("\n.Pp\n", stdout);
			column = 0;
		}
		text += strspn(text, " \n");
	}
	putchar('\n');
}

static void
print_mdoc_options(const struct command_option *options)
{
	if (!options || !options->name)
		return;
	puts(".Bl -tag -width Ds");
	for (; options->name; options++) {
		printf(".It Fl Fl %s", options->name);
		if (options->argument)
			printf(" Ar %s", options->argument);
		putchar('\n');
		print_mdoc(options->help);
	}
	puts(".El");
}

static void
print_mdoc_command(const struct command *command)
{
	/* The last sign is not taken for punctuation with \& behind it. */
	printf(".Ss weft %s%s%s\\&\n", command->name,
	    *command->arguments ? " " : "", command->arguments);
	printf("%s.\n.Pp\n", command->summary);
	print_mdoc(command->about);
	print_mdoc_options(command->options);
}

static void
print_mdoc_statuses(void)
{
	puts(".Sh EXIT STATUS\n.Bl -tag -width Ds");
	for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
		printf(".It %d\n", meanings[i].status);
		print_mdoc(meanings[i].text);
	}
	printf(".It %d + n\n", STATUS_SIGNAL);
	print_mdoc(help_text_signal);
	puts(".El");
}

void
help_manual(void)
{
	puts(".\\\" Made by `weft help --man`; edit tools/, not this file.");
	puts(".Dd " HELP_TEXT_DATE "\n.Dt WEFT 1\n.Os");
	puts(".Sh NAME\n.Nm weft\n.Nd " HELP_TEXT_SUMMARY);
	puts(".Sh SYNOPSIS\n.Nm weft\n.Ar command\n.Op Ar argument ...\n"
	    ".Op Fl Fl option ...");
	puts(".Sh DESCRIPTION");
	print_mdoc(help_text_about);
	puts(".Ss Sources");
	print_mdoc(help_text_sources);
	puts(".Ss Points");
	print_mdoc(help_text_points);
	puts(".Sh COMMANDS");
	for (size_t i = 0; command_table[i]; i++)
		print_mdoc_command(command_table[i]);
	puts(".Sh OPTIONS\nEvery command has these:");
	print_mdoc_options(command_common_options);
	print_mdoc_statuses();
	puts(".Sh EXAMPLES");
	puts(help_text_examples);
}
