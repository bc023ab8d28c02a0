/*
 * Sources by URL: who opens them.
 */
#include "tests/lib/test.h"

#include <weft/source.h>

static void
source_is_url__goes_by_the_scheme(void **state)
{
	(void)state;
	assert_true(weft_source_is_url("http://h/api"));
	assert_true(weft_source_is_url("HTTPS://h/api"));
	assert_false(weft_source_is_url("http:/h"));
	assert_false(weft_source_is_url("httpx://h"));
	assert_false(weft_source_is_url("sqlite:x"));
	assert_false(weft_source_is_url(""));
}

static void
source_open_url__refuses_what_nobody_opens(void **state)
{
	struct weft_source *source = NULL;
	struct weft_error error;

	(void)state;
	assert_int_equal(weft_source_open_url(
	    "ftp://user:secret@h/", NULL, &source, &error), WEFT_EINVAL);
	assert_null(source);
	assert_null(strstr(error.text, "secret"));
}

static void
source_open_url__refuses_options_of_another_version(void **state)
{
	const struct weft_url_options options = {.version = 2};
	struct weft_source *source = NULL;
	struct weft_error error;

	(void)state;
	assert_int_equal(weft_source_open_url(
	    "http://127.0.0.1:9/", &options, &source, &error), WEFT_EINVAL);
	assert_non_null(strstr(error.text, "version 2"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(source_is_url__goes_by_the_scheme),
	    cmocka_unit_test(source_open_url__refuses_what_nobody_opens),
	    cmocka_unit_test(
		source_open_url__refuses_options_of_another_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
