/* Tests of core/base/json_string.c. */
#include "tests/lib/json.h"

#include <stdio.h>

/* The UTF-8 of a character; its size. */
static size_t
encode(unsigned character, char *out)
{
	if (character < 0x80) {
		out[0] = (char)character;
		return 1;
	}
	if (character < 0x800) {
		out[0] = (char)(0xc0 | character >> 6);
		out[1] = (char)(0x80 | (character & 63));
		return 2;
	}
	out[0] = (char)(0xe0 | character >> 12);
	out[1] = (char)(0x80 | (character >> 6 & 63));
	out[2] = (char)(0x80 | (character & 63));
	return 3;
}

/* The canonical form by the specification, 1.3. */
static void
expect(unsigned c, char *out)
{
	static const unsigned ranges[][2] = {{0, 0x1f}, {0x7f, 0x9f},
	    {0xad, 0xad}, {0x600, 0x604}, {0x70f, 0x70f}, {0x17b4, 0x17b5},
	    {0x200c, 0x200f}, {0x2028, 0x202f}, {0x2060, 0x206f},
	    {0xfeff, 0xfeff}, {0xfff0, 0xffff}};
	static const char shorts[][2] = {{'\b', 'b'}, {'\t', 't'},
	    {'\n', 'n'}, {'\f', 'f'}, {'\r', 'r'}, {'"', '"'}, {'\\', '\\'}};

	for (size_t i = 0; i < sizeof shorts / sizeof *shorts; i++) {
		if (c == (unsigned char)shorts[i][0]) {
			snprintf(out, 8, "\\%c", shorts[i][1]);
			return;
		}
	}
	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
		if (c >= ranges[i][0] && c <= ranges[i][1]) {
			snprintf(out, 8, "\\u%04x", c);
			return;
		}
	}
	out[encode(c, out)] = '\0';
}

/* Each character of the basic plane: escaped in, raw in, written, read. */
static void
json_string__is_escaped_as_canonical_json_is(void **state)
{
	for (unsigned c = 0; c < 0x10000; c++) {
		char input[16], canonical[8], expected[16], text[4];
		struct weft_buf out = WEFT_BUF_INIT(64);
		size_t size = encode(c, text);

		if (c >= 0xd800 && c <= 0xdfff)
			continue;
		expect(c, canonical);
		snprintf(expected, sizeof expected, "\"%s\"", canonical);
		snprintf(input, sizeof input, "\"\\u%04X\"", c);
		assert_canonical(input, expected);
		if (c >= 0x20 && c != '"' && c != '\\') {
			snprintf(input, sizeof input, "\"%.*s\"", (int)size,
			    text);
			assert_canonical(input, expected);
		}
		assert_int_equal(weft__json_write_string(
		    weft_slice_of(text, size), &out), 0);
		assert_string_equal(out.data, expected);
		weft_buf_clear(&out);
		assert_int_equal(weft__json_read_string(
		    weft_slice(expected), &out), 0);
		assert_int_equal(out.size, size);
		assert_memory_equal(out.data, text, size);
		weft_buf_fini(&out);
	}
}

static void
json_string__takes_every_escape(void **state)
{
	assert_canonical("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u000B\"",
	    "\"\\\"\\\\/\\b\\f\\n\\r\\tA\\u000b\"");
	assert_canonical("\"\\u0000\"", "\"\\u0000\"");
	assert_canonical("\"a\\u0000b\"", "\"a\\u0000b\"");
	assert_canonical("\"/\"", "\"/\"");
}

static void
json_string__joins_surrogates(void **state)
{
	assert_canonical("\"\\ud83d\\ude00\"", "\"\xf0\x9f\x98\x80\"");
	assert_canonical("\"\\uD800\\uDC00\"", "\"\xf0\x90\x80\x80\"");
	assert_canonical("\"\\udbff\\udfff\"", "\"\xf4\x8f\xbf\xbf\"");
	assert_canonical("\"\xf0\x9f\x98\x80\"", "\"\xf0\x9f\x98\x80\"");
}

