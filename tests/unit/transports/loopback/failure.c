/* Tests of transports/loopback/failure.h. */
#include "tests/lib/test.h"

#include <stdio.h>

#include "transports/loopback/failure.h"

static void
assert_body(const struct weft__rest_failure *failure, int code,
    const char *text, const char *expected)
{
	struct weft_buf body = WEFT_BUF_INIT(10000);
	struct weft_error error;

	weft_error_set(&error, code, "%s", text);
	assert_int_equal(weft__rest_failure_write(failure, &error, &body), 0);
	assert_string_equal(body.data, expected);
	weft_buf_fini(&body);
}

static void
failure_write__is_loopbacks(void **state)
{
	struct weft__rest_failure failure = {
	    .details = WEFT_BUF_INIT(1000)};

	assert_body(&failure, WEFT_EEXISTS, "Duplicate entry for Todo.id",
	    "{\"error\":{\"statusCode\":409,\"name\":\"Error\","
	    "\"message\":\"Duplicate entry for Todo.id\"}}");
	assert_body(&failure, WEFT_EJSON, "offset 1: \"",
	    "{\"error\":{\"statusCode\":400,\"name\":\"SyntaxError\","
	    "\"message\":\"offset 1: \\\"\"}}");
	failure.word = "MODEL_NOT_FOUND";
	assert_body(&failure, WEFT_ENOTFOUND, "Unknown \"Todo\" id \"nope\".",
	    "{\"error\":{\"statusCode\":404,\"name\":\"Error\",\"message\":"
	    "\"Unknown \\\"Todo\\\" id \\\"nope\\\".\",\"code\":"
	    "\"MODEL_NOT_FOUND\"}}");
	failure.word = NULL;
	assert_int_equal(weft_buf_append(&failure.details, "{\"a\":1}", 7), 0);
	assert_body(&failure, WEFT_EVALIDATION, "no",
	    "{\"error\":{\"statusCode\":422,\"name\":\"ValidationError\","
	    "\"message\":\"no\",\"details\":{\"a\":1}}}");
	weft_buf_fini(&failure.details);
}

static void
failure_write__tells_nothing_of_what_is_ours(void **state)
{
	struct weft__rest_failure failure = {0};

	assert_body(&failure, WEFT_EIO, "/secret/path: no such file",
	    "{\"error\":{\"statusCode\":500,"
	    "\"message\":\"Internal Server Error\"}}");
	assert_body(&failure, WEFT_ENOSPACE, "/secret",
	    "{\"error\":{\"statusCode\":507,"
	    "\"message\":\"Insufficient Storage\"}}");
	failure.status = 503;
	assert_body(&failure, WEFT_EINVAL, "secret",
	    "{\"error\":{\"statusCode\":503,"
	    "\"message\":\"Service Unavailable\"}}");
}

/* The texts of errors are cut, in the middle of a character too. */
static void
failure_write__ends_with_a_whole_character(void **state)
{
	struct weft__rest_failure failure = {0};
	struct weft_buf body = WEFT_BUF_INIT(10000);
	struct weft_error error;

	for (size_t shift = 0; shift < 4; shift++) {
		char text[400] = "xxxx";

		for (size_t i = 0; i < 90; i++)
			memcpy(text + shift + 3 * i, "\342\202\254", 4);
		weft_error_set(&error, WEFT_EINVAL, "%s", text);
		weft_buf_clear(&body);
		assert_int_equal(
		    weft__rest_failure_write(&failure, &error, &body), 0);
		assert_non_null(strstr(body.data, "\342\202\254\"}}"));
	}
	weft_error_set(&error, WEFT_EINVAL, "\377");
	weft_buf_clear(&body);
	assert_int_equal(weft__rest_failure_write(&failure, &error, &body), 0);
	assert_non_null(strstr(body.data, "\"message\":\"(not UTF-8)\"}}"));
	weft_buf_fini(&body);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(failure_write__is_loopbacks),
	    cmocka_unit_test(failure_write__tells_nothing_of_what_is_ours),
	    cmocka_unit_test(failure_write__ends_with_a_whole_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
