/* Tests of include/weft/buf.h. */
#include "tests/lib/test.h"

#include <weft/buf.h>
#include <weft/error.h>

static void
buf_append__keeps_bytes_and_a_nul(void **state)
{
	struct weft_buf buf = WEFT_BUF_INIT(100);

	assert_int_equal(weft_buf_append(&buf, "ab\0c", 4), 0);
	assert_int_equal(weft_buf_printf(&buf, "%d", 17), 0);
	assert_int_equal(buf.size, 6);
	assert_memory_equal(buf.data, "ab\0c17", 7);
	weft_buf_fini(&buf);
}

static void
buf_append__fills_to_its_limit_and_not_beyond(void **state)
{
	struct weft_buf buf = WEFT_BUF_INIT(70);
	char bytes[71] = {0};

	assert_int_equal(weft_buf_append(&buf, bytes, 69), 0);
	assert_int_equal(weft_buf_append(&buf, bytes, 2), WEFT_ELIMIT);
	assert_int_equal(buf.size, 69);
	assert_int_equal(weft_buf_append(&buf, bytes, 1), 0);
	assert_int_equal(weft_buf_reserve(&buf, SIZE_MAX), WEFT_ELIMIT);
	assert_int_equal(weft_buf_printf(&buf, "x"), WEFT_ELIMIT);
	assert_int_equal(buf.size, 70);
	weft_buf_fini(&buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(buf_append__keeps_bytes_and_a_nul),
	    cmocka_unit_test(buf_append__fills_to_its_limit_and_not_beyond),
	};

	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
