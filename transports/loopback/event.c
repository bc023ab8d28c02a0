#include "transports/loopback/event.h"

#include <inttypes.h>
#include <stdlib.h>

#include "core/base/json.h"
#include "core/base/limits.h"

/* Text that grows; after the first failure nothing more is added. */
struct writer {
	const struct weft__rest_format *format;
	struct weft_buf *out;
	int code;
};

static void
put(struct writer *writer, const char *text)
{
	if (!writer->code)
		writer->code =
		    weft_buf_append_slice(writer->out, weft_slice(text));
}

static void
put_slice(struct writer *writer, struct weft_slice text)
{
	if (!writer->code)
		writer->code = weft_buf_append_slice(writer->out, text);
}

/* An id is a string, or a number where the model says so. */
static void
put_id(struct writer *writer, struct weft_slice id)
{
	const struct weft__property *property =
	    writer->format->definition->id;

	if (property->type == WEFT_TYPE_NUMBER)
		put_slice(writer, id);
	else if (!writer->code)
		writer->code = weft__json_write_string(id, writer->out);
}

static void
put_record(struct writer *writer, struct weft_slice record)
{
	const struct weft__filter *fields = writer->format->fields;

	if (!fields->fields_length)
		put_slice(writer, record);
	else if (!writer->code)
		writer->code =
		    weft__filter_project(fields, record, writer->out);
}

/* LoopBack's JSON of a change. */
static void
put_change(struct writer *writer, const struct weft__live_event *event)
{
	put(writer, "{\"target\":");
	put_id(writer, event->id);
	if (event->type == WEFT__LIVE_REMOVE) {
		put(writer, ",\"where\":{\"");
		put_slice(writer, writer->format->definition->id->name);
		put(writer, "\":");
		put_id(writer, event->id);
		put(writer, "},\"type\":\"remove\"}");
		return;
	}
	put(writer, ",\"data\":");
	put_record(writer, event->record);
	put(writer, event->type == WEFT__LIVE_CREATE
		? ",\"type\":\"create\"}"
		: ",\"type\":\"update\"}");
}

/* Begins a line of the stream: ["id","what". */
static void
put_line(struct writer *writer, const char *what)
{
	put(writer, "[\"");
	put(writer, writer->format->id);
	put(writer, "\",\"");
	put(writer, what);
	put(writer, "\"");
}

static void
put_event_id(struct writer *writer, uint64_t seq)
{
	if (!writer->code)
		writer->code = weft_buf_printf(writer->out,
		    "id: %s-%" PRIu64 "\n", writer->format->epoch, seq);
}

int
weft__rest_format_begin(
    const struct weft__rest_format *format, struct weft_buf *out)
{
	struct writer writer = {format, out, 0};

	if (format->is_lines) {
		put_line(&writer, "new");
		put(&writer,
		    ",{\"opts\":{\"writable\":false,\"readable\":true}}]\n");
	} else {
		put(&writer, ":ok\n\n");
	}
	return writer.code;
}

int
weft__rest_format_event(const struct weft__rest_format *format,
    const struct weft__live_event *event, struct weft_buf *out)
{
	struct writer writer = {format, out, 0};
	size_t before = out->size;

	if (format->is_lines) {
		put_line(&writer, "data");
		put(&writer, ",");
		put_change(&writer, event);
		put(&writer, "]\n");
	} else {
		put_event_id(&writer, event->seq);
		put(&writer, "event: data\ndata: ");
		put_change(&writer, event);
		put(&writer, "\n\n");
	}
	if (writer.code && out->data) {
		out->size = before;
		out->data[before] = '\0';
	}
	return writer.code;
}

int
weft__rest_format_reset(const struct weft__rest_format *format, uint64_t seq,
    struct weft_buf *out)
{
	struct writer writer = {format, out, 0};

	if (format->is_lines)
		return 0; /* lines have no positions to go on from */
	put_event_id(&writer, seq);
	put(&writer, "event: reset\ndata: null\n\n");
	return writer.code;
}

/* A line that begins with a space is the same JSON. */
int
weft__rest_format_heartbeat(
    const struct weft__rest_format *format, struct weft_buf *out)
{
	struct writer writer = {format, out, 0};

	put(&writer, format->is_lines ? " " : ":\n\n");
	return writer.code;
}

int
weft__rest_format_end(const struct weft__rest_format *format,
    const struct weft_error *error, struct weft_buf *out)
{
	struct writer writer = {format, out, 0};

	if (format->is_lines) {
		put_line(&writer, "end");
		put(&writer, "]\n");
	} else if (!error) {
		put(&writer, "event: end\ndata: null\n\n");
	} else {
		put(&writer, "event: error\ndata: {\"message\":");
		if (!writer.code)
			writer.code = weft__json_write_string(
			    weft_slice(error->text), out);
		put(&writer, "}\n\n");
	}
	return writer.code;
}

uint64_t
weft__rest_format_position(const struct weft__rest_format *format,
    struct weft_slice id, bool *is_foreign)
{
	const size_t size = strlen(format->epoch);
	uint64_t seq = 0;

	*is_foreign = false;
	if (!id.size)
		return WEFT__LIVE_NOW;
	*is_foreign = id.size < size + 2 || id.size > size + 19 ||
		      memcmp(id.data, format->epoch, size) != 0 ||
		      id.data[size] != '-';
	for (size_t i = size + 1; !*is_foreign && i < id.size; i++) {
		*is_foreign = id.data[i] < '0' || id.data[i] > '9';
		seq = seq * 10 + (uint64_t)(id.data[i] - '0');
	}
	return *is_foreign ? 0 : seq;
}
