/* Tests of transports/loopback/query.h and argument.h. */
#include "tests/lib/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/limits.h"
#include "transports/loopback/argument.h"

/* Asserts what a query string means, as one object. */
static void
assert_means(const char *text, const char *json)
{
	struct weft_buf written = WEFT_BUF_INIT(100000);
	struct weft__rest_query query;
	struct weft_error error;

	assert_int_equal(
	    weft__rest_query_parse(&query, weft_slice(text), &error), 0);
	assert_int_equal(weft__rest_query_write(&query, &written), 0);
	assert_string_equal(written.data, json);
	weft__rest_query_fini(&query);
	weft_buf_fini(&written);
}

static void
query_parse__decodes_names_and_values(void **state)
{
	assert_means("", "{}");
	assert_means("&&", "{}");
	assert_means("a", "{\"a\":\"\"}");
	assert_means("a=", "{\"a\":\"\"}");
	assert_means("=b", "{}");
	assert_means("a=b=c", "{\"a\":\"b=c\"}");
	assert_means("a=1&b=x+y%20z", "{\"a\":\"1\",\"b\":\"x y z\"}");
	assert_means("%61=%C3%A9%22", "{\"a\":\"\303\251\\\"\"}");
	assert_means("a=%00", "{\"a\":\"\\u0000\"}");
}

/* Clients write 50% without escaping it; qs takes it as it is. */
static void
query_parse__keeps_what_is_no_escape(void **state)
{
	assert_means("a=50%", "{\"a\":\"50%\"}");
	assert_means("a=%4", "{\"a\":\"%4\"}");
	assert_means("a=%zz+%41", "{\"a\":\"%zz %41\"}");
}

static void
query_parse__reads_brackets(void **state)
{
	assert_means("filter[where][id]=t1&filter[fields]=id",
	    "{\"filter\":{\"where\":{\"id\":\"t1\"},\"fields\":\"id\"}}");
	assert_means("filter%5Bwhere%5D%5Bid%5D=t1",
	    "{\"filter\":{\"where\":{\"id\":\"t1\"}}}");
	assert_means("a[]=1&a[]=2", "{\"a\":[\"1\",\"2\"]}");
	assert_means("a=1&a=2&a=3", "{\"a\":[\"1\",\"2\",\"3\"]}");
	assert_means("a[1]=y&a[0]=x", "{\"a\":[\"x\",\"y\"]}");
	assert_means("a[0]=x&a[]=z&a[10]=y", "{\"a\":[\"x\",\"y\",\"z\"]}");
	assert_means("a[b][0][c]=1&a[b][1][c]=2",
	    "{\"a\":{\"b\":[{\"c\":\"1\"},{\"c\":\"2\"}]}}");
	assert_means("a[01]=x", "{\"a\":{\"01\":\"x\"}}");
	assert_means("[a]=1", "{\"[a]\":\"1\"}");
	assert_means("a=1&a[b]=2", "{\"a\":{\"\":\"1\",\"b\":\"2\"}}");
}

static void
query_parse__reads_booleans_below_fields(void **state)
{
	assert_means("filter[fields][id]=true&filter[fields][x]=false",
	    "{\"filter\":{\"fields\":{\"id\":true,\"x\":false}}}");
	assert_means("filter[where][done]=true",
	    "{\"filter\":{\"where\":{\"done\":\"true\"}}}");
}

static int
parse(const char *text)
{
	struct weft__rest_query query;
	struct weft_error error = {0};
	int code = weft__rest_query_parse(&query, weft_slice(text), &error);

	weft__rest_query_fini(&query);
	return code;
}

static void
query_parse__refuses_broken_brackets(void **state)
{
	assert_int_equal(parse("a[b=1"), WEFT_EINVAL);
	assert_int_equal(parse("a[b]c=1"), WEFT_EINVAL);
	assert_int_equal(parse("a[b][=1"), WEFT_EINVAL);
}

/* "a[x][x]..." with so many brackets. */
static int
parse_deep(size_t depth)
{
	char text[200] = "a";

	for (size_t i = 0; i < depth; i++)
		memcpy(text + 1 + 3 * i, "[x]", 4);
	return parse(text);
}

static int
parse_many(size_t count)
{
	char *text = calloc(count + 1, 2);
	int code;

	for (size_t i = 0; i < count; i++)
		memcpy(text + 2 * i, "a&", 2);
	code = parse(text);
	free(text);
	return code;
}

