/* Tests of core/track/rev.h. */
#include "tests/lib/test.h"

#include "core/track/rev.h"

static void
rev_parse__takes_opaque_text(void **state)
{
	struct weft__rev rev;

	assert_true(weft__rev_parse(weft_slice("1-abc \xc3\xa9"), &rev));
	assert_string_equal(rev.text, "1-abc \xc3\xa9");
	assert_int_equal(rev.size, 8);
	assert_true(weft_slice_equal(
	    weft__rev_slice(&rev), weft_slice("1-abc \xc3\xa9")));
}

static void
rev_parse__refuses_empty_and_control_bytes(void **state)
{
	struct weft__rev rev;

	assert_false(weft__rev_parse(weft_slice(NULL), &rev));
	assert_false(weft__rev_parse(weft_slice(""), &rev));
	assert_false(weft__rev_parse(weft_slice("a\nb"), &rev));
	assert_false(weft__rev_parse(weft_slice("a\x7f"), &rev));
	assert_false(weft__rev_parse(weft_slice_of("a\0b", 3), &rev));
}

static void
rev_parse__takes_its_limit_and_no_more(void **state)
{
	char text[WEFT_LIMIT_REV_SIZE + 1];
	struct weft__rev rev;

	memset(text, 'r', sizeof text);
	assert_true(weft__rev_parse(
	    weft_slice_of(text, WEFT_LIMIT_REV_SIZE), &rev));
	assert_int_equal(strlen(rev.text), WEFT_LIMIT_REV_SIZE);
	assert_false(weft__rev_parse(
	    weft_slice_of(text, WEFT_LIMIT_REV_SIZE + 1), &rev));
}

static void
rev_slice__has_no_value_without_a_revision(void **state)
{
	struct weft__rev rev = {0};

	assert_null(weft__rev_slice(&rev).data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rev_parse__takes_opaque_text),
	    cmocka_unit_test(rev_parse__refuses_empty_and_control_bytes),
	    cmocka_unit_test(rev_parse__takes_its_limit_and_no_more),
	    cmocka_unit_test(rev_slice__has_no_value_without_a_revision),
	};

	return cmocka_run_group_tests_name("rev", tests, NULL, NULL);
}
