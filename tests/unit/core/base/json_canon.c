/* Tests of core/base/json_canon.c: the order of names. */
#include "tests/lib/json.h"

#include <stdio.h>

#include "core/base/alloc.h"

static void
json_canon__sorts_members_at_every_level(void **state)
{
	assert_canonical("{\"b\":1,\"a\":2}", "{\"a\":2,\"b\":1}");
	assert_canonical("{\"a\":{\"d\":[{\"z\":0,\"y\":{}}],\"c\":3}}",
	    "{\"a\":{\"c\":3,\"d\":[{\"y\":{},\"z\":0}]}}");
	assert_canonical("{\"c\":{\"b\":1,\"a\":2},\"b\":[],\"a\":\"x\"}",
	    "{\"a\":\"x\",\"b\":[],\"c\":{\"a\":2,\"b\":1}}");
	assert_canonical("{\"a\":1,\"c\":2,\"b\":3}",
	    "{\"a\":1,\"b\":3,\"c\":2}");
}

/* In JavaScript's order; numbers as names are text. */
static const char *const ordered[] = {"", "\\u0000", "\\u0000a", "\\u0001",
    "\\b", "\\t", "\\n", "\\n\\n", "\\n\\u000b", "\\n\xf0\x9f\x98\x80",
    "\\n\xf0\x9f\x98\x80"
    "a",
    "\\n\xf0\x9f\x98\x81", "\\n\\ufeff", "\\u000b", "\\f", "\\r", "\\u001f",
    " ", "!", "\\\"", "#", "/", "0", "1", "10", "100", "2", "9", "A", "Z", "[",
    "\\\\", "\\\\a", "]", "_", "a", "a\\u0000", "a\\n", "a ", "a\\\"", "aa",
    "aaaaaaa", "aaaaaaaa", "aaaaaaaa\\u0000", "aaaaaaaaa", "aaaaaaab", "ab",
    "abcdefg\\\\h", "abcdefgh", "abcdefgha", "abcdefghb", "b", "z", "~",
    "\\u007f", "\\u0080", "\\u009f", "\xc2\xa0", "\\u00ad", "\xc2\xae",
    "\xc3\xa9",
    "\xc3\xa9"
    "a",
    "\xc3\xbf", "\\u0600", "\xd8\x85", "\xe0\xa0\x80", "\\u17b4", "\\u200c",
    "\xe2\x82\xac", "\xed\x9f\xbf", "\xf0\x90\x80\x80",
    "\xf0\x90\x80\x80"
    "a",
    "\xf0\x90\x80\x81", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf", "\xee\x80\x80",
    "\xef\xac\x81", "\\ufeff", "\\uffff"};

#define ORDERED (sizeof ordered / sizeof *ordered)

static void
json_compare_names__orders_by_utf16(void **state)
{
	for (size_t i = 0; i < ORDERED; i++)
		for (size_t j = 0; j < ORDERED; j++)
			assert_int_equal(weft__json_compare_names(
			    weft_slice(ordered[i]), weft_slice(ordered[j])),
			    (i > j) - (i < j));
}

/* Stored text may be damaged: any order will do, but it has to be one. */
static void
json_compare_names__orders_what_is_not_canonical(void **state)
{
	static const char *const damaged[] = {
	    "\\", "\\u12", "\\x", "\xf0\x9f", "\xff", "\xffz", "a\\"};

	for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++)
		for (size_t j = 0; j < sizeof damaged / sizeof *damaged; j++)
			assert_int_equal(weft__json_compare_names(
			    weft_slice(damaged[i]), weft_slice(damaged[j])),
			    -weft__json_compare_names(weft_slice(damaged[j]),
				weft_slice(damaged[i])));
	assert_true(weft__json_compare_names(
	    weft_slice("\\x"), weft_slice("\\y")) < 0);
}

/* The names from 'from' by steps of 'step' as an object. */
static void
make_object(size_t from, size_t step, char text[4096])
{
	char *at = text, *end = text + 4096;

	for (size_t i = 0, j = from; i < ORDERED; i++, j = (j + step) % ORDERED)
		at += snprintf(at, (size_t)(end - at), "%s\"%s\":%zu",
		    i ? "," : "{", ordered[j], j);
	snprintf(at, (size_t)(end - at), "}");
}

static void
json_canon__sorts_odd_names(void **state)
{
	char input[4096], expected[4096];

	assert_int_equal(ORDERED, 79); /* prime: any step meets all */
	make_object(0, 1, expected);
	for (size_t step = 1; step < ORDERED; step++) {
		make_object(step * 31 % ORDERED, step, input);
		assert_canonical(input, expected);
	}
}

/* All orders of few names, with and without one odd name among them. */
static void
json_canon__sorts_every_order(void **state)
{
	static const char *const names[][4] = {
	    {"a", "b", "c", "d"},
	    {"longname1", "longname2", "longname3", "longname4"},
	    {"a", "a\\u0000", "a\xc3\xa9", "a\xee\x80\x80"},
	    {"id", "idx", "name", "nam\xc3\xa9"},
	};

	for (size_t set = 0; set < 4; set++) {
		const char *const *n = names[set];
		char expected[256];

		snprintf(expected, sizeof expected,
		    "{\"%s\":0,\"%s\":1,\"%s\":2,\"%s\":3}", n[0], n[1], n[2],
		    n[3]);
		for (int code = 0; code < 256; code++) {
			int a = code & 3, b = code >> 2 & 3;
			int c = code >> 4 & 3, d = code >> 6;
			char input[256];

			if ((1 << a | 1 << b | 1 << c | 1 << d) != 15)
				continue;
			snprintf(input, sizeof input, "{\"%s\":%d,\"%s\":%d,"
			    "\"%s\":%d,\"%s\":%d}", n[a], a, n[b], b, n[c], c,
			    n[d], d);
			assert_canonical(input, expected);
		}
	}
}

