/*
 * Base64 (RFC 4648) without padding, in the alphabet of URLs.
 */
#ifndef CORE_BASE_BASE64_H
#define CORE_BASE_BASE64_H

#include <weft/buf.h>

/* Appends the text of the bytes.  Returns as weft_buf_append(). */
WEFT_MUST_CHECK int weft__base64_encode(
    struct weft_slice bytes, struct weft_buf *text);

/*
 * Appends the bytes that the text stands for: of either alphabet, with or
 * without padding.  Returns 0; WEFT_EINVAL if it is none ('bytes' may have a
 * part of it); as weft_buf_append().
 */
WEFT_MUST_CHECK int weft__base64_decode(
    struct weft_slice text, struct weft_buf *bytes);

#endif
