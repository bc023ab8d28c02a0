/*
 * "store-reconcile": what crosses the interface of a source until it is known
 * which of its records differ and what their last changes are, that of one
 * side being asked as if it were far.  Two databases of the same records, of
 * which some are changed on one side, and set back afterwards.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/repl/call.h"
#include "tests/bench/bench.h"
#include "tests/bench/records.h"
#include "tests/lib/random.h"

/* The databases, and what is done between them. */
struct bench {
	struct bench_database databases[2];
	struct weft_source *sources[2]; /* by enum weft__side */
	struct random random;
};

/* Records to be written over in one transaction. */
struct writing {
	struct bench *bench;
	uint64_t seed;
	uint64_t count;
	unsigned version;
};

#define TRIALS_MAX 100

/* What the trials of one row cost. */
struct cost {
	uint64_t bytes[TRIALS_MAX];
	uint64_t trials, rounds, most_rounds;
	double ns;
};

static int
write_some(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	const struct writing *writing = context;
	struct weft_call call = {.transaction = transaction};
	struct random random = {writing->seed};
	int code = 0;

	for (uint64_t i = 0; i < writing->count && !code; i++) {
		struct weft_buf record = WEFT_BUF_INIT(1000);

		bench_record_write(&record,
		    random_below(&random, bench_record_count),
		    writing->version);
		code = weft_record_replace_or_create(
		    writing->bench->databases[WEFT__TARGET].model, &call,
		    weft_buf_slice(&record), NULL, error);
		weft_buf_fini(&record);
	}
	return code;
}

/* Changes records of the target, or sets the same ones back. */
static int
change(struct bench *bench, uint64_t seed, uint64_t count, bool back)
{
	struct bench_database *target = &bench->databases[WEFT__TARGET];
	struct writing writing = {bench, seed, count, back ? 1 : 2};
	struct weft_error error;
	int code = bench_check(weft_datasource_transaction(target->datasource,
		write_some, &writing, &error), &error);

	return code ? code : bench_database_project(target);
}

/* Once; counts what crosses the interface of the source. */
static int
reconcile(struct bench *bench, const struct weft__reconcile_options *options,
    uint64_t count, struct cost *cost)
{
	const struct weft__party parties[2] = {
	    {.source = bench->sources[0], .model = "Item"},
	    {.source = bench->sources[1], .model = "Item"}};
	const struct weft__reconcile_traffic *far;
	struct weft__reconcile reconcile;
	struct weft_error error;
	uint64_t changes = 0;
	int code;

	weft__reconcile_init(&reconcile, options);
	code = weft__reconcile_run(&reconcile, parties, &error);
	while (!code && weft__reconcile_read(&reconcile)) {
		code = weft__reconcile_run(&reconcile, parties, &error);
		changes += reconcile.changes.length;
	}
	far = &reconcile.traffic[WEFT__SOURCE];
	cost->bytes[cost->trials++ % TRIALS_MAX] = far->asked + far->answered;
	cost->rounds += far->calls;
	if (far->calls > cost->most_rounds)
		cost->most_rounds = far->calls;
	if (!code && changes != count) {
		fprintf(stderr, "store-reconcile: %" PRIu64 " of %" PRIu64
				" changes\n", changes, count);
		code = 1;
	}
	weft__reconcile_fini(&reconcile);
	return bench_check(code, &error);
}

/* Several times, as the clock may be coarse; all but the first without a walk
 * for more cells. */
static int
reconcile_often(struct bench *bench,
    const struct weft__reconcile_options *options, uint64_t count, int times,
    struct cost *cost)
{
	struct cost again = {0};
	int code = reconcile(bench, options, count, cost);
	const uint64_t start = bench_cpu_ns();

	for (int i = 0; i < times && !code; i++)
		code = reconcile(bench, options, count, &again);
	cost->ns += (double)(bench_cpu_ns() - start) / times;
	return code;
}

/* Records that differ; a random choice may take one twice. */
static uint64_t
count_different(uint64_t seed, uint64_t count)
{
	struct random random = {seed};
	char *chosen = calloc(1, bench_record_count);
	uint64_t different = 0;

	for (uint64_t i = 0; i < count; i++) {
		char *one = &chosen[random_below(&random, bench_record_count)];

		different += !*one;
		*one = 1;
	}
	free(chosen);
	return different;
}

