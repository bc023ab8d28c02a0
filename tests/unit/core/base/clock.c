/* Tests of core/base/clock.h. */
#include "tests/lib/test.h"

#include <time.h>

#include "core/base/clock.h"

static uint64_t
fixed_now(void *context)
{
	return *(uint64_t *)context;
}

static void
fixed_random(void *context, void *data, size_t size)
{
	memset(data, 0xff, size);
}

static void
clock__asks_the_one_handed_in(void **state)
{
	uint64_t now = 1700000000123;
	const struct weft_clock clock = {fixed_now, fixed_random, &now};
	unsigned char bytes[3] = {0, 0, 0};

	assert_int_equal(weft__clock_now_ms(&clock), 1700000000123);
	now++;
	assert_int_equal(weft__clock_now_ms(&clock), 1700000000124);
	weft__clock_random(&clock, bytes, 2);
	assert_memory_equal(bytes, "\xff\xff\0", 3);
}

static void
clock_system__tells_the_time_of_day_in_ms(void **state)
{
	uint64_t before = (uint64_t)time(NULL);
	uint64_t now = weft__clock_now_ms(&weft__clock_system);
	uint64_t after = (uint64_t)time(NULL);

	/* time() may lag behind by a tick. */
	assert_in_range(now, before * 1000 - 100, after * 1000 + 1100);
}

static void
clock_system__fills_all_bytes_with_random_ones(void **state)
{
	unsigned char bytes[64], seen[64] = {0};

	for (int round = 0; round < 32; round++) {
		weft__clock_random(&weft__clock_system, bytes, sizeof bytes);
		for (size_t i = 0; i < sizeof bytes; i++)
			seen[i] |= bytes[i];
	}
	for (size_t i = 0; i < sizeof seen; i++)
		assert_int_not_equal(seen[i], 0);
}

static void
uuid__is_of_version_4(void **state)
{
	uint64_t now = 0;
	const struct weft_clock clock = {fixed_now, fixed_random, &now};
	char text[WEFT__UUID_SIZE + 1], other[WEFT__UUID_SIZE + 1];

	weft__uuid(&clock, text);
	assert_string_equal(text, "ffffffff-ffff-4fff-bfff-ffffffffffff");
	weft__uuid(&weft__clock_system, text);
	weft__uuid(&weft__clock_system, other);
	assert_int_equal(strlen(text), WEFT__UUID_SIZE);
	assert_int_equal(text[14], '4');
	assert_string_not_equal(text, other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(clock__asks_the_one_handed_in),
	    cmocka_unit_test(clock_system__tells_the_time_of_day_in_ms),
	    cmocka_unit_test(clock_system__fills_all_bytes_with_random_ones),
	    cmocka_unit_test(uuid__is_of_version_4),
	};

	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
