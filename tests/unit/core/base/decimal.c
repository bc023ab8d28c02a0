/* Tests of core/base/decimal.h, against the C library. */
#include "tests/lib/test.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/decimal.h"
#include "tests/lib/random.h"

/* 0.DIGITSe+POINT, which strtod() reads. */
static void
print(const struct weft__decimal *decimal, char text[64])
{
	snprintf(text, 64, "0.%.*se%+d", decimal->length, decimal->digits,
	    (int)decimal->point);
}

/* The shortest by trying: the first of 1 to 17 digits that reads back. */
static void
print_shortest(double value, char text[64])
{
	char digits[32], *at, *end;
	int length = 0;

	do
		snprintf(digits, sizeof digits, "%.*e", length, value);
	while (strtod(digits, NULL) != value && length++ < 16);
	at = strchr(digits, 'e');
	for (end = at; end[-1] == '0' || end[-1] == '.'; end--)
		if (end == digits + 1)
			break;
	snprintf(text, 64, "0.%c%.*se%+d", digits[0],
	    end > digits + 2 ? (int)(end - digits) - 2 : 0, digits + 2,
	    (int)strtol(at + 1, NULL, 10) + 1);
}

static void
assert_shortest(double value)
{
	struct weft__decimal decimal;
	char text[64], expected[64];

	weft__decimal_shorten(&decimal, value);
	print(&decimal, text);
	print_shortest(value, expected);
	assert_string_equal(text, expected);
	assert_true(weft__decimal_value(&decimal) == value);
}

static void
assert_read(const char *digits, int64_t point)
{
	struct weft__decimal decimal = {
	    .point = point, .length = (int)strlen(digits)};
	char text[1024];

	memcpy(decimal.digits, digits, strlen(digits));
	weft__decimal_strip(&decimal);
	snprintf(text, sizeof text, "0.%se%d", digits, (int)point);
	if (weft__decimal_value(&decimal) != strtod(text, NULL))
		fail_msg("%s", text);
}

/* Neither power of two nor below 1e-5 or from 2^52 on, and otherwise. */
static void
decimal_shorten__is_the_shortest(void **state)
{
	struct random random = {1};

	for (int i = 0; i < 20000; i++) {
		double fraction =
		    (double)(random_next(&random) >> 11) * 0x1p-53;
		double scale = pow(10, (double)random_below(&random, 26) - 7);

		if (fraction > 0)
			assert_shortest(fraction * scale);
	}
	for (int i = 0; i < 2000; i++) {
		uint64_t bits = random_next(&random) >> 1;
		double value;

		memcpy(&value, &bits, sizeof value);
		/* Powers of two are left to the tests of json_number.c. */
		if (isfinite(value) && bits << 12)
			assert_shortest(value);
	}
}

/* These have 17 digits exactly, the last a 5: two of 16 are equally near. */
static void
decimal_shorten__rounds_halves_to_even(void **state)
{
	struct weft__decimal decimal;

	for (int i = 1; i < 4000; i += 2)
		assert_shortest(8 + i * 0x1p-16);
	weft__decimal_shorten(&decimal, 9 + 0x1p-16);
	assert_int_equal(decimal.length, 16);
	assert_memory_equal(decimal.digits, "9000015258789062", 16);
	weft__decimal_shorten(&decimal, 9 + 0x3p-16);
	assert_memory_equal(decimal.digits, "9000045776367188", 16);
}

static void
decimal_shorten__holds_at_the_edges(void **state)
{
	static const double edges[] = {1e-5, 1e-4, 1e-3, 1e-2, 0.1, 10, 100,
	    1e3, 1e6, 1e9, 1e12, 1e14, 1e15, 1e16, 1e17, 1e21, 1e22, 1e23,
	    0.3, 3, 5, 7.5, DBL_MAX, 1e-300, 5e-324, 1e-310};

	for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
		double below = edges[i], above = edges[i];

		for (int step = 0; step < 50; step++) {
			if (below > 0)
				assert_shortest(below);
			if (isfinite(above))
				assert_shortest(above);
			below = nextafter(below, 0);
			above = nextafter(above, HUGE_VAL);
		}
	}
	for (double value = 4503599627370486.5; value < 4503599627370506;
	     value++)
		assert_shortest(value);
}

static void
decimal_value__is_the_nearest(void **state)
{
	struct random random = {2};

	for (int i = 0; i < 50000; i++) {
		char digits[32];
		int length = 1 + (int)random_below(&random, 20);

		snprintf(digits, sizeof digits, "%" PRIu64 "%010" PRIu64,
		    1 + random_below(&random, 1000000000),
		    random_below(&random, 10000000000));
		if (length < (int)strlen(digits))
			digits[length] = '\0';
		assert_read(digits, (int64_t)random_below(&random, 24) - 6);
		assert_read(digits, (int64_t)random_below(&random, 700) - 350);
	}
}

/* Between two doubles, and just beside the middle. */
static void
decimal_value__decides_at_the_middle(void **state)
{
	struct random random = {3};

	for (int i = 0; i < 2000; i++) {
		/* 54 bits, the last one set: the middle, in 17 digits. */
		uint64_t odd = UINT64_C(1) << 53 | 1 |
		    (random_next(&random) & ((UINT64_C(1) << 53) - 1));
		char digits[32];

		for (int beside = -1; beside <= 1; beside++) {
			snprintf(digits, sizeof digits, "%" PRIu64 "5",
			    odd / 2 + (uint64_t)beside);
			assert_read(digits, 16);
			snprintf(digits, sizeof digits, "%" PRIu64,
			    odd + (uint64_t)beside);
			assert_read(digits, 17);
		}
	}
	assert_read("90071992547409925", 16);
	assert_read("45035996273704965", 16);
	assert_read("45035996273704955", 16);
	assert_read("99999999999999999", -5);
	assert_read("99999999999999999", -4);
	assert_read("99999999999999999", 0);
	assert_read("100000000000000005", 1);
}

static void
decimal_value__has_an_end(void **state)
{
	struct weft__decimal decimal = {.point = 310, .length = 1};

	decimal.digits[0] = '1';
	assert_true(weft__decimal_value(&decimal) == HUGE_VAL);
	decimal.point = INT64_C(1) << 40;
	assert_true(weft__decimal_value(&decimal) == HUGE_VAL);
	decimal.point = 309;
	assert_true(weft__decimal_value(&decimal) == 1e308);
	decimal.point = -322;
	assert_true(weft__decimal_value(&decimal) == 1e-323);
	decimal.point = -324;
	assert_true(weft__decimal_value(&decimal) == 0);
	decimal.point = -(INT64_C(1) << 40);
	assert_true(weft__decimal_value(&decimal) == 0);
	decimal.length = 0;
	assert_true(weft__decimal_value(&decimal) == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(decimal_shorten__is_the_shortest),
	    cmocka_unit_test(decimal_shorten__rounds_halves_to_even),
	    cmocka_unit_test(decimal_shorten__holds_at_the_edges),
	    cmocka_unit_test(decimal_value__is_the_nearest),
	    cmocka_unit_test(decimal_value__decides_at_the_middle),
	    cmocka_unit_test(decimal_value__has_an_end),
	};

	return cmocka_run_group_tests_name("decimal", tests, NULL, NULL);
}
