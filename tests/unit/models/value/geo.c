/* Tests of models/value/geo.c. */
#include "tests/lib/test.h"

#include <math.h>

#include "models/value/geo.h"

static void
geo_read__takes_objects_arrays_and_text(void **state)
{
	static const char *const tokens[] = {"{\"lat\":1.5,\"lng\":-2}",
	    "{\"lat\":\"1.5\",\"lng\":\"-2\"}", "[1.5,-2]", "[1.5,-2,9]",
	    "\"1.5,-2\"", "\"1.5, -2\""};
	struct weft__geo_point point;

	for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++) {
		assert_true(weft__geo_read(
		    weft__json_value_of(weft_slice(tokens[i])), &point));
		assert_true(point.latitude == 1.5 && point.longitude == -2);
	}
}

static void
geo_read__refuses_what_is_no_point(void **state)
{
	static const char *const tokens[] = {"null", "1", "true", "\"\"",
	    "\"1\"", "\"1,2,3\"", "\"a,b\"", "[]", "[1]", "[null,1]", "{}",
	    "{\"lat\":1}", "{\"lat\":91,\"lng\":0}", "{\"lat\":0,\"lng\":181}",
	    "[-90.5,0]", "[0,-180.5]", "\"1,\\n2\""};
	struct weft__geo_point point;

	for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++)
		if (weft__geo_read(weft__json_value_of(
			weft_slice(tokens[i])), &point))
			fail_msg("%s was taken", tokens[i]);
}

static void
geo_distance__is_that_of_loopback(void **state)
{
	struct weft__geo_point here = {10, 10}, there = {5, 5};
	double miles = weft__geo_distance_m(&here, &there) /
	    weft__geo_unit_m(weft_slice("miles"));

	assert_true(fabs(miles - 486.3956513) < 1e-6);
	assert_true(weft__geo_distance_m(&here, &here) == 0);
}

static void
geo_distance__is_right_at_the_far_side(void **state)
{
	struct weft__geo_point pole = {90, 0}, other = {-90, 0};
	struct weft__geo_point east = {0, 180}, west = {0, -180};
	double half = 3.14159265358979 * 6370990.56;

	assert_true(fabs(weft__geo_distance_m(&pole, &other) - half) < 1);
	assert_true(weft__geo_distance_m(&east, &west) < 1);
}

static void
geo_unit__knows_six(void **state)
{
	assert_true(weft__geo_unit_m(weft_slice("meters")) == 1);
	assert_true(weft__geo_unit_m(weft_slice("kilometers")) == 1000);
	assert_true(fabs(weft__geo_unit_m(weft_slice("miles")) - 1609) < 1);
	assert_true(fabs(weft__geo_unit_m(weft_slice("feet")) - 0.3048) < 1e-4);
	assert_true(weft__geo_unit_m(weft_slice("radians")) == 6370990.56);
	assert_true(
	    fabs(weft__geo_unit_m(weft_slice("degrees")) - 111195) < 1);
	assert_true(weft__geo_unit_m(weft_slice("yards")) == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(geo_read__takes_objects_arrays_and_text),
	    cmocka_unit_test(geo_read__refuses_what_is_no_point),
	    cmocka_unit_test(geo_distance__is_that_of_loopback),
	    cmocka_unit_test(geo_distance__is_right_at_the_far_side),
	    cmocka_unit_test(geo_unit__knows_six),
	};

	return cmocka_run_group_tests_name("geo", tests, NULL, NULL);
}
