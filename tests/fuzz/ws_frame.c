/*
 * Any bytes as what comes over a WebSocket, at either end and with or without
 * compression: the same is found whole and in pieces, nothing beyond the
 * limits, and a message of text is UTF-8.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/hash.h"
#include "tests/lib/fuzz.h"
#include "transports/ws/reader.h"

/* What was found, in a hash; and how it ended. */
struct sum {
	struct weft__sha1_stream stream;
	struct weft__oid oid;
	enum weft__ws_found last;
	unsigned code;
};

static void
add(struct sum *sum, enum weft__ws_found found,
    const struct weft__ws_item *item)
{
	struct weft__utf8 utf8 = {0};

	if (found == WEFT__WS_FOUND_MESSAGE && item->kind == WEFT__WS_TEXT)
		assert(weft__utf8_add(&utf8, item->data) &&
		    weft__utf8_is_whole(&utf8));
	if (found == WEFT__WS_FOUND_CLOSE)
		assert(item->code == WEFT__WS_NO_CODE ||
		    weft__ws_is_code(item->code));
	if (found == WEFT__WS_FOUND_FAULT)
		assert(weft__ws_is_code(item->code));
	weft__sha1_add(&sum->stream, &found, sizeof found);
	weft__sha1_add(&sum->stream, item->data.data, item->data.size);
	sum->last = found;
	sum->code = item->code;
}

static bool
is_end(enum weft__ws_found found)
{
	return found == WEFT__WS_FOUND_CLOSE || found == WEFT__WS_FOUND_FAULT;
}

/* Reads bytes of which 'step' more come at a time. */
static void
read_by(bool is_server, bool has_deflate, struct weft_slice bytes, size_t step,
    struct sum *sum)
{
	struct weft__ws_settings settings;
	struct weft__ws_reader reader;
	struct weft__ws_item item;
	struct weft_slice input = {bytes.data, 0};
	enum weft__ws_found found = WEFT__WS_FOUND_NOTHING;
	size_t left = bytes.size, more;

	*sum = (struct sum){.last = WEFT__WS_FOUND_NOTHING};
	weft__sha1_start(&sum->stream);
	weft__ws_settings_init(&settings);
	settings.message_size = 70000;
	weft__ws_reader_init(&reader, &settings, is_server, has_deflate);
	while (left && !is_end(found)) {
		more = step < left ? step : left;
		input.size += more;
		left -= more;
		while (!is_end(found) &&
		    (found = weft__ws_reader_next(&reader, &input, &item)) !=
		        WEFT__WS_FOUND_NOTHING) {
			assert(item.data.size <= settings.message_size);
			add(sum, found, &item);
		}
		weft__ws_reader_rest(&reader);
	}
	weft__ws_reader_fini(&reader);
	weft__sha1_finish(&sum->stream, &sum->oid);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct weft_slice frames;
	struct sum whole, parts;
	bool is_server, has_deflate;

	if (!size)
		return 0;
	is_server = bytes[0] & 1;
	has_deflate = bytes[0] & 2;
	frames = weft_slice_of((const char *)bytes + 1, size - 1);
	read_by(is_server, has_deflate, frames, size, &whole);
	read_by(is_server, has_deflate, frames, 1 + (bytes[0] >> 2), &parts);
	assert(whole.last == parts.last && whole.code == parts.code);
	assert(weft__oid_equal(&whole.oid, &parts.oid));
	return 0;
}
