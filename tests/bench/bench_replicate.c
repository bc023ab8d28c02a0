/*
 * "replicate": the first replication between two SQLite databases, against
 * the plain insertion of the same bytes; and its memory.
 * "incremental": one changed record among many.
 *
 * Each step runs in a process of its own, so that memory is that step's.
 */
#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/bench/records.h"

/* What a step measured, handed over by its process. */
struct figures {
	double wall_s;
	double cpu_s;
	uint64_t anonymous_kb; /* peak of RssAnon */
	uint64_t changes;      /* records looked at */
	uint64_t applied;
	int roots;
};

struct step {
	const char *source, *target; /* directories */
	size_t count;
	unsigned version; /* of the record that changes */
};

/* A step and what it works on. */
struct call {
	int (*work)(const struct step *step, struct figures *figures);
	const struct step *step;
};

static int
run_call(const void *context, void *result)
{
	const struct call *call = context;

	return call->work(call->step, result);
}

/* Runs a step in a process of its own; 0 if it went well. */
static int
run_step(int (*work)(const struct step *step, struct figures *figures),
    const struct step *step, struct figures *figures)
{
	struct call call = {work, step};

	return bench_in_child(run_call, &call, figures, sizeof *figures);
}

/* What earlier steps left to the disk is written first: no step pays for
 * another. */
static void
begin(struct figures *figures)
{
	sync();
	figures->cpu_s = (double)bench_cpu_ns();
	figures->wall_s = (double)bench_wall_ns();
}

static void
end(struct figures *figures)
{
	figures->cpu_s = ((double)bench_cpu_ns() - figures->cpu_s) / 1e9;
	figures->wall_s = ((double)bench_wall_ns() - figures->wall_s) / 1e9;
}

/* Creates step->count records, a batch at a time, in step->target. */
static int
fill(const struct step *step, bool tracked, struct figures *figures)
{
	struct bench_database database;
	struct bench_records *records = bench_records_make(step->count, 1);
	int code = bench_database_open(&database, step->target, tracked);

	begin(figures);
	if (!code)
		code = bench_create_all(&database, records);
	end(figures);
	if (!code && tracked)
		code = bench_database_project(&database);
	bench_database_close(&database);
	bench_records_free(records);
	return code;
}

static int
fill_plain(const struct step *step, struct figures *figures)
{
	return fill(step, false, figures);
}

static int
fill_tracked(const struct step *step, struct figures *figures)
{
	return fill(step, true, figures);
}

static int
replicate(const struct step *step, struct figures *figures)
{
	struct weft_replication replication = WEFT_REPLICATION_INIT;
	struct weft_replication_result result = {0};
	struct bench_database source, target;
	struct bench_watcher watcher;
	struct weft_error error;
	int code = bench_database_open(&source, step->source, true);

	if (!code)
		code = bench_database_open(&target, step->target, true);
	if (!code)
		code = bench_check(weft_source_open_datasource(
				       source.datasource, &replication.source,
				       &error), &error);
	if (!code)
		code = bench_check(weft_source_open_datasource(
				       target.datasource, &replication.target,
				       &error), &error);
	if (code)
		return code;
	bench_watcher_start(&watcher);
	begin(figures);
	code = bench_check(weft_replicate(&replication, &result, &error),
	    &error);
	end(figures);
	bench_watcher_stop(&watcher);
	figures->anonymous_kb = watcher.peak_kb;
	figures->changes = result.changes;
	figures->applied = result.applied;
	figures->roots = result.roots;
	weft_replication_result_fini(&result);
	weft_source_destroy(replication.source);
	weft_source_destroy(replication.target);
	bench_database_close(&source);
	bench_database_close(&target);
	return code;
}

static int
change_one(const struct step *step, struct figures *figures)
{
	struct bench_database database;
	struct weft_buf record = WEFT_BUF_INIT(1000);
	struct weft_error error;
	int code = bench_database_open(&database, step->target, true);

	bench_record_write(&record, step->count / 2, step->version);
	if (!code)
		code = bench_check(weft_record_replace_or_create(
				       database.model, NULL,
				       weft_buf_slice(&record), NULL, &error),
		    &error);
	weft_buf_fini(&record);
	bench_database_close(&database);
	return code;
}

/* One replication, and the floor before and after it. */
struct round {
	struct figures replicated;
	double floor_s; /* the mean of both */
	double ratio;
};

