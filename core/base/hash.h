/*
 * SHA-1, as LoopBack's revisions and git's object names use it.
 */
#ifndef CORE_BASE_HASH_H
#define CORE_BASE_HASH_H

#include <weft/types.h>

#define WEFT__OID_SIZE 20
#define WEFT__OID_HEX 40

/* A SHA-1 value: an object's name in the store, or a content hash. */
struct weft__oid {
	unsigned char bytes[WEFT__OID_SIZE];
};

/* The SHA-1 of the bytes.  Thread: any. */
void weft__sha1(const void *data, size_t size, struct weft__oid *oid);

/*
 * The git object name of the bytes as an object of this type ("blob", "tree",
 * "commit"): SHA-1 of "<type> <size>\0" and the bytes.  Thread: any.
 */
void weft__object_id(const char *type, const void *data, size_t size,
    struct weft__oid *oid);

/*
 * The SHA-1 of bytes that come in pieces.  Plain memory: nothing to free, and
 * a copy goes on from where it was taken.  Thread: the owner's.
 */
struct weft__sha1_stream {
	uint64_t state[12]; /* OpenSSL's SHA_CTX; hash.c checks the size */
};

/* Begins a hash; a stream may be begun any number of times. */
void weft__sha1_start(struct weft__sha1_stream *stream);

/* Hashes the next bytes. */
void weft__sha1_add(
    struct weft__sha1_stream *stream, const void *data, size_t size);

/* Sets '*oid'; the stream must be started again before its next use. */
void weft__sha1_finish(
    struct weft__sha1_stream *stream, struct weft__oid *oid);

/* Writes 40 lower-case hex digits and a NUL. */
void weft__oid_format(
    const struct weft__oid *oid, char text[WEFT__OID_HEX + 1]);

/* Whether 'text' is exactly 40 lower-case hex digits; sets '*oid' if so. */
bool weft__oid_parse(struct weft_slice text, struct weft__oid *oid);

/* Whether both are the same value. */
static inline bool
weft__oid_equal(const struct weft__oid *a, const struct weft__oid *b)
{
	return memcmp(a->bytes, b->bytes, WEFT__OID_SIZE) == 0;
}

/* Whether it is all zero: "none". */
static inline bool
weft__oid_is_zero(const struct weft__oid *oid)
{
	static const struct weft__oid zero;

	return weft__oid_equal(oid, &zero);
}

#endif
