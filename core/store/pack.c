#include "core/store/pack.h"

#include <libdeflate.h>
#include <stdio.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"

#define HEADER_SIZE 12
#define BLOCK_SIZE 65535 /* of a stored deflate block: its size has 16 bits */

/* What surrounds a block at most: entry header, zlib header, own, checksum. */
#define AROUND_BLOCK (10 + 2 + 5 + 4)

/* A buffer that is not quite full takes one more block, and the pack's hash. */
#define BUFFER_ROOM \
	(WEFT__PACK_BUFFER_SIZE + BLOCK_SIZE + AROUND_BLOCK + WEFT__OID_SIZE)

static void
put_be32(unsigned char *to, uint32_t value)
{
	to[0] = (unsigned char)(value >> 24);
	to[1] = (unsigned char)(value >> 16);
	to[2] = (unsigned char)(value >> 8);
	to[3] = (unsigned char)value;
}

static void
put_header(unsigned char header[HEADER_SIZE], size_t count)
{
	memcpy(header, "PACK", 4);
	put_be32(header + 4, 2);
	put_be32(header + 8, (uint32_t)count);
}

/* An empty pack: the header's place is taken, its count comes last. */
static void
begin(struct weft__pack *pack)
{
	pack->used = HEADER_SIZE;
	pack->count = 0;
	weft__oid_set_clear(&pack->set);
}

int
weft__pack_init(struct weft__pack *pack,
    const struct weft__directory *directory, struct weft_error *error)
{
	*pack = (struct weft__pack){
	    .directory = directory, .limit = WEFT_LIMIT_PACK_SIZE};
	pack->buffer = weft__malloc(BUFFER_ROOM);
	if (!pack->buffer)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	begin(pack);
	return 0;
}

void
weft__pack_fini(struct weft__pack *pack)
{
	weft__file_discard(&pack->file);
	weft__free(pack->buffer);
	weft__free(pack->entries);
	weft__oid_set_fini(&pack->set);
	weft__free(pack->sealed);
	*pack = (struct weft__pack){NULL};
}

void
weft__pack_name(const struct weft__oid *hash, const char *suffix,
    char name[WEFT__PACK_NAME_ROOM])
{
	char hex[WEFT__OID_HEX + 1];

	weft__oid_format(hash, hex);
	snprintf(name, WEFT__PACK_NAME_ROOM, "objects/pack/pack-%s.%s", hex,
	    suffix);
}

/* Writes the first bytes of the buffer. */
static int
write_first(struct weft__pack *pack, size_t size, struct weft_error *error)
{
	int code = 0;

	if (!pack->file.directory)
		code = weft__file_create(&pack->file, pack->directory,
		    WEFT__PACK_FILE, 0444, error);
	if (!code)
		code = weft__file_append(
		    &pack->file, pack->buffer, size, error);
	if (code)
		return code;
	pack->used -= size;
	memmove(pack->buffer, pack->buffer + size, pack->used);
	return 0;
}

static int
flush(struct weft__pack *pack, struct weft_error *error)
{
	return write_first(pack, pack->used, error);
}

/* Bytes so far. */
static uint64_t
pack_size(const struct weft__pack *pack)
{
	return (pack->file.directory ? pack->file.size : 0) + pack->used;
}

/* Type and size: 4 bits of the size first, then 7 by 7. */
static size_t
put_entry_header(
    unsigned char *to, enum weft__object_type type, uint64_t size)
{
	size_t length = 0;
	unsigned byte = (unsigned)type << 4 | (unsigned)(size & 15);

	size >>= 4;
	while (size) {
		to[length++] = (unsigned char)(byte | 128);
		byte = (unsigned)(size & 127);
		size >>= 7;
	}
	to[length++] = (unsigned char)byte;
	return length;
}

/* A stored block begins: whether it is the last, its size, and its inverse. */
static size_t
put_block_header(unsigned char *to, size_t size, bool last)
{
	to[0] = last;
	to[1] = (unsigned char)size;
	to[2] = (unsigned char)(size >> 8);
	to[3] = (unsigned char)~to[1];
	to[4] = (unsigned char)~to[2];
	return 5;
}

/*
 * Writes a block of an entry behind what is in the buffer, where it does not
 * count before take_block().  The file is written in whole buffers: pieces
 * that end within a page take the system a quarter longer.
 */
static int
stage_block(struct weft__pack *pack, struct weft_slice head,
    struct weft_slice part, const uint32_t *adler, struct weft_error *error)
{
	unsigned char *start, *to;
	int code = 0;

