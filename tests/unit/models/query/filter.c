/* Tests of models/query/filter.c, filter_where.c and filter_value.c. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "models/query/filter.h"

static enum weft_property_type
type_of(void *context, struct weft_slice name)
{
	static const struct {
		const char *name;
		enum weft_property_type type;
	} rows[] = {
	    {"id", WEFT_TYPE_STRING}, {"s", WEFT_TYPE_STRING},
	    {"n", WEFT_TYPE_NUMBER}, {"b", WEFT_TYPE_BOOLEAN},
	    {"d", WEFT_TYPE_DATE}, {"o", WEFT_TYPE_OBJECT},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (weft_slice_equal(name, weft_slice(rows[i].name)))
			return rows[i].type;
	return WEFT_TYPE_ANY;
}

static struct weft__filter_schema
schema(void)
{
	return (struct weft__filter_schema){
	    .type = type_of, .id_name = weft_slice("id")};
}

static void
parse(struct weft__filter *filter, const char *json)
{
	struct weft__filter_schema rows = schema();
	struct weft_error error;

	if (weft__filter_parse(filter, weft_slice(json), &rows, &error))
		fail_msg("%s: %s", json, error.text);
}

static void
refuses(const char *json, int code, const char *text)
{
	struct weft__filter_schema rows = schema();
	struct weft__filter filter;
	struct weft_error error = {0};

	assert_int_equal(
	    weft__filter_parse(&filter, weft_slice(json), &rows, &error),
	    code);
	assert_int_equal(error.code, code);
	if (text)
		assert_string_equal(error.text, text);
	assert_null(filter.query.where);
	assert_int_equal(filter.query.limit, UINT64_MAX);
	assert_null(filter.arena.blocks);
}

/* The token of a term's value after coercion. */
static void
becomes(const char *where, const char *token)
{
	struct weft__filter filter;
	char json[200];

	snprintf(json, sizeof json, "{\"where\":%s}", where);
	parse(&filter, json);
	assert_int_equal(filter.query.where->length, 1);
	if (!weft_slice_equal(filter.query.where->values[0].token,
		weft_slice(token)))
		fail_msg("%s became %.*s", where,
		    (int)filter.query.where->values[0].token.size,
		    filter.query.where->values[0].token.data);
	weft__filter_fini(&filter);
}

static void
filter_parse__takes_nothing_as_an_empty_filter(void **state)
{
	static const char *const texts[] = {NULL, "{}",
	    "{\"where\":null,\"order\":null,\"limit\":null,\"skip\":null,"
	    "\"offset\":null,\"fields\":null,\"include\":null}",
	    "{\"limit\":0,\"skip\":0,\"fields\":[],\"order\":\"\"}",
	    "{\"limit\":0,\"fields\":{},\"order\":[\" , \"]}"};
	struct weft__filter filter;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		parse(&filter, texts[i]);
		assert_null(filter.query.where);
		assert_int_equal(filter.query.orders_length, 0);
		assert_int_equal(filter.query.limit, UINT64_MAX);
		assert_int_equal(filter.query.skip, 0);
		assert_int_equal(filter.fields_length, 0);
		assert_false(filter.fields_excluded);
		weft__filter_fini(&filter);
	}
}

static void
filter_parse__reads_limit_and_skip(void **state)
{
	struct weft__filter filter;

	parse(&filter, "{\"limit\":5,\"skip\":10}");
	assert_int_equal(filter.query.limit, 5);
	assert_int_equal(filter.query.skip, 10);
	weft__filter_fini(&filter);
	parse(&filter, "{\"limit\":\"7\",\"offset\":\"3\"}");
	assert_int_equal(filter.query.limit, 7);
	assert_int_equal(filter.query.skip, 3);
	weft__filter_fini(&filter);
}

static void
is_order(const struct weft__order *order, const char *first, size_t length,
    bool descending)
{
	assert_true(weft_slice_equal(order->path[0], weft_slice(first)));
	assert_int_equal(order->path_length, length);
	assert_int_equal(order->descending, descending);
}