static void
json_canon__refuses_a_name_given_twice(void **state)
{
	static const struct {
		const char *input;
		const char *text;
	} cases[] = {
	    {"{\"a\":1,\"a\":2}", "offset 7: a name given twice"},
	    {"{\"a\":1, \"\\u0061\":2}", "offset 8: a name given twice"},
	    {"{\"\":1,\"\":2}", "offset 6: a name given twice"},
	    {"{\"b\":1,\"a\":2,\"b\":3}", "offset 13: a name given twice"},
	    {"{\"b\":1,\"a\":2,\"a\":3}", "offset 13: a name given twice"},
	    {"{\"a\":1,\"b\":2,\"a\":3}", "offset 13: a name given twice"},
	    {"[{\"x\":{\"k\":1,\"k\":1}}]", "offset 13: a name given twice"},
	    {"{\"\\ud83d\\ude00\":1,\"\xf0\x9f\x98\x80\":2}",
		"offset 18: a name given twice"},
	    {"{\"\\/\":1,\"a\":1,\"/\":2}", "offset 14: a name given twice"},
	    {"{\"longernames\":1,\"a\":1,\"longernames\":2}",
		"offset 23: a name given twice"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_invalid(cases[i].input, cases[i].text);
	assert_canonical("{\"a\":{\"a\":{\"a\":1}}}",
	    "{\"a\":{\"a\":{\"a\":1}}}");
	assert_canonical("{\"a\":1,\"A\":2}", "{\"A\":2,\"a\":1}");
}

static struct weft__json_member
member(const char *name, const char *token)
{
	struct weft__json_member made = {
	    weft_slice(name), weft__json_value_of(weft_slice(token))};

	return made;
}

static void
json_write_object__sorts_and_lets_the_last_win(void **state)
{
	const struct weft__json_member members[] = {member("b", "1"),
	    member("a", "\"x\""), member("c", NULL), member("b", "[2]"),
	    member("\\u0000", "null"), member("a", "\"y\"")};
	struct weft_buf out = WEFT_BUF_INIT(100);

	assert_int_equal(weft__json_write_object(members, 6, &out), 0);
	assert_string_equal(
	    out.data, "{\"\\u0000\":null,\"a\":\"y\",\"b\":[2]}");
	assert_int_equal(weft__json_write_object(members, 0, &out), 0);
	assert_int_equal(weft__json_write_object(&members[2], 1, &out), 0);
	assert_string_equal(
	    out.data, "{\"\\u0000\":null,\"a\":\"y\",\"b\":[2]}{}{}");
	assert_int_equal(out.size, strlen(out.data));
	weft_buf_fini(&out);
}

static void
json_write_object__fails_as_a_whole(void **state)
{
	const struct weft__json_member members[] = {
	    member("a", "1"), member("b", "2")};
	struct weft_buf out = WEFT_BUF_INIT(12);

	assert_int_equal(
	    weft__json_write_object(members, 2, &out), WEFT_ELIMIT);
	assert_int_equal(out.size, 0);
	out.limit = 13;
	assert_int_equal(weft__json_write_object(members, 2, &out), 0);
	assert_string_equal(out.data, "{\"a\":1,\"b\":2}");
	weft_buf_fini(&out);
	weft_buf_init(&out, 100);
	weft__alloc_fail_after(0, true);
	assert_int_equal(
	    weft__json_write_object(members, 2, &out), WEFT_ENOMEM);
	weft__alloc_fail_never();
	assert_int_equal(out.size, 0);
	weft_buf_fini(&out);
}

static void
json_write_object__takes_many_members(void **state)
{
	struct weft__json_member members[200];
	char names[200][8];
	struct weft_buf out = WEFT_BUF_INIT(10000);
	struct weft__json json;

	for (int i = 0; i < 200; i++) {
		snprintf(names[i], 8, "n%02d", (i * 37) % 100);
		members[i] = member(names[i], i < 100 ? "1" : "2");
	}
	weft__alloc_fail_after(0, true);
	assert_int_equal(
	    weft__json_write_object(members, 200, &out), WEFT_ENOMEM);
	weft__alloc_fail_never();
	assert_int_equal(weft__json_write_object(members, 200, &out), 0);
	weft__json_init(&json);
	assert_int_equal(weft__json_scan(&json, out.data, out.size,
	    &weft__json_record_limits, NULL), 0);
	assert_int_equal(json.length, 100);
	assert_string_equal(json.text.data, out.data);
	for (size_t i = 0; i < 100; i++)
		assert_slice(json.members[i].value.token, "2");
	weft__json_fini(&json);
	weft_buf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(json_canon__sorts_members_at_every_level),
	    cmocka_unit_test(json_compare_names__orders_by_utf16),
	    cmocka_unit_test(json_compare_names__orders_what_is_not_canonical),
	    cmocka_unit_test(json_canon__sorts_odd_names),
	    cmocka_unit_test(json_canon__sorts_every_order),
	    cmocka_unit_test(json_canon__refuses_a_name_given_twice),
	    cmocka_unit_test(json_write_object__sorts_and_lets_the_last_win),
	    cmocka_unit_test(json_write_object__fails_as_a_whole),
	    cmocka_unit_test(json_write_object__takes_many_members),
	};

	return cmocka_run_group_tests_name("json_canon", tests, NULL, NULL);
}
