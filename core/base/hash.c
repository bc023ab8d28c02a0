/*
 * SHA-1 through OpenSSL's low-level functions: EVP costs 15 to 35 % more on
 * records of 64 to 200 bytes, and needs a context per thread.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "core/base/hash.h"

#include <endian.h>
#include <openssl/sha.h>

/* The longest type, "commit", a space, 20 digits and a NUL. */
#define HEADER_SIZE 32

_Static_assert(sizeof(struct weft__sha1_stream) >= sizeof(SHA_CTX),
    "a stream must hold OpenSSL's state");

void
weft__sha1(const void *data, size_t size, struct weft__oid *oid)
{
	SHA_CTX context;

	SHA1_Init(&context);
	SHA1_Update(&context, data, size);
	SHA1_Final(oid->bytes, &context);
}

/*
 * Writes "<type> <size>" and a NUL so that it ends at HEADER_SIZE; its start.
 * By hand, as printf takes a third of the time of the whole hash.
 */
static char *
write_header(char *header, const char *type, size_t size)
{
	size_t type_size = strlen(type);
	char *start = header + HEADER_SIZE - 1;

	*start = '\0';
	do
		*--start = (char)('0' + size % 10);
	while (size /= 10);
	*--start = ' ';
	start -= type_size;
	memcpy(start, type, type_size);
	return start;
}

void
weft__object_id(const char *type, const void *data, size_t size,
    struct weft__oid *oid)
{
	SHA_CTX context;
	char first[HEADER_SIZE + SHA_CBLOCK];
	char *start = write_header(first, type, size);
	size_t used = (size_t)(first + HEADER_SIZE - start);
	size_t part = SHA_CBLOCK - used;

	/* A whole first block saves OpenSSL from putting it together. */
	if (part > size)
		part = size;
	if (part)
		memcpy(first + HEADER_SIZE, data, part);
	SHA1_Init(&context);
	SHA1_Update(&context, start, used + part);
	if (size > part)
		SHA1_Update(
		    &context, (const char *)data + part, size - part);
	SHA1_Final(oid->bytes, &context);
}

void
weft__sha1_start(struct weft__sha1_stream *stream)
{
	SHA1_Init((SHA_CTX *)stream->state);
}

void
weft__sha1_add(struct weft__sha1_stream *stream, const void *data, size_t size)
{
	SHA1_Update((SHA_CTX *)stream->state, data, size);
}

void
weft__sha1_finish(struct weft__sha1_stream *stream, struct weft__oid *oid)
{
	SHA1_Final(oid->bytes, (SHA_CTX *)stream->state);
}

/*
 * Hex, eight digits at a time: as a number of which each byte is one digit or
 * its value, the first one in front.  A third of the time of one by one, and
 * each tracked write has five of them.
 */
#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* The digits that stand for these values, which are below 16. */
static uint64_t
digits_of(uint64_t values)
{
	uint64_t letters = (values + EACH(6)) >> 4 & EACH(1);

	return values + EACH('0') + letters * ('a' - '0' - 10);
}

/* Four bytes as eight values, each of a half of a byte. */
static uint64_t
spread(uint64_t bytes)
{
	bytes = (bytes | bytes << 16) & UINT64_C(0x0000ffff0000ffff);
	bytes = (bytes | bytes << 8) & UINT64_C(0x00ff00ff00ff00ff);
	return (bytes | bytes << 4) & EACH(15);
}

static uint64_t
gather(uint64_t values)
{
	values = (values | values >> 4) & UINT64_C(0x00ff00ff00ff00ff);
	values = (values | values >> 8) & UINT64_C(0x0000ffff0000ffff);
	return (values | values >> 16) & UINT32_MAX;
}

void
weft__oid_format(const struct weft__oid *oid, char text[WEFT__OID_HEX + 1])
{
	for (int i = 0; i < WEFT__OID_SIZE; i += 4) {
		uint32_t bytes;
		uint64_t digits;

		memcpy(&bytes, oid->bytes + i, sizeof bytes);
		digits = htobe64(digits_of(spread(be32toh(bytes))));
		memcpy(text + 2 * i, &digits, sizeof digits);
	}
	text[WEFT__OID_HEX] = '\0';
}

bool
weft__oid_parse(struct weft_slice text, struct weft__oid *oid)
{
	struct weft__oid parsed;
	uint64_t wrong = 0;

	if (!text.data || text.size != WEFT__OID_HEX)
		return false;
	for (int i = 0; i < WEFT__OID_SIZE; i += 4) {
		uint64_t digits, values;
		uint32_t bytes;

		memcpy(&digits, text.data + 2 * i, sizeof digits);
		digits = be64toh(digits);
		/* 0x30 to 0x39, or 0x61 to 0x66; others do not come back. */
		values = (digits & EACH(15)) + (digits >> 6 & EACH(1)) * 9;
		values &= EACH(15);
		wrong |= digits ^ digits_of(values);
		bytes = htobe32((uint32_t)gather(values));
		memcpy(parsed.bytes + i, &bytes, sizeof bytes);
	}
	if (wrong)
		return false;
	*oid = parsed;
	return true;
}
