#include "core/store/name.h"

#include <stdio.h>

#include <weft/error.h>

static const char digits[] = "0123456789ABCDEF";

#define EMPTY "%e" /* the name of the empty text */

/* 1 for bytes that are never escaped: letters, digits, '-', '_'. */
static const bool plain[256] = {
    ['-'] = 1, ['_'] = 1,
    ['0'] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    ['A'] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    ['N'] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    ['a'] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    ['n'] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};

static bool
is_plain(char c)
{
	return plain[(unsigned char)c];
}

static char *
put_escaped(char *to, char c)
{
	unsigned char byte = (unsigned char)c;

	*to++ = '%';
	*to++ = digits[byte >> 4];
	*to++ = digits[byte & 15];
	return to;
}

/* How many bytes stay as they are, up to the first that may not. */
static size_t
count_plain(struct weft_slice text)
{
	size_t count = 0;

	while (count < text.size && is_plain(text.data[count]))
		count++;
	return count;
}

/* Writes the escaped bytes and a NUL; returns its end. */
static char *
escape_bytes(struct weft_slice text, bool keep_dots, char *to)
{
	size_t start = count_plain(text);

	if (start)
		memcpy(to, text.data, start);
	to += start;
	for (size_t i = start; i < text.size; i++) {
		char c = text.data[i];
		bool inner = i > 0 && i + 1 < text.size;

		if (is_plain(c) || (c == '.' && inner && keep_dots))
			*to++ = c;
		else
			to = put_escaped(to, c);
	}
	*to = '\0';
	return to;
}

/*
 * A dot stays, except at the ends: names like ".git" and ".." are refused by
 * git, "x." is another file on some systems.
 */
size_t
weft__name_escape(struct weft_slice text, char escaped[WEFT__NAME_ROOM])
{
	if (text.size)
		return (size_t)(escape_bytes(text, true, escaped) - escaped);
	/* A name cannot be empty; no other escape has a small letter. */
	memcpy(escaped, EMPTY, sizeof EMPTY);
	return sizeof EMPTY - 1;
}

static size_t
put_hashed(const struct weft__oid *hash, char *name)
{
	name[0] = '%';
	name[1] = 'h';
	weft__oid_format(hash, name + 2);
	return WEFT__NAME_HASHED_SIZE;
}

size_t
weft__name_of_id(struct weft_slice id, const struct weft__oid *hash,
    char name[WEFT__NAME_ROOM])
{
	size_t size;

	if (id.size > WEFT__NAME_MAX)
		return put_hashed(hash, name);
	size = weft__name_escape(id, name);
	return size > WEFT__NAME_MAX ? put_hashed(hash, name) : size;
}

bool
weft__name_is_hashed(struct weft_slice name)
{
	struct weft__oid hash;

	return name.size == WEFT__NAME_HASHED_SIZE && name.data[0] == '%' &&
	    name.data[1] == 'h' &&
	    weft__oid_parse(weft_slice_of(name.data + 2, WEFT__OID_HEX), &hash);
}

static int
hex_value(char digit)
{
	const char *found = digit ? strchr(digits, digit) : NULL;

	return found ? (int)(found - digits) : -1;
}

/* The byte of an escape, and so 3 bytes of a name; or -1. */
static int
decode_escape(const char *escape, size_t left)
{
	int high, low;

	if (left < 3)
		return -1;
	high = hex_value(escape[1]);
	low = hex_value(escape[2]);
	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

/* Undoes the escapes, whether they were needed or not. */
static int
decode(struct weft_slice name, char *text, size_t *size)
{
	int byte;

	*size = 0;
	for (size_t i = 0; i < name.size; i++) {
		if (name.data[i] != '%') {
			text[(*size)++] = name.data[i];
			continue;
		}
		byte = decode_escape(name.data + i, name.size - i);
		if (byte < 0)
			return WEFT_EDAMAGED;
		text[(*size)++] = (char)byte;
		i += 2;
	}
	return 0;
}

int
weft__name_unescape(
    struct weft_slice name, char text[WEFT__NAME_ROOM], size_t *size)
{
	char again[WEFT__NAME_ROOM];
	size_t again_size;

	*size = 0;
	if (weft_slice_equal(name, weft_slice(EMPTY)))
		return 0;
	if (name.size == 0 || name.size >= WEFT__NAME_ROOM ||
	    decode(name, text, size) || *size > WEFT__NAME_MAX)
		return WEFT_EDAMAGED;
	/* Only the one right spelling of a name counts. */
	again_size = weft__name_escape(weft_slice_of(text, *size), again);
	return weft_slice_equal(name, weft_slice_of(again, again_size))
	    ? 0
	    : WEFT_EDAMAGED;
}

static bool
is_special(struct weft_slice text)
{
	return text.data[0] == '-' ||
	    weft_slice_equal(text, weft_slice("HEAD")) ||
	    weft_slice_equal(text, weft_slice("peer"));
}

/*
 * Writes a component of a ref and a NUL; returns its size.  There git also
 * refuses "..", and ".lock" at the end, and takes "HEAD" and a '-' at the
 * start for something else; "peer" is where the peers' refs are.
 */
static size_t
put_component(struct weft_slice text, char name[WEFT__NAME_ROOM])
{
	struct weft__oid hash;
	struct weft_slice rest = text;
	char *to = name;

	if (text.size <= WEFT__NAME_MAX) {
		if (is_special(text)) {
			to = put_escaped(to, text.data[0]);
			rest = weft_slice_of(text.data + 1, text.size - 1);
		}
		to = escape_bytes(rest, false, to);
		if (to - name <= WEFT__NAME_MAX)
			return (size_t)(to - name);
	}
	weft__sha1(text.data, text.size, &hash);
	return put_hashed(&hash, name);
}

void
weft__name_ref(const char *prefix, struct weft_slice source,
    char ref[WEFT__REF_ROOM])
{
	char name[WEFT__NAME_ROOM];

	put_component(source, name);
	snprintf(ref, WEFT__REF_ROOM, "%.40s%.*s", prefix, WEFT__NAME_MAX,
	    name);
}

void
weft__name_peer_ref(struct weft_slice source, struct weft_slice peer,
    char ref[WEFT__REF_ROOM])
{
	char source_name[WEFT__NAME_ROOM], peer_name[WEFT__NAME_ROOM];

	put_component(source, source_name);
	put_component(peer, peer_name);
	snprintf(ref, WEFT__REF_ROOM, "refs/weft/peer/%.*s/%.*s",
	    WEFT__NAME_MAX, source_name, WEFT__NAME_MAX, peer_name);
}
