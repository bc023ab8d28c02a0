/* Tests of models/query/sort_key.c. */
#include "tests/lib/test.h"

#include "models/query/filter.h"

static int
compare(const struct weft_query *query, const char *a, const char *b)
{
	struct weft_buf a_key = WEFT_BUF_INIT(1000);
	struct weft_buf b_key = WEFT_BUF_INIT(1000);
	size_t shorter;
	int order;

	assert_int_equal(
	    weft__query_sort_key(query, weft_slice(a), &a_key), 0);
	assert_int_equal(
	    weft__query_sort_key(query, weft_slice(b), &b_key), 0);
	shorter = a_key.size < b_key.size ? a_key.size : b_key.size;
	order = shorter ? memcmp(a_key.data, b_key.data, shorter) : 0;
	if (!order)
		order = (a_key.size > b_key.size) - (a_key.size < b_key.size);
	weft_buf_fini(&a_key);
	weft_buf_fini(&b_key);
	return (order > 0) - (order < 0);
}

/* The bodies must be in order, equal ones only if they are the same text. */
static void
in_order(const char *json, const char *const *bodies, size_t length)
{
	struct weft__filter filter;

	assert_int_equal(
	    weft__filter_parse(&filter, weft_slice(json), NULL, NULL), 0);
	for (size_t i = 0; i < length; i++)
		for (size_t j = 0; j < length; j++)
			if (compare(&filter.query, bodies[i], bodies[j]) !=
			    (i > j) - (i < j))
				fail_msg("%s: %s and %s", json, bodies[i],
				    bodies[j]);
	weft__filter_fini(&filter);
}
#define IN_ORDER(json, bodies) \
	in_order(json, bodies, sizeof bodies / sizeof *bodies)

static const char *const ascending[] = {
    "{\"a\":null}", "{\"a\":false}", "{\"a\":true}", "{\"a\":-1e+300}",
    "{\"a\":-1}", "{\"a\":-1e-300}", "{\"a\":0}", "{\"a\":5e-324}",
    "{\"a\":0.1}", "{\"a\":1}", "{\"a\":2}", "{\"a\":10}",
    "{\"a\":100000000000000000000}", "{\"a\":\"\"}", "{\"a\":\"\\u0000\"}",
    "{\"a\":\"\\u0000b\"}", "{\"a\":\"\\u0001\"}", "{\"a\":\" \"}",
    "{\"a\":\"A\"}", "{\"a\":\"a\"}", "{\"a\":\"a\\u0000\"}",
    "{\"a\":\"aa\"}", "{\"a\":\"b\"}", "{\"a\":\"\xc3\xa9\"}",
    "{\"a\":\"\xef\xbd\x9e\"}", "{\"a\":\"\xf0\x9f\x98\x80\"}",
    "{\"a\":[]}",
    "{\"a\":{\"b\":1}}", "{\"a\":{}}"};

static void
query_sort_key__orders_all_kinds_of_values(void **state)
{
	IN_ORDER("{\"order\":\"a\"}", ascending);
}

static void
query_sort_key__turns_round_if_descending(void **state)
{
	const size_t length = sizeof ascending / sizeof *ascending;
	const char *descending[sizeof ascending / sizeof *ascending];

	for (size_t i = 0; i < length; i++)
		descending[i] = ascending[length - 1 - i];
	IN_ORDER("{\"order\":\"a DESC\"}", descending);
}

static void
query_sort_key__takes_absent_as_null(void **state)
{
	struct weft__filter filter;

	assert_int_equal(weft__filter_parse(&filter,
	    weft_slice("{\"order\":\"a\"}"), NULL, NULL), 0);
	assert_int_equal(compare(&filter.query, "{}", "{\"a\":null}"), 0);
	weft__filter_fini(&filter);
}

static void
query_sort_key__looks_at_later_terms_when_equal(void **state)
{
	static const char *const bodies[] = {"{\"a\":\"x\",\"b\":{\"c\":2}}",
	    "{\"a\":\"x\",\"b\":{\"c\":1}}", "{\"a\":\"xx\",\"b\":{\"c\":3}}",
	    "{\"a\":\"y\"}"};

	IN_ORDER("{\"order\":\"a,b.c DESC\"}", bodies);
}

static void
query_sort_key__puts_the_nearest_first(void **state)
{
	static const char *const bodies[] = {"{\"g\":[1,1],\"z\":1}",
	    "{\"g\":\"1,1\",\"z\":2}", "{\"g\":{\"lat\":1,\"lng\":2}}",
	    "{\"g\":[80,0]}", "{}"};

	IN_ORDER("{\"where\":{\"g\":{\"near\":[1,1]}},\"order\":\"z\"}",
	    bodies);
}

static void
query_sort_key__is_empty_without_order(void **state)
{
	struct weft_query query = {.limit = UINT64_MAX};

	assert_int_equal(compare(&query, "{\"a\":1}", "{\"a\":2}"), 0);
}

static void
query_sort_key__keeps_to_the_limit_of_the_buffer(void **state)
{
	struct weft__filter filter;
	struct weft_buf key = WEFT_BUF_INIT(3);

	assert_int_equal(weft__filter_parse(&filter,
	    weft_slice("{\"order\":\"a\"}"), NULL, NULL), 0);
	assert_int_equal(weft__query_sort_key(&filter.query,
	    weft_slice("{\"a\":\"abc\"}"), &key), WEFT_ELIMIT);
	weft_buf_fini(&key);
	weft__filter_fini(&filter);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(query_sort_key__orders_all_kinds_of_values),
	    cmocka_unit_test(query_sort_key__turns_round_if_descending),
	    cmocka_unit_test(query_sort_key__takes_absent_as_null),
	    cmocka_unit_test(query_sort_key__looks_at_later_terms_when_equal),
	    cmocka_unit_test(query_sort_key__puts_the_nearest_first),
	    cmocka_unit_test(query_sort_key__is_empty_without_order),
	    cmocka_unit_test(
		query_sort_key__keeps_to_the_limit_of_the_buffer),
	};

	return cmocka_run_group_tests_name("sort_key", tests, NULL, NULL);
}
