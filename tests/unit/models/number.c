/* Tests of models/number.c. */
#include "tests/lib/test.h"

#include "models/number.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		number_parse__reads_json_numbers_with_a_little_around_them),
	    cmocka_unit_test(number_parse__refuses_all_else),
	};

	return cmocka_run_group_tests_name("number", tests, NULL, NULL);
}