static void
filter_parse__reads_orders(void **state)
{
	struct weft__filter filter;

	parse(&filter, "{\"order\":\" a , b.c desc,\\u00e4 ASC\"}");
	assert_int_equal(filter.query.orders_length, 3);
	is_order(&filter.query.orders[0], "a", 1, false);
	is_order(&filter.query.orders[1], "b", 2, true);
	is_order(&filter.query.orders[2], "\xc3\xa4", 1, false);
	weft__filter_fini(&filter);
	parse(&filter, "{\"order\":[\"a DESC\",\"b,c Desc\"]}");
	assert_int_equal(filter.query.orders_length, 3);
	is_order(&filter.query.orders[0], "a", 1, true);
	is_order(&filter.query.orders[1], "b", 1, false);
	is_order(&filter.query.orders[2], "c", 1, true);
	weft__filter_fini(&filter);
}

static void
filter_parse__joins_all_that_must_hold(void **state)
{
	struct weft__filter filter;
	const struct weft__where *where;

	parse(&filter, "{\"where\":{\"a\":1,\"b.c\":{\"gt\":2,\"lt\":3},"
		       "\"or\":[{\"d\":4},{}]}}");
	where = filter.query.where;
	assert_int_equal(where->op, WEFT__WHERE_AND);
	assert_int_equal(where->operands_length, 3);
	assert_int_equal(where->operands[0]->op, WEFT__WHERE_EQ);
	assert_int_equal(where->operands[1]->op, WEFT__WHERE_AND);
	assert_int_equal(where->operands[1]->operands_length, 2);
	assert_int_equal(
	    where->operands[1]->operands[0]->op, WEFT__WHERE_GT);
	assert_int_equal(where->operands[1]->operands[1]->path_length, 2);
	assert_int_equal(where->operands[2]->op, WEFT__WHERE_OR);
	assert_int_equal(where->operands[2]->operands_length, 2);
	assert_int_equal(
	    where->operands[2]->operands[1]->operands_length, 0);
	weft__filter_fini(&filter);
}

static void
filter_parse__makes_values_of_the_declared_type(void **state)
{
	becomes("{\"s\":1.50}", "\"1.5\"");
	becomes("{\"s\":true}", "\"true\"");
	becomes("{\"s\":null}", "null");
	becomes("{\"s\":[1]}", "[1]");
	becomes("{\"n\":\"12.50\"}", "12.5");
	becomes("{\"n\":\" 1e21 \"}", "1e+21");
	becomes("{\"n\":\"x\"}", "\"x\"");
	becomes("{\"n\":\"\"}", "\"\"");
	becomes("{\"n\":true}", "true");
	becomes("{\"b\":\"true\"}", "true");
	becomes("{\"b\":0}", "false");
	becomes("{\"b\":\"1\"}", "true");
	becomes("{\"b\":\"yes\"}", "\"yes\"");
	becomes("{\"d\":{\"gt\":\"2020-01-01\"}}",
	    "\"2020-01-01T00:00:00.000Z\"");
	becomes("{\"d\":\"2020-01-01T01:00:00+01:00\"}",
	    "\"2020-01-01T00:00:00.000Z\"");
	becomes("{\"d\":0}", "\"1970-01-01T00:00:00.000Z\"");
	becomes("{\"d\":{\"neq\":null}}", "null");
	becomes("{\"x\":\"1\"}", "\"1\"");
	becomes("{\"s.t\":1}", "1");
	becomes("{\"id\":7}", "\"7\"");
	becomes("{\"id\":{\"inq\":[1e21]}}", "\"1e+21\"");
	becomes("{\"o\":{\"eq\":{\"b\":1,\"a\":2}}}", "{\"a\":2,\"b\":1}");
}

static void
filter_parse__sorts_the_values_of_inq(void **state)
{
	static const char *const sorted[] = {
	    "1", "2", "\"\"", "\"a\"", "\"b\"", "null"};
	struct weft__filter filter;

	parse(&filter, "{\"where\":{\"x\":{\"inq\":"
		       "[\"b\",null,2,\"\",\"a\",1]}}}");
	assert_int_equal(filter.query.where->length, 6);
	for (size_t i = 0; i < 6; i++)
		assert_true(weft_slice_equal(
		    filter.query.where->values[i].token,
		    weft_slice(sorted[i])));
	weft__filter_fini(&filter);
}

