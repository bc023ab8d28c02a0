#include "core/store/tombstone.h"

#define DELETED "deleted\n"
#define PREV "prev "

size_t
weft__tombstone_format(
    const struct weft__oid *prev, char text[WEFT__TOMBSTONE_ROOM])
{
	size_t size = sizeof DELETED - 1;

	memcpy(text, DELETED, size);
	if (weft__oid_is_zero(prev))
		return size;
	memcpy(text + size, PREV, sizeof PREV - 1);
	size += sizeof PREV - 1;
	weft__oid_format(prev, text + size);
	size += WEFT__OID_HEX;
	text[size++] = '\n';
	return size;
}

bool
weft__tombstone_parse(struct weft_slice text, struct weft__oid *prev)
{
	const size_t line = sizeof DELETED - 1;
	const size_t start = line + sizeof PREV - 1;

	memset(prev, 0, sizeof *prev);
	if (text.size < line || memcmp(text.data, DELETED, line) != 0)
		return false;
	if (text.size < start || memcmp(text.data + line, PREV, start - line))
		return true;
	return text.size > start + WEFT__OID_HEX &&
	    text.data[start + WEFT__OID_HEX] == '\n' &&
	    weft__oid_parse(
	        weft_slice_of(text.data + start, WEFT__OID_HEX), prev);
}
