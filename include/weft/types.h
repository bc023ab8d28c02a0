/*
 * What every weft header uses: export marks and slices of bytes.
 */
#ifndef WEFT_TYPES_H
#define WEFT_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
#define WEFT__EXTERN extern "C"
#else
#define WEFT__EXTERN
#endif

#if defined(__GNUC__)
#define WEFT_API WEFT__EXTERN __attribute__((visibility("default")))
#define WEFT_MUST_CHECK __attribute__((warn_unused_result))
#define WEFT_PRINTF(text, first) \
	__attribute__((format(printf, text, first)))
#else
#define WEFT_API WEFT__EXTERN
#define WEFT_MUST_CHECK
#define WEFT_PRINTF(text, first)
#endif

/*
 * A run of bytes that belongs to somebody else; not NUL-terminated.
 * 'data' NULL means "no value" (JSON null, or absent), which differs from an
 * empty run (data not NULL, size 0).
 */
struct weft_slice {
	const char *data;
	size_t size; /* bytes */
};

/* The slice over a NUL-terminated text; NULL gives the slice of no value. */
static inline struct weft_slice
weft_slice(const char *text)
{
	struct weft_slice slice = {text, text ? strlen(text) : 0};
	return slice;
}

/* The slice over 'size' bytes at 'data'. */
static inline struct weft_slice
weft_slice_of(const char *data, size_t size)
{
	struct weft_slice slice = {data, size};
	return slice;
}

/* Whether both are the same bytes; no value equals only no value. */
static inline bool
weft_slice_equal(struct weft_slice a, struct weft_slice b)
{
	if (!a.data || !b.data)
		return a.data == b.data;
	return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

#endif
