/* Tests of core/base/json_member.c. */
#include "core/base/json_member.h"

#include "tests/lib/json.h"

static struct weft__json json;

static int
view(void **state)
{
	static const char text[] =
	    "{\"big\":1e300,\"count\":12,\"less\":-1,\"no\":false,"
	    "\"null\":null,\"text\":\"a\\\"b\",\"yes\":true}";

	weft__json_init(&json);
	assert_int_equal(weft__json_view(&json, weft_slice(text), NULL), 0);
	return 0;
}

static int
end(void **state)
{
	weft__json_fini(&json);
	return 0;
}

static void
json_get_count__is_0_if_there_is_none(void **state)
{
	static const char *const others[] = {
	    "big", "less", "missing", "null", "text", "yes"};

	assert_int_equal(weft__json_get_count(&json, "count"), 12);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		assert_int_equal(weft__json_get_count(&json, others[i]), 0);
}

static void
json_get_bool__is_true_for_true_alone(void **state)
{
	static const char *const others[] = {
	    "count", "missing", "no", "null", "text"};

	assert_true(weft__json_get_bool(&json, "yes"));
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		assert_false(weft__json_get_bool(&json, others[i]));
}

static void
json_get_text__is_empty_if_it_does_not_fit(void **state)
{
	static const char *const others[] = {"count", "missing", "null", "yes"};
	char text[4] = "xyz", less[3] = "xy";

	weft__json_get_text(&json, "text", text, sizeof text);
	assert_string_equal(text, "a\"b");
	weft__json_get_text(&json, "text", less, sizeof less);
	assert_string_equal(less, "");
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		memcpy(text, "xyz", sizeof text);
		weft__json_get_text(&json, others[i], text, sizeof text);
		assert_string_equal(text, "");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(json_get_count__is_0_if_there_is_none),
	    cmocka_unit_test(json_get_bool__is_true_for_true_alone),
	    cmocka_unit_test(json_get_text__is_empty_if_it_does_not_fit),
	};

	return cmocka_run_group_tests_name("json_member", tests, view, end);
}
