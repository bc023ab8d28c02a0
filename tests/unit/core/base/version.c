#include "tests/lib/test.h"

#include <stdio.h>

#include <weft/version.h>

static void
version__is_that_of_the_headers(void **state)
{
	assert_string_equal(weft_version(), WEFT_VERSION);
}

static void
version__number_says_the_same_as_the_text(void **state)
{
	char text[32];

	snprintf(text, sizeof text, "%d.%d.%d",
	    WEFT_VERSION_NUMBER >> 16 & 255, WEFT_VERSION_NUMBER >> 8 & 255,
	    WEFT_VERSION_NUMBER & 255);
	assert_string_equal(text, WEFT_VERSION);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(version__is_that_of_the_headers),
	    cmocka_unit_test(version__number_says_the_same_as_the_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
