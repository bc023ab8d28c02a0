/*
 * Reading canonical text: finding members and elements without checking them.
 */
#include "core/base/json_private.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "core/base/alloc.h"

/* The first quote or backslash, or 'end'. */
static inline const char *
find_quote(const char *at, const char *end)
{
#ifdef __SSE2__
	for (; end - at >= 16; at += 16) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)at);
		unsigned found = (unsigned)_mm_movemask_epi8(_mm_or_si128(
		    _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
		    _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))));

		if (found)
			return at + __builtin_ctz(found);
	}
#endif
	while (at < end && *at != '"' && *at != '\\')
		at++;
	return at;
}

/* The end of the string that starts with the quote at 'at'; NULL: no end. */
static inline const char *
skip_string(const char *at, const char *end)
{
	at = find_quote(at + 1, end);
	while (at < end && *at == '\\')
		at = end - at < 2 ? end : find_quote(at + 2, end);
	return at < end ? at + 1 : NULL;
}

/* The end of a number, true, false or null. */
static inline const char *
skip_scalar(const char *at, const char *end)
{
	while (at < end && *at != ',' && *at != '}' && *at != ']')
		at++;
	return at;
}

/* The end of the array or object that starts at 'at'; NULL: no end. */
static const char *
skip_container(const char *at, const char *end)
{
	size_t depth = 0;

	while (at < end) {
		switch (*at) {
		case '"':
			at = skip_string(at, end);
			if (!at)
				return NULL;
			continue;
		case '{':
		case '[':
			depth++;
			break;
		case '}':
		case ']':
			if (--depth == 0)
				return at + 1;
			break;
		default:
			break;
		}
		at++;
	}
	return NULL;
}

static inline const char *
skip_value(const char *at, const char *end)
{
	const char *next;

	if (at == end)
		return NULL;
	if (*at == '"')
		return skip_string(at, end);
	if (*at == '{' || *at == '[')
		return skip_container(at, end);
	next = skip_scalar(at, end);
	return next > at ? next : NULL;
}

enum weft__json_type
weft__json_token_type(struct weft_slice token)
{
	return token.size ? weft__json_type_of(*token.data) : WEFT__JSON_ABSENT;
}

struct weft__json_value
weft__json_value_of(struct weft_slice token)
{
	struct weft__json_value value = {weft__json_token_type(token), token};

	return value;
}

/*
 * Reads the member at 'at' and the comma or bracket after it.  Returns what
 * follows, or NULL if this is no member.
 */
static inline const char *
read_member(const char *at, const char *end, struct weft__json_member *member)
{
	const char *name = at, *value;

	if (at == end || *at != '"')
		return NULL;
	value = skip_string(at, end);
	if (!value || value == end || *value != ':')
		return NULL;
	at = skip_value(++value, end);
	if (!at || at == end || (*at != ',' && *at != '}'))
		return NULL;
	member->name = weft_slice_of(name + 1, (size_t)(value - name) - 3);
	member->value.token = weft_slice_of(value, (size_t)(at - value));
	member->value.type = weft__json_type_of(*value);
	return at + 1;
}

/* As read_member() for an element of an array. */
static inline const char *
read_element(const char *at, const char *end, struct weft__json_value *value)
{
	const char *next = skip_value(at, end);

	if (!next || next == end || (*next != ',' && *next != ']'))
		return NULL;
	*value = weft__json_value_of(
	    weft_slice_of(at, (size_t)(next - at)));
	return next + 1;
}

/* Indexes the members of an object.  Returns 0, EDAMAGED or ENOMEM. */
static int
index_object(struct weft__json *json, const char *at, const char *end)
{
	at++;
	if (end - at == 1 && *at == '}')
		return 0;
	do {
		if (json->length == json->capacity &&
		    !weft__grow(&json->members, &json->capacity,
			json->length + 1, sizeof *json->members))
			return WEFT_ENOMEM;
		at = read_member(at, end, &json->members[json->length]);
		if (!at)
			return WEFT_EDAMAGED;
		json->length++;
	} while (at[-1] == ',');
	return at == end ? 0 : WEFT_EDAMAGED;
}

int
weft__json_view(struct weft__json *json, struct weft_slice canonical,
    struct weft_error *error)
{
	const char *at = canonical.size ? canonical.data : "";
	const char *end = at + canonical.size;
	int code = 0;

	weft_buf_clear(&json->text);
	json->length = 0;
	json->type = weft__json_token_type(canonical);
	if (json->type == WEFT__JSON_OBJECT)
		code = index_object(json, at, end);
	else if (!canonical.size || skip_value(at, end) != end)
		code = WEFT_EDAMAGED;
	if (!code)
		return 0;
	json->type = WEFT__JSON_ABSENT;
	json->length = 0;
	return weft_error_set(error, code, "%s",
	    code == WEFT_ENOMEM ? "out of memory" : "not canonical JSON");
}

long
weft__json_index(const struct weft__json *json, struct weft_slice name)
{
	size_t low = 0, high = json->length;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = weft__json_compare_names(
		    json->members[middle].name, name);

		if (order == 0)
			return (long)middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return -1;
}

static struct weft__json_value
absent(void)
{
	return (struct weft__json_value){WEFT__JSON_ABSENT, {NULL, 0}};
}

struct weft__json_value
weft__json_find(const struct weft__json *json, struct weft_slice name)
{
	long index = weft__json_index(json, name);

	return index < 0 ? absent() : json->members[index].value;
}

bool
weft__json_element(struct weft_slice array, size_t *offset,
    struct weft__json_value *element)
{
	const char *end = array.data + array.size, *next;

	if (*offset == 0)
		*offset = 1; /* the bracket */
	next = read_element(array.data + *offset, end, element);
	if (!next)
		return false;
	*offset = (size_t)(next - array.data);
	return true;
}

/* The number that a decimal index is, or SIZE_MAX. */
static size_t
read_index(struct weft_slice name)
{
	size_t index = 0;

	if (name.size == 0 || name.size > 9 ||
	    (name.size > 1 && *name.data == '0'))
		return SIZE_MAX;
	for (size_t i = 0; i < name.size; i++) {
		if (name.data[i] < '0' || name.data[i] > '9')
			return SIZE_MAX;
		index = index * 10 + (size_t)(name.data[i] - '0');
	}
	return index;
}

static struct weft__json_value
step_into_array(struct weft_slice array, size_t index)
{
	struct weft__json_value element;
	size_t offset = 0;

	while (weft__json_element(array, &offset, &element))
		if (index-- == 0)
			return element;
	return absent();
}

static struct weft__json_value
step_into_object(struct weft_slice object, struct weft_slice name)
{
	const char *at = object.data + 1, *end = object.data + object.size;
	struct weft__json_member member;

	for (;;) {
		at = read_member(at, end, &member);
		if (!at)
			return absent();
		if (weft_slice_equal(member.name, name))
			return member.value;
	}
}

struct weft__json_value
weft__json_step(struct weft__json_value value, struct weft_slice name)
{
	if (value.type == WEFT__JSON_OBJECT)
		return step_into_object(value.token, name);
	if (value.type == WEFT__JSON_ARRAY)
		return step_into_array(value.token, read_index(name));
	return absent();
}
