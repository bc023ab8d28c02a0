#include "core/store/pack_chain.h"

#include <zlib.h>

#include "core/base/limits.h"

enum { OFFSET_DELTA = 6, NAMED_DELTA = 7 };

/* A delta begins with two sizes of at most ten bytes each. */
#define SIZES_ROOM 20

/* The offset of a base that is so many bytes before; 0 if nowhere. */
static uint64_t
take_distance(struct weft__pack_head *head)
{
	uint64_t distance;
	unsigned byte;

	if (head->data == head->end)
		return 0;
	byte = *head->data++;
	distance = byte & 127;
	while (byte & 128) {
		if (head->data == head->end || distance > head->offset)
			return 0;
		byte = *head->data++;
		distance = (distance + 1) << 7 | (byte & 127);
	}
	return distance && distance < head->offset
	    ? head->offset - distance
	    : 0;
}

/* The offset of a base that is named; 0 if it is not in the pack. */
static uint64_t
take_name(const struct weft__pack_map *map, struct weft__pack_head *head)
{
	struct weft__oid oid;
	uint32_t position;

	if (head->end - head->data < WEFT__OID_SIZE)
		return 0;
	memcpy(oid.bytes, head->data, WEFT__OID_SIZE);
	head->data += WEFT__OID_SIZE;
	return weft__pack_map_find(map, &oid, &position)
	    ? weft__pack_map_offset(map, position)
	    : 0;
}

/* Inflates the first bytes of what the entry has; how many there are. */
static size_t
inflate_start(const struct weft__pack_head *head, unsigned char *to)
{
	z_stream stream = {.next_in = (unsigned char *)head->data,
	    .next_out = to,
	    .avail_out = SIZES_ROOM};
	size_t room = (size_t)(head->end - head->data);

	stream.avail_in = room < 4096 ? (uInt)room : 4096;
	if (inflateInit(&stream) != Z_OK)
		return 0;
	(void)inflate(&stream, Z_SYNC_FLUSH);
	inflateEnd(&stream);
	return SIZES_ROOM - stream.avail_out;
}

/* Whether the sizes of a delta's base and result are within the limit. */
static bool
has_good_sizes(const struct weft__pack_head *head)
{
	unsigned char bytes[SIZES_ROOM];
	size_t size = inflate_start(head, bytes), at = 0;
	uint64_t value;

	for (int i = 0; i < 2; i++) {
		unsigned shift = 0;

		value = 0;
		do {
			if (at == size || shift > 28)
				return false;
			value |= (uint64_t)(bytes[at] & 127) << shift;
			shift += 7;
		} while (bytes[at++] & 128);
		if (value > WEFT_LIMIT_OBJECT_SIZE)
			return false;
	}
	return true;
}

bool
weft__pack_chain_is_bounded(
    const struct weft__pack_map *map, uint32_t position)
{
	uint64_t offset = weft__pack_map_offset(map, position);
	struct weft__pack_head head;

	for (unsigned i = 0; i <= WEFT_LIMIT_DELTA_DEPTH; i++) {
		if (!weft__pack_map_head(map, offset, &head) ||
		    head.size > WEFT_LIMIT_OBJECT_SIZE)
			return false;
		if (head.type == OFFSET_DELTA)
			offset = take_distance(&head);
		else if (head.type == NAMED_DELTA)
			offset = take_name(map, &head);
		else
			return true;
		if (!offset || !has_good_sizes(&head))
			return false;
	}
	return false;
}