static void
query_parse__has_limits(void **state)
{
	assert_int_equal(parse_deep(WEFT_LIMIT_QUERY_DEPTH), 0);
	assert_int_equal(parse_deep(WEFT_LIMIT_QUERY_DEPTH + 1), WEFT_EINVAL);
	assert_int_equal(parse_many(WEFT_LIMIT_QUERY_ARGUMENTS), 0);
	assert_int_equal(
	    parse_many(WEFT_LIMIT_QUERY_ARGUMENTS + 1), WEFT_EINVAL);
}

struct number_row {
	const char *text;
	double number; /* NAN: refused */
	bool is_given;
};

static void
take_number__reads_as_javascript_does(void **state)
{
	static const struct number_row rows[] = {
	    {"", 0, false}, {"n=", 0, false}, {"n=null", NAN, true},
	    {"n=-1", -1, true}, {"n=1.5", 1.5, true}, {"n=1e3", 1000, true},
	    {"n=0x10", 16, true}, {"n=%2012%20", 12, true},
	    {"n=1e999", INFINITY, true}, {"n=abc", NAN, true},
	    {"n=1&n=2", NAN, true}, {"n[a]=1", NAN, true},
	    {"n=NaN", NAN, true}, {"n=1,2", NAN, true},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct weft__rest_query query;
		struct weft_error error;
		double number = 0;
		bool is_given;
		int code;

		assert_int_equal(weft__rest_query_parse(&query,
				     weft_slice(rows[i].text), &error), 0);
		code = weft__rest_take_number(
		    &query, "n", &number, &is_given, &error);
		assert_int_equal(is_given, rows[i].is_given);
		if (isnan(rows[i].number)) {
			assert_int_equal(code, WEFT_EINVAL);
			assert_string_equal(
			    error.text, "Value is not a number.");
		} else {
			assert_int_equal(code, 0);
			assert_true(number == rows[i].number);
		}
		weft__rest_query_fini(&query);
	}
}

static void
take_boolean__knows_four_words(void **state)
{
	static const struct {
		const char *text;
		int expected; /* -1: refused; -2: not given */
	} rows[] = {{"b=true", 1}, {"b=1", 1}, {"b=false", 0}, {"b=0", 0},
	    {"b=yes", -1}, {"b[x]=1", -1}, {"b=", -2}, {"", -2}};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct weft__rest_query query;
		struct weft_error error;
		bool boolean = false, is_given;
		int code;

		assert_int_equal(weft__rest_query_parse(&query,
				     weft_slice(rows[i].text), &error), 0);
		code = weft__rest_take_boolean(
		    &query, "b", &boolean, &is_given, &error);
		assert_int_equal(
		    code ? -1 : is_given ? (int)boolean : -2,
		    rows[i].expected);
		weft__rest_query_fini(&query);
	}
}

static void
take_object__takes_both_encodings(void **state)
{
	static const struct {
		const char *text;
		const char *json; /* NULL: refused; "": not given */
	} rows[] = {
	    {"", ""}, {"f=", ""}, {"f=null", ""},
	    {"f={\"b\":1,%20\"a\":[]}", "{\"a\":[],\"b\":1}"},
	    {"f=%7B%7D", "{}"}, {"f[b]=1&f[a]=2", "{\"a\":\"2\",\"b\":\"1\"}"},
	    {"f={bad", NULL}, {"f=abc", NULL}, {"f=[1]", NULL},
	    {"f[]=1", NULL}, {"f=1&f=2", NULL}, {"f=%7B%22a%22:%22%FF%22%7D",
	    NULL}, {"f[a]=%FF", NULL}, {"f={}x", NULL},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct weft_buf json = WEFT_BUF_INIT(1000);
		struct weft__rest_query query;
		struct weft_error error;
		bool is_given;
		int code;

		assert_int_equal(weft__rest_query_parse(&query,
				     weft_slice(rows[i].text), &error), 0);
		code = weft__rest_take_object(
		    &query, "f", &json, &is_given, &error);
		if (!rows[i].json) {
			assert_int_equal(code, WEFT_EINVAL);
			assert_string_equal(
			    error.text, "Value is not an object.");
		} else {
			assert_int_equal(code, 0);
			assert_string_equal(
			    json.data ? json.data : "", rows[i].json);
		}
		weft__rest_query_fini(&query);
		weft_buf_fini(&json);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(query_parse__decodes_names_and_values),
	    cmocka_unit_test(query_parse__keeps_what_is_no_escape),
	    cmocka_unit_test(query_parse__reads_brackets),
	    cmocka_unit_test(query_parse__reads_booleans_below_fields),
	    cmocka_unit_test(query_parse__refuses_broken_brackets),
	    cmocka_unit_test(query_parse__has_limits),
	    cmocka_unit_test(take_number__reads_as_javascript_does),
	    cmocka_unit_test(take_boolean__knows_four_words),
	    cmocka_unit_test(take_object__takes_both_encodings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
