/*
 * What commands print: text or JSON on standard output, a progress line on
 * standard error.
 */
#ifndef TOOLS_OUTPUT_H
#define TOOLS_OUTPUT_H

#include <weft/buf.h>
#include <weft/error.h>

#include "tools/command.h"

/*
 * A JSON document that is being written.  Members and elements come in the
 * order in which they are added; 'name' is NULL within an array and for the
 * document itself.  The first failure is kept in 'code', and ends the rest.
 */
struct json_out {
	struct weft_buf text;
	int code;
	bool comma; /* the next value needs one before it */
};

/* Storage of the caller's; freed with fini(). */
void json_out_init(struct json_out *out);
void json_out_fini(struct json_out *out);

/* Forgets what was written. */
void json_out_clear(struct json_out *out);

/* Begins and ends an object ('{', '}') or array ('[', ']'). */
void json_out_begin(struct json_out *out, const char *name, char bracket);
void json_out_end(struct json_out *out, char bracket);

/* A string of UTF-8 text; of no value: null. */
void json_out_text(
    struct json_out *out, const char *name, struct weft_slice text);
void json_out_number(struct json_out *out, const char *name, uint64_t number);
void json_out_bool(struct json_out *out, const char *name, bool value);

/* A value that is JSON already; no value: null. */
void json_out_token(
    struct json_out *out, const char *name, struct weft_slice token);

/*
 * Prints what was written so far and a newline, and forgets it.
 * Returns 0, out->code, or WEFT_EIO, WEFT_ENOSPACE.
 */
WEFT_MUST_CHECK int json_out_print(
    struct json_out *out, struct weft_error *error);

/* The same on standard error, as far as that can be written to. */
void json_out_print_error(struct json_out *out);

/* Prints bytes and a newline.  Returns 0, WEFT_EIO, WEFT_ENOSPACE. */
WEFT_MUST_CHECK int output_line(
    struct weft_slice bytes, struct weft_error *error);

/* Prints text that is a result. */
void output_print(const char *format, ...) WEFT_PRINTF(1, 2);

/* The same, but not with --json. */
void output_text(const struct command_line *line, const char *format, ...)
    WEFT_PRINTF(2, 3);

/*
 * Prints an id (or other text of records) so that it cannot be mistaken for
 * anything else: as it is, or as JSON if it has control characters, spaces
 * or quotes, or is empty.
 */
void output_id(struct weft_slice id);

/* The text as output_id() prints it; 'quoted' holds it if need be. */
struct weft_slice output_quote(struct weft_slice id, struct weft_buf *quoted);

/*
 * Prints text in a column of 'width': cut, with ".." at the end, if it is
 * wider; else, if 'filled', followed by spaces.
 */
void output_cell(struct weft_slice text, int width, bool filled);

/* How many columns UTF-8 text takes, if each character takes one. */
int output_width(struct weft_slice text);

/* Prints text that is a remark: not with --json or --quiet. */
void output_say(const struct command_line *line, const char *format, ...)
    WEFT_PRINTF(2, 3);

/* Whether all writes to standard output went well so far.  Returns 0;
 * WEFT_EIO; WEFT_ENOSPACE. */
WEFT_MUST_CHECK int output_check(struct weft_error *error);

/*
 * Writes out what standard output holds back.  Returns 0; WEFT_ENOSPACE;
 * WEFT_EIO, also for a write that failed before.
 */
WEFT_MUST_CHECK int output_flush(struct weft_error *error);

/* Prints an error on standard error: text, or JSON. */
void output_error(const struct weft_error *error, bool json);

/* Writes a time as 2024-01-31T12:00:00Z. */
#define OUTPUT_TIME_SIZE 32
void output_time(uint64_t time_ms, char text[OUTPUT_TIME_SIZE]);

/*
 * A line on standard error that tells how far a command is, with rate and
 * time left; only if that is a terminal, and not with --quiet.
 */
struct progress {
	const char *unit;     /* e.g. "records" */
	bool shown;
	bool drawn;           /* there is something to wipe out */
	uint64_t begin_ms;
	uint64_t drawn_ms;
};
void progress_begin(struct progress *progress,
    const struct command_line *line, const char *unit);

/* Shows what is being done, and to what, where nobody tells how far it is;
 * progress_end() takes it away. */
void progress_stage(
    struct progress *progress, const char *doing, const char *what);

/*
 * 'count' units are done; 'part' of 'whole' (bytes, say) is how far that is;
 * whole 0: not known.
 */
void progress_update(struct progress *progress, uint64_t count, uint64_t part,
    uint64_t whole);
void progress_end(struct progress *progress);

#endif
