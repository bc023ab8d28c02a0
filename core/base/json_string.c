/*
 * Strings: UTF-8 in, canonical text out, and back.
 */
#include "core/base/json_private.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Bytes of the longest canonical form of one character: \u1234. */
#define CHARACTER_SIZE 6

/* Whether the byte stands for itself in a canonical string. */
static inline bool
is_plain(unsigned char byte)
{
	return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
}

#ifdef __SSE2__
/* A bit for each of the 16 bytes at 'at' that is not plain. */
static inline unsigned
find_odd(__m128i bytes)
{
	/* Signed: bytes from 0x80 on are below 0x20, too. */
	__m128i odd = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));

	odd = _mm_or_si128(odd, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
	odd = _mm_or_si128(odd, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
	odd = _mm_or_si128(odd, _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f)));
	return (unsigned)_mm_movemask_epi8(odd);
}
#endif

/*
 * Copies plain bytes up to the first that is not, or the end; returns where
 * that is.  May write 16 bytes beyond the copy.
 */
static inline const char *
copy_plain(struct weft__json_scanner *scanner, const char *at)
{
	const char *end = scanner->end;
	char *out = scanner->out;

#ifdef __SSE2__
	while (end - at >= 16) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)at);
		unsigned odd = find_odd(bytes);

		_mm_storeu_si128((__m128i *)out, bytes);
		if (odd) {
			int size = __builtin_ctz(odd);

			scanner->out = out + size;
			return at + size;
		}
		at += 16;
		out += 16;
	}
#endif
	while (at < end && is_plain((unsigned char)*at))
		*out++ = *at++;
	scanner->out = out;
	return at;
}

/*
 * Whether a character from U+007F on is written as an escape: the ranges of
 * LoopBack's canonical JSON.
 */
static bool
is_escaped(uint32_t character)
{
	switch (character >> 8) {
	case 0x00:
		return character < 0xa0 || character == 0xad;
	case 0x06:
		return character <= 0x0604;
	case 0x07:
		return character == 0x070f;
	case 0x17:
		return character == 0x17b4 || character == 0x17b5;
	case 0x20:
		return (character >= 0x200c && character <= 0x200f) ||
		    (character >= 0x2028 && character <= 0x202f) ||
		    (character >= 0x2060 && character <= 0x206f);
	case 0xfe:
		return character == 0xfeff;
	case 0xff:
		return character >= 0xfff0;
	default:
		return false;
	}
}

static char *
put_hex(uint32_t character, char *out)
{
	static const char digits[] = "0123456789abcdef";

	*out++ = '\\';
	*out++ = 'u';
	for (int shift = 12; shift >= 0; shift -= 4)
		*out++ = digits[character >> shift & 15];
	return out;
}

/* The letter of the two-byte escape of an ASCII character, or 0. */
static char
short_escape(uint32_t character)
{
	switch (character) {
	case '\b':
		return 'b';
	case '\t':
		return 't';
	case '\n':
		return 'n';
	case '\f':
		return 'f';
	case '\r':
		return 'r';
	case '"':
	case '\\':
		return (char)character;
	default:
		return 0;
	}
}

static char *
put_ascii(uint32_t character, char *out)
{
	char letter = short_escape(character);

	if (letter) {
		*out++ = '\\';
		*out++ = letter;
		return out;
	}
	if (character < 0x20 || character == 0x7f)
		return put_hex(character, out);
	*out++ = (char)character;
	return out;
}

static char *
put_utf8(uint32_t character, char *out)
{
	if (character < 0x80) {
		*out++ = (char)character;
		return out;
	}
	if (character < 0x800) {
		*out++ = (char)(0xc0 | character >> 6);
	} else {
		if (character < 0x10000) {
			*out++ = (char)(0xe0 | character >> 12);
		} else {
			*out++ = (char)(0xf0 | character >> 18);
			*out++ = (char)(0x80 | (character >> 12 & 0x3f));
		}
		*out++ = (char)(0x80 | (character >> 6 & 0x3f));
	}
	*out++ = (char)(0x80 | (character & 0x3f));
	return out;
}

