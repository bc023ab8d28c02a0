/*
 * The benchmarks.  Each compares us with a peer in one run and prints ratios;
 * returns 0, or 1 if it could not measure.
 */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include "tests/bench/measure.h"

int bench_json(void);
int bench_insert(void);
int bench_replicate(void);
int bench_incremental(void);
int bench_http(void);
int bench_tombstones(void);
int bench_visible(void);

/* The store's: store_<part>.c. */
int bench_store_project(void);
int bench_store_checkpoint(void);
int bench_store_compact(void);
int bench_store_diff(void);
int bench_store_read(void);
int bench_store_history(void);
int bench_store_memory(void);
int bench_store_reconcile(void);

/* Option -n: the records of the large store. */
extern uint64_t bench_record_count;

/* A directory of this run, removed at its end. */
extern char bench_directory[64];

#endif
