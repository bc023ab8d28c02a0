/* Tests of core/base/json_scan.c: syntax, limits, memory. */
#include "tests/lib/json.h"

#include <stdio.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"

static void
json_scan__drops_white_space(void **state)
{
	assert_canonical(" \t\r\n{ \"a\" : [ 1 , true ] , \"b\" : { } } \n",
	    "{\"a\":[1,true],\"b\":{}}");
	assert_canonical("[ ]", "[]");
	assert_canonical("{\n}", "{}");
}

static void
json_scan__takes_any_value_as_document(void **state)
{
	assert_canonical("null", "null");
	assert_canonical("true", "true");
	assert_canonical(" false ", "false");
	assert_canonical("-7", "-7");
	assert_canonical("\"\"", "\"\"");
	assert_canonical("[[],{},[[1]]]", "[[],{},[[1]]]");
}

static void
json_scan__indexes_the_outermost_members(void **state)
{
	static const char text[] =
	    "{\"s\":\"x\",\"o\":{\"z\":1,\"y\":2},\"a\":[1],\"n\":null,"
	    "\"f\":false,\"t\":true,\"i\":-1.50,\"\":\"\\\"\"}";
	static const struct {
		const char *name;
		enum weft__json_type type;
		const char *token;
	} expected[] = {
	    {"", WEFT__JSON_STRING, "\"\\\"\""},
	    {"a", WEFT__JSON_ARRAY, "[1]"},
	    {"f", WEFT__JSON_FALSE, "false"},
	    {"i", WEFT__JSON_NUMBER, "-1.5"},
	    {"n", WEFT__JSON_NULL, "null"},
	    {"o", WEFT__JSON_OBJECT, "{\"y\":2,\"z\":1}"},
	    {"s", WEFT__JSON_STRING, "\"x\""},
	    {"t", WEFT__JSON_TRUE, "true"},
	};
	struct weft__json json;

	weft__json_init(&json);
	assert_int_equal(test_scan(&json, text, sizeof text - 1,
	    &weft__json_record_limits, NULL), 0);
	assert_int_equal(json.type, WEFT__JSON_OBJECT);
	assert_int_equal(json.length, 8);
	for (size_t i = 0; i < 8; i++) {
		struct weft__json_member *member = &json.members[i];

		assert_slice(member->name, expected[i].name);
		assert_int_equal(member->value.type, expected[i].type);
		assert_slice(member->value.token, expected[i].token);
		assert_true(member->name.data > json.text.data);
		assert_true(member->name.data <
		    json.text.data + json.text.size);
	}
	weft__json_fini(&json);
}

static void
json_scan__has_no_members_but_of_an_object(void **state)
{
	struct weft__json json;

	weft__json_init(&json);
	assert_int_equal(test_scan(&json, "{\"a\":1}", 7,
	    &weft__json_record_limits, NULL), 0);
	assert_int_equal(json.length, 1);
	assert_int_equal(test_scan(&json, "[{\"a\":1,\"b\":2}]", 15,
	    &weft__json_record_limits, NULL), 0);
	assert_int_equal(json.type, WEFT__JSON_ARRAY);
	assert_int_equal(json.length, 0);
	assert_int_equal(test_scan(&json, "{}", 2,
	    &weft__json_record_limits, NULL), 0);
	assert_int_equal(json.type, WEFT__JSON_OBJECT);
	assert_int_equal(json.length, 0);
	weft__json_fini(&json);
}

