/*
 * What the files of the JSON scanner (json_*.c) share; nobody else includes it.
 *
 * The scanner reads the input once, front to back, and writes canonical text
 * as it goes.  Each step takes the input position and returns the one after
 * what it has read, or NULL once it has failed ('code' and the caller's error
 * are set then).
 *
 * I1  The output has room for as many bytes as are left of the input, and for
 *     WEFT__JSON_SLACK more.  So whatever writes no more than it reads need
 *     not ask; what grows (an escaped control character, a number) calls
 *     weft__json_room() first.
 * I2  Positions in the output are kept as 32-bit offsets: the output moves
 *     when it grows.
 */
#ifndef CORE_BASE_JSON_PRIVATE_H
#define CORE_BASE_JSON_PRIVATE_H

#include "core/base/json.h"

/* Strings are copied 16 bytes at a time, over what follows. */
#define WEFT__JSON_SLACK 64

/*
 * A member of an object, by offsets into the output: the name is
 * [name, value - 2), "name":value is [name - 1, end).
 */
struct weft__json_entry {
	uint64_t prefix; /* of the name, see json_scan.c */
	uint32_t name;
	uint32_t value;
	uint32_t end;
	uint32_t at; /* where the name is in the input */
};

/* An array or object that is being read. */
struct weft__json_frame {
	uint32_t start; /* offset of its bracket in the output */
	uint32_t first; /* its first entry */
	uint32_t count; /* of its members or elements so far */
	char close;     /* the bracket that ends it */
	bool is_sorted; /* its names came in order */
	bool is_odd;    /* prefixes do not tell the order of its names */
};

/* What is sorted in an entry's or member's place. */
struct weft__json_key {
	uint64_t prefix; /* 0 where it does not tell the order */
	struct weft_slice name;
	size_t index; /* before the sort */
};

/* Memory kept between scans. */
struct weft__json_work {
	struct weft__json_frame *frames;
	size_t frame_capacity;
	struct weft__json_entry *entries;
	size_t entry_capacity;
	struct weft__json_key *keys;
	size_t key_capacity;
	struct weft_buf moved; /* the text of an object in its new order */
};

struct weft__json_scanner {
	const char *end; /* of the input */
	char *out;       /* where the next byte of the output goes */
	const char *begin;
	struct weft__json *json;
	struct weft__json_work *work;
	size_t depth;       /* frames in use */
	size_t entry_count; /* entries in use */
	const struct weft__json_limits *limits;
	struct weft_error *error;
	int code;
};

/* The type of a value by its first byte. */
static inline enum weft__json_type
weft__json_type_of(char first)
{
	switch (first) {
	case 'n':
		return WEFT__JSON_NULL;
	case 'f':
		return WEFT__JSON_FALSE;
	case 't':
		return WEFT__JSON_TRUE;
	case '"':
		return WEFT__JSON_STRING;
	case '[':
		return WEFT__JSON_ARRAY;
	case '{':
		return WEFT__JSON_OBJECT;
	default:
		return WEFT__JSON_NUMBER;
	}
}

/* The name of an entry of the object in 'text', the output. */
static inline struct weft_slice
weft__json_entry_name(const struct weft__json_entry *entry, const char *text)
{
	return weft_slice_of(
	    text + entry->name, entry->value - 2 - entry->name);
}

/*
 * Fails with this code and reason at the input position 'at'.
 * Returns NULL, so that a step can end with it.
 */
const char *weft__json_refuse(struct weft__json_scanner *scanner,
    const char *at, int code, const char *reason);

/*
 * Makes I1 hold after 'extra' more bytes of output, with 'at' the input
 * position.  Returns false, having failed, when out of memory.
 */
bool weft__json_room(
    struct weft__json_scanner *scanner, const char *at, size_t extra);

/* Reads the string that starts with the quote at 'at'. */
const char *weft__json_scan_string(
    struct weft__json_scanner *scanner, const char *at);

/* Reads the number at 'at'; refuses anything else. */
const char *weft__json_scan_number(
    struct weft__json_scanner *scanner, const char *at);

/*
 * Puts the members of the object 'frame', which is the output's last value
 * without its closing bracket, in order.
 * Returns 0, WEFT_EJSON (a name given twice) or WEFT_ENOMEM, having failed.
 */
int weft__json_reorder(struct weft__json_scanner *scanner,
    const struct weft__json_frame *frame);

/*
 * Reads the escape at 'at', a backslash; a pair of surrogates is one.
 * Returns its size; 0 if it is not valid, and why in '*reason'.
 */
size_t weft__json_decode_escape(const char *at, const char *end,
    uint32_t *character, const char **reason);

#endif
