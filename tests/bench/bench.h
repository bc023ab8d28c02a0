/*
 * The benchmarks.  Each compares us with a peer in one run and prints ratios;
 * returns 0, or 1 if it could not measure.
 */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include <stdint.h>

int bench_json(void);
int bench_store(void);
int bench_insert(void);
int bench_replicate(void);
int bench_incremental(void);

/* CPU time of this process. */
uint64_t bench_cpu_ns(void);

/* Time that passed, from some beginning. */
uint64_t bench_wall_ns(void);

#endif
