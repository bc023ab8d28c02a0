/*
 * Any bytes are JSON or refused.  What is accepted is JSON to jansson too, and
 * its canonical text is canonical: scanned again it stays as it is, and the
 * view of it has the same members.
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
check_canonical(const struct weft__json *json)
{
	struct weft_slice text = weft_buf_slice(&json->text);
	struct weft__json again, view;

	weft__json_init(&again);
	weft__json_init(&view);
	check(weft__json_scan(&again, text.data, text.size,
		  &weft__json_record_limits, NULL) == 0);
	check(weft_slice_equal(weft_buf_slice(&again.text), text));
	check(weft__json_view(&view, text, NULL) == 0);
	check(view.length == json->length);
	for (size_t i = 0; i < view.length; i++) {
		check(weft_slice_equal(view.members[i].name,
		    json->members[i].name));
		check(weft_slice_equal(view.members[i].value.token,
		    json->members[i].value.token));
	}
	weft__json_fini(&view);
	weft__json_fini(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct weft__json json;

	weft__json_init(&json);
	if (weft__json_scan(&json, (const char *)data, size,
		&weft__json_record_limits, NULL) == 0) {
		check_jansson(data, size);
		check_canonical(&json);
	}
	weft__json_fini(&json);
	return 0;
}
