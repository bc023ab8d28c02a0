#include "models/visible/text.h"

#include <stdio.h>

#define DIGITS 16

static bool
is_plain(char c)
{
	return c > ' ' && c < 0x7f && c != '%' && c != '/';
}

int
weft__visible_escape(struct weft_slice text, struct weft_buf *out)
{
	int code = 0;

	for (size_t i = 0; i < text.size && !code; i++)
		code = is_plain(text.data[i])
			   ? weft_buf_append(out, &text.data[i], 1)
			   : weft_buf_printf(out, "%%%02x",
				 (unsigned char)text.data[i]);
	return code;
}

bool
weft__visible_is_escaped(struct weft_slice escaped, struct weft_slice text)
{
	size_t at = 0;
	char hex[4];

	for (size_t i = 0; i < text.size; i++) {
		if (at < escaped.size && is_plain(text.data[i]) &&
		    escaped.data[at] == text.data[i]) {
			at++;
			continue;
		}
		if (is_plain(text.data[i]) || at + 3 > escaped.size)
			return false;
		snprintf(hex, sizeof hex, "%%%02x",
		    (unsigned char)text.data[i]);
		if (memcmp(escaped.data + at, hex, 3) != 0)
			return false;
		at += 3;
	}
	return at == escaped.size;
}

int
weft__visible_key(
    char kind, struct weft__json_value value, struct weft_buf *key)
{
	struct weft_buf text = WEFT_BUF_INIT(key->limit);
	int code = weft_buf_printf(key, "%c:", kind);

	if (!code && value.type == WEFT__JSON_STRING)
		code = weft__json_read_string(value.token, &text);
	else if (!code)
		code = weft_buf_append_slice(&text, value.token);
	if (!code)
		code = weft__visible_escape(weft_buf_slice(&text), key);
	weft_buf_fini(&text);
	return code;
}

int
weft__visible_key_order(struct weft_slice a, struct weft_slice b)
{
	int order = b.data[0] - a.data[0]; /* users before groups */

	if (!order)
		order = memcmp(
		    a.data, b.data, a.size < b.size ? a.size : b.size);
	return order ? order : (a.size > b.size) - (a.size < b.size);
}

bool
weft__visible_line(struct weft_slice *text, struct weft_slice *line)
{
	const char *end = text->size ? memchr(text->data, '\n', text->size)
				     : NULL;

	if (!end)
		return false;
	*line = weft_slice_of(text->data, (size_t)(end - text->data));
	text->size -= line->size + 1;
	text->data = end + 1;
	return true;
}

bool
weft__visible_split(
    struct weft_slice line, struct weft_slice *words, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		const char *end =
		    line.size ? memchr(line.data, ' ', line.size) : NULL;
		bool is_last = i + 1 == length;

		if (!line.size || !end != is_last)
			return false;
		words[i] = line;
		if (is_last)
			break;
		words[i].size = (size_t)(end - line.data);
		if (!words[i].size)
			return false;
		line.size -= words[i].size + 1;
		line.data = end + 1;
	}
	return true;
}

bool
weft__visible_number(struct weft_slice text, uint64_t *number)
{
	*number = 0;
	if (text.size != DIGITS)
		return false;
	for (size_t i = 0; i < DIGITS; i++) {
		char c = text.data[i];
		unsigned digit;

		if (c >= '0' && c <= '9')
			digit = (unsigned)(c - '0');
		else if (c >= 'a' && c <= 'f')
			digit = (unsigned)(c - 'a') + 10;
		else
			return false;
		*number = *number << 4 | digit;
	}
	return true;
}
