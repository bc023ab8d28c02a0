#include "tools/weftd/logs.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* What is longer is cut: no client decides how much is logged, nor that the
 * rest of a line is not. */
#define VALUE_ROOM 1024
#define LINE_ROOM 4096
#define END_ROOM 8

static struct {
	atomic_int level;  /* enum weft_log_level */
	atomic_int format; /* enum log_format */
	bool is_started;
} chosen = {.level = WEFT_LOG_INFO};

struct line {
	char text[LINE_ROOM];
	size_t size;
	bool is_json;
};

/* Keeps room for the end of the line. */
static void
append(struct line *line, const char *text, size_t size)
{
	size_t room = sizeof line->text - END_ROOM - line->size;

	if (size > room)
		size = room;
	memcpy(line->text + line->size, text, size);
	line->size += size;
}

static void
append_text(struct line *line, const char *text)
{
	append(line, text, strlen(text));
}

/* Appends a value between quotes; what would break the line is escaped. */
static void
append_quoted(struct line *line, struct weft_slice value)
{
	const size_t most = line->size + VALUE_ROOM;
	char escaped[8];

	append_text(line, "\"");
	for (size_t i = 0; i < value.size; i++) {
		unsigned char byte = (unsigned char)value.data[i];

		/* Nothing is begun that does not fit: no half escapes. */
		if (line->size + sizeof escaped > most)
			break;
		if (byte == '"' || byte == '\\')
			snprintf(escaped, sizeof escaped, "\\%c", byte);
		else if (byte < 0x20 || byte >= 0x7f)
			snprintf(escaped, sizeof escaped, "\\u%04x", byte);
		else
			snprintf(escaped, sizeof escaped, "%c", byte);
		append_text(line, escaped);
	}
	append_text(line, "\"");
}

/* Whether logfmt needs no quotes around it. */
static bool
is_plain(struct weft_slice value)
{
	for (size_t i = 0; i < value.size; i++)
		if (value.data[i] <= ' ' || value.data[i] >= 0x7f ||
		    strchr("\"\\=", value.data[i]))
			return false;
	return value.size > 0;
}

static void
add_key(struct line *line, const char *key)
{
	if (line->is_json) {
		append_text(line, line->size ? ",\"" : "{\"");
		append_text(line, key);
		append_text(line, "\":");
		return;
	}
	if (line->size)
		append_text(line, " ");
	append_text(line, key);
	append_text(line, "=");
}

static void
add(struct line *line, const char *key, struct weft_slice value)
{
	add_key(line, key);
	if (value.size > VALUE_ROOM)
		value.size = VALUE_ROOM;
	if (!line->is_json && is_plain(value))
		append(line, value.data, value.size);
	else
		append_quoted(line, value);
}

static void
add_number(struct line *line, const char *key, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof text, "%" PRIu64, number);
	add_key(line, key);
	append_text(line, text);
}

static void
begin(struct line *line, enum weft_log_level level, const char *module)
{
	struct timespec now;
	struct tm day;
	char text[40];
	size_t size;

	line->size = 0;
	line->is_json = chosen.format == LOG_JSON;
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &day);
	size = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &day);
	snprintf(text + size, sizeof text - size, ".%03ldZ",
	    now.tv_nsec / 1000000);
	add(line, "time", weft_slice(text));
	add(line, "level", weft_slice(weft_log_level_name(level)));
	add(line, "module", weft_slice(module));
}

/* One write: lines of several threads do not mix. */
static void
end(struct line *line)
{
	const char *text = line->is_json ? "}\n" : "\n";

	memcpy(line->text + line->size, text, strlen(text));
	line->size += strlen(text);
	(void)!write(STDERR_FILENO, line->text, line->size);
}

static void
log_message(enum weft_log_level level, const char *module, const char *text,
    void *context)
{
	struct line line;

	(void)context;
	if ((int)level > chosen.level)
		return;
	begin(&line, level, module);
	add(&line, "message", weft_slice(text));
	end(&line);
}

void
logs_start(enum weft_log_level level, enum log_format format)
{
	logs_set(level, format);
	chosen.is_started = true;
	weft_log_set(log_message, WEFT_LOG_DEBUG, NULL);
}

void
logs_set(enum weft_log_level level, enum log_format format)
{
	chosen.level = (int)level;
	chosen.format = (int)format;
}

void
logs_say(enum weft_log_level level, const char *format, ...)
{
	char text[1024];
	va_list arguments;

	if ((int)level > chosen.level)
		return;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	if (chosen.is_started)
		log_message(level, "weftd", text, NULL);
	else
		fprintf(stderr, "weftd: %s\n", text);
}

void
logs_request(const struct weft__http_entry *entry)
{
	struct line line;

	if (chosen.level < WEFT_LOG_INFO)
		return;
	begin(&line, WEFT_LOG_INFO, "http");
	add(&line, "peer", weft_slice(entry->peer->text));
	add(&line, "id", entry->id);
	add(&line, "method", entry->method);
	add(&line, "path", entry->path);
	add_number(&line, "status", (uint64_t)entry->status);
	add_number(&line, "received", entry->received);
	add_number(&line, "sent", entry->sent);
	add_number(&line, "us", entry->took_us);
	if (entry->is_aborted)
		add_number(&line, "aborted", 1);
	end(&line);
}
