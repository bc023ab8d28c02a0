/* Tests of include/weft/error.h. */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <weft/error.h>

static const struct {
	int code;
	const char *name;
} codes[] = {
#define X(code, value, class, http, loopback, couchdb, text) {code, #code},
    WEFT_ERRORS(X)
#undef X
};

#define COUNT (sizeof codes / sizeof *codes)

static void
error_table__is_complete_and_without_doubles(void **state)
{
	for (size_t i = 0; i < COUNT; i++) {
		int http = weft_error_http_status(codes[i].code);

		assert_int_equal(codes[i].code, -1 - (int)i);
		assert_string_equal(
		    weft_error_name(codes[i].code), codes[i].name);
		assert_memory_equal(codes[i].name, "WEFT_E", 6);
		assert_in_range(http, 400, 599);
		assert_true(*weft_error_text(codes[i].code));
		assert_true(*weft_error_loopback_word(codes[i].code));
		assert_true(*weft_error_couchdb_word(codes[i].code));
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(
			    weft_error_text(codes[i].code),
			    weft_error_text(codes[j].code));
	}
}

/* Who is at fault agrees with what HTTP says. */
static void
error_table__class_agrees_with_http_status(void **state)
{
	for (size_t i = 0; i < COUNT; i++) {
		int code = codes[i].code;
		bool is_server = weft_error_http_status(code) >= 500;

		switch (weft_error_class(code)) {
		case WEFT_CLASS_REFUSE:
			if (code == WEFT_EUNSUPPORTED || code == WEFT_ECONFIG)
				assert_true(is_server);
			else
				assert_false(is_server);
			break;
		case WEFT_CLASS_CONFLICT:
			assert_int_equal(weft_error_http_status(code), 409);
			break;
		case WEFT_CLASS_RETRY:
		case WEFT_CLASS_DAMAGED:
		case WEFT_CLASS_SYSTEM:
			assert_true(is_server);
			break;
		default:
			fail();
		}
	}
}

static void
error_table__has_the_words_of_the_wires(void **state)
{
	assert_string_equal(
	    weft_error_loopback_word(WEFT_ENOTFOUND), "MODEL_NOT_FOUND");
	assert_string_equal(
	    weft_error_loopback_word(WEFT_EVALIDATION), "ValidationError");
	assert_int_equal(weft_error_http_status(WEFT_EVALIDATION), 422);
	assert_string_equal(
	    weft_error_couchdb_word(WEFT_ECONFLICT), "conflict");
	assert_int_equal(weft_error_http_status(WEFT_ELIMIT), 413);
}

static void
error_table__answers_for_unknown_codes(void **state)
{
	static const int unknown[] = {0, 1, -999, -1 - (int)COUNT};

	for (size_t i = 0; i < 4; i++) {
		assert_string_equal(weft_error_name(unknown[i]), "unknown");
		assert_string_equal(weft_error_text(unknown[i]),
		    weft_error_text(WEFT_EIO));
		assert_int_equal(weft_error_http_status(unknown[i]), 500);
	}
}

static void
error_set__formats_and_returns_the_code(void **state)
{
	struct weft_error error;

	assert_int_equal(weft_error_set(&error, WEFT_EJSON, "at %d", 7),
	    WEFT_EJSON);
	assert_int_equal(error.code, WEFT_EJSON);
	assert_string_equal(error.text, "at 7");
	assert_int_equal(weft_error_set(NULL, WEFT_EIO, "x"), WEFT_EIO);
}

static void
error_set__cuts_long_texts(void **state)
{
	struct weft_error error;
	char text[400];

	memset(text, 'x', sizeof text);
	text[sizeof text - 1] = '\0';
	weft_error_set(&error, WEFT_EIO, "%s", text);
	assert_int_equal(strlen(error.text), sizeof error.text - 1);
	weft_error_wrap(&error, "%s", text);
	assert_int_equal(strlen(error.text), sizeof error.text - 1);
}

static void
error_wrap__says_what_was_being_done(void **state)
{
	struct weft_error error;

	weft_error_set(&error, WEFT_ENOSPACE, "write x.pack");
	assert_int_equal(
	    weft_error_wrap(&error, "commit %d", 3), WEFT_ENOSPACE);
	assert_string_equal(error.text, "commit 3: write x.pack");
	assert_int_equal(error.code, WEFT_ENOSPACE);
	assert_int_equal(weft_error_wrap(NULL, "x"), WEFT_EIO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(error_table__is_complete_and_without_doubles),
	    cmocka_unit_test(error_table__class_agrees_with_http_status),
	    cmocka_unit_test(error_table__has_the_words_of_the_wires),
	    cmocka_unit_test(error_table__answers_for_unknown_codes),
	    cmocka_unit_test(error_set__formats_and_returns_the_code),
	    cmocka_unit_test(error_set__cuts_long_texts),
	    cmocka_unit_test(error_wrap__says_what_was_being_done),
	};

	return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