	if (pack->used >= WEFT__PACK_BUFFER_SIZE)
		code = write_first(pack, WEFT__PACK_BUFFER_SIZE, error);
	if (code)
		return code;
	start = to = pack->buffer + pack->used;
	memcpy(to, head.data, head.size);
	to += head.size;
	to += put_block_header(to, part.size, adler != NULL);
	memcpy(to, part.data, part.size);
	to += part.size;
	if (adler) {
		put_be32(to, *adler);
		to += 4;
	}
	pack->staged = (size_t)(to - start);
	pack->crc = libdeflate_crc32(pack->crc, start, pack->staged);
	return 0;
}

static void
take_block(struct weft__pack *pack)
{
	pack->used += pack->staged;
	pack->staged = 0;
}

/* Header, zlib stream of stored blocks, checksum; the last block is staged. */
static int
stage_entry(struct weft__pack *pack, enum weft__object_type type,
    struct weft_slice content, struct weft_error *error)
{
	uint32_t adler = libdeflate_adler32(1, content.data, content.size);
	unsigned char bytes[16];
	struct weft_slice head = {(char *)bytes,
	    put_entry_header(bytes, type, content.size)};
	struct weft_slice part;
	int code = 0;

	pack->crc = 0;
	bytes[head.size++] = 0x78; /* zlib: deflate, 32 KiB window */
	bytes[head.size++] = 0x01;
	while (!code && content.size > BLOCK_SIZE) {
		part = weft_slice_of(content.data, BLOCK_SIZE);
		code = stage_block(pack, head, part, NULL, error);
		take_block(pack);
		content.data += BLOCK_SIZE;
		content.size -= BLOCK_SIZE;
		head.size = 0;
	}
	return code ? code : stage_block(pack, head, content, &adler, error);
}

/* The hash over the whole file, whose header was not known before. */
static int
hash_file(struct weft__pack *pack, struct weft__oid *hash,
    struct weft_error *error)
{
	struct weft__sha1_stream stream;
	uint64_t at = 0;
	int code = 0;

	weft__sha1_start(&stream);
	while (!code && at < pack->file.size) {
		uint64_t left = pack->file.size - at;
		size_t part = left < WEFT__PACK_BUFFER_SIZE
		    ? (size_t)left
		    : WEFT__PACK_BUFFER_SIZE;

		code = weft__file_read_at(
		    &pack->file, pack->buffer, part, at, error);
		if (!code)
			weft__sha1_add(&stream, pack->buffer, part);
		at += part;
	}
	weft__sha1_finish(&stream, hash);
	return code;
}

/* Completes the file: count and hash; a small pack has not left the buffer. */
static int
complete(struct weft__pack *pack, struct weft__oid *hash,
    struct weft_error *error)
{
	unsigned char header[HEADER_SIZE];
	int code;

	put_header(header, pack->count);
	if (!pack->file.directory) {
		memcpy(pack->buffer, header, HEADER_SIZE);
		weft__sha1(pack->buffer, pack->used, hash);
		code = 0;
	} else {
		code = flush(pack, error);
		if (!code)
			code = weft__file_write_at(
			    &pack->file, header, HEADER_SIZE, 0, error);
		if (!code)
			code = hash_file(pack, hash, error);
	}
	if (code)
		return code;
	memcpy(pack->buffer + pack->used, hash->bytes, WEFT__OID_SIZE);
	pack->used += WEFT__OID_SIZE;
	code = flush(pack, error);
	return code ? code : weft__file_sync(&pack->file, error);
}

int
weft__pack_keep(const struct weft__directory *directory,
    const struct weft__oid *hash, struct weft_error *error)
{
	char name[WEFT__PACK_NAME_ROOM];
	int code;

	weft__pack_name(hash, "keep", name);
	code = weft__file_link(directory, WEFT__KEEP_FILE, name, NULL);
	if (code && code != WEFT_EEXISTS) {
		/* It is the first time; or the file is another user's. */
		code = weft__file_put(directory, WEFT__KEEP_FILE,
		    weft_slice(WEFT__KEEP_TEXT), true, error);
		if (!code)
			code = weft__file_link(
			    directory, WEFT__KEEP_FILE, name, error);
	}
	return code == WEFT_EEXISTS ? 0 : code;
}

int
weft__pack_expose(const struct weft__directory *directory,
    const struct weft__oid *hash, struct weft_error *error)
{
	char name[WEFT__PACK_NAME_ROOM];
	int code = weft__pack_keep(directory, hash, error);

	weft__pack_name(hash, "pack", name);
	if (!code)
		code = weft__file_rename(
		    directory, WEFT__PACK_FILE, name, error);
	weft__pack_name(hash, "idx", name);
	if (!code)
		code = weft__file_rename(
		    directory, WEFT__INDEX_FILE, name, error);
	return code;
}

