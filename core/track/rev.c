#include "core/track/rev.h"

static bool
is_printable(struct weft_slice text)
{
	for (size_t i = 0; i < text.size; i++) {
		unsigned char byte = (unsigned char)text.data[i];

		if (byte < 0x20 || byte == 0x7f)
			return false;
	}
	return true;
}

bool
weft__rev_parse(struct weft_slice text, struct weft__rev *rev)
{
	if (!text.data || !text.size || text.size > WEFT_LIMIT_REV_SIZE ||
	    !is_printable(text))
		return false;
	rev->size = (uint8_t)text.size;
	memcpy(rev->text, text.data, text.size);
	rev->text[text.size] = '\0';
	return true;
}
