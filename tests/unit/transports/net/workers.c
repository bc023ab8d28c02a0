/*
 * Tests of transports/net/workers.c.
 */
#include "tests/lib/test.h"

#include <stdatomic.h>

#include "transports/net/workers.h"

#define JOBS 100

static atomic_uint worked;
static unsigned done;

static void
work(struct weft__job *job)
{
	(void)job;
	atomic_fetch_add(&worked, 1);
}

static void
note_done(struct weft__job *job)
{
	(void)job;
	done++;
}

static void
workers__finish_what_they_were_given(void **state)
{
	static struct weft__job jobs[JOBS];
	struct weft_error error = {0};
	struct weft__workers *workers;
	struct weft__loop *loop;

	(void)state;
	assert_int_equal(weft__loop_create(NULL, NULL, &loop, &error), 0);
	assert_int_equal(weft__workers_create(3, &workers, &error), 0);
	for (size_t i = 0; i < JOBS; i++) {
		jobs[i].work = work;
		jobs[i].done = note_done;
		weft__workers_run(workers, i % 2 ? loop : NULL, &jobs[i]);
	}
	weft__workers_destroy(workers);
	assert_int_equal(atomic_load(&worked), JOBS);
	assert_int_equal(done, 0); /* that is the loop's */
	while (done < JOBS / 2)
		weft__loop_step(loop);
	weft__loop_destroy(loop);
}

/* One job after the other: a worker that rests again is woken again. */
static void
workers__are_woken_for_each_job(void **state)
{
	struct weft__job job = {.work = work, .done = note_done};
	struct weft_error error = {0};
	struct weft__workers *workers;
	struct weft__loop *loop;

	(void)state;
	done = 0;
	assert_int_equal(weft__loop_create(NULL, NULL, &loop, &error), 0);
	assert_int_equal(weft__workers_create(3, &workers, &error), 0);
	for (unsigned i = 1; i <= JOBS; i++) {
		weft__workers_run(workers, loop, &job);
		while (done < i)
			weft__loop_step(loop);
	}
	weft__workers_destroy(workers);
	weft__loop_destroy(loop);
}

static void
workers__end_without_a_job(void **state)
{
	struct weft_error error = {0};
	struct weft__workers *workers;

	(void)state;
	assert_int_equal(weft__workers_create(3, &workers, &error), 0);
	weft__workers_destroy(workers);
	weft__workers_destroy(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(workers__finish_what_they_were_given),
	    cmocka_unit_test(workers__are_woken_for_each_job),
	    cmocka_unit_test(workers__end_without_a_job),
	};

	return cmocka_run_group_tests_name("workers", tests, NULL, NULL);
}
