/* Tests of include/weft/log.h and core/base/log.h. */
#include "tests/lib/test.h"

#include "core/base/log.h"

static struct {
	int count;
	enum weft_log_level level;
	char module[32];
	char text[2048];
	void *context;
} received;

static void
receive(enum weft_log_level level, const char *module, const char *text,
    void *context)
{
	received.count++;
	received.level = level;
	received.context = context;
	assert_true(strlen(module) < sizeof received.module);
	assert_true(strlen(text) < sizeof received.text);
	memcpy(received.module, module, strlen(module) + 1);
	memcpy(received.text, text, strlen(text) + 1);
}

static void
log__hands_messages_over(void **state)
{
	int context;

	received.count = 0;
	weft_log_set(receive, WEFT_LOG_INFO, &context);
	weft__log(WEFT_LOG_WARNING, "store", "pack %d of %s", 3, "x");
	weft_log_set(NULL, WEFT_LOG_ERROR, NULL);
	assert_int_equal(received.count, 1);
	assert_int_equal(received.level, WEFT_LOG_WARNING);
	assert_string_equal(received.module, "store");
	assert_string_equal(received.text, "pack 3 of x");
	assert_ptr_equal(received.context, &context);
}

static void
log__leaves_out_what_nobody_asks_for(void **state)
{
	received.count = 0;
	weft__log(WEFT_LOG_ERROR, "store", "nobody listens");
	for (int asked = WEFT_LOG_ERROR; asked <= WEFT_LOG_DEBUG; asked++) {
		received.count = 0;
		weft_log_set(receive, (enum weft_log_level)asked, NULL);
		weft__log(WEFT_LOG_ERROR, "m", "e");
		weft__log(WEFT_LOG_WARNING, "m", "w");
		weft__log(WEFT_LOG_INFO, "m", "i");
		weft__log(WEFT_LOG_DEBUG, "m", "d");
		assert_int_equal(received.count, asked + 1);
	}
	weft_log_set(NULL, WEFT_LOG_ERROR, NULL);
}

static void
log__cuts_long_messages(void **state)
{
	received.count = 0;
	weft_log_set(receive, WEFT_LOG_DEBUG, NULL);
	weft__log(WEFT_LOG_DEBUG, "m", "%*d", 2000, 1);
	weft_log_set(NULL, WEFT_LOG_ERROR, NULL);
	assert_int_equal(received.count, 1);
	assert_int_equal(strlen(received.text), 1023);
}

static void
log_level_name__names_each(void **state)
{
	assert_string_equal(weft_log_level_name(WEFT_LOG_ERROR), "error");
	assert_string_equal(weft_log_level_name(WEFT_LOG_WARNING), "warning");
	assert_string_equal(weft_log_level_name(WEFT_LOG_INFO), "info");
	assert_string_equal(weft_log_level_name(WEFT_LOG_DEBUG), "debug");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(log__hands_messages_over),
	    cmocka_unit_test(log__leaves_out_what_nobody_asks_for),
	    cmocka_unit_test(log__cuts_long_messages),
	    cmocka_unit_test(log_level_name__names_each),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
