/* Tests of transports/net/loop.h and workers.h. */
#include "tests/lib/test.h"

#include <pthread.h>
#include <stdlib.h>

#include "transports/net/workers.h"

#define THREADS 4
#define TASKS 1000

struct counted {
	struct weft__task task;
	unsigned thread;
	unsigned number;
};

static struct weft__loop *loop;
static struct counted tasks[THREADS][TASKS];
static unsigned next[THREADS];
static unsigned done_count;

static void
count(struct weft__task *task)
{
	struct counted *counted = (struct counted *)task;

	assert_int_equal(next[counted->thread], counted->number);
	next[counted->thread]++;
	if (++done_count == THREADS * TASKS)
		weft__loop_stop(loop);
}

static void *
post_all(void *context)
{
	unsigned thread = (unsigned)(uintptr_t)context;

	for (unsigned i = 0; i < TASKS; i++) {
		tasks[thread][i] =
		    (struct counted){{NULL, count}, thread, i};
		weft__loop_post(loop, &tasks[thread][i].task);
	}
	return NULL;
}

static void
loop_post__runs_the_tasks_of_each_thread_in_order(void **state)
{
	pthread_t threads[THREADS];

	assert_int_equal(weft__loop_create(NULL, NULL, &loop, NULL), 0);
	for (uintptr_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(
		    &threads[i], NULL, post_all, (void *)i), 0);
	weft__loop_run(loop);
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(done_count, THREADS * TASKS);
	weft__loop_destroy(loop);
}

static void
run_and_stop(struct weft__task *task)
{
	done_count++;
	weft__loop_stop(loop);
}

static void
defer(struct weft__task *task)
{
	static struct weft__task deferred = {NULL, run_and_stop};

	weft__loop_defer(loop, &deferred);
	assert_int_equal(done_count, 0); /* not within the call */
}

static void
loop_defer__runs_a_task_after_this_one(void **state)
{
	struct weft__task task = {NULL, defer};

	done_count = 0;
	assert_int_equal(weft__loop_create(NULL, NULL, &loop, NULL), 0);
	weft__loop_post(loop, &task);
	weft__loop_run(loop);
	assert_int_equal(done_count, 1);
	weft__loop_destroy(loop);
}

static void
loop_destroy__runs_what_is_left(void **state)
{
	struct weft__task task = {NULL, run_and_stop};

	done_count = 0;
	assert_int_equal(weft__loop_create(NULL, NULL, &loop, NULL), 0);
	weft__loop_post(loop, &task);
	weft__loop_destroy(loop);
	assert_int_equal(done_count, 1);
	weft__loop_destroy(NULL);
}

struct square {
	struct weft__job job;
	unsigned value;
	pthread_t by;
};

static void
work(struct weft__job *job)
{
	struct square *square = (struct square *)job;

	square->value *= square->value;
	square->by = pthread_self();
}

static void
done(struct weft__job *job)
{
	if (++done_count == TASKS)
		weft__loop_stop(loop);
}

static void
workers__work_elsewhere_and_end_on_the_loop(void **state)
{
	struct square *squares = calloc(TASKS, sizeof *squares);
	struct weft__workers *workers;

	done_count = 0;
	assert_int_equal(weft__loop_create(NULL, NULL, &loop, NULL), 0);
	assert_int_equal(weft__workers_create(3, &workers, NULL), 0);
	for (unsigned i = 0; i < TASKS; i++) {
		squares[i].job = (struct weft__job){.work = work, .done = done};
		squares[i].value = i;
		weft__workers_run(workers, loop, &squares[i].job);
	}
	weft__loop_run(loop);
	weft__workers_destroy(workers);
	weft__workers_destroy(NULL);
	for (unsigned i = 0; i < TASKS; i++) {
		assert_int_equal(squares[i].value, i * i);
		assert_false(pthread_equal(squares[i].by, pthread_self()));
	}
	free(squares);
	weft__loop_destroy(loop);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		loop_post__runs_the_tasks_of_each_thread_in_order),
	    cmocka_unit_test(loop_defer__runs_a_task_after_this_one),
	    cmocka_unit_test(loop_destroy__runs_what_is_left),
	    cmocka_unit_test(workers__work_elsewhere_and_end_on_the_loop),
	};

	return cmocka_run_group_tests_name("loop", tests, NULL, NULL);
}
