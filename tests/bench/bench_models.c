/*
 * "insert": what change tracking adds to inserts and updates in SQLite,
 * against the same bytes through the same connector with trackChanges false.
 */
#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/records.h"

#define COUNT 100000
#define ROUNDS 7

struct cost {
	double insert_us; /* CPU per record */
	double update_us;
	double insert_wall_us;
	double update_wall_us;
};

/* Writes all records in batches, as creates or as replacements. */
static int
write_all(struct bench_database *database, const struct bench_records *records,
    bool update, double *cpu_us, double *wall_us)
{
	uint64_t cpu = bench_cpu_ns(), wall = bench_wall_ns();
	int code = update ? bench_update_all(database, records)
			  : bench_create_all(database, records);

	*cpu_us = (double)(bench_cpu_ns() - cpu) / 1e3 / COUNT;
	*wall_us = (double)(bench_wall_ns() - wall) / 1e3 / COUNT;
	return code;
}

static int
measure(bool tracked, const struct bench_records *created,
    const struct bench_records *updated, struct cost *cost)
{
	struct bench_database database;
	int code = bench_database_open(&database, NULL, tracked);

	if (!code)
		code = write_all(&database, created, false, &cost->insert_us,
		    &cost->insert_wall_us);
	if (!code)
		code = bench_database_project(&database);
	if (!code)
		code = write_all(&database, updated, true, &cost->update_us,
		    &cost->update_wall_us);
	bench_database_close(&database);
	return code;
}

static void
take_less(double *least, double value)
{
	if (*least == 0 || value < *least)
		*least = value;
}

static void
keep_best(struct cost *best, const struct cost *cost)
{
	take_less(&best->insert_us, cost->insert_us);
	take_less(&best->update_us, cost->update_us);
	take_less(&best->insert_wall_us, cost->insert_wall_us);
	take_less(&best->update_wall_us, cost->update_wall_us);
}

int
bench_insert(void)
{
	struct bench_records *created = bench_records_make(COUNT, 1);
	struct bench_records *updated = bench_records_make(COUNT, 2);
	struct cost tracked = {0}, plain = {0}, cost;
	int code = 0;

	for (int round = 0; !code && round < ROUNDS; round++) {
		code = measure(false, created, updated, &cost);
		keep_best(&plain, &cost);
		if (!code)
			code = measure(true, created, updated, &cost);
		keep_best(&tracked, &cost);
	}
	bench_records_free(created);
	bench_records_free(updated);
	if (code)
		return 1;
	printf("insert: %d records of %d B into SQLite (WAL, FULL), batches of "
	       "%d, best of %d\n", COUNT, BENCH_RECORD_SIZE, BENCH_BATCH,
	    ROUNDS);
	printf("  %-22s %8s %8s %7s %9s %9s\n", "CPU us/record", "plain",
	    "tracked", "ratio", "wall plain", "tracked");
	printf("  %-22s %8.2f %8.2f %6.2fx %9.2f %9.2f\n", "insert",
	    plain.insert_us, tracked.insert_us,
	    tracked.insert_us / plain.insert_us, plain.insert_wall_us,
	    tracked.insert_wall_us);
	printf("  %-22s %8.2f %8.2f %6.2fx %9.2f %9.2f\n", "update",
	    plain.update_us, tracked.update_us,
	    tracked.update_us / plain.update_us, plain.update_wall_us,
	    tracked.update_wall_us);
	return 0;
}