static void
filter_parse__reads_near(void **state)
{
	struct weft__filter filter;
	const struct weft__where *near;

	parse(&filter,
	    "{\"where\":{\"a\":1,\"and\":[{\"g\":{\"near\":\"10,20\","
	    "\"maxDistance\":\"2\",\"minDistance\":1,\"unit\":\"kilometers\""
	    "}}]}}");
	near = filter.query.near;
	assert_non_null(near);
	assert_int_equal(near->op, WEFT__WHERE_NEAR);
	assert_true(near->latitude == 10 && near->longitude == 20);
	assert_true(near->max_distance_m == 2000);
	assert_true(near->min_distance_m == 1000);
	weft__filter_fini(&filter);
	parse(&filter, "{\"where\":{\"g\":{\"near\":[1,2]}}}");
	assert_true(filter.query.near->max_distance_m < 0);
	weft__filter_fini(&filter);
}

static void
filter_parse__names_the_part_at_fault(void **state)
{
	refuses("[]", WEFT_EINVAL, "filter: must be a JSON object");
	refuses("{\"wher\":{}}", WEFT_EINVAL,
	    "filter: unknown member 'wher'");
	refuses("{\"include\":\"x\"}", WEFT_EINVAL,
	    "filter: include is not supported");
	refuses("{\"limit\":-1}", WEFT_EINVAL,
	    "filter: limit must be a whole number from 0 on, not -1");
	refuses("{\"limit\":1.5}", WEFT_EINVAL, NULL);
	refuses("{\"limit\":1e16}", WEFT_EINVAL, NULL);
	refuses("{\"skip\":\"x\"}", WEFT_EINVAL,
	    "filter: skip must be a whole number from 0 on, not \"x\"");
	refuses("{\"order\":1}", WEFT_EINVAL,
	    "filter: order must be a string or an array of strings");
	refuses("{\"order\":[1]}", WEFT_EINVAL, NULL);
	refuses("{\"order\":\"a up\"}", WEFT_EINVAL,
	    "filter: order: 'up' is not ASC or DESC");
	refuses("{\"order\":\"a ASC b\"}", WEFT_EINVAL,
	    "filter: order: a name and ASC or DESC, nothing more");
	refuses("{\"order\":\"a..b\"}", WEFT_EINVAL,
	    "filter: order: 'a..b' names no property");
	refuses("{\"fields\":1}", WEFT_EINVAL, NULL);
	refuses("{\"fields\":[1]}", WEFT_EINVAL, NULL);
	refuses("{\"fields\":{\"a\":2}}", WEFT_EINVAL,
	    "filter: fields must be a name, an array of names, or an object "
	    "of names with true or false");
}

static void
filter_parse__names_the_term_at_fault(void **state)
{
	refuses("{\"where\":1}", WEFT_EINVAL,
	    "filter: where: a where clause must be an object");
	refuses("{\"where\":{\"and\":{}}}", WEFT_EINVAL,
	    "filter: where: and: must be an array of where clauses");
	refuses("{\"where\":{\"or\":[{},3]}}", WEFT_EINVAL,
	    "filter: where: or: [1]: a where clause must be an object");
	refuses("{\"where\":{\"nor\":[]}}", WEFT_EINVAL,
	    "filter: where: nor: not supported");
	refuses("{\"where\":{\"a\":{\"gtt\":1}}}", WEFT_EINVAL,
	    "filter: where: a: unknown operator 'gtt'");
	refuses("{\"where\":{\"a\":{\"maxDistance\":1}}}", WEFT_EINVAL,
	    "filter: where: a: unknown operator 'maxDistance'");
	refuses("{\"where\":{\"a\":{}}}", WEFT_EINVAL, NULL);
	refuses("{\"where\":{\"a\":{\"inq\":1}}}", WEFT_EINVAL,
	    "filter: where: a: inq: must be an array");
	refuses("{\"where\":{\"a\":{\"between\":[1]}}}", WEFT_EINVAL,
	    "filter: where: a: between: must be an array of two values, "
	    "not of 1");
	refuses("{\"where\":{\"a\":{\"like\":1}}}", WEFT_EINVAL,
	    "filter: where: a: like: must be a string");
	refuses("{\"where\":{\"a\":{\"regexp\":\"(\"}}}", WEFT_EINVAL, NULL);
	refuses("{\"where\":{\"a\":{\"near\":1}}}", WEFT_EINVAL, NULL);
	refuses("{\"where\":{\"a\":{\"near\":[1,2],\"unit\":\"x\"}}}",
	    WEFT_EINVAL, NULL);
	refuses("{\"where\":{\"a\":{\"near\":[1,2],\"maxDistance\":-1}}}",
	    WEFT_EINVAL,
	    "filter: where: a: near: maxDistance must be a number from 0 on");
	refuses("{\"where\":{\"or\":[{\"a\":{\"near\":[1,2]}}]}}",
	    WEFT_EINVAL,
	    "filter: where: or: [0]: a: near: not supported inside an or");
	refuses("{\"where\":{\"d\":\"soon\"}}", WEFT_EINVAL,
	    "filter: where: d: \"soon\" is not a date");
	refuses("{\"where\":{\"d\":{\"inq\":[true]}}}", WEFT_EINVAL,
	    "filter: where: d: inq: true is not a date");
	refuses("{\"where\":{\"a.\":1}}", WEFT_EINVAL,
	    "filter: where: a.: 'a.' names no property");
	refuses("{\"where\":{\"\":1}}", WEFT_EINVAL, NULL);
	refuses("{\"where\":{\"a\":1", WEFT_EJSON, NULL);
}

