/*
 * Measuring: time, memory, processes.
 */
#ifndef TESTS_BENCH_MEASURE_H
#define TESTS_BENCH_MEASURE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* CPU time of this process. */
uint64_t bench_cpu_ns(void);

/* Time that passed, from some beginning. */
uint64_t bench_wall_ns(void);

/* Looks at this process's anonymous memory on a thread of its own. */
struct bench_watcher {
	pthread_t thread;
	atomic_bool stop;
	uint64_t peak_kb; /* the most that was seen; after the stop */
};

void bench_watcher_start(struct bench_watcher *watcher);
void bench_watcher_stop(struct bench_watcher *watcher);

/*
 * Runs 'work' in a process of its own, so that what it does to memory and to
 * libraries' settings is its own; 'size' bytes at 'result' come back from it.
 * Returns what 'work' returned, or 1 if it died.
 */
int bench_in_child(int (*work)(const void *context, void *result),
    const void *context, void *result, size_t size);

/* 'value' in the unit that suits it, e.g. "12.3 us"; in a static buffer,
 * one of four that are used in turn. */
const char *bench_time(double ns);

#endif
