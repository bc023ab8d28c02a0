#include "transports/ws/frame.h"

#define FINAL 0x80
#define RSV1 0x40
#define RSV2_AND_3 0x30
#define MASKED 0x80

static bool
is_opcode(unsigned opcode)
{
	return opcode <= WEFT__WS_OP_BINARY ||
	    (opcode >= WEFT__WS_OP_CLOSE && opcode <= WEFT__WS_OP_PONG);
}

/* The length in 'count' bytes; false if fewer had done. */
static bool
read_size(const unsigned char *bytes, unsigned count, uint64_t *size)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < count; i++)
		value = value << 8 | bytes[i];
	*size = value;
	return count == 2 ? value > WEFT__WS_CONTROL_SIZE
	                  : value > UINT16_MAX && value <= INT64_MAX;
}

/* Whether the first two bytes can be the beginning of a frame. */
static bool
is_beginning(const unsigned char *bytes)
{
	unsigned opcode = bytes[0] & 0x0f, size = bytes[1] & 0x7f;

	if (bytes[0] & RSV2_AND_3 || !is_opcode(opcode))
		return false;
	return opcode < WEFT__WS_OP_CLOSE ||
	    (bytes[0] & FINAL && size <= WEFT__WS_CONTROL_SIZE);
}

int
weft__ws_header_read(
    struct weft__ws_header *header, const char *data, size_t size)
{
	const unsigned char *bytes = (const unsigned char *)data;
	unsigned more, used = 2;

	if (size < 2)
		return 0;
	if (!is_beginning(bytes))
		return -1;
	header->opcode = bytes[0] & 0x0f;
	header->is_final = bytes[0] & FINAL;
	header->is_compressed = bytes[0] & RSV1;
	header->is_masked = bytes[1] & MASKED;
	header->size = bytes[1] & 0x7f;
	more = header->size == 126 ? 2 : header->size == 127 ? 8 : 0;
	if (size < used + more + (header->is_masked ? 4 : 0))
		return 0;
	if (more && !read_size(bytes + used, more, &header->size))
		return -1;
	used += more;
	if (header->is_masked) {
		memcpy(header->mask, bytes + used, 4);
		used += 4;
	}
	return (int)used;
}

size_t
weft__ws_header_write(
    const struct weft__ws_header *header, char out[WEFT__WS_HEADER_SIZE])
{
	unsigned char *bytes = (unsigned char *)out;
	unsigned more, used = 2;

	more = header->size <= WEFT__WS_CONTROL_SIZE ? 0
	    : header->size <= UINT16_MAX             ? 2
	                                             : 8;
	bytes[0] = (unsigned char)(header->opcode |
	    (header->is_final ? FINAL : 0) |
	    (header->is_compressed ? RSV1 : 0));
	bytes[1] = (unsigned char)((header->is_masked ? MASKED : 0) |
	    (more == 8 ? 127 : more == 2 ? 126 : header->size));
	for (unsigned i = more; i-- > 0;)
		bytes[used++] = (unsigned char)(header->size >> (8 * i));
	if (header->is_masked) {
		memcpy(bytes + used, header->mask, 4);
		used += 4;
	}
	return used;
}

void
weft__ws_mask(char *out, const char *in, size_t size,
    const unsigned char mask[4], size_t offset)
{
	unsigned char turned[8]; /* the mask as it lies from 'offset' on */
	uint64_t word, mask_word;
	size_t at = 0;

	for (size_t i = 0; i < sizeof turned; i++)
		turned[i] = mask[(offset + i) % 4];
	memcpy(&mask_word, turned, sizeof mask_word);
	for (; size - at >= sizeof word; at += sizeof word) {
		memcpy(&word, in + at, sizeof word);
		word ^= mask_word;
		memcpy(out + at, &word, sizeof word);
	}
	for (; at < size; at++)
		out[at] = (char)(in[at] ^ turned[at % 8]);
}

bool
weft__ws_is_code(unsigned code)
{
	/* 1004 to 1006 are never sent; 1015 neither; 3000 on are free. */
	return (code >= 1000 && code <= 1003) ||
	    (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}