/* Writes the canonical form, at most CHARACTER_SIZE bytes. */
static char *
put_character(uint32_t character, char *out)
{
	if (character < 0x80)
		return put_ascii(character, out);
	if (is_escaped(character))
		return put_hex(character, out);
	return put_utf8(character, out);
}

/* The size of a character's UTF-8 by its first byte; 0 if it cannot be one. */
static size_t
utf8_size(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first < 0xc2)
		return 0;
	if (first < 0xe0)
		return 2;
	if (first < 0xf0)
		return 3;
	return first < 0xf5 ? 4 : 0;
}

size_t
weft__json_decode_utf8(const char *at, const char *end, uint32_t *character)
{
	static const uint32_t lowest[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char first = (unsigned char)*at;
	size_t size = utf8_size(first);
	uint32_t value;

	if (size == 0 || (size_t)(end - at) < size)
		return 0;
	value = size == 1 ? first : first & (0x7fu >> size);
	for (size_t i = 1; i < size; i++) {
		unsigned char next = (unsigned char)at[i];

		if ((next & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (next & 0x3f);
	}
	if (value < lowest[size] || value > 0x10ffff ||
	    (value >= 0xd800 && value <= 0xdfff))
		return 0;
	*character = value;
	return size;
}

static int
hex_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	if (digit >= 'A' && digit <= 'F')
		return digit - 'A' + 10;
	return -1;
}

/* The UTF-16 code unit of the \u escape at 'at', or -1 if it is none. */
static long
decode_unit(const char *at, const char *end)
{
	long unit = 0;

	if (end - at < 6 || at[0] != '\\' || at[1] != 'u')
		return -1;
	for (int i = 2; i < 6; i++) {
		int value = hex_value(at[i]);

		if (value < 0)
			return -1;
		unit = unit << 4 | value;
	}
	return unit;
}

static size_t
decode_unicode(const char *at, const char *end, uint32_t *character,
    const char **reason)
{
	long high = decode_unit(at, end), low;

	if (high < 0) {
		*reason = "\\u needs four hex digits";
		return 0;
	}
	*character = (uint32_t)high;
	if (high < 0xd800 || high > 0xdfff)
		return 6;
	low = decode_unit(at + 6, end);
	if (high > 0xdbff || low < 0xdc00 || low > 0xdfff) {
		*reason = "a lone surrogate";
		return 0;
	}
	*character = 0x10000 + ((uint32_t)(high - 0xd800) << 10) +
	    (uint32_t)(low - 0xdc00);
	return 12;
}

size_t
weft__json_decode_escape(const char *at, const char *end,
    uint32_t *character, const char **reason)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char meanings[] = "\"\\/\b\f\n\r\t";
	const char *letter;

	if (end - at >= 2 && at[1] == 'u')
		return decode_unicode(at, end, character, reason);
	letter = end - at < 2 ? NULL : memchr(letters, at[1], 8);
	if (!letter) {
		*reason = "an unknown escape";
		return 0;
	}
	*character = (uint32_t)meanings[letter - letters];
	return 2;
}

static const char *
scan_escape(struct weft__json_scanner *scanner, const char *at)
{
	uint32_t character;
	const char *reason;
	size_t size;

	size = weft__json_decode_escape(
	    at, scanner->end, &character, &reason);
	if (!size)
		return weft__json_refuse(scanner, at, WEFT_EJSON, reason);
	/* Never longer than it was: \/ is 2 bytes, a pair 12, others 6. */
	scanner->out = put_character(character, scanner->out);
	return at + size;
}

/* Copies characters from U+007F on, as long as they come. */
static const char *
scan_wide(struct weft__json_scanner *scanner, const char *at)
{
	while (at < scanner->end && (unsigned char)*at >= 0x7f) {
		uint32_t character;
		size_t size = weft__json_decode_utf8(
		    at, scanner->end, &character);

		if (!size)
			return weft__json_refuse(
			    scanner, at, WEFT_EJSON, "invalid UTF-8");
		if (is_escaped(character)) {
			if (!weft__json_room(scanner, at, CHARACTER_SIZE))
				return NULL;
			scanner->out = put_hex(character, scanner->out);
			at += size;
			continue;
		}
		while (size--)
			*scanner->out++ = *at++;
	}
	return at;
}

const char *
weft__json_scan_string(struct weft__json_scanner *scanner, const char *at)
{
	*scanner->out++ = *at++;
	for (;;) {
		unsigned char byte;

		at = copy_plain(scanner, at);
		if (at == scanner->end)
			return weft__json_refuse(scanner, at, WEFT_EJSON,
			    "the input ends inside a string");
		byte = (unsigned char)*at;
		if (byte == '"')
			break;
		if (byte < 0x20)
			return weft__json_refuse(scanner, at, WEFT_EJSON,
			    "a control character in a string");
		if (byte == '\\')
			at = scan_escape(scanner, at);
		else
			at = scan_wide(scanner, at);
		if (!at)
			return NULL;
	}
	*scanner->out++ = '"';
	return at + 1;
}

/* Takes back what was appended since 'size'.  Returns 'code'. */
static int
give_up(struct weft_buf *out, size_t size, int code)
{
	out->size = size;
	if (out->data)
		out->data[size] = '\0';
	return code;
}

/* Appends the canonical form of the character at '*at', and moves that on. */
static int
append_character(struct weft_buf *out, const char **at, const char *end)
{
	char bytes[CHARACTER_SIZE];
	uint32_t character;
	size_t size = weft__json_decode_utf8(*at, end, &character);

	if (!size)
		return WEFT_EJSON;
	*at += size;
	return weft_buf_append(out, bytes,
	    (size_t)(put_character(character, bytes) - bytes));
}

int
weft__json_write_string(struct weft_slice text, struct weft_buf *out)
{
	const char *at = text.size ? text.data : "";
	const char *end = at + text.size, *plain;
	size_t before = out->size;
	int code = weft_buf_append(out, "\"", 1);

	while (!code && at < end) {
		for (plain = at; at < end && is_plain((unsigned char)*at);)
			at++;
		code = weft_buf_append(out, plain, (size_t)(at - plain));
		if (!code && at < end)
			code = append_character(out, &at, end);
	}
	if (!code)
		code = weft_buf_append(out, "\"", 1);
	return code ? give_up(out, before, code) : 0;
}

int
weft__json_read_string(struct weft_slice token, struct weft_buf *out)
{
	const char *at = token.data + 1, *end = token.data + token.size - 1;
	const char *escape, *reason;
	char bytes[4];
	uint32_t character;
	size_t before = out->size, size;
	int code = 0;

	while (!code && at < end) {
		escape = memchr(at, '\\', (size_t)(end - at));
		if (!escape)
			escape = end;
		code = weft_buf_append(out, at, (size_t)(escape - at));
		if (code || escape == end)
			break;
		size = weft__json_decode_escape(
		    escape, end, &character, &reason);
		if (!size)
			return give_up(out, before, WEFT_EJSON);
		code = weft_buf_append(out, bytes,
		    (size_t)(put_utf8(character, bytes) - bytes));
		at = escape + size;
	}
	return code ? give_up(out, before, code) : 0;
}

bool
weft__json_plain_string(struct weft_slice token, struct weft_slice *text)
{
	if (memchr(token.data, '\\', token.size))
		return false;
	*text = weft_slice_of(token.data + 1, token.size - 2);
	return true;
}

struct weft_slice
weft__json_skip_mark(struct weft_slice text)
{
	static const char mark[] = {'\xef', '\xbb', '\xbf'};

	if (text.size < sizeof mark ||
	    memcmp(text.data, mark, sizeof mark) != 0)
		return text;
	return weft_slice_of(
	    text.data + sizeof mark, text.size - sizeof mark);
}

int
weft_buf_append_json(struct weft_buf *buf, struct weft_slice text)
{
	return weft__json_write_string(text, buf);
}
