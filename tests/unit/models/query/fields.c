/* Tests of models/query/fields.c. */
#include "tests/lib/test.h"

#include "core/base/alloc.h"
#include "models/query/filter.h"

static void
gives(const char *fields, const char *body, const char *expected)
{
	struct weft_buf json = WEFT_BUF_INIT(200), out = WEFT_BUF_INIT(200);
	struct weft__filter filter;

	assert_int_equal(
	    weft_buf_printf(&json, "{\"fields\":%s}", fields), 0);
	assert_int_equal(weft__filter_parse(
	    &filter, weft_buf_slice(&json), NULL, NULL), 0);
	assert_int_equal(
	    weft__filter_project(&filter, weft_slice(body), &out), 0);
	assert_string_equal(out.data, expected);
	weft__filter_fini(&filter);
	weft_buf_fini(&json);
	weft_buf_fini(&out);
}

static const char body[] = "{\"a\":1,\"b\":[2],\"c\":{\"a\":3}}";

static void
filter_project__gives_the_named_fields(void **state)
{
	gives("[\"c\",\"a\",\"x\"]", body, "{\"a\":1,\"c\":{\"a\":3}}");
	gives("\"b\"", body, "{\"b\":[2]}");
	gives("{\"a\":true}", body, "{\"a\":1}");
	gives("{\"a\":true,\"b\":false}", body, "{\"a\":1}");
	gives("[\"x\"]", body, "{}");
	gives("[\"\\u0000\"]", "{\"\\u0000\":1,\"a\":2}", "{\"\\u0000\":1}");
}

static void
filter_project__leaves_out_the_excluded_fields(void **state)
{
	gives("{\"a\":false,\"b\":false}", body, "{\"c\":{\"a\":3}}");
	gives("{\"x\":false}", body, body);
}

static void
filter_project__gives_all_if_none_is_named(void **state)
{
	gives("[]", body, body);
	gives("{}", body, body);
	gives("null", body, body);
}

static void
filter_project__reports_failures(void **state)
{
	struct weft_buf out = WEFT_BUF_INIT(3);
	struct weft__filter filter;

	assert_int_equal(weft__filter_parse(&filter,
	    weft_slice("{\"fields\":\"a\"}"), NULL, NULL), 0);
	assert_int_equal(weft__filter_project(
	    &filter, weft_slice(body), &out), WEFT_ELIMIT);
	assert_int_equal(weft__filter_project(
	    &filter, weft_slice("[1]"), &out), WEFT_EDAMAGED);
	assert_int_equal(weft__filter_project(
	    &filter, weft_slice("{\"a\""), &out), WEFT_EDAMAGED);
	weft__alloc_fail_after(0, true);
	assert_int_equal(weft__filter_project(
	    &filter, weft_slice(body), &out), WEFT_ENOMEM);
	weft__alloc_fail_never();
	weft__filter_fini(&filter);
	weft_buf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(filter_project__gives_the_named_fields),
	    cmocka_unit_test(filter_project__leaves_out_the_excluded_fields),
	    cmocka_unit_test(filter_project__gives_all_if_none_is_named),
	    cmocka_unit_test(filter_project__reports_failures),
	};

	return cmocka_run_group_tests_name("fields", tests, NULL, NULL);
}
