#include "tests/lib/test.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/ws_text.h"

static void
add(struct weft_buf *out, const void *data, size_t size)
{
	assert_int_equal(weft_buf_append(out, data, size), 0);
}

static char
hex(const char *text)
{
	const char digits[3] = {text[0], text[1], '\0'};

	return (char)strtoul(digits, NULL, 16);
}

void
ws_payload(const char *text, size_t size, struct weft_buf *out)
{
	const char *end = text + size;
	char byte;

	if (size > 2 && text[1] == '*') {
		for (unsigned long n = strtoul(text + 2, NULL, 10); n > 0; n--)
			add(out, text, 1);
		return;
	}
	while (text < end) {
		byte = *text == '%' ? hex(text + 1) : *text;
		text += *text == '%' ? 3 : 1;
		add(out, &byte, 1);
	}
}

/* A length in so many bytes more. */
static void
add_size(size_t size, unsigned more, unsigned mask_bit, struct weft_buf *out)
{
	char byte = (char)(mask_bit | (more == 8 ? 127 : more == 2 ? 126
	                                                           : size));

	add(out, &byte, 1);
	while (more-- > 0) {
		byte = (char)(size >> (8 * more));
		add(out, &byte, 1);
	}
}

static void
add_frame(unsigned first, unsigned more, bool is_masked,
    struct weft_slice payload, struct weft_buf *out)
{
	static const char mask[4] = {0x37, (char)0xfa, 0x21, 0x3d};
	char byte = (char)first;

	add(out, &byte, 1);
	add_size(payload.size, more, is_masked ? 0x80 : 0, out);
	if (is_masked)
		add(out, mask, 4);
	for (size_t i = 0; i < payload.size; i++) {
		byte = (char)(payload.data[i] ^ (is_masked ? mask[i % 4] : 0));
		add(out, &byte, 1);
	}
}

void
ws_frame(unsigned first, bool is_masked, struct weft_slice payload,
    struct weft_buf *out)
{
	add_frame(first,
	    payload.size > 65535 ? 8 : payload.size > 125 ? 2 : 0, is_masked,
	    payload, out);
}

/* One frame of a case. */
static void
read_frame(const char *text, size_t size, struct weft_buf *out)
{
	struct weft_buf payload = WEFT_BUF_INIT(SIZE_MAX / 2);
	const char *colon = memchr(text, ':', size);
	size_t rest = size - (size_t)(colon + 1 - text);
	struct weft_slice bytes;

	if (strncmp(text, "raw:", 4) == 0) {
		ws_payload(text + 4, size - 4, out);
		return;
	}
	ws_payload(colon + 1, rest, &payload);
	bytes = weft_buf_slice(&payload);
	if (isxdigit((unsigned char)*text))
		ws_frame((unsigned char)hex(text), true, bytes, out);
	else if (*text == 'u')
		ws_frame((unsigned char)hex(text + 1), false, bytes, out);
	else
		add_frame((unsigned char)hex(text + 1), *text == 'q' ? 8 : 2,
		    true, bytes, out);
	weft_buf_fini(&payload);
}

void
ws_frames(const char *text, struct weft_buf *out)
{
	while (*text) {
		size_t size = strcspn(text, " ");

		read_frame(text, size, out);
		text += size;
		text += *text == ' ';
	}
}

void
ws_found(const char *name, struct weft_slice payload, struct weft_buf *out)
{
	if (out->size)
		add(out, " ", 1);
	assert_int_equal(weft_buf_printf(out, "%s:", name), 0);
	for (size_t i = 0; i < payload.size; i++) {
		unsigned char byte = (unsigned char)payload.data[i];

		if (byte > ' ' && byte < 0x7f && byte != '%')
			add(out, &byte, 1);
		else
			assert_int_equal(
			    weft_buf_printf(out, "%%%02x", byte), 0);
	}
}

void
ws_expected(const char *text, struct weft_buf *out)
{
	while (*text) {
		struct weft_buf payload = WEFT_BUF_INIT(SIZE_MAX / 2);
		size_t size = strcspn(text, " ");
		size_t name_size = strcspn(text, ":");
		char name[16] = "";

		memcpy(name, text, name_size);
		ws_payload(
		    text + name_size + 1, size - name_size - 1, &payload);
		ws_found(name, weft_buf_slice(&payload), out);
		weft_buf_fini(&payload);
		text += size;
		text += *text == ' ';
	}
}