/* A where clause with 'depth' levels of and below the top. */
static void
write_nested(struct weft_buf *json, unsigned depth)
{
	int code = weft_buf_printf(json, "{\"where\":");

	for (unsigned i = 0; i < depth; i++)
		code |= weft_buf_printf(json, "{\"and\":[");
	code |= weft_buf_printf(json, "{\"a\":1}");
	for (unsigned i = 0; i < depth; i++)
		code |= weft_buf_printf(json, "]}");
	code |= weft_buf_printf(json, "}");
	assert_int_equal(code, 0);
}

static void
filter_parse__keeps_to_the_limit_of_depth(void **state)
{
	struct weft_buf json = WEFT_BUF_INIT(WEFT_LIMIT_FILTER_SIZE);
	struct weft__filter filter;

	write_nested(&json, WEFT_LIMIT_WHERE_DEPTH);
	parse(&filter, json.data);
	weft__filter_fini(&filter);
	weft_buf_clear(&json);
	write_nested(&json, WEFT_LIMIT_WHERE_DEPTH + 1);
	refuses(json.data, WEFT_ELIMIT, NULL);
	weft_buf_fini(&json);
}

/* {"where":{"or":[{"a":1},...]}} with so many clauses. */
static void
write_wide(struct weft_buf *json, size_t clauses)
{
	int code = weft_buf_printf(json, "{\"where\":{\"or\":[");

	for (size_t i = 0; i < clauses; i++)
		code |= weft_buf_printf(json, i ? ",{\"a\":1}" : "{\"a\":1}");
	code |= weft_buf_printf(json, "]}}");
	assert_int_equal(code, 0);
}

static void
filter_parse__keeps_to_the_limit_of_terms(void **state)
{
	struct weft_buf json = WEFT_BUF_INIT(WEFT_LIMIT_FILTER_SIZE);
	struct weft__filter filter;

	write_wide(&json, WEFT_LIMIT_WHERE_TERMS - 1);
	parse(&filter, json.data);
	weft__filter_fini(&filter);
	weft_buf_clear(&json);
	write_wide(&json, WEFT_LIMIT_WHERE_TERMS);
	refuses(json.data, WEFT_ELIMIT,
	    "filter: where: or: [9999]: a: more than 10000 terms");
	weft_buf_fini(&json);
}

static void
filter_parse__keeps_to_the_limit_of_patterns(void **state)
{
	struct weft_buf json = WEFT_BUF_INIT(WEFT_LIMIT_FILTER_SIZE);
	struct weft__filter filter;
	int code = weft_buf_printf(&json, "{\"where\":{\"or\":[");

	for (int i = 0; i < WEFT_LIMIT_WHERE_PATTERNS; i++)
		code |= weft_buf_printf(&json, "%s{\"a\":{\"%s\":\"x\"}}",
		    i ? "," : "", i % 2 ? "like" : "regexp");
	code |= weft_buf_printf(&json, "]}}");
	assert_int_equal(code, 0);
	parse(&filter, json.data);
	weft__filter_fini(&filter);
	json.size -= 3;
	code = weft_buf_printf(&json, ",{\"a\":{\"ilike\":\"x\"}}]}}");
	assert_int_equal(code, 0);
	refuses(json.data, WEFT_ELIMIT, "filter: where: or: [100]: a: ilike: "
	    "more than 100 patterns");
	weft_buf_fini(&json);
}