static int
measure_floor(size_t count, double *wall_s)
{
	struct step step = {.count = count};
	struct figures inserted = {0};
	char plain[64];
	int code;

	bench_directory_make(plain);
	step.target = plain;
	code = run_step(fill_plain, &step, &inserted);
	bench_directory_remove(plain);
	*wall_s += inserted.wall_s / 2;
	return code;
}

/* Replicates the database in 'source' to a new one. */
static int
measure_round(const char *source, size_t count, struct round *round)
{
	struct step step = {.source = source, .count = count};
	char target[64];
	int code;

	*round = (struct round){.floor_s = 0};
	code = measure_floor(count, &round->floor_s);
	bench_directory_make(target);
	step.target = target;
	if (!code)
		code = run_step(replicate, &step, &round->replicated);
	bench_directory_remove(target);
	if (!code)
		code = measure_floor(count, &round->floor_s);
	round->ratio = round->floor_s / round->replicated.wall_s;
	return code || round->replicated.applied != count;
}

static int
compare_rounds(const void *a, const void *b)
{
	double x = ((const struct round *)a)->ratio;
	double y = ((const struct round *)b)->ratio;

	return (x > y) - (x < y);
}

#define ROUNDS 5

/* Prints the round with the median ratio, and the range. */
static int
measure_replicate(size_t count, unsigned length)
{
	struct step step = {.count = count};
	struct round rounds[ROUNDS];
	const struct round *median = &rounds[length / 2];
	struct figures filled;
	char source[64];
	int code;

	bench_directory_make(source);
	step.target = source;
	code = run_step(fill_tracked, &step, &filled);
	for (unsigned i = 0; !code && i < length; i++)
		code = measure_round(source, count, &rounds[i]);
	bench_directory_remove(source);
	if (code)
		return code;
	qsort(rounds, length, sizeof *rounds, compare_rounds);
	printf("  %8zu %10.0f/s %10.0f/s  %5.2fx (%.2f-%.2f) %8.1f us "
	       "%8.1f MiB  %s\n", count, (double)count / median->floor_s,
	    (double)count / median->replicated.wall_s, median->ratio,
	    rounds[0].ratio, rounds[length - 1].ratio,
	    median->replicated.cpu_s * 1e6 / (double)count,
	    (double)median->replicated.anonymous_kb / 1024,
	    median->replicated.roots == WEFT_ROOTS_EQUAL ? "equal"
							 : "NOT EQUAL");
	return 0;
}

int
bench_replicate(void)
{
	int code;

	printf("replicate: SQLite -> SQLite, %d B records, projection and "
	       "roots included, against plain inserts in batches of %d "
	       "before and after it (median of 5 rounds, range; 1 of a "
	       "million)\n",
	    BENCH_RECORD_SIZE, BENCH_BATCH);
	printf("  %8s %12s %12s %19s %11s %12s  %s\n", "records", "inserted",
	    "replicated", "ratio", "CPU/record", "RssAnon", "roots");
	code = measure_replicate(100000, ROUNDS);
	return code || measure_replicate(1000000, 1);
}

static int
measure_incremental(size_t count)
{
	char source[64], target[64];
	struct step step = {.count = count, .version = 1};
	struct figures figures;
	int code;

	bench_directory_make(source);
	bench_directory_make(target);
	step.target = source;
	code = run_step(fill_tracked, &step, &figures);
	step.source = source;
	step.target = target;
	if (!code)
		code = run_step(replicate, &step, &figures);
	for (int round = 0; !code && round < 3; round++) {
		step.target = source;
		step.version++;
		code = run_step(change_one, &step, &figures);
		step.target = target;
		if (!code)
			code = run_step(replicate, &step, &figures);
	}
	if (!code)
		printf("  %8zu %10.2f ms %10.2f ms %8llu %8llu  %s\n", count,
		    figures.wall_s * 1e3, figures.cpu_s * 1e3,
		    (unsigned long long)figures.changes,
		    (unsigned long long)figures.applied,
		    figures.roots == WEFT_ROOTS_EQUAL ? "equal" : "NOT EQUAL");
	bench_directory_remove(source);
	bench_directory_remove(target);
	return code || figures.applied != 1;
}

int
bench_incremental(void)
{
	int code = 0;

	printf("incremental: one changed record, SQLite -> SQLite, projection "
	       "and roots included (last of 3)\n");
	printf("  %8s %13s %13s %8s %8s  %s\n", "records", "wall", "CPU",
	    "changes", "applied", "roots");
	for (size_t count = 10000; !code && count <= 1000000; count *= 10)
		code = measure_incremental(count);
	return code;
}
