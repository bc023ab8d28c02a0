/*
 * Any bytes are JSON or refused, and what is refused leaves nothing behind.
 * What is accepted is JSON to jansson too, and its canonical text is canonical:
 * scanned again it stays as it is, the view of it has the same members, and it
 * can be written anew from its parts.
 */
#include "tests/lib/fuzz.h"

#include <jansson.h>
#include <stdlib.h>

#include "core/base/json.h"

#define JANSSON_FLAGS \
	(JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL | \
	    JSON_REJECT_DUPLICATES)

static void
check(bool holds)
{
	if (!holds)
		abort();
}

/* jansson takes no NUL in a name, whatever the flags. */
static void
check_jansson(const uint8_t *data, size_t size)
{
	json_error_t error;
	json_t *value = json_loadb((const char *)data, size, JANSSON_FLAGS,
	    &error);

	check(value || json_error_code(&error) ==
	    json_error_null_byte_in_key);
	json_decref(value);
}

static void
check_same(const struct weft__json *a, const struct weft__json *b)
{
	check(a->type == b->type && a->length == b->length);
	for (size_t i = 0; i < a->length; i++) {
		const struct weft__json_member *x = &a->members[i];
		const struct weft__json_member *y = &b->members[i];

		check(weft_slice_equal(x->name, y->name));
		check(x->value.type == y->value.type);
		check(weft_slice_equal(x->value.token, y->value.token));
		check(weft__json_index(a, y->name) == (long)i);
		check(i == 0 || weft__json_compare_names(
		    a->members[i - 1].name, x->name) < 0);
	}
}

/* Writes the document anew from its parts; the text must come out again. */
static void
check_written(const struct weft__json *json)
{
	struct weft_slice text = weft_buf_slice(&json->text);
	struct weft_buf written = WEFT_BUF_INIT(SIZE_MAX - 1);
	struct weft_buf meaning = WEFT_BUF_INIT(SIZE_MAX - 1);
	char number[WEFT__JSON_NUMBER_SIZE];

	if (json->type == WEFT__JSON_OBJECT) {
		check(weft__json_write_object(
		    json->members, json->length, &written) == 0);
		check(weft_slice_equal(weft_buf_slice(&written), text));
	} else if (json->type == WEFT__JSON_STRING) {
		check(weft__json_read_string(text, &meaning) == 0);
		check(weft__json_write_string(
		    weft_buf_slice(&meaning), &written) == 0);
		check(weft_slice_equal(weft_buf_slice(&written), text));
	} else if (json->type == WEFT__JSON_NUMBER) {
		weft__json_write_number(weft__json_read_number(text), number);
		check(weft_slice_equal(weft_slice(number), text));
	}
	weft_buf_fini(&written);
	weft_buf_fini(&meaning);
}

/* What is not canonical may look so, or damaged; it must not do harm. */
static void
check_refused(struct weft__json *json, struct weft_slice bytes)
{
	int code;

	check(json->type == WEFT__JSON_ABSENT);
	check(json->length == 0 && json->text.size == 0);
	code = weft__json_view(json, bytes, NULL);
	check(code == 0 || code == WEFT_EDAMAGED);
}

static void
check_canonical(const struct weft__json *json, struct weft__json *other)
{
	struct weft_slice text = weft_buf_slice(&json->text);

	check(weft__json_scan(other, text.data, text.size,
		  &weft__json_record_limits, NULL) == 0);
	check(weft_slice_equal(weft_buf_slice(&other->text), text));
	check_same(json, other);
	check(weft__json_view(other, text, NULL) == 0);
	check_same(json, other);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Reused from input to input, as they are from record to record. */
	static struct weft__json json, other;
	static bool is_ready;

	if (!is_ready) {
		weft__json_init(&json);
		weft__json_init(&other);
		is_ready = true;
	}
	if (weft__json_scan(&json, (const char *)data, size,
		&weft__json_record_limits, NULL)) {
		check_refused(&json, weft_slice_of((const char *)data, size));
		return 0;
	}
	check_jansson(data, size);
	check_canonical(&json, &other);
	check_written(&json);
	return 0;
}
