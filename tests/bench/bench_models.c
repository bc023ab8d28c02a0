/*
 * "insert": what change tracking adds to inserts and updates in SQLite,
 * against the same bytes through the same connector with trackChanges false.
 */
#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/records.h"

#define COUNT 100000
#define ROUNDS 15

/* Of each round, per record. */
struct cost_list {
	double insert_us[ROUNDS]; /* CPU */
	double update_us[ROUNDS];
	double insert_wall_us[ROUNDS];
	double update_wall_us[ROUNDS];
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
    const struct bench_records *updated, int round, struct cost_list *costs)
{
	struct bench_database database;
	int code = bench_database_open(&database, NULL, tracked);

	if (!code)
		code = write_all(&database, created, false,
		    &costs->insert_us[round],
		    &costs->insert_wall_us[round]);
	if (!code)
		code = bench_database_project(&database);
	if (!code)
		code = write_all(&database, updated, true,
		    &costs->update_us[round],
		    &costs->update_wall_us[round]);
	bench_database_close(&database);
	return code;
}

static int
compare(const void *a, const void *b)
{
	double first = *(const double *)a, second = *(const double *)b;

	return (first > second) - (first < second);
}

static double
median(double *values)
{
	qsort(values, ROUNDS, sizeof *values, compare);
	return values[ROUNDS / 2];
}

/* A line of medians; the ratio is the median of those of the rounds, whose two
 * halves ran one after the other on a machine in the same mood. */
static void
print_line(const char *name, double plain[ROUNDS], double tracked[ROUNDS])
{
	double ratios[ROUNDS], ratio;

	for (int i = 0; i < ROUNDS; i++)
		ratios[i] = tracked[i] / plain[i];
	ratio = median(ratios); /* sorts them */
	printf("  %-22s %8.2f %8.2f %6.2fx  (%.2f-%.2f)\n", name,
	    median(plain), median(tracked), ratio, ratios[0],
	    ratios[ROUNDS - 1]);
}

static void
print(struct cost_list *plain, struct cost_list *tracked)
{
	printf("insert: %d records of %d B into SQLite (WAL, FULL), batches of "
	       "%d, median of %d\n", COUNT, BENCH_RECORD_SIZE, BENCH_BATCH,
	    ROUNDS);
	printf("  %-22s %8s %8s %7s\n", "us/record", "plain", "tracked",
	    "ratio");
	print_line("insert, CPU", plain->insert_us, tracked->insert_us);
	print_line("update, CPU", plain->update_us, tracked->update_us);
	print_line("insert, wall", plain->insert_wall_us,
	    tracked->insert_wall_us);
	print_line("update, wall", plain->update_wall_us,
	    tracked->update_wall_us);
}

int
bench_insert(void)
{
	struct bench_records *created = bench_records_make(COUNT, 1);
	struct bench_records *updated = bench_records_make(COUNT, 2);
	struct cost_list plain, tracked;
	int code = 0;

	for (int round = 0; !code && round < ROUNDS; round++) {
		code = measure(false, created, updated, round, &plain);
		if (!code)
			code = measure(true, created, updated, round, &tracked);
	}
	bench_records_free(created);
	bench_records_free(updated);
	if (code)
		return 1;
	print(&plain, &tracked);
	return 0;
}
