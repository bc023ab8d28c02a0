/* Tests of weft_point_parse(). */
#include "tests/lib/test.h"

#include <weft/history.h>

static void
assert_point(const char *text, enum weft_point_type type, uint64_t value)
{
	struct weft_error error;
	struct weft_point point;

	assert_int_equal(
	    weft_point_parse(weft_slice(text), &point, &error), 0);
	assert_int_equal(point.type, type);
	assert_true(point.value == value);
}

static void
point_parse__digits_are_a_checkpoint(void **state)
{
	assert_point("0", WEFT_POINT_CHECKPOINT, 0);
	assert_point("12", WEFT_POINT_CHECKPOINT, 12);
	assert_point("18446744073709551615", WEFT_POINT_CHECKPOINT, UINT64_MAX);
}

static void
point_parse__times_are_utc_or_have_an_offset(void **state)
{
	assert_point("1970-01-02", WEFT_POINT_TIME, 86400000);
	assert_point("1970-01-01T00:01", WEFT_POINT_TIME, 60000);
	assert_point("1970-01-01T00:00:01Z", WEFT_POINT_TIME, 1000);
	assert_point("1970-01-01 01:00:00.5+01:00", WEFT_POINT_TIME, 500);
	assert_point("1960-01-01", WEFT_POINT_TIME, 0);
}

static void
point_parse__refuses_what_is_neither(void **state)
{
	static const char *const bad[] = {"", "x", "-1", "+1", "12 ", "1.5",
	    "18446744073709551616", "2024-13-01", "2024-01-31T25:00",
	    "yesterday"};
	struct weft_error error;
	struct weft_point point;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(weft_point_parse(weft_slice(bad[i]), &point,
		    &error), WEFT_EINVAL);
		assert_non_null(strstr(error.text, bad[i]));
	}
	assert_int_equal(weft_point_parse(weft_slice(NULL), &point, &error),
	    WEFT_EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(point_parse__digits_are_a_checkpoint),
	    cmocka_unit_test(point_parse__times_are_utc_or_have_an_offset),
	    cmocka_unit_test(point_parse__refuses_what_is_neither),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