/* Ends the pack that is being written, and begins another one. */
static int
seal(struct weft__pack *pack, struct weft_error *error)
{
	struct weft__oid hash;
	int code;

	if (!weft__grow(&pack->sealed, &pack->sealed_capacity,
	        pack->sealed_count + 1, sizeof *pack->sealed))
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	code = complete(pack, &hash, error);
	if (!code)
		code = weft__pack_index_write(pack->directory,
		    WEFT__INDEX_FILE, pack->entries, pack->count, &hash,
		    pack->buffer, error);
	if (!code)
		code = weft__pack_expose(pack->directory, &hash, error);
	if (code)
		return code;
	weft__file_close(&pack->file);
	pack->sealed[pack->sealed_count++] = hash;
	begin(pack);
	return 0;
}

/* Whether an object of so many bytes belongs into the next pack. */
static bool
is_full(const struct weft__pack *pack, size_t size)
{
	return (pack->count && pack_size(pack) + size > pack->limit) ||
	    pack->count == WEFT_LIMIT_PACK_OBJECTS;
}

/* Begins another pack if an object of so many bytes does not fit any more. */
static int
make_room(struct weft__pack *pack, size_t size, struct weft_error *error)
{
	int code = is_full(pack, size) ? seal(pack, error) : 0;

	if (code)
		return code;
	if (weft__grow(&pack->entries, &pack->capacity, pack->count + 1,
	        sizeof *pack->entries))
		return 0;
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

/* Notes an entry at the end of the pack; '*known' if there is one already. */
static int
note_entry(struct weft__pack *pack, const struct weft__oid *oid,
    uint64_t offset, bool *known, struct weft_error *error)
{
	struct weft__pack_entry *entry = &pack->entries[pack->count];
	uint32_t same;

	entry->oid = *oid;
	entry->offset = (uint32_t)offset;
	if (weft__oid_set_add(&pack->set, pack->entries, sizeof *entry,
	        (uint32_t)pack->count, &same))
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	*known = same != pack->count;
	return 0;
}

/*
 * What the set looks at is rarely in the processor's cache: it is fetched while
 * the entry is made, which is in vain for the few that are known.  Not so for
 * large ones, of which a part would be in the file already.
 */
int
weft__pack_add(struct weft__pack *pack, enum weft__object_type type,
    const struct weft__oid *oid, struct weft_slice content,
    struct weft_error *error)
{
	bool is_small = content.size <= BLOCK_SIZE, known = false;
	uint64_t offset;
	int code = make_room(pack, content.size, error);

	if (code)
		return code;
	offset = pack_size(pack);
	weft__oid_set_prefetch(&pack->set, oid);
	if (is_small)
		code = stage_entry(pack, type, content, error);
	if (!code)
		code = note_entry(pack, oid, offset, &known, error);
	if (!code && !known && !is_small)
		code = stage_entry(pack, type, content, error);
	if (code || known)
		return code;
	take_block(pack);
	pack->entries[pack->count++].crc = pack->crc;
	return 0;
}

/* Writes bytes behind what is in the buffer. */
static int
append(struct weft__pack *pack, struct weft_slice bytes,
    struct weft_error *error)
{
	size_t part;

	while (bytes.size) {
		if (pack->used >= WEFT__PACK_BUFFER_SIZE) {
			int code = write_first(
			    pack, WEFT__PACK_BUFFER_SIZE, error);

			if (code)
				return code;
		}
		part = WEFT__PACK_BUFFER_SIZE - pack->used;
		if (part > bytes.size)
			part = bytes.size;
		memcpy(pack->buffer + pack->used, bytes.data, part);
		pack->used += part;
		bytes.data += part;
		bytes.size -= part;
	}
	return 0;
}

int
weft__pack_copy(struct weft__pack *pack, const struct weft__oid *oid,
    struct weft_slice entry, uint32_t crc, struct weft_error *error)
{
	bool known = false;
	int code = make_room(pack, entry.size, error);

	if (!code)
		code = note_entry(pack, oid, pack_size(pack), &known, error);
	if (code || known)
		return code;
	code = append(pack, entry, error);
	pack->entries[pack->count++].crc = crc;
	return code;
}

int
weft__pack_publish(struct weft__pack *pack, struct weft_error *error)
{
	int code = pack->count ? seal(pack, error) : 0;

	if (code || !pack->sealed_count)
		return code;
	return weft__directory_sync(pack->directory, "objects/pack", error);
}

int
weft__pack_unkeep(struct weft__pack *pack, struct weft_error *error)
{
	char name[WEFT__PACK_NAME_ROOM];
	int code = 0;

	while (!code && pack->sealed_count) {
		weft__pack_name(
		    &pack->sealed[pack->sealed_count - 1], "keep", name);
		code = weft__file_remove(pack->directory, name, error);
		if (!code)
			pack->sealed_count--;
	}
	return code;
}