static void
json_string__refuses_lone_surrogates(void **state)
{
	static const struct {
		const char *input;
		const char *text;
	} cases[] = {
	    {"\"\\ud83d\"", "offset 1: a lone surrogate"},
	    {"\"ab\\ude00\"", "offset 3: a lone surrogate"},
	    {"\"\\ud83dx\"", "offset 1: a lone surrogate"},
	    {"\"\\ud83d\\n\"", "offset 1: a lone surrogate"},
	    {"\"\\ud83d\\ud83d\\ude00\"", "offset 1: a lone surrogate"},
	    {"\"\\ud83d\\u0041\"", "offset 1: a lone surrogate"},
	    {"\"\\ude00\\ud83d\"", "offset 1: a lone surrogate"},
	    {"\"\\ud83d\\ude0", "offset 1: a lone surrogate"},
	    {"{\"\\udfff\":1}", "offset 2: a lone surrogate"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_invalid(cases[i].input, cases[i].text);
}

static void
json_string__refuses_bad_escapes_and_controls(void **state)
{
	static const struct {
		const char *input;
		const char *text;
	} cases[] = {
	    {"\"\\x41\"", "offset 1: an unknown escape"},
	    {"\"a\\'\"", "offset 2: an unknown escape"},
	    {"\"\\U0041\"", "offset 1: an unknown escape"},
	    {"\"\\", "offset 1: an unknown escape"},
	    {"\"\\u\"", "offset 1: \\u needs four hex digits"},
	    {"\"\\u12\"", "offset 1: \\u needs four hex digits"},
	    {"\"\\u12g4\"", "offset 1: \\u needs four hex digits"},
	    {"\"\\u123", "offset 1: \\u needs four hex digits"},
	    {"\"\\u+123\"", "offset 1: \\u needs four hex digits"},
	    {"\"a\nb\"", "offset 2: a control character in a string"},
	    {"\"\x1f\"", "offset 1: a control character in a string"},
	    {"\"0123456789abcdef\t\"",
		"offset 17: a control character in a string"},
	    {"\"", "offset 1: the input ends inside a string"},
	    {"\"abc", "offset 4: the input ends inside a string"},
	    {"\"abc\\\"", "offset 6: the input ends inside a string"},
	    {"{\"abc", "offset 5: the input ends inside a string"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_invalid(cases[i].input, cases[i].text);
	assert_refused("\"a\0b\"", 5, &weft__json_record_limits, WEFT_EJSON,
	    "offset 2: a control character in a string");
}

static void
json_string__refuses_invalid_utf8(void **state)
{
	static const char *const bad[] = {
	    "\x80", "\xbf", "\xc0\xaf", "\xc1\xbf", "\xc2", "\xc2\x20",
	    "\xc3\xc3", "\xe0\x80\xaf", "\xe0\x9f\xbf", "\xe2\x82",
	    "\xe2\x82\x20", "\xe2\x28\xa1", "\xed\xa0\x80", "\xed\xbf\xbf",
	    "\xf0\x80\x80\xaf", "\xf0\x8f\xbf\xbf", "\xf0\x9f\x98",
	    "\xf0\x9f\x98\x20", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
	    "\xf8\x88\x80\x80\x80", "\xfe", "\xff"};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct weft_buf out = WEFT_BUF_INIT(64);
		char input[64];

		snprintf(input, sizeof input, "\"x\xc3\xa9%s\"", bad[i]);
		assert_invalid(input, "offset 4: invalid UTF-8");
		snprintf(input, sizeof input, "\"0123456789abcdefg%s", bad[i]);
		assert_invalid(input, "offset 18: invalid UTF-8");
		snprintf(input, sizeof input, "xy%s", bad[i]);
		assert_int_equal(weft_buf_append(&out, "k", 1), 0);
		assert_int_equal(weft__json_write_string(
		    weft_slice(input), &out), WEFT_EJSON);
		assert_string_equal(out.data, "k");
		assert_int_equal(out.size, 1);
		weft_buf_fini(&out);
	}
}

/* Runs of every size before each kind of byte, at every distance from the
 * end: the copy goes by 16. */
static void
json_string__is_copied_whatever_its_size(void **state)
{
	static const char *const odd[][2] = {{"", ""}, {"\\n", "\\n"},
	    {"\x7f", "\\u007f"}, {"\xc3\xa9", "\xc3\xa9"},
	    {"\\u00e9", "\xc3\xa9"}, {"\xef\xbf\xbf", "\\uffff"}};
	static const char run[] =
	    "abcdefghijklmnopqrstuvwxyz !#$%&'()*+,-./0123456789:;<=>?@";

	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		for (int before = 0; before < 40; before++) {
			for (int after = 0; after < 40; after++) {
				char input[128], expected[128];

				snprintf(input, sizeof input, "\"%.*s%s%.*s\"",
				    before, run, odd[i][0], after, run);
				snprintf(expected, sizeof expected,
				    "\"%.*s%s%.*s\"", before, run, odd[i][1],
				    after, run);
				assert_canonical(input, expected);
			}
		}
	}
}

static void
json_write_string__keeps_nuls_and_limits(void **state)
{
	struct weft_buf out = WEFT_BUF_INIT(12);

	assert_int_equal(
	    weft__json_write_string(weft_slice_of("a\0b", 3), &out), 0);
	assert_string_equal(out.data, "\"a\\u0000b\"");
	assert_int_equal(
	    weft__json_write_string(weft_slice("12"), &out), WEFT_ELIMIT);
	assert_string_equal(out.data, "\"a\\u0000b\"");
	assert_int_equal(out.size, 10);
	assert_int_equal(
	    weft__json_write_string(weft_slice(NULL), &out), 0);
	assert_string_equal(out.data, "\"a\\u0000b\"\"\"");
	weft_buf_fini(&out);
}

static void
json_read_string__undoes_escapes(void **state)
{
	struct weft_buf out = WEFT_BUF_INIT(8);

	assert_int_equal(weft__json_read_string(
	    weft_slice("\"a\\n\\u0000\\\\\""), &out), 0);
	assert_int_equal(out.size, 4);
	assert_memory_equal(out.data, "a\n\0\\", 4);
	assert_int_equal(weft__json_read_string(
	    weft_slice("\"12\\t45\""), &out), WEFT_ELIMIT);
	assert_int_equal(out.size, 4);
	assert_int_equal(weft__json_read_string(
	    weft_slice("\"a\\x\""), &out), WEFT_EJSON);
	assert_int_equal(out.size, 4);
	assert_int_equal(
	    weft__json_read_string(weft_slice("\"\""), &out), 0);
	assert_int_equal(out.size, 4);
	weft_buf_fini(&out);
}

static void
json_plain_string__lends_text_without_escapes(void **state)
{
	struct weft_slice text;

	assert_true(weft__json_plain_string(weft_slice("\"abc\""), &text));
	assert_slice(text, "abc");
	assert_true(weft__json_plain_string(weft_slice("\"\""), &text));
	assert_slice(text, "");
	assert_false(weft__json_plain_string(weft_slice("\"a\\n\""), &text));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(json_string__is_escaped_as_canonical_json_is),
	    cmocka_unit_test(json_string__takes_every_escape),
	    cmocka_unit_test(json_string__joins_surrogates),
	    cmocka_unit_test(json_string__refuses_lone_surrogates),
	    cmocka_unit_test(json_string__refuses_bad_escapes_and_controls),
	    cmocka_unit_test(json_string__refuses_invalid_utf8),
	    cmocka_unit_test(json_string__is_copied_whatever_its_size),
	    cmocka_unit_test(json_write_string__keeps_nuls_and_limits),
	    cmocka_unit_test(json_read_string__undoes_escapes),
	    cmocka_unit_test(json_plain_string__lends_text_without_escapes),
	};

	return cmocka_run_group_tests_name("json_string", tests, NULL, NULL);
}
