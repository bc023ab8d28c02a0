/* Tests of transports/net/timer.h. */
#include "tests/lib/test.h"

#include "tests/lib/random.h"
#include "transports/net/timer.h"

#define COUNT 500
#define TICK WEFT__TIMER_TICK_MS

static struct weft__wheel wheel;
static struct weft__timer timers[COUNT];
static uint64_t now_ms;
static unsigned fired;
static bool must_set_again;

static void
fire(struct weft__timer *timer)
{
	assert_true(timer->deadline_ms <= now_ms);
	assert_true(timer->deadline_ms + 2 * TICK >= now_ms);
	assert_null(timer->link);
	fired++;
	if (must_set_again)
		weft__timer_set(&wheel, timer, now_ms);
}

static void
begin(uint64_t at_ms)
{
	now_ms = at_ms;
	fired = 0;
	must_set_again = false;
	weft__wheel_init(&wheel, now_ms);
	for (size_t i = 0; i < COUNT; i++)
		timers[i] = (struct weft__timer){.fire = fire};
}

static void
timer__fires_once_and_not_early(void **state)
{
	begin(12345);
	weft__timer_set(&wheel, &timers[0], now_ms + 1000);
	now_ms += 999;
	weft__wheel_advance(&wheel, now_ms);
	assert_int_equal(fired, 0);
	now_ms += 2 * TICK;
	weft__wheel_advance(&wheel, now_ms);
	assert_int_equal(fired, 1);
	assert_int_equal(wheel.count, 0);
	now_ms += 100000;
	weft__wheel_advance(&wheel, now_ms);
	assert_int_equal(fired, 1);
}

static void
timer__can_be_moved_and_cleared(void **state)
{
	begin(0);
	weft__timer_set(&wheel, &timers[0], 1000);
	weft__timer_set(&wheel, &timers[0], 5000);
	weft__timer_set(&wheel, &timers[1], 1000);
	weft__timer_clear(&wheel, &timers[1]);
	weft__timer_clear(&wheel, &timers[1]);
	assert_int_equal(wheel.count, 1);
	now_ms = 4999;
	weft__wheel_advance(&wheel, now_ms);
	assert_int_equal(fired, 0);
	now_ms = 5000 + TICK;
	weft__wheel_advance(&wheel, now_ms);
	assert_int_equal(fired, 1);
}

static void
timer__of_the_past_fires_in_the_next_tick(void **state)
{
	begin(100000);
	must_set_again = true;
	weft__timer_set(&wheel, &timers[0], 100000 - TICK);
	for (unsigned i = 1; i < 10; i++) {
		now_ms += TICK;
		weft__wheel_advance(&wheel, now_ms);
		assert_int_equal(fired, i); /* once a tick, not for ever */
	}
}

static void
timer__may_be_beyond_a_turn_of_the_wheel(void **state)
{
	const uint64_t turn = (uint64_t)TICK * WEFT__TIMER_SLOTS;

	begin(77);
	weft__timer_set(&wheel, &timers[0], 3 * turn + 50);
	while (now_ms < 3 * turn + 50 - TICK) {
		now_ms += TICK;
		weft__wheel_advance(&wheel, now_ms);
		assert_int_equal(fired, 0);
	}
	now_ms += 2 * TICK;
	weft__wheel_advance(&wheel, now_ms);
	assert_int_equal(fired, 1);
}

static void
timer__many_all_fire(void **state)
{
	struct random random = {4711};

	begin(1000);
	for (size_t i = 0; i < COUNT; i++)
		weft__timer_set(&wheel, &timers[i],
		    now_ms + random_below(&random, 300000));
	for (int i = 0; i < 3000; i++) {
		weft__timer_clear(&wheel, &timers[random_below(&random, 50)]);
		now_ms += TICK;
		weft__wheel_advance(&wheel, now_ms);
	}
	assert_int_equal(wheel.count, 0);
	assert_true(fired >= COUNT - 50);
}

static void
timer__late_wheels_catch_up(void **state)
{
	begin(0);
	for (size_t i = 0; i < COUNT; i++)
		timers[i].fire = fire;
	weft__timer_set(&wheel, &timers[0], 100000000 - TICK);
	now_ms = 100000000;
	weft__wheel_advance(&wheel, now_ms);
	assert_int_equal(fired, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(timer__fires_once_and_not_early),
	    cmocka_unit_test(timer__can_be_moved_and_cleared),
	    cmocka_unit_test(timer__of_the_past_fires_in_the_next_tick),
	    cmocka_unit_test(timer__may_be_beyond_a_turn_of_the_wheel),
	    cmocka_unit_test(timer__many_all_fire),
	    cmocka_unit_test(timer__late_wheels_catch_up),
	};

	return cmocka_run_group_tests_name("timer", tests, NULL, NULL);
}
