/* Tests of models/value/date.c. */
#include "tests/lib/test.h"

#include "models/value/date.h"

/* A date and what it becomes; NULL: it is none. */
struct row {
	const char *text;
	const char *canonical;
};

static void
check(const struct row *rows, size_t length)
{
	char text[WEFT__DATE_SIZE];
	int64_t ms;

	for (size_t i = 0; i < length; i++) {
		bool is_date =
		    weft__date_parse(weft_slice(rows[i].text), &ms);

		if (is_date != (rows[i].canonical != NULL))
			fail_msg("%s: %d", rows[i].text, is_date);
		if (!is_date)
			continue;
		assert_int_equal(weft__date_format(ms, text),
		    strlen(rows[i].canonical));
		assert_string_equal(text, rows[i].canonical);
	}
}
#define CHECK(rows) check(rows, sizeof rows / sizeof *rows)

static void
date_parse__reads_iso_8601(void **state)
{
	static const struct row rows[] = {
	    {"2020-02-03T04:05:06.789Z", "2020-02-03T04:05:06.789Z"},
	    {"2020-02-03T04:05:06Z", "2020-02-03T04:05:06.000Z"},
	    {"2020-02-03T04:05Z", "2020-02-03T04:05:00.000Z"},
	    {"2020-02-03T04:05:06.7Z", "2020-02-03T04:05:06.700Z"},
	    {"2020-02-03T04:05:06.7894999Z", "2020-02-03T04:05:06.789Z"},
	    {"2020-02-03t04:05:06z", "2020-02-03T04:05:06.000Z"},
	    {"2020-02-03 04:05:06", "2020-02-03T04:05:06.000Z"},
	    {"2020-02-03", "2020-02-03T00:00:00.000Z"},
	    {"2020-02", "2020-02-01T00:00:00.000Z"},
	    {"2020", "2020-01-01T00:00:00.000Z"},
	    {"2020-02-03T24:00:00Z", "2020-02-04T00:00:00.000Z"},
	    {"2020-02-29", "2020-02-29T00:00:00.000Z"},
	    {"2000-02-29", "2000-02-29T00:00:00.000Z"},
	};

	CHECK(rows);
}

static void
date_parse__moves_offsets_to_utc(void **state)
{
	static const struct row rows[] = {
	    {"2020-01-01T00:30:00+01:00", "2019-12-31T23:30:00.000Z"},
	    {"2019-12-31T23:30:00-05:30", "2020-01-01T05:00:00.000Z"},
	    {"2020-01-01T00:00+00:00", "2020-01-01T00:00:00.000Z"},
	};

	CHECK(rows);
}

static void
date_parse__keeps_to_the_range_of_javascript(void **state)
{
	static const struct row rows[] = {
	    {"+275760-09-13T00:00:00.000Z", "+275760-09-13T00:00:00.000Z"},
	    {"+275760-09-13T00:00:00.001Z", NULL},
	    {"-271821-04-20T00:00:00.000Z", "-271821-04-20T00:00:00.000Z"},
	    {"-271821-04-19T23:59:59.999Z", NULL},
	    {"0000-01-01", "0000-01-01T00:00:00.000Z"},
	    {"-000001-12-31", "-000001-12-31T00:00:00.000Z"},
	    {"+010000-01-01", "+010000-01-01T00:00:00.000Z"},
	    {"1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"},
	};

	CHECK(rows);
}

static void
date_parse__refuses_what_is_no_date(void **state)
{
	static const struct row rows[] = {
	    {"", NULL}, {"x", NULL}, {"20", NULL}, {"2020-13", NULL},
	    {"2020-00", NULL}, {"2020-1", NULL}, {"2020-02-30", NULL},
	    {"2019-02-29", NULL}, {"1900-02-29", NULL}, {"2020-02-00", NULL},
	    {"2020-02-03T", NULL}, {"2020-02-03T04", NULL},
	    {"2020-02-03T04:60", NULL}, {"2020-02-03T04:05:60", NULL},
	    {"2020-02-03T24:00:01", NULL}, {"2020-02-03T25:00", NULL},
	    {"2020-02-03T04:05:06.", NULL}, {"2020-02-03T04:05:06.7Y", NULL},
	    {"2020-02-03T04:05:06+1:00", NULL},
	    {"2020-02-03T04:05:06+01:60", NULL}, {"2020-02-03x", NULL},
	    {"-000000-01-01", NULL}, {" 2020", NULL},
	    {"Tue, 04 Feb 2020", NULL},
	};
	int64_t ms;

	CHECK(rows);
	assert_false(weft__date_parse(weft_slice(NULL), &ms));
}

static void
date_format__is_the_reverse_on_every_day(void **state)
{
	char text[WEFT__DATE_SIZE];

	/* A prime step that meets every month and hour. */
	for (int64_t ms = -WEFT__DATE_MAX_MS; ms <= WEFT__DATE_MAX_MS;
	     ms += INT64_C(86399999981)) {
		int64_t again = 0;
		size_t size = weft__date_format(ms, text);

		assert_true(
		    weft__date_parse(weft_slice_of(text, size), &again));
		assert_int_equal(again, ms);
	}
}

static void
date_from_json__takes_strings_and_numbers(void **state)
{
	int64_t ms = 0;

	assert_true(weft__date_from_json(
	    weft__json_value_of(weft_slice("\"1970-01-02\"")), &ms));
	assert_int_equal(ms, 86400000);
	assert_true(weft__date_from_json(
	    weft__json_value_of(weft_slice("1500.7")), &ms));
	assert_int_equal(ms, 1500);
	assert_true(weft__date_from_json(
	    weft__json_value_of(weft_slice("-8640000000000000")), &ms));
	assert_int_equal(ms, -WEFT__DATE_MAX_MS);
	assert_false(weft__date_from_json(
	    weft__json_value_of(weft_slice("8640000000000002")), &ms));
	assert_false(weft__date_from_json(
	    weft__json_value_of(weft_slice("true")), &ms));
	assert_false(weft__date_from_json(
	    weft__json_value_of(weft_slice("\"\\u0000\"")), &ms));
	assert_false(weft__date_from_json(
	    weft__json_value_of(weft_slice("null")), &ms));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(date_parse__reads_iso_8601),
	    cmocka_unit_test(date_parse__moves_offsets_to_utc),
	    cmocka_unit_test(date_parse__keeps_to_the_range_of_javascript),
	    cmocka_unit_test(date_parse__refuses_what_is_no_date),
	    cmocka_unit_test(date_format__is_the_reverse_on_every_day),
	    cmocka_unit_test(date_from_json__takes_strings_and_numbers),
	};

	return cmocka_run_group_tests_name("date", tests, NULL, NULL);
}
