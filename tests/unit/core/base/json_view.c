/* Tests of core/base/json_view.c. */
#include "tests/lib/json.h"

#include "core/base/alloc.h"

static void
json_view__finds_members_where_they_are(void **state)
{
	static const char text[] =
	    "{\"\":\"\",\"a\":[1,{\"x\":\"]}\"}],\"b\\\"\":\"\\\\\","
	    "\"c\":-1.5e+300,\"d\":{\"e\":{}},\"f\":true}";
	static const char *const expected[][2] = {{"", "\"\""},
	    {"a", "[1,{\"x\":\"]}\"}]"}, {"b\\\"", "\"\\\\\""},
	    {"c", "-1.5e+300"}, {"d", "{\"e\":{}}"}, {"f", "true"}};
	struct weft__json json;

	weft__json_init(&json);
	assert_int_equal(weft__json_view(&json, weft_slice(text), NULL), 0);
	assert_int_equal(json.type, WEFT__JSON_OBJECT);
	assert_int_equal(json.length, 6);
	for (size_t i = 0; i < 6; i++) {
		assert_slice(json.members[i].name, expected[i][0]);
		assert_slice(json.members[i].value.token, expected[i][1]);
		assert_true(json.members[i].name.data > text);
		assert_true(json.members[i].name.data < text + sizeof text);
		assert_int_equal(json.members[i].value.type,
		    weft__json_token_type(weft_slice(expected[i][1])));
	}
	weft__json_fini(&json);
}

static void
json_view__takes_other_values(void **state)
{
	static const struct {
		const char *text;
		enum weft__json_type type;
	} cases[] = {
	    {"{}", WEFT__JSON_OBJECT}, {"[]", WEFT__JSON_ARRAY},
	    {"[{\"a\":1}]", WEFT__JSON_ARRAY}, {"\"x\"", WEFT__JSON_STRING},
	    {"12", WEFT__JSON_NUMBER}, {"-1", WEFT__JSON_NUMBER},
	    {"null", WEFT__JSON_NULL}, {"true", WEFT__JSON_TRUE},
	    {"false", WEFT__JSON_FALSE}};
	struct weft__json json;

	weft__json_init(&json);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(weft__json_view(
		    &json, weft_slice(cases[i].text), NULL), 0);
		assert_int_equal(json.type, cases[i].type);
		assert_int_equal(json.length, 0);
	}
	weft__json_fini(&json);
}

static void
json_view__says_what_is_plainly_damaged(void **state)
{
	static const char *const damaged[] = {"", "{", "{\"", "{\"a", "{\"a\"",
	    "{\"a\":", "{\"a\":}", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}",
	    "{\"a\":1}x", "{\"a\":1}\"b\":2}", "{\"a\":\"}", "{\"a\":[}",
	    "{\"a\":[1}", "{\"a\":[1]", "{a:1}", "{\"a\\\":1}", "[", "[1",
	    "[\"]", "\"", "\"a", "\"a\"b", "\"\\", "1,", "{\"a\"1}",
	    "{\"a\":1]"};

	for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
		size_t size = strlen(damaged[i]);
		char *copy = malloc(size ? size : 1);
		struct weft_error error;
		struct weft__json json;

		assert_non_null(copy);
		memcpy(copy, damaged[i], size);
		weft__json_init(&json);
		assert_int_equal(weft__json_view(&json,
		    weft_slice_of(copy, size), &error), WEFT_EDAMAGED);
		assert_string_equal(error.text, "not canonical JSON");
		assert_int_equal(json.type, WEFT__JSON_ABSENT);
		assert_int_equal(json.length, 0);
		weft__json_fini(&json);
		free(copy);
	}
}

static void
json_view__survives_a_failing_allocation(void **state)
{
	static const char text[] = "{\"a\":1}";
	struct weft_error error;
	struct weft__json json;

	weft__json_init(&json);
	weft__alloc_fail_after(0, true);
	assert_int_equal(weft__json_view(&json, weft_slice(text), &error),
	    WEFT_ENOMEM);
	weft__alloc_fail_never();
	assert_int_equal(json.length, 0);
	assert_int_equal(weft__json_view(&json, weft_slice(text), &error), 0);
	assert_int_equal(json.length, 1);
	weft__json_fini(&json);
}

