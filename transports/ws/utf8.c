#include "transports/ws/utf8.h"

/* Bytes at the beginning that are ASCII, eight at a time. */
static size_t
ascii_size(const char *data, size_t size)
{
	size_t at = 0;
	uint64_t word;

	for (; size - at >= sizeof word; at += sizeof word) {
		memcpy(&word, data + at, sizeof word);
		if (word & UINT64_C(0x8080808080808080))
			break;
	}
	return at;
}

/* A character begins: what may follow (RFC 3629, section 4). */
static bool
begin(struct weft__utf8 *utf8, unsigned char first)
{
	utf8->low = 0x80;
	utf8->high = 0xbf;
	if (first < 0x80) {
		utf8->left = 0;
		return true;
	}
	if (first < 0xc2 || first > 0xf4)
		return false;
	utf8->left = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
	if (first == 0xe0)
		utf8->low = 0xa0; /* else it would be overlong */
	else if (first == 0xed)
		utf8->high = 0x9f; /* else a surrogate */
	else if (first == 0xf0)
		utf8->low = 0x90;
	else if (first == 0xf4)
		utf8->high = 0x8f; /* else above U+10FFFF */
	return true;
}

bool
weft__utf8_add(struct weft__utf8 *utf8, struct weft_slice bytes)
{
	const char *data = bytes.data;
	size_t size = bytes.size, at = 0;

	while (at < size) {
		unsigned char byte = (unsigned char)data[at];

		if (utf8->left) {
			if (byte < utf8->low || byte > utf8->high)
				return false;
			utf8->left--;
			utf8->low = 0x80;
			utf8->high = 0xbf;
			at++;
		} else if (byte < 0x80) {
			size_t run = ascii_size(data + at, size - at);

			at += run ? run : 1;
		} else {
			if (!begin(utf8, byte))
				return false;
			at++;
		}
	}
	return true;
}
