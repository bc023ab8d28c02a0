/*
 * A pack's index, version 2: counts by first byte, ids in order, CRCs,
 * offsets, the pack's hash, its own hash.
 */
#include <endian.h>

#include "core/store/pack.h"

static int
flush(struct weft__index_writer *writer, struct weft_error *error)
{
	int code = weft__file_append(
	    &writer->file, writer->buffer, writer->used, error);

	weft__sha1_add(&writer->hash, writer->buffer, writer->used);
	writer->used = 0;
	return code;
}

int
weft__index_put(struct weft__index_writer *writer, const void *data,
    size_t size, struct weft_error *error)
{
	const char *from = data;
	size_t room = WEFT__PACK_BUFFER_SIZE - writer->used;
	int code = 0;

	if (size > room) {
		memcpy(writer->buffer + writer->used, from, room);
		writer->used += room;
		from += room;
		size -= room;
		code = flush(writer, error);
	}
	memcpy(writer->buffer + writer->used, from, size);
	writer->used += size;
	return code;
}

int
weft__index_put_be32(struct weft__index_writer *writer, uint32_t value,
    struct weft_error *error)
{
	unsigned char bytes[4] = {(unsigned char)(value >> 24),
	    (unsigned char)(value >> 16), (unsigned char)(value >> 8),
	    (unsigned char)value};

	return weft__index_put(writer, bytes, sizeof bytes, error);
}

int
weft__index_begin(struct weft__index_writer *writer,
    const struct weft__directory *directory, const char *name,
    unsigned char *buffer, struct weft_error *error)
{
	int code;

	*writer = (struct weft__index_writer){.buffer = buffer};
	weft__sha1_start(&writer->hash);
	code = weft__file_create(&writer->file, directory, name, 0444, error);
	return code
	    ? code
	    : weft__index_put(writer, "\377tOc\0\0\0\2", 8, error);
}

/* Writes the last of the buffer, and the hash of all behind it. */
static int
finish(struct weft__index_writer *writer, struct weft_error *error)
{
	struct weft__oid hash;
	int code = 0;

	if (writer->used + WEFT__OID_SIZE > WEFT__PACK_BUFFER_SIZE)
		code = flush(writer, error);
	weft__sha1_add(&writer->hash, writer->buffer, writer->used);
	weft__sha1_finish(&writer->hash, &hash);
	memcpy(writer->buffer + writer->used, hash.bytes, WEFT__OID_SIZE);
	return code ? code
	            : weft__file_append(&writer->file, writer->buffer,
	                  writer->used + WEFT__OID_SIZE, error);
}

int
weft__index_end(struct weft__index_writer *writer, int result,
    const struct weft__oid *pack_hash, struct weft_error *error)
{
	int code = result;

	if (!code)
		code = weft__index_put(
		    writer, pack_hash->bytes, WEFT__OID_SIZE, error);
	if (!code)
		code = finish(writer, error);
	if (!code)
		code = weft__file_sync(&writer->file, error);
	if (code)
		weft__file_discard(&writer->file);
	weft__file_close(&writer->file);
	return code;
}

static void
swap(struct weft__pack_entry *a, struct weft__pack_entry *b)
{
	struct weft__pack_entry kept = *a;

	*a = *b;
	*b = kept;
}

/* The first 8 bytes decide nearly always, and are compared as one number. */
static bool
is_less(const struct weft__pack_entry *a, const struct weft__pack_entry *b)
{
	uint64_t x, y;

	memcpy(&x, a->oid.bytes, sizeof x);
	memcpy(&y, b->oid.bytes, sizeof y);
	if (x != y)
		return be64toh(x) < be64toh(y);
	return memcmp(&a->oid, &b->oid, WEFT__OID_SIZE) < 0;
}

static void
sort_few(struct weft__pack_entry *entries, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct weft__pack_entry entry = entries[i];
		size_t j = i;

		for (; j && is_less(&entry, &entries[j - 1]); j--)
			entries[j] = entries[j - 1];
		entries[j] = entry;
	}
}

/* Below this many, comparing is cheaper than counting. */
#define FEW 48

static void sort(
    struct weft__pack_entry *entries, size_t count, unsigned byte);

/*
 * Sorts by one byte in place, then what has the same by the next one: a third
 * of the time of qsort(), which also takes as much memory again.
 */
static void
sort_many(struct weft__pack_entry *entries, size_t count, unsigned byte)
{
	size_t next[256], ends[256] = {0}, at = 0;

	for (size_t i = 0; i < count; i++)
		ends[entries[i].oid.bytes[byte]]++;
	for (unsigned value = 0; value < 256; value++) {
		next[value] = at;
		ends[value] = at += ends[value];
	}
	at = 0;
	for (unsigned value = 0; value < 256; value++) {
		while (next[value] < ends[value]) {
			struct weft__pack_entry *entry =
			    &entries[next[value]];
			unsigned belongs = entry->oid.bytes[byte];

			swap(entry, &entries[next[belongs]++]);
		}
		sort(&entries[at], ends[value] - at, byte + 1);
		at = ends[value];
	}
}

static void
sort(struct weft__pack_entry *entries, size_t count, unsigned byte)
{
	if (count <= FEW || byte == WEFT__OID_SIZE)
		sort_few(entries, count);
	else
		sort_many(entries, count, byte);
}

/* For each first byte the number of ids up to it. */
static int
put_fanout(struct weft__index_writer *writer,
    const struct weft__pack_entry *entries, size_t count,
    struct weft_error *error)
{
	size_t at = 0;
	int code = 0;

	for (unsigned byte = 0; !code && byte < 256; byte++) {
		while (at < count && entries[at].oid.bytes[0] <= byte)
			at++;
		code = weft__index_put_be32(writer, (uint32_t)at, error);
	}
	return code;
}

static int
put_tables(struct weft__index_writer *writer,
    const struct weft__pack_entry *entries, size_t count,
    struct weft_error *error)
{
	int code = put_fanout(writer, entries, count, error);

	for (size_t i = 0; !code && i < count; i++)
		code = weft__index_put(
		    writer, entries[i].oid.bytes, WEFT__OID_SIZE, error);
	for (size_t i = 0; !code && i < count; i++)
		code = weft__index_put_be32(writer, entries[i].crc, error);
	for (size_t i = 0; !code && i < count; i++)
		code = weft__index_put_be32(writer, entries[i].offset, error);
	return code;
}

int
weft__pack_index_write(const struct weft__directory *directory,
    const char *name, struct weft__pack_entry *entries, size_t count,
    const struct weft__oid *pack_hash, unsigned char *buffer,
    struct weft_error *error)
{
	struct weft__index_writer writer;
	int code;

	sort(entries, count, 0);
	code = weft__index_begin(&writer, directory, name, buffer, error);
	if (!code)
		code = put_tables(&writer, entries, count, error);
	return weft__index_end(&writer, code, pack_hash, error);
}