static int
compare_bytes(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* What 'percent' of the trials need at most. */
static uint64_t
bytes_of(struct cost *cost, uint64_t percent)
{
	qsort(cost->bytes, cost->trials, sizeof *cost->bytes, compare_bytes);
	return cost->bytes[(cost->trials * percent + 99) / 100 - 1];
}

static int
measure(struct bench *bench, uint64_t count, int trials, bool descend,
    uint64_t bar)
{
	const struct weft__reconcile_options options = {
	    .own = WEFT__TARGET, .descend = descend};
	const int times = count > 1000 ? 1 : 1000 / (int)(count + 9);
	struct cost cost = {0};
	int code = 0;

	for (int i = 0; i < trials && !code; i++) {
		const uint64_t seed = random_next(&bench->random);

		code = change(bench, seed, count, false);
		if (!code)
			code = reconcile_often(bench, &options,
			    count_different(seed, count), times, &cost);
		if (!code)
			code = change(bench, seed, count, true);
	}
	if (code)
		return code;
	printf("  %11" PRIu64 " %8s %9" PRIu64 " %9" PRIu64 " %9" PRIu64
	       " %9" PRIu64 " %7.1f %5" PRIu64 " %10s\n",
	    count, descend ? "descent" : "sketch", bytes_of(&cost, 50),
	    bytes_of(&cost, 99), bytes_of(&cost, 100), bar,
	    (double)cost.rounds / (double)cost.trials, cost.most_rounds,
	    bench_time(cost.ns / (double)cost.trials));
	fflush(stdout);
	return 0;
}

static int
measure_all(struct bench *bench)
{
	const struct weft__reconcile_options sketch = {.own = WEFT__TARGET};
	struct cost build = {0};
	int code = change(bench, 1, 1, false);
	const uint64_t start = bench_cpu_ns();

	if (!code)
		code = reconcile(bench, &sketch, 1, &build);
	build.ns = (double)(bench_cpu_ns() - start);
	if (!code)
		code = change(bench, 1, 1, true);
	if (code)
		return code;
	printf("  both sketches made by a walk: %s\n", bench_time(build.ns));
	printf("  %11s %8s %9s %9s %9s %9s %7s %5s %10s\n", "differences",
	    "by", "half", "99 %", "most", "bar", "rounds", "most", "CPU");
	code = measure(bench, 1, TRIALS_MAX, false, 300);
	if (!code)
		code = measure(bench, 100, 10, false, 12000);
	if (!code)
		code = measure(bench, 10000, 2, false, 1200000);
	if (!code)
		code = measure(bench, 1, 20, true, 0);
	if (!code)
		code = measure(bench, 100, 5, true, 0);
	return code ? code : measure(bench, 10000, 1, true, 0);
}

/* Makes the source, and the target as a copy of it. */
static int
make_databases(char directories[2][64])
{
	struct bench_records *records =
	    bench_records_make(bench_record_count, 1);
	struct bench_database made;
	char command[512];
	int code;

	bench_directory_make(directories[0]);
	code = bench_database_open(&made, directories[0], true);
	if (!code)
		code = bench_create_all(&made, records);
	if (!code)
		code = bench_database_project(&made);
	bench_database_close(&made);
	bench_records_free(records);
	snprintf(command, sizeof command, "cp -r %s %s-copy", directories[0],
	    directories[0]);
	snprintf(directories[1], 64, "%.58s-copy", directories[0]);
	return code ? code : system(command);
}

int
bench_store_reconcile(void)
{
	struct bench bench = {.random = {42}};
	char directories[2][64];
	struct weft_error error;
	int code = make_databases(directories);

	printf("store-reconcile: two databases of %" PRIu64
	       " records; bytes to and from one of them; CPU of both\n",
	    bench_record_count);
	for (int i = 0; i < 2 && !code; i++) {
		code = bench_database_open(
		    &bench.databases[i], directories[i], true);
		if (!code)
			code = bench_check(weft_source_open_datasource(
				bench.databases[i].datasource,
				&bench.sources[i], &error), &error);
	}
	if (!code)
		code = measure_all(&bench);
	for (int i = 0; i < 2; i++) {
		if (bench.sources[i])
			weft_source_destroy(bench.sources[i]);
		if (bench.databases[i].registry)
			bench_database_close(&bench.databases[i]);
		bench_directory_remove(directories[i]);
	}
	return code;
}
