/* Tests of core/base/json_number.c. */
#include "tests/lib/json.h"

#include <locale.h>
#include <math.h>

static void
json_number__is_printed_as_ecmascript_does(void **state)
{
	static const char *const cases[][2] = {
	    {"0", "0"}, {"-0", "0"}, {"0.0", "0"}, {"-0.0", "0"},
	    {"0e5", "0"}, {"-0e-5", "0"}, {"1", "1"}, {"-1", "-1"},
	    {"1.50", "1.5"}, {"-1.50", "-1.5"}, {"1.0", "1"},
	    {"100.000", "100"}, {"0.10", "0.1"}, {"12.34", "12.34"},
	    {"1e0", "1"}, {"1E2", "100"}, {"1e+2", "100"},
	    {"1.5e1", "15"}, {"15e-1", "1.5"}, {"1.25E-2", "0.0125"},
	    {"0.000001", "0.000001"}, {"0.0000001", "1e-7"},
	    {"0.00000123", "0.00000123"}, {"0.000000123", "1.23e-7"},
	    {"1e-6", "0.000001"}, {"1e-7", "1e-7"}, {"-12e-8", "-1.2e-7"},
	    {"1e20", "100000000000000000000"},
	    {"100000000000000000000", "100000000000000000000"},
	    {"123e18", "123000000000000000000"},
	    {"1e21", "1e+21"}, {"1000000000000000000000", "1e+21"},
	    {"1.5e300", "1.5e+300"}, {"-15e299", "-1.5e+300"},
	    {"123456789012345", "123456789012345"},
	    {"1234567890.12345", "1234567890.12345"},
	    {"0.1000000000000000055", "0.1"},
	    {"0.30000000000000004", "0.30000000000000004"},
	    {"0.3000000000000000444", "0.30000000000000004"},
	    {"3.141592653589793238", "3.141592653589793"},
	    {"1.7976931348623157e308", "1.7976931348623157e+308"},
	    {"1.7976931348623158e308", "1.7976931348623157e+308"},
	    {"2.2250738585072014e-308", "2.2250738585072014e-308"},
	    {"2.2250738585072011e-308", "2.225073858507201e-308"},
	    {"4.9e-324", "5e-324"}, {"3e-324", "5e-324"},
	    {"2e-324", "0"}, {"-1e-400", "0"}, {"1e-99999999999999999", "0"},
	    {"0e99999999999999999", "0"}, {"1e308", "1e+308"},
	    {"5e-308", "5e-308"}, {"1e-307", "1e-307"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_canonical(cases[i][0], cases[i][1]);
}

static void
json_number__is_kept_as_integer_if_a_double_keeps_it(void **state)
{
	static const char *const kept[] = {"9007199254740991",
	    "9007199254740992", "-9007199254740992", "9007199254740994",
	    "1700000000000000", "9223372036854775000",
	    "123456789012345680000"};

	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
		assert_canonical(kept[i], kept[i]);
	/* 2^63 and 2^64 are doubles; JavaScript prints them so. */
	assert_canonical("9223372036854775808", "9223372036854776000");
	assert_canonical("9223372036854776000", "9223372036854776000");
	assert_canonical("18446744073709551616", "18446744073709552000");
	assert_canonical("18446744073709552000", "18446744073709552000");
	assert_canonical("100000000000000000000000", "1e+23");
}

static void
json_number__is_refused_if_a_double_changes_it(void **state)
{
	assert_invalid("9007199254740993",
	    "offset 0: an integer that a double changes");
	assert_invalid("[1, -9007199254740993]",
	    "offset 4: an integer that a double changes");
	assert_invalid("{\"a\":9223372036854775807}",
	    "offset 5: an integer that a double changes");
	assert_invalid("18446744073709551615",
	    "offset 0: an integer that a double changes");
	assert_invalid("123456789012345678901",
	    "offset 0: an integer that a double changes");
	assert_invalid("100000000000000000000001",
	    "offset 0: an integer that a double changes");
	/* Only integers are exact: this one says that it is not. */
	assert_canonical("9007199254740993.0", "9007199254740992");
	assert_canonical("9007199254740993e0", "9007199254740992");
}

static void
json_number__is_refused_beyond_a_double(void **state)
{
	assert_invalid("1e400",
	    "offset 0: a number beyond a double's range");
	assert_invalid("[0,-1e309]",
	    "offset 3: a number beyond a double's range");
	assert_invalid("1.7976931348623159e308",
	    "offset 0: a number beyond a double's range");
	assert_invalid("1e99999999999999999999",
	    "offset 0: a number beyond a double's range");
}

static void
json_number__may_have_any_number_of_digits(void **state)
{
	char text[2048];

	/* The point between 1 and the next double, and just above it. */
	memset(text, '0', sizeof text);
	memcpy(text, "1.00000000000000011102230246251565404236316680908203125",
	    55);
	text[1500] = '\0';
	assert_canonical(text, "1");
	text[1499] = '1';
	assert_canonical(text, "1.0000000000000002");
	memset(text, '0', sizeof text);
	text[0] = '1';
	text[308] = '\0';
	assert_canonical(text, "1e+307");
	text[308] = text[309] = '0';
	text[310] = '\0';
	assert_invalid(text, "offset 0: a number beyond a double's range");
	memset(text, '0', sizeof text);
	text[1] = '.';
	memcpy(text + 1000, "125e1000", 9);
	assert_canonical(text, "12.5");
}

static void
json_number__must_be_complete(void **state)
{
	static const struct {
		const char *input;
		const char *text;
	} cases[] = {
	    {"-", "offset 1: an incomplete number"},
	    {"[-]", "offset 2: an incomplete number"},
	    {"-x", "offset 1: an incomplete number"},
	    {"01", "offset 1: an incomplete number"},
	    {"-00", "offset 2: an incomplete number"},
	    {"1.", "offset 2: an incomplete number"},
	    {"1.e5", "offset 2: an incomplete number"},
	    {"[1.]", "offset 3: an incomplete number"},
	    {"1e", "offset 2: an incomplete number"},
	    {"1e+", "offset 3: an incomplete number"},
	    {"1.5E-x", "offset 5: an incomplete number"},
	    {".5", "offset 0: a value is expected"},
	    {"+1", "offset 0: a value is expected"},
	    {"0x10", "offset 1: something after the value"},
	    {"1.2.3", "offset 3: something after the value"},
	    {"[1e5e5]", "offset 4: a comma or ] is expected"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_invalid(cases[i].input, cases[i].text);
}

static void
assert_printed(double number, const char *expected)
{
	char text[WEFT__JSON_NUMBER_SIZE];
	size_t size = weft__json_write_number(number, text);

	assert_string_equal(text, expected);
	assert_int_equal(size, strlen(expected));
	assert_true(weft__json_read_number(weft_slice_of(text, size)) ==
	    number);
}

static void
json_write_number__prints_the_shortest(void **state)
{
	assert_printed(0, "0");
	assert_printed(-0.0, "0");
	assert_printed(0.1, "0.1");
	assert_printed(-0.1 - 0.2, "-0.30000000000000004");
	assert_printed(1e23, "1e+23");
	assert_printed(5e-324, "5e-324");
	assert_printed(-1.7976931348623157e308, "-1.7976931348623157e+308");
	assert_printed(-1.2345678901234568e-300, "-1.2345678901234568e-300");
	assert_printed(-0.0000012345678901234567, "-0.0000012345678901234567");
	/* Powers of two whose nearest decimal of 16 digits reads as another
	 * double, but the next above it does not. */
	assert_printed(ldexp(1, -1017), "7.120236347223045e-307");
	assert_printed(ldexp(1, -791), "7.678447687145631e-239");
	assert_printed(ldexp(1, -778), "6.290184345309701e-235");
	/* And some whose nearest does. */
	assert_printed(ldexp(1, -44), "5.684341886080802e-14");
	assert_printed(ldexp(1, 89), "6.189700196426902e+26");
}

/* Every power of two and its neighbours read back as what was printed. */
static void
json_write_number__reads_back_at_powers_of_two(void **state)
{
	for (int exponent = -1074; exponent < 1024; exponent++) {
		double power = ldexp(1, exponent);
		double near[] = {nextafter(power, 0), power,
		    nextafter(power, HUGE_VAL)};

		for (int i = 0; i < 3; i++) {
			char text[WEFT__JSON_NUMBER_SIZE];
			size_t size = weft__json_write_number(near[i], text);

			assert_true(strtod(text, NULL) == near[i]);
			assert_true(weft__json_read_number(
			    weft_slice_of(text, size)) == near[i]);
			assert_canonical(text, text);
		}
	}
}

static void
json_read_number__is_correctly_rounded(void **state)
{
	static const char *const texts[] = {"0", "-1", "123456789012345",
	    "1e22", "1e23", "1e-22", "1.5e-23", "8.5e+21", "0.1", "12.34",
	    "9007199254740993", "123456789012345e-20", "2.5e-324", "-7e-310",
	    "1.7976931348623157e+308", "179769313486231e294", "1e-400"};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_true(weft__json_read_number(weft_slice(texts[i])) ==
		    strtod(texts[i], NULL));
	assert_true(weft__json_read_number(weft_slice("null")) == 0);
	assert_true(weft__json_read_number(weft_slice("")) == 0);
}

static void
json_read_whole__takes_what_a_double_keeps(void **state)
{
	static const struct {
		const char *text;
		uint64_t number;
	} taken[] = {{"0", 0}, {"-0", 0}, {"7", 7}, {"1e3", 1000},
	    {"9007199254740991", UINT64_C(9007199254740991)},
	    {"9007199254740992", UINT64_C(9007199254740992)}};
	static const char *const refused[] = {"-1", "0.5", "9007199254740994",
	    "18446744073709551616", "1e300", "\"1\"", "null", "true", "[]"};
	struct weft__json_value value = {WEFT__JSON_ABSENT, {"", 0}};
	uint64_t number = 1;

	assert_false(weft__json_read_whole(value, &number));
	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
		value.token = weft_slice(taken[i].text);
		value.type = weft__json_token_type(value.token);
		assert_true(weft__json_read_whole(value, &number));
		assert_int_equal(number, taken[i].number);
	}
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		value.token = weft_slice(refused[i]);
		value.type = weft__json_token_type(value.token);
		assert_false(weft__json_read_whole(value, &number));
	}
}

/* Many countries write a decimal comma. */
static void
json_number__does_not_depend_on_the_locale(void **state)
{
	static const char *const locales[] = {"de_DE.UTF-8", "fr_FR.UTF-8",
	    "ps_AF.UTF-8", "de_DE", "fr_FR"};

	for (size_t i = 0; i < sizeof locales / sizeof *locales; i++) {
		if (!setlocale(LC_ALL, locales[i]))
			continue;
		json_number__is_printed_as_ecmascript_does(state);
		json_number__is_kept_as_integer_if_a_double_keeps_it(state);
		assert_printed(-0.1 - 0.2, "-0.30000000000000004");
	}
	setlocale(LC_ALL, "C");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(json_number__is_printed_as_ecmascript_does),
	    cmocka_unit_test(
		json_number__is_kept_as_integer_if_a_double_keeps_it),
	    cmocka_unit_test(json_number__is_refused_if_a_double_changes_it),
	    cmocka_unit_test(json_number__is_refused_beyond_a_double),
	    cmocka_unit_test(json_number__may_have_any_number_of_digits),
	    cmocka_unit_test(json_number__must_be_complete),
	    cmocka_unit_test(json_write_number__prints_the_shortest),
	    cmocka_unit_test(json_write_number__reads_back_at_powers_of_two),
	    cmocka_unit_test(json_read_number__is_correctly_rounded),
	    cmocka_unit_test(json_read_whole__takes_what_a_double_keeps),
	    cmocka_unit_test(json_number__does_not_depend_on_the_locale),
	};

	return cmocka_run_group_tests_name("json_number", tests, NULL, NULL);
}
