/*
 * SHA-1 through OpenSSL's low-level functions: EVP costs 15 to 35 % more on
 * records of 64 to 200 bytes, and needs a context per thread.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "core/base/hash.h"

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

void
weft__oid_format(const struct weft__oid *oid, char text[WEFT__OID_HEX + 1])
{
	static const char digits[] = "0123456789abcdef";

	for (int i = 0; i < WEFT__OID_SIZE; i++) {
		text[2 * i] = digits[oid->bytes[i] >> 4];
		text[2 * i + 1] = digits[oid->bytes[i] & 15];
	}
	text[WEFT__OID_HEX] = '\0';
}

/* A lower-case hex digit's value and DIGIT; 0 for all other bytes. */
#define DIGIT 0x10
static const unsigned char hex_values[256] = {
    ['0'] = 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19,
    ['a'] = 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f};

bool
weft__oid_parse(struct weft_slice text, struct weft__oid *oid)
{
	const unsigned char *next = (const unsigned char *)text.data;
	struct weft__oid parsed;
	unsigned all = DIGIT;

	if (!text.data || text.size != WEFT__OID_HEX)
		return false;
	for (int i = 0; i < WEFT__OID_SIZE; i++, next += 2) {
		unsigned high = hex_values[next[0]], low = hex_values[next[1]];

		parsed.bytes[i] = (unsigned char)(high << 4 | (low & 15));
		all &= high & low;
	}
	if (!(all & DIGIT))
		return false;
	*oid = parsed;
	return true;
}
