/* Tests of core/base/json_skim.h. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "core/base/json_skim.h"

/* Skims an array into a text of its elements, "|" after each. */
static int
skim_array(const char *json, char text[200], struct weft_error *error)
{
	struct weft__json_skim skim;
	struct weft_slice value;
	size_t size = 0;
	int code;

	weft__json_skim_init(&skim, weft_slice(json));
	text[0] = '\0';
	code = weft__json_skim_enter(&skim, '[', error);
	while (!code &&
	    !(code = weft__json_skim_element(&skim, &value, error)) &&
	    value.data)
		size += (size_t)snprintf(text + size, 200 - size, "%.*s|",
		    (int)value.size, value.data);
	return code ? code : weft__json_skim_end(&skim, error);
}

static void
skim_element__gives_each_value_whole(void **state)
{
	static const char *const rows[][2] = {
	    {"[]", ""},
	    {" [ ] ", ""},
	    {"[1]", "1|"},
	    {"[ 1 ,\"a\" , null,true]", "1|\"a\"|null|true|"},
	    {"[{\"a\":[1,{}]},[[]],\"]\"]", "{\"a\":[1,{}]}|[[]]|\"]\"|"},
	    {"[\"\\\"]\",{\"a\\\\\":\"}\"}]", "\"\\\"]\"|{\"a\\\\\":\"}\"}|"},
	    {"[\"\\\\\\\"]\",\"\\\\\",2]", "\"\\\\\\\"]\"|\"\\\\\"|2|"},
	    {"[\n-1.5e3\t,2\r\n]\n", "-1.5e3|2|"},
	};
	struct weft_error error;
	char text[200];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(skim_array(rows[i][0], text, &error), 0);
		assert_string_equal(text, rows[i][1]);
	}
}

static void
skim_element__refuses_what_is_no_array(void **state)
{
	static const char *const rows[][2] = {
	    {"", "offset 0: the input ends too early"},
	    {"{}", "offset 0: expected an array"},
	    {"[", "offset 1: the input ends too early"},
	    {"[1", "offset 2: the input ends too early"},
	    {"[1,]", "offset 3: expected a value"},
	    {"[,1]", "offset 1: expected a value"},
	    {"[1 2]", "offset 3: expected a comma or the end"},
	    {"[\"a]", "offset 4: the input ends too early"},
	    {"[\"a\\", "offset 4: the input ends too early"},
	    {"[{\"a\":1]", "offset 8: the input ends too early"},
	    {"[1]x", "offset 3: expected nothing more"},
	};
	struct weft_error error;
	char text[200];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(
		    skim_array(rows[i][0], text, &error), WEFT_EJSON);
		assert_string_equal(error.text, rows[i][1]);
	}
}

static void
skim_member__walks_into_a_member_and_on(void **state)
{
	static const char json[] =
	    "{ \"a\" : {\"x\":[1]}, \"b\":[ 1, 2 ] , \"c\":3 }";
	struct weft__json_skim skim;
	struct weft_slice name, value;

	weft__json_skim_init(&skim, weft_slice(json));
	assert_int_equal(weft__json_skim_enter(&skim, '{', NULL), 0);
	assert_int_equal(weft__json_skim_member(&skim, &name, NULL), 0);
	assert_true(weft_slice_equal(name, weft_slice("a")));
	assert_int_equal(weft__json_skim_value(&skim, &value, NULL), 0);
	assert_true(weft_slice_equal(value, weft_slice("{\"x\":[1]}")));
	assert_int_equal(weft__json_skim_member(&skim, &name, NULL), 0);
	assert_int_equal(weft__json_skim_peek(&skim), '[');
	assert_int_equal(weft__json_skim_enter(&skim, '[', NULL), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
		    weft__json_skim_element(&skim, &value, NULL), 0);
		assert_non_null(value.data);
	}
	assert_int_equal(weft__json_skim_element(&skim, &value, NULL), 0);
	assert_null(value.data);
	assert_int_equal(weft__json_skim_member(&skim, &name, NULL), 0);
	assert_true(weft_slice_equal(name, weft_slice("c")));
	assert_int_equal(weft__json_skim_value(&skim, &value, NULL), 0);
	assert_int_equal(weft__json_skim_member(&skim, &name, NULL), 0);
	assert_null(name.data);
	assert_int_equal(weft__json_skim_end(&skim, NULL), 0);
}

static void
skim_member__refuses_what_is_no_object(void **state)
{
	static const char *const rows[] = {"{\"a\"}", "{\"a\" 1}", "{a:1}",
	    "{\"a\":1,}", "{\"a\":1 \"b\":2}", "{\"a\":}", "{1:2}", "{"};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct weft__json_skim skim;
		struct weft_slice name, value;
		int code;

		weft__json_skim_init(&skim, weft_slice(rows[i]));
		code = weft__json_skim_enter(&skim, '{', NULL);
		while (!code &&
		    !(code = weft__json_skim_member(&skim, &name, NULL)) &&
		    name.data)
			code = weft__json_skim_value(&skim, &value, NULL);
		assert_int_equal(code, WEFT_EJSON);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(skim_element__gives_each_value_whole),
	    cmocka_unit_test(skim_element__refuses_what_is_no_array),
	    cmocka_unit_test(skim_member__walks_into_a_member_and_on),
	    cmocka_unit_test(skim_member__refuses_what_is_no_object),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
