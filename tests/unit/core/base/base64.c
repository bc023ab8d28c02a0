/* Tests of base64. */
#include "tests/lib/test.h"

#include <weft/error.h>

#include "core/base/base64.h"

/* Bytes, and what they are as text. */
static void
check(const char *bytes, const char *text)
{
	struct weft_buf out = WEFT_BUF_INIT(64);

	assert_int_equal(weft__base64_encode(weft_slice(bytes), &out), 0);
	assert_string_equal(out.data, text);
	weft_buf_clear(&out);
	assert_int_equal(weft__base64_decode(weft_slice(text), &out), 0);
	assert_string_equal(out.data, bytes);
	weft_buf_fini(&out);
}

static void
base64_encode__is_that_of_rfc_4648_without_padding(void **state)
{
	check("f", "Zg");
	check("fo", "Zm8");
	check("foo", "Zm9v");
	check("foob", "Zm9vYg");
	check("fooba", "Zm9vYmE");
	check("foobar", "Zm9vYmFy");
	check("\xff\xfe\xfb", "__77");
}

static int
decode(const char *text)
{
	struct weft_buf out = WEFT_BUF_INIT(64);
	int code = weft__base64_decode(weft_slice(text), &out);

	weft_buf_fini(&out);
	return code;
}

static void
base64_decode__takes_both_alphabets_and_padding(void **state)
{
	struct weft_buf out = WEFT_BUF_INIT(64);

	assert_int_equal(weft__base64_decode(weft_slice("//77"), &out), 0);
	assert_int_equal(weft__base64_decode(weft_slice("Zg=="), &out), 0);
	assert_string_equal(out.data, "\xff\xfe\xfb" "f");
	weft_buf_fini(&out);
	assert_int_equal(decode(""), 0);
	assert_int_equal(decode("Z"), WEFT_EINVAL);
	assert_int_equal(decode("Zm9vY"), WEFT_EINVAL);
	assert_int_equal(decode("Zm 9v"), WEFT_EINVAL);
	assert_int_equal(decode("Zg==="), WEFT_EINVAL);
}

static void
base64_decode__keeps_to_the_limit(void **state)
{
	struct weft_buf out = WEFT_BUF_INIT(5);

	assert_int_equal(
	    weft__base64_decode(weft_slice("Zm9vYmFy"), &out), WEFT_ELIMIT);
	weft_buf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		base64_encode__is_that_of_rfc_4648_without_padding),
	    cmocka_unit_test(base64_decode__takes_both_alphabets_and_padding),
	    cmocka_unit_test(base64_decode__keeps_to_the_limit),
	};

	return cmocka_run_group_tests_name("base64", tests, NULL, NULL);
}
