/*
 * JSON as weft handles records: scanned once, kept canonical.
 *
 * Canonical form is LoopBack's (specs: LoopBack 3 replication, 1.3): keys
 * sorted by UTF-16 code units, no white space, ECMAScript's shortest numbers,
 * lower-case \u escapes.  From the same bytes come LoopBack's revision and the
 * store's blob id, so what is stored, hashed and sent is one text.
 *
 * "Token" below is a slice of canonical text that holds one whole value, e.g.
 * "abc" with its quotes, or {"a":1}.  A property name is the canonical text
 * between its quotes; names without escapes are their own canonical text.
 */
#ifndef CORE_BASE_JSON_H
#define CORE_BASE_JSON_H

#include <weft/buf.h>
#include <weft/error.h>

enum weft__json_type {
	WEFT__JSON_ABSENT, /* no value at all */
	WEFT__JSON_NULL,
	WEFT__JSON_FALSE,
	WEFT__JSON_TRUE,
	WEFT__JSON_NUMBER,
	WEFT__JSON_STRING,
	WEFT__JSON_ARRAY,
	WEFT__JSON_OBJECT
};

/* One value; 'token' is empty for ABSENT. */
struct weft__json_value {
	enum weft__json_type type;
	struct weft_slice token;
};

struct weft__json_member {
	struct weft_slice name; /* canonical, without quotes */
	struct weft__json_value value;
};

struct weft__json_limits {
	size_t size;  /* bytes of input, and of canonical text */
	size_t depth; /* nested arrays and objects */
	size_t keys;  /* members of one object */
};

/* The limits for records: core/base/limits.h. */
extern const struct weft__json_limits weft__json_record_limits;

/*
 * A scanned document, and the memory to scan the next one into: reusing one
 * costs no allocation.  The slices point into 'text' and live until the next
 * scan or fini.
 */
struct weft__json {
	struct weft_buf text;              /* the canonical text */
	enum weft__json_type type;         /* of the whole document */
	struct weft__json_member *members; /* if it is an object, in order */
	size_t length;                     /* of members */
	size_t capacity;                   /* of members; private */
	void *work;                        /* private to the scanner */
};

/* Makes 'json' empty; frees what it holds. */
void weft__json_init(struct weft__json *json);
void weft__json_fini(struct weft__json *json);

/*
 * Validates the bytes and makes 'json' their canonical form, in one pass.
 *
 * Refused, with "offset N: reason" in 'error': what is not JSON by RFC 8259
 * (also an empty input, a BOM, bytes after the value), invalid UTF-8, a lone
 * surrogate escape, a name given twice in one object (compared decoded), an
 * integer literal that a double would change (9007199254740993), a number
 * beyond a double's range.
 * Kept: integers that are doubles, however they are printed (2^64 comes out as
 * 18446744073709552000), and those that are what a double is printed as;
 * \u0000, escaped.  -0 becomes 0, and so does what is too near to it.
 *
 * Returns 0; WEFT_EJSON; WEFT_ELIMIT (which limit, and where); WEFT_ENOMEM.
 * On failure 'json' is empty and usable.  Cost: one pass, and a sort of each
 * object whose keys are not in order.
 */
WEFT_MUST_CHECK int weft__json_scan(struct weft__json *json,
    const char *bytes, size_t size, const struct weft__json_limits *limits,
    struct weft_error *error);

/*
 * As weft__json_scan() for text that is canonical already (it came from our
 * own store): finds the members, checks nothing.  Much cheaper; 'text' is
 * not copied: the slices point into the bytes given.
 * Returns 0 or WEFT_ENOMEM.  WEFT_EDAMAGED if it is plainly not canonical.
 */
WEFT_MUST_CHECK int weft__json_view(struct weft__json *json,
    struct weft_slice canonical, struct weft_error *error);

/* The member of this canonical name, or a value of type ABSENT. */
struct weft__json_value weft__json_find(
    const struct weft__json *json, struct weft_slice name);

/* The member's index, or -1. */
long weft__json_index(const struct weft__json *json, struct weft_slice name);

/* The type of the value that a canonical token holds, from its first byte. */
enum weft__json_type weft__json_token_type(struct weft_slice token);

/* A value from its canonical token. */
struct weft__json_value weft__json_value_of(struct weft_slice token);

/*
 * Steps into a canonical value: the member 'name' of an object, or the
 * element of an array if 'name' is a decimal index.  ABSENT if there is none.
 * Cost: one pass over the token.
 */
struct weft__json_value weft__json_step(
    struct weft__json_value value, struct weft_slice name);

/*
 * Iterates over the elements of a canonical array: '*offset' starts at 0.
 * Returns false at the end.
 */
bool weft__json_element(struct weft_slice array, size_t *offset,
    struct weft__json_value *element);

/*
 * Appends the canonical text of an object of these members to 'out'.  They
 * need not be sorted; ABSENT ones are left out; of two with one name the
 * later wins.
 * Returns 0, WEFT_ELIMIT, WEFT_ENOMEM ('out' is as it was).
 */
WEFT_MUST_CHECK int weft__json_write_object(
    const struct weft__json_member *members, size_t length,
    struct weft_buf *out);

/* Order of two canonical names: by UTF-16 code units of what they mean. */
int weft__json_compare_names(struct weft_slice a, struct weft_slice b);

/*
 * Appends the canonical string token (with quotes) of UTF-8 text, which may
 * hold NULs.  Returns 0; WEFT_EJSON if it is not UTF-8; WEFT_ELIMIT, ENOMEM.
 */
WEFT_MUST_CHECK int weft__json_write_string(
    struct weft_slice text, struct weft_buf *out);

/*
 * Appends the UTF-8 text that a canonical string token means.
 * Returns 0, WEFT_ELIMIT, WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__json_read_string(
    struct weft_slice token, struct weft_buf *out);

/*
 * True and a borrowed slice if the string token means exactly the bytes
 * between its quotes (it has no escapes): saves a copy.
 */
bool weft__json_plain_string(struct weft_slice token, struct weft_slice *text);

/* The text behind a byte order mark, which some editors and programs put before
 * JSON; most of what reads JSON takes it off. */
struct weft_slice weft__json_skip_mark(struct weft_slice text);

/* The double that a canonical number token means.  Cost: strtod at worst. */
double weft__json_read_number(struct weft_slice token);

/* False unless it is a whole number from 0 to 2^53: more, a double would not
 * tell from its neighbours. */
bool weft__json_read_whole(struct weft__json_value value, uint64_t *number);

/*
 * Writes the shortest text that reads back as 'number', as ECMAScript prints
 * it (1e+21, 1e-7, 0 for -0), and a NUL.  Returns its size.  'number' must be
 * finite.
 */
#define WEFT__JSON_NUMBER_SIZE 32
size_t weft__json_write_number(
    double number, char text[WEFT__JSON_NUMBER_SIZE]);

/*
 * Reads the UTF-8 character at 'at'.  Returns its size, 0 if it is not valid.
 */
size_t weft__json_decode_utf8(
    const char *at, const char *end, uint32_t *character);

#endif
