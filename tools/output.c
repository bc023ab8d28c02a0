#include "tools/output.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <time.h>

#include "core/base/json.h"
#include "core/base/limits.h"

/* A document holds at most a few records. */
#define JSON_OUT_LIMIT (8 * (size_t)WEFT_LIMIT_RECORD_SIZE)

void
json_out_init(struct json_out *out)
{
	*out = (struct json_out){.code = 0};
	weft_buf_init(&out->text, JSON_OUT_LIMIT);
}

void
json_out_fini(struct json_out *out)
{
	weft_buf_fini(&out->text);
}

void
json_out_clear(struct json_out *out)
{
	weft_buf_clear(&out->text);
	out->comma = false;
	out->code = 0;
}

static void
append(struct json_out *out, struct weft_slice bytes)
{
	if (!out->code)
		out->code = weft_buf_append_slice(&out->text, bytes);
}

/* What stands before a value: a comma, and its name. */
static void
lead_in(struct json_out *out, const char *name)
{
	if (out->comma)
		append(out, weft_slice(","));
	out->comma = true;
	if (!name)
		return;
	if (!out->code)
		out->code = weft__json_write_string(
		    weft_slice(name), &out->text);
	append(out, weft_slice(":"));
}

void
json_out_begin(struct json_out *out, const char *name, char bracket)
{
	lead_in(out, name);
	append(out, weft_slice_of(&bracket, 1));
	out->comma = false;
}

void
json_out_end(struct json_out *out, char bracket)
{
	append(out, weft_slice_of(&bracket, 1));
	out->comma = true;
}

void
json_out_token(struct json_out *out, const char *name, struct weft_slice token)
{
	lead_in(out, name);
	append(out, token.data ? token : weft_slice("null"));
}

void
json_out_text(struct json_out *out, const char *name, struct weft_slice text)
{
	if (!text.data) {
		json_out_token(out, name, text);
		return;
	}
	lead_in(out, name);
	if (!out->code)
		out->code = weft__json_write_string(text, &out->text);
}

void
json_out_number(struct json_out *out, const char *name, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof text, "%" PRIu64, number);
	json_out_token(out, name, weft_slice(text));
}

void
json_out_bool(struct json_out *out, const char *name, bool value)
{
	json_out_token(out, name, weft_slice(value ? "true" : "false"));
}

void
json_out_print_error(struct json_out *out)
{
	if (!out->code)
		fprintf(stderr, "%s\n", out->text.data);
	json_out_clear(out);
}

int
json_out_print(struct json_out *out, struct weft_error *error)
{
	int code = out->code;

	if (code)
		return weft_error_set(error, code, "writing JSON: %s",
		    weft_error_text(code));
	code = output_line(weft_buf_slice(&out->text), error);
	json_out_clear(out);
	return code;
}

/* The code and text of a failed write to standard output. */
static int
write_failure(struct weft_error *error)
{
	bool is_full =
	    errno == ENOSPC || errno == EDQUOT || errno == EFBIG;

	return weft_error_set(error, is_full ? WEFT_ENOSPACE : WEFT_EIO,
	    "writing to standard output: %s", strerror(errno));
}

int
output_line(struct weft_slice bytes, struct weft_error *error)
{
	if (fwrite(bytes.data, 1, bytes.size, stdout) != bytes.size ||
	    fputc('\n', stdout) == EOF)
		return write_failure(error);
	return 0;
}

void
output_print(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(stdout, format, arguments);
	va_end(arguments);
}

void
output_text(const struct command_line *line, const char *format, ...)
{
	va_list arguments;

	if (line->json)
		return;
	va_start(arguments, format);
	vfprintf(stdout, format, arguments);
	va_end(arguments);
}

static bool
is_plain(struct weft_slice id)
{
	for (size_t i = 0; i < id.size; i++)
		if ((unsigned char)id.data[i] <= ' ' || id.data[i] == '"' ||
		    id.data[i] == 0x7f)
			return false;
	return id.size > 0;
}

struct weft_slice
output_quote(struct weft_slice id, struct weft_buf *quoted)
{
	weft_buf_clear(quoted);
	if (!is_plain(id) && !weft__json_write_string(id, quoted))
		return weft_buf_slice(quoted);
	return id;
}

void
output_id(struct weft_slice id)
{
	struct weft_buf quoted = WEFT_BUF_INIT(JSON_OUT_LIMIT);
	struct weft_slice text = output_quote(id, &quoted);

	fwrite(text.data, 1, text.size, stdout);
	weft_buf_fini(&quoted);
}

/* How many columns UTF-8 text takes, up to 'most', and how many bytes. */
static int
measure(struct weft_slice text, int most, size_t *size)
{
	int columns = 0;
	size_t i = 0;

	while (i < text.size && columns < most) {
		i++;
		while (i < text.size &&
		    ((unsigned char)text.data[i] & 0xc0) == 0x80)
			i++;
		columns++;
	}
	*size = i;
	return columns;
}

int
output_width(struct weft_slice text)
{
	size_t size;

	return measure(text, INT_MAX, &size);
}

void
output_cell(struct weft_slice text, int width, bool filled)
{
	size_t size;
	int columns = measure(text, width, &size);
	bool is_cut = size < text.size;

	if (is_cut)
		columns = measure(text, width - 2, &size) + 2;
	output_print("%.*s%s", (int)size, text.data, is_cut ? ".." : "");
	if (filled)
		output_print("%*s", width - columns, "");
}

void
output_say(const struct command_line *line, const char *format, ...)
{
	va_list arguments;

	if (line->json || line->quiet)
		return;
	va_start(arguments, format);
	vfprintf(stdout, format, arguments);
	va_end(arguments);
}

int
output_check(struct weft_error *error)
{
	return ferror(stdout) ? write_failure(error) : 0;
}

int
output_flush(struct weft_error *error)
{
	if (fflush(stdout) || ferror(stdout))
		return write_failure(error);
	return 0;
}

void
output_error(const struct weft_error *error, bool json)
{
	struct json_out out;
	char code[16];

	if (!json) {
		fprintf(stderr, "weft: %s\n", error->text);
		return;
	}
	json_out_init(&out);
	json_out_begin(&out, NULL, '{');
	json_out_begin(&out, "error", '{');
	snprintf(code, sizeof code, "%d", error->code);
	json_out_token(&out, "code", weft_slice(code));
	json_out_text(&out, "name", weft_slice(weft_error_name(error->code)));
	json_out_text(&out, "message", weft_slice(error->text));
	json_out_end(&out, '}');
	json_out_end(&out, '}');
	fprintf(stderr, "%s\n", out.code ? "{\"error\":{}}" : out.text.data);
	json_out_fini(&out);
}

void
output_time(uint64_t time_ms, char text[OUTPUT_TIME_SIZE])
{
	time_t seconds = (time_t)(time_ms / 1000);
	struct tm parts;

	if (!gmtime_r(&seconds, &parts) ||
	    !strftime(text, OUTPUT_TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts))
		snprintf(text, OUTPUT_TIME_SIZE, "%" PRIu64 " ms", time_ms);
}
