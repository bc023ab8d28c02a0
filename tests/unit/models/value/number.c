/* Tests of models/value/number.c. */
#include "tests/lib/test.h"

#include <math.h>

#include "models/value/number.h"

static void
number_parse__reads_json_numbers_with_a_little_around_them(void **state)
{
	static const struct {
		const char *text;
		double number;
	} rows[] = {
	    {"0", 0}, {"-1", -1}, {"12.50", 12.5}, {"1e3", 1000},
	    {"1E+3", 1000}, {"1e-2", 0.01}, {" 7 ", 7}, {"+5", 5},
	    {"0.1", 0.1},
	};
	double number;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_true(weft__number_parse(
		    weft_slice(rows[i].text), &number));
		assert_true(number == rows[i].number);
	}
}

static void
number_parse__refuses_all_else(void **state)
{
	static const char *const texts[] = {"", " ", "-", "+", "+-1", ".5",
	    "5.", "01", "1e", "1e+", "0x10", "1a", "Infinity", "NaN", "1e999",
	    "1 2"};
	double number;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (weft__number_parse(weft_slice(texts[i]), &number))
			fail_msg("'%s' was taken", texts[i]);
}

static void
number_of_text__is_javascripts_number(void **state)
{
	static const struct {
		const char *text;
		double number;
	} rows[] = {
	    {"", 0}, {" \n\t", 0}, {"007", 7}, {".5", 0.5}, {"5.", 5},
	    {"-.5e1", -5}, {"+0.0", 0}, {"00.10", 0.1}, {"\t12\r\n", 12},
	    {"0x1F", 31}, {"0Xff", 255}, {"0o17", 15}, {"0b101", 5},
	    {"123456789012345678901234567890", 123456789012345678901234567890.},
	};
	static const char *const others[] = {".", "-", "+", "e5", ".e5",
	    "1e", "1_0", "0x", "0xg", "0b2", "0o8", "-0x1", "1 2", "--1",
	    "+-1", "Infinity", "1.2.3", "abc"};
	char digits[WEFT__NUMBER_DIGITS + 1];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (weft__number_of_text(weft_slice(rows[i].text)) !=
		    rows[i].number)
			fail_msg("'%s'", rows[i].text);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (!isnan(weft__number_of_text(weft_slice(others[i]))))
			fail_msg("'%s' was taken", others[i]);
	memset(digits, '0', sizeof digits);
	assert_true(weft__number_of_text(
			weft_slice_of(digits, sizeof digits - 1)) == 0);
	assert_true(isnan(weft__number_of_text(
	    weft_slice_of(digits, sizeof digits))));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		number_parse__reads_json_numbers_with_a_little_around_them),
	    cmocka_unit_test(number_parse__refuses_all_else),
	    cmocka_unit_test(number_of_text__is_javascripts_number),
	};

	return cmocka_run_group_tests_name("number", tests, NULL, NULL);
}