static void
json_find__finds_each_name(void **state)
{
	static const char *const names[] = {"", "\\u0000", "a", "aa", "b",
	    "id", "z", "\xc3\xa9", "\xf0\x9f\x98\x80", "\xee\x80\x80"};
	static const char text[] =
	    "{\"\":0,\"\\u0000\":1,\"a\":2,\"aa\":3,\"b\":4,\"id\":5,\"z\":6,"
	    "\"\xc3\xa9\":7,\"\xf0\x9f\x98\x80\":8,\"\xee\x80\x80\":9}";
	struct weft__json json;

	weft__json_init(&json);
	assert_int_equal(weft__json_view(&json, weft_slice(text), NULL), 0);
	for (long i = 0; i < 10; i++) {
		struct weft__json_value value =
		    weft__json_find(&json, weft_slice(names[i]));

		assert_int_equal(weft__json_index(
		    &json, weft_slice(names[i])), i);
		assert_int_equal(value.type, WEFT__JSON_NUMBER);
		assert_int_equal(*value.token.data, '0' + i);
	}
	assert_int_equal(weft__json_index(&json, weft_slice("c")), -1);
	assert_int_equal(weft__json_find(&json, weft_slice("ida")).type,
	    WEFT__JSON_ABSENT);
	assert_null(weft__json_find(&json, weft_slice("zz")).token.data);
	weft__json_fini(&json);
}

static struct weft__json_value
step(const char *token, const char *name)
{
	return weft__json_step(weft__json_value_of(weft_slice(token)),
	    weft_slice(name));
}

static void
json_step__goes_into_objects_and_arrays(void **state)
{
	static const char object[] = "{\"a\":[10,\"x\",{}],\"b\":{\"c\":null}}";
	struct weft__json_value value = step(object, "a");

	assert_slice(value.token, "[10,\"x\",{}]");
	assert_int_equal(value.type, WEFT__JSON_ARRAY);
	assert_slice(weft__json_step(value, weft_slice("0")).token, "10");
	assert_slice(weft__json_step(value, weft_slice("2")).token, "{}");
	assert_slice(step("[0,1,2,3,4,5,6,7,8,9,[10]]", "10").token, "[10]");
	value = weft__json_step(step(object, "b"), weft_slice("c"));
	assert_int_equal(value.type, WEFT__JSON_NULL);
}

static void
json_step__finds_nothing_elsewhere(void **state)
{
	static const char *const cases[][2] = {{"{}", "a"}, {"{\"a\":1}", "b"},
	    {"{\"a\":1}", ""}, {"[]", "0"}, {"[1]", "1"}, {"[1]", ""},
	    {"[1]", "00"}, {"[1]", "-0"}, {"[1]", "length"}, {"[1]", "0x0"},
	    {"[1]", "4294967296"}, {"[1]", "18446744073709551616"},
	    {"1", "0"}, {"\"abc\"", "0"}, {"null", "a"}};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(step(cases[i][0], cases[i][1]).type,
		    WEFT__JSON_ABSENT);
	assert_int_equal(weft__json_step(weft__json_value_of(
	    weft_slice(NULL)), weft_slice("a")).type, WEFT__JSON_ABSENT);
}

static void
json_element__visits_each(void **state)
{
	static const char *const expected[] = {
	    "1", "\"a,]\"", "[2,3]", "{\"k\":[]}", "true"};
	struct weft_slice array =
	    weft_slice("[1,\"a,]\",[2,3],{\"k\":[]},true]");
	struct weft__json_value element;
	size_t offset = 0;

	for (size_t i = 0; i < 5; i++) {
		assert_true(weft__json_element(array, &offset, &element));
		assert_slice(element.token, expected[i]);
	}
	assert_int_equal(element.type, WEFT__JSON_TRUE);
	assert_false(weft__json_element(array, &offset, &element));
	assert_false(weft__json_element(array, &offset, &element));
	offset = 0;
	assert_false(weft__json_element(weft_slice("[]"), &offset, &element));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(json_view__finds_members_where_they_are),
	    cmocka_unit_test(json_view__takes_other_values),
	    cmocka_unit_test(json_view__says_what_is_plainly_damaged),
	    cmocka_unit_test(json_view__survives_a_failing_allocation),
	    cmocka_unit_test(json_find__finds_each_name),
	    cmocka_unit_test(json_step__goes_into_objects_and_arrays),
	    cmocka_unit_test(json_step__finds_nothing_elsewhere),
	    cmocka_unit_test(json_element__visits_each),
	};

	return cmocka_run_group_tests_name("json_view", tests, NULL, NULL);
}
