/*
 * A record's place in a query's order, as bytes that compare like it.
 *
 * The key is one part per order term (the distance first, if the query has a
 * near).  A part is a byte for the kind of value, then
 *  - a number: its eight bytes, big-endian, made to sort as unsigned ones;
 *  - a string: its UTF-8 with NUL as 00 ff, then 00 00;
 *  - an array or object: its canonical text (no NULs in it), then 00 00.
 * So no part is the beginning of another one, and the parts of a descending
 * term can be inverted bit by bit.
 */
#include "models/query/filter.h"

#include "core/base/limits.h"
#include "models/value/geo.h"
#include "models/value/value.h"

enum kind {
	KIND_NULL,
	KIND_FALSE,
	KIND_TRUE,
	KIND_NUMBER,
	KIND_STRING,
	KIND_OTHER,
	KIND_NOWHERE /* has no point: after all that have one */
};

static int
append_kind(struct weft_buf *key, enum kind kind)
{
	char byte = (char)kind;

	return weft_buf_append(key, &byte, 1);
}

static int
append_number(struct weft_buf *key, double number)
{
	unsigned char bytes[8];
	uint64_t bits;
	int code = append_kind(key, KIND_NUMBER);

	if (number == 0)
		number = 0; /* not -0 */
	memcpy(&bits, &number, sizeof bits);
	bits = bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
	for (int i = 7; i >= 0; i--, bits >>= 8)
		bytes[i] = (unsigned char)bits;
	return code ? code : weft_buf_append(key, bytes, sizeof bytes);
}

/* The bytes with their end marked. */
static int
append_bytes(struct weft_buf *key, enum kind kind, struct weft_slice bytes)
{
	int code = append_kind(key, kind);

	while (!code && bytes.size) {
		const char *nul = memchr(bytes.data, '\0', bytes.size);
		size_t size = nul ? (size_t)(nul - bytes.data) : bytes.size;

		code = weft_buf_append(key, bytes.data, size);
		if (!code && nul)
			code = weft_buf_append(key, "\0\xff", 2);
		size += nul != NULL;
		bytes = weft_slice_of(bytes.data + size, bytes.size - size);
	}
	return code ? code : weft_buf_append(key, "\0", 2);
}

static int
append_string(struct weft_buf *key, struct weft_slice token)
{
	struct weft_buf buf = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	struct weft_slice text;
	int code = weft__value_text(token, &buf, &text);

	if (!code)
		code = append_bytes(key, KIND_STRING, text);
	weft_buf_fini(&buf);
	return code;
}

static int
append_value(struct weft_buf *key, struct weft__json_value value)
{
	switch (value.type) {
	case WEFT__JSON_FALSE:
		return append_kind(key, KIND_FALSE);
	case WEFT__JSON_TRUE:
		return append_kind(key, KIND_TRUE);
	case WEFT__JSON_NUMBER:
		return append_number(
		    key, weft__json_read_number(value.token));
	case WEFT__JSON_STRING:
		return append_string(key, value.token);
	case WEFT__JSON_ARRAY:
	case WEFT__JSON_OBJECT:
		return append_bytes(key, KIND_OTHER, value.token);
	default:
		return append_kind(key, KIND_NULL);
	}
}

static int
append_distance(struct weft_buf *key, const struct weft__where *near,
    struct weft_slice body)
{
	struct weft__geo_point center = {near->latitude, near->longitude};
	struct weft__geo_point point;

	if (!weft__geo_read(
		weft__value_at(body, near->path, near->path_length),
		&point))
		return append_kind(key, KIND_NOWHERE);
	return append_number(key, weft__geo_distance_m(&center, &point));
}

int
weft__query_sort_key(const struct weft_query *query, struct weft_slice body,
    struct weft_buf *key)
{
	int code = 0;

	if (query->near)
		code = append_distance(key, query->near, body);
	for (size_t i = 0; !code && i < query->orders_length; i++) {
		const struct weft__order *order = &query->orders[i];
		size_t start = key->size;

		code = append_value(key,
		    weft__value_at(body, order->path, order->path_length));
		for (size_t at = start;
		     !code && order->descending && at < key->size; at++)
			key->data[at] = (char)~key->data[at];
	}
	return code;
}