static void
json_scan__refuses_what_is_not_json(void **state)
{
	static const struct {
		const char *input;
		const char *text;
	} cases[] = {
	    {"", "offset 0: the input ends too early"},
	    {"  ", "offset 2: the input ends too early"},
	    {"\xef\xbb\xbf{}", "offset 0: a value is expected"},
	    {"{} x", "offset 3: something after the value"},
	    {"1 2", "offset 2: something after the value"},
	    {"[1]]", "offset 3: something after the value"},
	    {"nul", "offset 3: the input ends too early"},
	    {"nulL", "offset 3: an unknown word"},
	    {"[tru]", "offset 4: an unknown word"},
	    {"falsey", "offset 5: something after the value"},
	    {"undefined", "offset 0: a value is expected"},
	    {"NaN", "offset 0: a value is expected"},
	    {"'a'", "offset 0: a value is expected"},
	    {"[", "offset 1: the input ends too early"},
	    {"[1", "offset 2: the input ends too early"},
	    {"[1,", "offset 3: the input ends too early"},
	    {"[1,]", "offset 3: a value is expected"},
	    {"[,1]", "offset 1: a value is expected"},
	    {"[1 2]", "offset 3: a comma or ] is expected"},
	    {"[1}", "offset 2: a comma or ] is expected"},
	    {"{\"a\":1]", "offset 6: a comma or } is expected"},
	    {"{", "offset 1: the input ends too early"},
	    {"{,}", "offset 1: a name is expected"},
	    {"{a:1}", "offset 1: a name is expected"},
	    {"{1:1}", "offset 1: a name is expected"},
	    {"{\"a\"", "offset 4: the input ends too early"},
	    {"{\"a\" 1}", "offset 5: a colon is expected"},
	    {"{\"a\":", "offset 5: the input ends too early"},
	    {"{\"a\":}", "offset 5: a value is expected"},
	    {"{\"a\":1", "offset 6: the input ends too early"},
	    {"{\"a\":1,", "offset 7: the input ends too early"},
	    {"{\"a\":1,}", "offset 7: a name is expected"},
	    {"{\"a\":1 \"b\":2}", "offset 7: a comma or } is expected"},
	    {"[1]\v", "offset 3: something after the value"},
	    {"// x\n1", "offset 0: a value is expected"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_invalid(cases[i].input, cases[i].text);
}

static void
json_scan__refuses_no_bytes_at_all(void **state)
{
	struct weft_error error;
	struct weft__json json;

	weft__json_init(&json);
	assert_int_equal(weft__json_scan(&json, NULL, 0,
	    &weft__json_record_limits, &error), WEFT_EJSON);
	assert_string_equal(error.text,
	    "offset 0: the input ends too early");
	assert_int_equal(weft__json_view(&json, weft_slice(NULL), &error),
	    WEFT_EDAMAGED);
	weft__json_fini(&json);
}

static void
json_scan__refuses_a_nul_byte(void **state)
{
	assert_refused("[1]\0", 4, &weft__json_record_limits, WEFT_EJSON,
	    "offset 3: something after the value");
	assert_refused("\0", 1, &weft__json_record_limits, WEFT_EJSON,
	    "offset 0: a value is expected");
}

static void
json_scan__limits_depth(void **state)
{
	const struct weft__json_limits limits = {100, 3, 10};
	struct weft__json json;

	weft__json_init(&json);
	assert_int_equal(
	    test_scan(&json, "[{\"a\":[]},[[]]]", 15, &limits, NULL), 0);
	weft__json_fini(&json);
	assert_refused("[[[[]]]]", 8, &limits, WEFT_ELIMIT,
	    "offset 3: nested deeper than 3");
	assert_refused("[{\"a\":[{}]}]", 12, &limits, WEFT_ELIMIT,
	    "offset 7: nested deeper than 3");
}

static void
json_scan__limits_the_depth_of_records(void **state)
{
	char text[2 * WEFT_LIMIT_JSON_DEPTH + 2], message[64];
	struct weft__json json;
	size_t depth = WEFT_LIMIT_JSON_DEPTH;

	weft__json_init(&json);
	memset(text, '[', depth);
	memset(text + depth, ']', depth);
	assert_int_equal(test_scan(&json, text, 2 * depth,
	    &weft__json_record_limits, NULL), 0);
	assert_int_equal(json.text.size, 2 * depth);
	weft__json_fini(&json);
	memset(text, '[', depth + 1);
	memset(text + depth + 1, ']', depth + 1);
	snprintf(message, sizeof message, "offset %zu: nested deeper than %zu",
	    depth, depth);
	assert_refused(text, 2 * depth + 2, &weft__json_record_limits,
	    WEFT_ELIMIT, message);
}

static void
json_scan__limits_names_of_one_object(void **state)
{
	const struct weft__json_limits limits = {100, 10, 2};
	static const char two[] = "[{\"a\":1,\"b\":{\"c\":1,\"d\":2}},{}]";
	static const char three[] = "{\"a\":1,\"b\":2, \"c\":3}";
	struct weft__json json;

	weft__json_init(&json);
	assert_int_equal(
	    test_scan(&json, two, sizeof two - 1, &limits, NULL), 0);
	weft__json_fini(&json);
	assert_refused(three, sizeof three - 1, &limits, WEFT_ELIMIT,
	    "offset 14: more names in an object than 2");
}

/* An object of 'count' names, in an order that is not theirs. */
static char *
make_object(size_t count, size_t *size)
{
	char *text = malloc(count * 16 + 3), *at = text;

	assert_non_null(text);
	*at++ = '{';
	for (size_t i = 0; i < count; i++)
		at += snprintf(at, 17, "%s\"k%05u\":%u", i ? "," : "",
		    (unsigned)((i * 7919) % 100000), (unsigned)(i % 10));
	*at++ = '}';
	*size = (size_t)(at - text);
	return text;
}

static void
json_scan__sorts_as_many_names_as_records_may_have(void **state)
{
	struct weft__json json;
	size_t size;
	char *text = make_object(WEFT_LIMIT_JSON_KEYS, &size);

	weft__json_init(&json);
	assert_int_equal(test_scan(&json, text, size,
	    &weft__json_record_limits, NULL), 0);
	assert_int_equal(json.length, WEFT_LIMIT_JSON_KEYS);
	assert_int_equal(json.text.size, size);
	for (size_t i = 1; i < json.length; i++)
		assert_true(memcmp(json.members[i - 1].name.data,
		    json.members[i].name.data, 6) < 0);
	free(text);
	text = make_object(WEFT_LIMIT_JSON_KEYS + 1, &size);
	assert_int_equal(test_scan(&json, text, size,
	    &weft__json_record_limits, NULL), WEFT_ELIMIT);
	free(text);
	weft__json_fini(&json);
}

static void
json_scan__limits_size_of_input_and_output(void **state)
{
	const struct weft__json_limits limits = {8, 10, 10};
	struct weft__json json;

	weft__json_init(&json);
	assert_int_equal(test_scan(&json, "[1,2,30]", 8, &limits, NULL), 0);
	assert_int_equal(test_scan(&json, "\"\x7f\"", 3, &limits, NULL), 0);
	assert_int_equal(json.text.size, 8);
	weft__json_fini(&json);
	assert_refused("[1,2,300]", 9, &limits, WEFT_ELIMIT,
	    "input of 9 bytes, more than 8");
	assert_refused("\"\x7f\x7f\"", 4, &limits, WEFT_ELIMIT,
	    "canonical text of 14 bytes, more than 8");
	assert_refused("1e8", 3, &limits, WEFT_ELIMIT,
	    "canonical text of 9 bytes, more than 8");
}

static void
json_scan__takes_records_of_the_largest_size(void **state)
{
	size_t size = WEFT_LIMIT_RECORD_SIZE;
	char *text = malloc(size + 1);
	struct weft__json json;

	assert_non_null(text);
	weft__json_init(&json);
	memset(text, 'x', size + 1);
	text[0] = text[size - 1] = '"';
	assert_int_equal(weft__json_scan(&json, text, size,
	    &weft__json_record_limits, NULL), 0);
	assert_int_equal(json.text.size, size);
	text[size - 1] = 'x';
	text[size] = '"';
	assert_int_equal(weft__json_scan(&json, text, size + 1,
	    &weft__json_record_limits, NULL), WEFT_ELIMIT);
	weft__json_fini(&json);
	free(text);
}

/* Much that grows: the output is moved while members are open. */
static void
json_scan__keeps_members_when_the_output_moves(void **state)
{
	char input[4096], expected[16384], *in = input, *out = expected;
	struct weft__json json;

	in += snprintf(in, 64, "{\"b\":\"");
	out += snprintf(out, 64, "{\"a\":[");
	for (int i = 0; i < 100; i++) {
		in += snprintf(in, 8, "\x7f");
		out += snprintf(out, 32, "%s100000000000000000000",
		    i ? "," : "");
	}
	in += snprintf(in, 64, "\",\"a\":[");
	out += snprintf(out, 64, "],\"b\":\"");
	for (int i = 0; i < 100; i++) {
		in += snprintf(in, 8, "%s1e20", i ? "," : "");
		out += snprintf(out, 8, "\\u007f");
	}
	snprintf(in, 64, "]}");
	snprintf(out, 64, "\"}");
	assert_canonical(input, expected);
	weft__json_init(&json);
	assert_int_equal(test_scan(&json, input, strlen(input),
	    &weft__json_record_limits, NULL), 0);
	assert_int_equal(json.length, 2);
	assert_slice(json.members[1].name, "b");
	assert_int_equal(json.members[1].value.token.size, 602);
	weft__json_fini(&json);
}

/* Grows by escapes, is out of order at two levels, has many members. */
static const char sample[] =
    "{\"z\":{\"b\":[1.50,{\"y\":1e20,\"x\":\"\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f"
    "\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\"}],\"a\":null},\"y\":0,"
    "\"x\":{},\"m\":[[]],\"l\":1,\"k\":2,\"j\":3,\"i\":4,\"h\":5,\"g\":6}";

/* Grows by numbers. */
static const char numbers[] = "[1e20,1e20,1e20,1e20,1e20,1e20,1e20,1e20]";

/* Scans with each allocation failing in turn; how many there are. */
static uint64_t
fail_each_allocation(const char *text, size_t size)
{
	struct weft_error error;
	uint64_t failed = 0;
	int code;

	do {
		struct weft__json json;

		weft__json_init(&json);
		error.text[0] = '\0';
		weft__alloc_fail_after(failed, false);
		code = weft__json_scan(
		    &json, text, size, &weft__json_record_limits, &error);
		weft__alloc_fail_never();
		if (code) {
			assert_int_equal(code, WEFT_ENOMEM);
			assert_string_equal(error.text, "out of memory");
			assert_int_equal(json.type, WEFT__JSON_ABSENT);
			assert_int_equal(json.length, 0);
			assert_int_equal(json.text.size, 0);
			failed++;
			assert_int_equal(weft__json_scan(&json, text, size,
			    &weft__json_record_limits, &error), 0);
		}
		assert_int_not_equal(json.type, WEFT__JSON_ABSENT);
		weft__json_fini(&json);
	} while (code);
	return failed;
}

static void
json_scan__survives_each_failing_allocation(void **state)
{
	/* Work, output and its growth, frames, entries and their growth for
	 * the sort, keys and moved text of two objects, members. */
	assert_true(fail_each_allocation(sample, sizeof sample - 1) >= 8);
	/* Work, output and its growth, frames. */
	assert_true(fail_each_allocation(numbers, sizeof numbers - 1) >= 4);
}

static void
json_scan__allocates_nothing_once_warm(void **state)
{
	struct weft__json json;

	weft__json_init(&json);
	assert_int_equal(weft__json_scan(&json, sample, sizeof sample - 1,
	    &weft__json_record_limits, NULL), 0);
	weft__alloc_fail_after(0, true);
	for (int i = 0; i < 3; i++)
		assert_int_equal(weft__json_scan(&json, sample,
		    sizeof sample - 1, &weft__json_record_limits, NULL), 0);
	assert_int_equal(weft__alloc_count(), 0);
	weft__alloc_fail_never();
	weft__json_fini(&json);
}

static void
json_scan__reads_its_own_output_unchanged(void **state)
{
	struct weft__json first, second;

	weft__json_init(&first);
	weft__json_init(&second);
	assert_int_equal(test_scan(&first, sample, sizeof sample - 1,
	    &weft__json_record_limits, NULL), 0);
	assert_int_equal(test_scan(&second, first.text.data, first.text.size,
	    &weft__json_record_limits, NULL), 0);
	assert_string_equal(first.text.data, second.text.data);
	weft__json_fini(&first);
	weft__json_fini(&second);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(json_scan__drops_white_space),
	    cmocka_unit_test(json_scan__takes_any_value_as_document),
	    cmocka_unit_test(json_scan__indexes_the_outermost_members),
	    cmocka_unit_test(json_scan__has_no_members_but_of_an_object),
	    cmocka_unit_test(json_scan__refuses_what_is_not_json),
	    cmocka_unit_test(json_scan__refuses_no_bytes_at_all),
	    cmocka_unit_test(json_scan__refuses_a_nul_byte),
	    cmocka_unit_test(json_scan__limits_depth),
	    cmocka_unit_test(json_scan__limits_the_depth_of_records),
	    cmocka_unit_test(json_scan__limits_names_of_one_object),
	    cmocka_unit_test(
		json_scan__sorts_as_many_names_as_records_may_have),
	    cmocka_unit_test(json_scan__limits_size_of_input_and_output),
	    cmocka_unit_test(json_scan__takes_records_of_the_largest_size),
	    cmocka_unit_test(json_scan__keeps_members_when_the_output_moves),
	    cmocka_unit_test(json_scan__survives_each_failing_allocation),
	    cmocka_unit_test(json_scan__allocates_nothing_once_warm),
	    cmocka_unit_test(json_scan__reads_its_own_output_unchanged),
	};

	return cmocka_run_group_tests_name("json_scan", tests, NULL, NULL);
}
