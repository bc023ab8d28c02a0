/*
 * Whether bytes are UTF-8 (RFC 3629), also if they come in pieces that part
 * characters: no overlong forms, no surrogates, nothing above U+10FFFF.
 */
#ifndef TRANSPORTS_WS_UTF8_H
#define TRANSPORTS_WS_UTF8_H

#include <weft/types.h>

/* Zero-initialised: between two characters. */
struct weft__utf8 {
	unsigned char left;       /* bytes of the character that are to come */
	unsigned char low, high;  /* what the next of them may be, if 'left' */
};

/* Looks at the next bytes.  Returns false if they cannot be UTF-8. */
bool weft__utf8_add(struct weft__utf8 *utf8, struct weft_slice bytes);

/* Whether no character is left unfinished. */
static inline bool
weft__utf8_is_whole(const struct weft__utf8 *utf8)
{
	return !utf8->left;
}

#endif
