#include "tests/lib/forged_pack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "core/store/pack.h"

static void
append(struct weft_buf *bytes, const void *data, size_t size)
{
	if (weft_buf_append(bytes, data, size))
		abort();
}

static void
append_be32(struct weft_buf *bytes, size_t value)
{
	unsigned char text[4] = {(unsigned char)(value >> 24),
	    (unsigned char)(value >> 16), (unsigned char)(value >> 8),
	    (unsigned char)value};

	append(bytes, text, 4);
}

void
forged_pack_init(struct forged_pack *pack)
{
	pack->count = 0;
	weft_buf_init(&pack->bytes, 1u << 30);
	append(&pack->bytes, "PACK\0\0\0\2\0\0\0\0", 12);
}

void
forged_pack_fini(struct forged_pack *pack)
{
	weft_buf_fini(&pack->bytes);
}

uint64_t
forged_pack_offset(const struct forged_pack *pack)
{
	return pack->bytes.size;
}

void
forged_pack_entry(struct forged_pack *pack, const struct weft__oid *oid,
    unsigned type, uint64_t size)
{
	unsigned char byte = (unsigned char)(type << 4 | (size & 15));

	if (pack->count == FORGED_MOST)
		abort();
	pack->entries[pack->count].oid = *oid;
	pack->entries[pack->count++].offset = (uint32_t)pack->bytes.size;
	for (size >>= 4; size; size >>= 7) {
		byte |= 128;
		append(&pack->bytes, &byte, 1);
		byte = (unsigned char)(size & 127);
	}
	append(&pack->bytes, &byte, 1);
}

/* Seven bits a byte, the highest first, each but the last less by one. */
void
forged_pack_distance(struct forged_pack *pack, uint64_t distance)
{
	unsigned char bytes[10];
	size_t at = sizeof bytes;

	bytes[--at] = (unsigned char)(distance & 127);
	while (distance >>= 7)
		bytes[--at] = (unsigned char)(128 | (--distance & 127));
	append(&pack->bytes, bytes + at, sizeof bytes - at);
}

void
forged_pack_raw(struct forged_pack *pack, const void *data, size_t size)
{
	append(&pack->bytes, data, size);
}

void
forged_pack_deflated(
    struct forged_pack *pack, const void *data, size_t size)
{
	uLongf room = compressBound((uLong)size);
	unsigned char *deflated = malloc(room);

	if (!deflated || compress(deflated, &room, data, (uLong)size) != Z_OK)
		abort();
	append(&pack->bytes, deflated, room);
	free(deflated);
}

void
forged_pack_zeros(struct forged_pack *pack, uint64_t size)
{
	static unsigned char zeros[1 << 16], out[1 << 16];
	z_stream stream = {.zalloc = NULL};
	int code = Z_OK;

	if (deflateInit(&stream, 1) != Z_OK)
		abort();
	while (code != Z_STREAM_END) {
		if (!stream.avail_in && size) {
			stream.next_in = zeros;
			stream.avail_in = size < sizeof zeros
			    ? (uInt)size
			    : (uInt)sizeof zeros;
			size -= stream.avail_in;
		}
		stream.next_out = out;
		stream.avail_out = sizeof out;
		code = deflate(&stream, size ? Z_NO_FLUSH : Z_FINISH);
		append(&pack->bytes, out, sizeof out - stream.avail_out);
	}
	deflateEnd(&stream);
}

static int
compare_entries(const void *a, const void *b)
{
	return memcmp(a, b, WEFT__OID_SIZE);
}

static void
make_index(struct forged_pack *pack, const struct weft__oid *hash,
    struct weft_buf *index)
{
	struct weft__oid own;
	size_t at = 0;

	qsort(pack->entries, pack->count, sizeof *pack->entries,
	    compare_entries);
	append(index, "\377tOc\0\0\0\2", 8);
	for (unsigned byte = 0; byte < 256; byte++) {
		while (at < pack->count &&
		    pack->entries[at].oid.bytes[0] <= byte)
			at++;
		append_be32(index, at);
	}
	for (size_t i = 0; i < pack->count; i++)
		append(index, pack->entries[i].oid.bytes, WEFT__OID_SIZE);
	for (size_t i = 0; i < pack->count; i++)
		append_be32(index, 0); /* nobody looks at CRCs */
	for (size_t i = 0; i < pack->count; i++)
		append_be32(index, pack->entries[i].offset);
	append(index, hash->bytes, WEFT__OID_SIZE);
	weft__sha1(index->data, index->size, &own);
	append(index, own.bytes, WEFT__OID_SIZE);
}

static void
write_file(const char *repository, const struct weft__oid *hash,
    const char *suffix, const struct weft_buf *bytes)
{
	char name[WEFT__PACK_NAME_ROOM], path[512];
	FILE *file;

	weft__pack_name(hash, suffix, name);
	snprintf(path, sizeof path, "%s/%s", repository, name);
	file = fopen(path, "w");
	if (!file ||
	    fwrite(bytes->data, 1, bytes->size, file) != bytes->size ||
	    fclose(file))
		abort();
}

void
forged_pack_write(struct forged_pack *pack, const char *repository)
{
	struct weft_buf index = WEFT_BUF_INIT(1u << 26), count = index;
	struct weft__oid hash;

	append_be32(&count, pack->count);
	memcpy(pack->bytes.data + 8, count.data, 4);
	weft__sha1(pack->bytes.data, pack->bytes.size, &hash);
	append(&pack->bytes, hash.bytes, WEFT__OID_SIZE);
	make_index(pack, &hash, &index);
	write_file(repository, &hash, "pack", &pack->bytes);
	write_file(repository, &hash, "idx", &index);
	weft_buf_fini(&index);
	weft_buf_fini(&count);
}
