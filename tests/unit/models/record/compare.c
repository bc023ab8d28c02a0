/* Tests of weft_record_compare(). */
#include "tests/lib/test.h"

#include <weft/history.h>

#include "core/base/alloc.h"

static int
append(const struct weft_property_difference *difference, void *context)
{
	static const struct weft_slice none = {"none", 4};

	return weft_buf_printf(context, "%.*s: %.*s > %.*s\n",
	    (int)difference->path.size, difference->path.data,
	    (int)(difference->before.data ? difference->before : none).size,
	    (difference->before.data ? difference->before : none).data,
	    (int)(difference->after.data ? difference->after : none).size,
	    (difference->after.data ? difference->after : none).data);
}

/* Asserts what differs, a line for each property. */
static void
assert_differences(const char *before, const char *after, const char *wanted)
{
	struct weft_buf found = WEFT_BUF_INIT(10000);
	struct weft_error error = {.text = ""};

	assert_int_equal(weft_record_compare(weft_slice(before),
	    weft_slice(after), append, &found, &error), 0);
	assert_string_equal(weft_buf_slice(&found).data, wanted);
	weft_buf_fini(&found);
}

static void
record_compare__names_what_differs(void **state)
{
	assert_differences(
	    "{\"a\":1,\"b\":\"x\"}", "{\"a\":1,\"b\":\"x\"}", "");
	assert_differences("{\"a\":1,\"b\":\"x\",\"d\":null}",
	    "{\"a\":2,\"c\":true,\"d\":false}",
	    "/a: 1 > 2\n"
	    "/b: \"x\" > none\n"
	    "/c: none > true\n"
	    "/d: null > false\n");
}

static void
record_compare__no_value_has_no_properties(void **state)
{
	assert_differences(NULL, NULL, "");
	assert_differences(NULL, "{\"a\":{\"b\":1}}", "/a: none > {\"b\":1}\n");
	assert_differences("{\"a\":[1]}", NULL, "/a: [1] > none\n");
}

static void
record_compare__looks_into_objects_and_arrays_of_one_length(void **state)
{
	assert_differences("{\"a\":{\"b\":{\"c\":1,\"d\":2}}}",
	    "{\"a\":{\"b\":{\"c\":1,\"d\":3}},\"e\":1}",
	    "/a/b/d: 2 > 3\n/e: none > 1\n");
	assert_differences("{\"a\":[1,{\"b\":1},[1,2]]}",
	    "{\"a\":[1,{\"b\":2},[1]]}",
	    "/a/1/b: 1 > 2\n/a/2: [1,2] > [1]\n");
	assert_differences("{\"a\":[1,2]}", "{\"a\":[2]}",
	    "/a: [1,2] > [2]\n");
	assert_differences("{\"a\":[]}", "{\"a\":{}}", "/a: [] > {}\n");
}

static void
record_compare__paths_are_json_pointers(void **state)
{
	assert_differences("{\"a/b\":{\"~\":1}}", "{\"a/b\":{\"~\":2}}",
	    "/a~1b/~0: 1 > 2\n");
	assert_differences("{\"\":1}", "{\"\":2}", "/: 1 > 2\n");
	assert_differences("{\"a\\\"\\n\":{\"\xc3\xa4\":1}}",
	    "{\"a\\\"\\n\":{\"\xc3\xa4\":2}}", "/a\"\n/\xc3\xa4: 1 > 2\n");
}

static int
stop(const struct weft_property_difference *difference, void *context)
{
	++*(int *)context;
	return 77;
}

static void
record_compare__stops_when_asked(void **state)
{
	struct weft_error error = {.code = 0, .text = ""};
	int count = 0;

	assert_int_equal(
	    weft_record_compare(weft_slice("{\"a\":[1,1],\"b\":1}"),
		weft_slice("{\"a\":[2,2],\"b\":2}"), stop, &count, &error),
	    77);
	assert_int_equal(count, 1);
	assert_int_equal(error.code, 0);
}

static int
go_on(const struct weft_property_difference *difference, void *context)
{
	++*(int *)context;
	return 0;
}

static void
record_compare__refuses_what_is_no_object(void **state)
{
	struct weft_error error;
	int count = 0;

	assert_int_equal(weft_record_compare(weft_slice("{a"),
	    weft_slice("{}"), stop, &count, &error), WEFT_EDAMAGED);
	assert_int_equal(weft_record_compare(weft_slice("[1]"),
	    weft_slice("[2]"), stop, &count, &error), WEFT_EDAMAGED);
	assert_int_equal(count, 0);
}

static void
record_compare__survives_every_failing_allocation(void **state)
{
	struct weft_error error;
	int code = WEFT_ENOMEM, count = 0;

	for (uint64_t i = 0; code; i++) {
		error.code = 0;
		weft__alloc_fail_after(i, false);
		code = weft_record_compare(
		    weft_slice("{\"a\":{\"b\\n\":[1,{\"c\":2}]}}"),
		    weft_slice("{\"a\":{\"b\\n\":[1,{\"c\":3}]}}"), go_on,
		    &count, &error);
		weft__alloc_fail_never();
		assert_int_equal(error.code, code);
		assert_true(!code || code == WEFT_ENOMEM);
		assert_true(i < 100);
	}
	assert_int_equal(count, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(record_compare__names_what_differs),
	    cmocka_unit_test(record_compare__no_value_has_no_properties),
	    cmocka_unit_test(
		record_compare__looks_into_objects_and_arrays_of_one_length),
	    cmocka_unit_test(record_compare__paths_are_json_pointers),
	    cmocka_unit_test(record_compare__stops_when_asked),
	    cmocka_unit_test(record_compare__refuses_what_is_no_object),
	    cmocka_unit_test(
		record_compare__survives_every_failing_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
