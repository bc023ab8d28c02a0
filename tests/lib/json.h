/*
 * What the tests of the JSON scanner share.
 */
#ifndef TESTS_LIB_JSON_H
#define TESTS_LIB_JSON_H

#include "tests/lib/test.h"

#include <stdlib.h>

#include "core/base/json.h"

/* As weft__json_scan() of bytes in memory of exactly their size, so that the
 * sanitizer sees whoever reads beyond them. */
static inline int
test_scan(struct weft__json *json, const char *bytes, size_t size,
    const struct weft__json_limits *limits, struct weft_error *error)
{
	char *copy = malloc(size ? size : 1);
	int code;

	assert_non_null(copy);
	memcpy(copy, bytes, size);
	code = weft__json_scan(json, copy, size, limits, error);
	free(copy);
	return code;
}

/* Fails unless 'input' is read as the canonical text 'expected'. */
static inline void
assert_canonical(const char *input, const char *expected)
{
	struct weft_error error = {0, ""};
	struct weft__json json;

	weft__json_init(&json);
	if (test_scan(&json, input, strlen(input), &weft__json_record_limits,
		&error))
		fail_msg("%s: %s", input, error.text);
	assert_string_equal(json.text.data, expected);
	assert_int_equal(json.text.size, strlen(expected));
	weft__json_fini(&json);
}

/* Fails unless 'size' bytes are refused with this code and text. */
static inline void
assert_refused(const char *input, size_t size,
    const struct weft__json_limits *limits, int code, const char *text)
{
	struct weft_error error = {0, ""};
	struct weft__json json;

	weft__json_init(&json);
	assert_int_equal(test_scan(&json, input, size, limits, &error), code);
	assert_int_equal(error.code, code);
	assert_string_equal(error.text, text);
	assert_int_equal(json.type, WEFT__JSON_ABSENT);
	assert_int_equal(json.length, 0);
	assert_int_equal(json.text.size, 0);
	assert_int_equal(test_scan(&json, "[1]", 3,
	    &weft__json_record_limits, &error), 0);
	weft__json_fini(&json);
}

/* Fails unless the text is refused as bad JSON with this text. */
static inline void
assert_invalid(const char *input, const char *text)
{
	assert_refused(input, strlen(input), &weft__json_record_limits,
	    WEFT_EJSON, text);
}

/* Fails unless 'slice' is this text. */
static inline void
assert_slice(struct weft_slice slice, const char *expected)
{
	assert_non_null(slice.data);
	assert_int_equal(slice.size, strlen(expected));
	assert_memory_equal(slice.data, expected, slice.size);
}

#endif