static void
filter_parse__keeps_to_the_limit_of_size(void **state)
{
	struct weft__filter filter;
	size_t size = WEFT_LIMIT_FILTER_SIZE;
	char *json = malloc(size + 2);

	assert_non_null(json);
	memset(json, 'a', size + 1);
	memcpy(json, "{\"order\":\"", 10);
	memcpy(json + size - 2, "\"}", 3);
	parse(&filter, json);
	weft__filter_fini(&filter);
	json[size - 2] = 'a';
	memcpy(json + size - 1, "\"}", 3);
	refuses(json, WEFT_ELIMIT, NULL);
	free(json);
}

static void
filter_parse__survives_any_failed_allocation(void **state)
{
	static const char json[] =
	    "{\"where\":{\"id\":{\"inq\":[1,2]},\"d\":{\"gt\":5},"
	    "\"or\":[{\"s\":{\"like\":\"a\\u0000%\"}},{\"n\":\"1\"}],"
	    "\"and\":[{\"g\":{\"near\":[1,2],\"unit\":\"feet\"}}]},"
	    "\"order\":[\"a\",\"b DESC\"],\"fields\":{\"a\":true}}";
	struct weft__filter_schema rows = schema();
	struct weft__filter filter;
	struct weft_error error;
	int code;

	for (uint64_t i = 0;; i++) {
		weft__alloc_fail_after(i, false);
		code = weft__filter_parse(
		    &filter, weft_slice(json), &rows, &error);
		weft__alloc_fail_never();
		if (!code)
			break;
		assert_int_equal(code, WEFT_ENOMEM);
		assert_int_equal(error.code, WEFT_ENOMEM);
		assert_null(filter.arena.blocks);
	}
	weft__filter_fini(&filter);
}

static void
filter_parse__works_without_error_and_schema(void **state)
{
	struct weft__filter filter;

	assert_int_equal(weft__filter_parse(&filter,
	    weft_slice("{\"where\":{\"id\":1}}"), NULL, NULL), 0);
	assert_false(filter.query.where->by_id);
	weft__filter_fini(&filter);
	assert_int_equal(weft__filter_parse(&filter,
	    weft_slice("{\"where\":{\"a\":{\"x\":1}}}"), NULL, NULL),
	    WEFT_EINVAL);
	assert_int_equal(weft__filter_parse_where(&filter,
	    weft_slice("{\"a\":{\"x\":1}}"), NULL, NULL), WEFT_EINVAL);
}

static void
filter_parse_where__reads_a_clause_alone(void **state)
{
	struct weft__filter filter;
	struct weft_error error;

	assert_int_equal(weft__filter_parse_where(&filter,
	    weft_slice("{\"a\":1}"), NULL, &error), 0);
	assert_int_equal(filter.query.where->op, WEFT__WHERE_EQ);
	weft__filter_fini(&filter);
	assert_int_equal(weft__filter_parse_where(&filter,
	    weft_slice("{\"a\":{\"x\":1}}"), NULL, &error), WEFT_EINVAL);
	assert_string_equal(error.text, "where: a: unknown operator 'x'");
	assert_int_equal(weft__filter_parse_where(
	    &filter, weft_slice(NULL), NULL, &error), 0);
	assert_null(filter.query.where);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(filter_parse__takes_nothing_as_an_empty_filter),
	    cmocka_unit_test(filter_parse__reads_limit_and_skip),
	    cmocka_unit_test(filter_parse__reads_orders),
	    cmocka_unit_test(filter_parse__joins_all_that_must_hold),
	    cmocka_unit_test(
		filter_parse__makes_values_of_the_declared_type),
	    cmocka_unit_test(filter_parse__sorts_the_values_of_inq),
	    cmocka_unit_test(filter_parse__reads_near),
	    cmocka_unit_test(filter_parse__names_the_part_at_fault),
	    cmocka_unit_test(filter_parse__names_the_term_at_fault),
	    cmocka_unit_test(filter_parse__keeps_to_the_limit_of_depth),
	    cmocka_unit_test(filter_parse__keeps_to_the_limit_of_terms),
	    cmocka_unit_test(filter_parse__keeps_to_the_limit_of_patterns),
	    cmocka_unit_test(filter_parse__keeps_to_the_limit_of_size),
	    cmocka_unit_test(filter_parse__survives_any_failed_allocation),
	    cmocka_unit_test(filter_parse__works_without_error_and_schema),
	    cmocka_unit_test(filter_parse_where__reads_a_clause_alone),
	};

	return cmocka_run_group_tests_name("filter", tests, NULL, NULL);
}
