/* Tests of transports/http/chunked.h. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>

#include <weft/buf.h>

#include "core/base/limits.h"
#include "tests/lib/http_abuses.h"
#include "transports/http/chunked.h"

static struct weft_buf body;
static size_t left; /* bytes after the end */

/* Decodes what comes 'step' bytes at a time; what the last call said. */
static enum weft__http_chunks_result
decode(const char *data, size_t size, size_t step)
{
	struct weft__http_chunks chunks = {0};
	enum weft__http_chunks_result result = WEFT__CHUNKS_WAIT;
	struct weft_slice input, part;

	weft_buf_clear(&body);
	for (size_t at = 0; at < size && result == WEFT__CHUNKS_WAIT;) {
		input = weft_slice_of(
		    data + at, step < size - at ? step : size - at);
		at += input.size;
		while ((result = weft__http_chunks_next(&chunks, &input,
			    &part)) == WEFT__CHUNKS_DATA)
			assert_int_equal(
			    weft_buf_append_slice(&body, part), 0);
		left = input.size + size - at;
	}
	return result;
}

static void
assert_decodes(const char *text, const char *expected, size_t expected_left)
{
	for (size_t step = 1; step <= strlen(text); step++) {
		assert_int_equal(
		    decode(text, strlen(text), step), WEFT__CHUNKS_END);
		assert_int_equal(body.size, strlen(expected));
		assert_memory_equal(body.data ? body.data : "", expected,
		    body.size);
		assert_int_equal(left, expected_left);
	}
}

static void
chunks__are_decoded_however_they_are_cut(void **state)
{
	assert_decodes("0\r\n\r\n", "", 0);
	assert_decodes("3\r\nabc\r\n0\r\n\r\nGET", "abc", 3);
	assert_decodes("1\r\na\r\n00A\r\n0123456789\r\n000\r\n\r\n",
	    "a0123456789", 0);
	assert_decodes("3;a=b;c=\"d\"\r\nabc\r\n0;x\r\n\r\n", "abc", 0);
	assert_decodes("3\r\nabc\r\n0\r\nA: b\r\nC: d\r\n\r\nx", "abc", 1);
	assert_decodes("4\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n", 0);
}

static void
chunks__refuse_every_abuse_however_it_is_cut(void **state)
{
	for (size_t i = 0; i < HTTP_COUNT(http_body_abuses); i++) {
		const struct http_abuse *abuse = &http_body_abuses[i];
		const char *start = strstr(abuse->bytes, "\r\n\r\n") + 4;
		size_t size =
		    abuse->size - (size_t)(start - abuse->bytes);

		for (size_t step = 1; step <= size; step++)
			if (decode(start, size, step) != WEFT__CHUNKS_BAD)
				fail_msg("%s, %zu bytes at a time",
				    abuse->name, step);
	}
}

static void
chunks__wait_for_the_end(void **state)
{
	static const char text[] = "3;x\r\nabc\r\n0\r\nA: b\r\n\r\n";

	for (size_t size = 1; size < sizeof text - 1; size++)
		assert_int_equal(
		    decode(text, size, size), WEFT__CHUNKS_WAIT);
}

/* What becomes of so many bytes in an extension, or in a trailer. */
static enum weft__http_chunks_result
decode_with(const char *before, size_t size, const char *after)
{
	static char text[2 * WEFT_LIMIT_HTTP_TRAILER];
	size_t used = (size_t)snprintf(text, sizeof text, "%s", before);

	memset(text + used, 'a', size);
	used += size;
	used += (size_t)snprintf(
	    text + used, sizeof text - used, "%s", after);
	return decode(text, used, used);
}

static void
chunks__have_limits(void **state)
{
	assert_int_equal(decode_with("0;", WEFT_LIMIT_HTTP_EXTENSION,
	    "\r\n\r\n"), WEFT__CHUNKS_END);
	assert_int_equal(decode_with("0;", WEFT_LIMIT_HTTP_EXTENSION + 1,
	    "\r\n\r\n"), WEFT__CHUNKS_BAD);
	assert_int_equal(decode_with("0\r\n", WEFT_LIMIT_HTTP_TRAILER,
	    "\r\n\r\n"), WEFT__CHUNKS_END);
	assert_int_equal(decode_with("0\r\n", WEFT_LIMIT_HTTP_TRAILER + 1,
	    "\r\n\r\n"), WEFT__CHUNKS_BAD);
	assert_int_equal(decode_with("0\r\naaa\r\n",
	    WEFT_LIMIT_HTTP_TRAILER - 2, "\r\n\r\n"), WEFT__CHUNKS_BAD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(chunks__are_decoded_however_they_are_cut),
	    cmocka_unit_test(chunks__refuse_every_abuse_however_it_is_cut),
	    cmocka_unit_test(chunks__wait_for_the_end),
	    cmocka_unit_test(chunks__have_limits),
	};
	int result;

	weft_buf_init(&body, 1 << 20);
	result = cmocka_run_group_tests_name("http chunks", tests, NULL, NULL);
	weft_buf_fini(&body);
	return result;
}
