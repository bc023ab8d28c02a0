#include "core/base/base64.h"

#include <weft/error.h>

static const char digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

int
weft__base64_encode(struct weft_slice bytes, struct weft_buf *text)
{
	size_t size = bytes.size / 3 * 4 + (bytes.size % 3 * 4 + 2) / 3;
	uint32_t bits = 0;
	unsigned count = 0;
	int code = weft_buf_reserve(text, size);

	if (code)
		return code;
	for (size_t i = 0; i < bytes.size; i++) {
		bits = bits << 8 | (unsigned char)bytes.data[i];
		for (count += 8; count >= 6; count -= 6)
			text->data[text->size++] =
			    digits[bits >> (count - 6) & 63];
	}
	if (count)
		text->data[text->size++] = digits[bits << (6 - count) & 63];
	text->data[text->size] = '\0';
	return 0;
}

/* The value of a digit of either alphabet; -1: it is none. */
static int
value_of(char byte)
{
	const char *found;

	if (byte == '+')
		byte = '-';
	if (byte == '/')
		byte = '_';
	found = memchr(digits, byte, sizeof digits - 1);
	return found ? (int)(found - digits) : -1;
}

int
weft__base64_decode(struct weft_slice text, struct weft_buf *bytes)
{
	uint32_t bits = 0;
	unsigned count = 0, padding = 0;
	int code;

	for (; text.size && padding < 2 && text.data[text.size - 1] == '=';
	     padding++)
		text.size--;
	if (text.size % 4 == 1)
		return WEFT_EINVAL;
	code = weft_buf_reserve(bytes, text.size / 4 * 3 + 2);
	for (size_t i = 0; i < text.size && !code; i++) {
		int value = value_of(text.data[i]);

		if (value < 0)
			return WEFT_EINVAL;
		bits = bits << 6 | (uint32_t)value;
		count += 6;
		if (count < 8)
			continue;
		count -= 8;
		bytes->data[bytes->size++] = (char)(bits >> count & 255);
		bytes->data[bytes->size] = '\0';
	}
	return code;
}
