/* Tests of patience. */
#include "tests/lib/test.h"

#include "core/base/patience.h"

#include <weft/error.h>

static void
patience__never_ends_if_none_is_set(void **state)
{
	const struct weft__patience endless = {.is_gone = NULL};

	(void)state;
	assert_null(weft__patience_get());
	for (int i = 0; i < 100; i++)
		assert_int_equal(weft__patience_check(), 0);
	assert_null(weft__patience_set(&endless));
	for (int i = 0; i < 100; i++)
		assert_int_equal(weft__patience_check(), 0);
	assert_ptr_equal(weft__patience_set(NULL), &endless);
}

static void
patience__ends_at_its_time(void **state)
{
	struct weft__patience patience = {
	    .until_ms = weft__patience_now_ms() + 1000000};
	int code = 0;

	(void)state;
	weft__patience_set(&patience);
	for (int i = 0; i < 100; i++)
		assert_int_equal(weft__patience_check(), 0);
	assert_int_equal(weft__patience_check_now(), 0);
	atomic_store(&patience.until_ms, weft__patience_now_ms());
	assert_int_equal(weft__patience_check_now(), WEFT_ETIMEOUT);
	for (int i = 0; i < 100 && !code; i++)
		code = weft__patience_check();
	assert_int_equal(code, WEFT_ETIMEOUT);
	weft__patience_set(NULL);
}

static void
patience__ends_when_a_flag_is_raised(void **state)
{
	atomic_bool is_gone = false, is_ending = false;
	const struct weft__patience patience = {
	    .is_gone = &is_gone, .is_ending = &is_ending};

	(void)state;
	weft__patience_set(&patience);
	assert_int_equal(weft__patience_check(), 0);
	atomic_store(&is_gone, true);
	assert_int_equal(weft__patience_check(), WEFT_ECANCELED);
	atomic_store(&is_gone, false);
	atomic_store(&is_ending, true);
	assert_int_equal(weft__patience_check(), WEFT_ECANCELED);
	assert_int_equal(weft__patience_check_now(), WEFT_ECANCELED);
	weft__patience_set(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(patience__never_ends_if_none_is_set),
	    cmocka_unit_test(patience__ends_at_its_time),
	    cmocka_unit_test(patience__ends_when_a_flag_is_raised),
	};

	return cmocka_run_group_tests_name("patience", tests, NULL, NULL);
}
