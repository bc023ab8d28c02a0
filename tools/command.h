/*
 * Sub-commands of weft, and the command line that calls one.
 *
 * Each sub-command is one file, cmd_<name>.c, that holds its handler and its
 * struct command: from these follow the checks of the command line, the help
 * and the manual page.
 */
#ifndef TOOLS_COMMAND_H
#define TOOLS_COMMAND_H

#include <weft/error.h>

#include "tools/status.h"

struct command_line;

/*
 * Does the work.  Returns 0; a code of weft's, 'error' saying what and where;
 * or one of STATUS_..., for which nothing is printed but with STATUS_USAGE.
 */
typedef int command_fn(
    const struct command_line *line, struct weft_error *error);

struct command_option {
	const char *name;     /* without the two dashes; NULL ends a list */
	const char *argument; /* how help calls its argument; NULL: a flag */
	const char *help;     /* one sentence or more */
};

struct command {
	const char *name;
	const char *arguments; /* as help shows them */
	const char *summary;   /* a few words, no full stop */
	const char *about;     /* sentences; an empty line parts paragraphs */
	int least, most;       /* how many arguments; most below 0: any */
	const struct command_option *options;
	command_fn *run;
};

/* One option as it was given. */
struct command_value {
	const struct command_option *option;
	const char *text; /* "" for a flag */
};

struct command_line {
	const struct command *command;
	const char **arguments;
	int count;             /* of arguments */
	struct command_value *values;
	int values_count;
	bool json;             /* common options */
	bool quiet;
	bool verbose;
};

/* All commands in the order of the manual; NULL ends the list. */
extern const struct command *const command_table[];

/* Options that every command has. */
extern const struct command_option command_common_options[];

/* The command of this name, or NULL. */
const struct command *command_find(const char *name);

/*
 * Reads the arguments after the command's name into 'line', which is to be
 * freed with command_line_fini() in any case; 'words' is borrowed as long.
 * Returns 0; STATUS_USAGE with a text that names the word at fault;
 * WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int command_line_parse(struct command_line *line,
    const struct command *command, const char *const *words, int count,
    struct weft_error *error);
void command_line_fini(struct command_line *line);

/* The last value given for an option, "" for a flag; NULL: not given. */
const char *command_value(const struct command_line *line, const char *name);

/* The value after '*index' (start with 0) given for a repeated option, or
 * NULL; moves '*index' on. */
const char *command_next_value(
    const struct command_line *line, const char *name, int *index);

/* The argument of this index, or NULL. */
const char *command_argument(const struct command_line *line, int index);

/*
 * The value of an option that is a number; 'otherwise' if it is not given.
 * Returns 0 or STATUS_USAGE.
 */
WEFT_MUST_CHECK int command_number(const struct command_line *line,
    const char *name, int64_t least, int64_t otherwise, int64_t *number,
    struct weft_error *error);

/* Sees that not both options are given.  Returns 0 or STATUS_USAGE. */
WEFT_MUST_CHECK int command_only_one(const struct command_line *line,
    const char *name, const char *other, struct weft_error *error);

/* Reads a whole number.  Returns false if 'text' is anything else. */
bool command_read_number(const char *text, int64_t *number);

/* Sets the text of a fault of usage.  Returns STATUS_USAGE. */
int command_usage(struct weft_error *error, const char *format, ...)
    WEFT_PRINTF(2, 3);

#endif
