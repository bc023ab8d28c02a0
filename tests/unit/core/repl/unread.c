/* Tests of the list of changes that could not be read. */
#include "tests/lib/test.h"

#include "core/base/limits.h"
#include "core/repl/unread.h"

static void
unread__keeps_ids_and_reasons(void **state)
{
	struct weft__unread unread = {.list = NULL};
	struct weft_error why;
	char id[] = "a";

	weft_error_set(&why, WEFT_EINVAL, "rev is not text");
	assert_int_equal(weft__unread_add(&unread, weft_slice(id), &why), 0);
	*id = 'x'; /* it was copied */
	assert_int_equal(weft__unread_add(&unread, weft_slice(NULL), &why), 0);
	assert_int_equal(unread.length, 2);
	assert_true(weft_slice_equal(unread.list[0].id, weft_slice("a")));
	assert_string_equal(unread.list[0].why.text, "rev is not text");
	assert_null(unread.list[1].id.data);
	weft__unread_fini(&unread);
	assert_int_equal(unread.length, 0);
}

static void
unread__is_bounded(void **state)
{
	struct weft__unread unread = {.list = NULL};
	struct weft_error why;

	weft_error_set(&why, WEFT_EJSON, "?");
	for (int i = 0; i < WEFT_LIMIT_REFUSED_KEPT + 3; i++)
		assert_int_equal(
		    weft__unread_add(&unread, weft_slice("a"), &why), 0);
	assert_int_equal(unread.length, WEFT_LIMIT_REFUSED_KEPT);
	assert_int_equal(unread.others, 3);
	weft__unread_fini(&unread);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(unread__keeps_ids_and_reasons),
	    cmocka_unit_test(unread__is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
