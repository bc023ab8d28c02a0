/*
 * "store-memory": the most anonymous memory that a process has while it
 * projects, walks, compares and verifies, each in a process of its own.
 */
#include "tests/bench/store_bench.h"

#define BAR_MIB 96

struct step {
	const char *name;
	void (*run)(struct weft__store *store, struct bench_feed *feed);
	/* NULL: project for the first time */
};

static void
do_project(struct weft__store *store, struct bench_feed *feed)
{
	bench_store_project_rows(store, feed, feed->records);
}

static int
take_record(struct weft_slice id, const struct weft__oid *blob, void *context)
{
	++*(uint64_t *)context;
	return 0;
}

static void
do_walk(struct weft__store *store, struct bench_feed *feed)
{
	struct weft_error error;
	uint64_t count = 0;

	bench_must(weft__store_walk(store, NULL, WEFT__STORE_LIVE,
		       weft_slice(BENCH_MODEL), take_record, &count, &error),
	    &error);
	if (count != feed->records)
		fprintf(stderr, "store-memory: walked %" PRIu64 "\n", count);
}

static int
take_problem(const struct weft__store_problem *problem, void *context)
{
	fprintf(stderr, "store-memory: %s\n", problem->text);
	return 0;
}

static void
do_verify(struct weft__store *store, struct bench_feed *feed)
{
	struct weft_error error;

	bench_must(weft__store_verify(store, true, take_problem,
		       NULL, NULL, &error),
	    &error);
}

/* The last one is a commit that changes every leaf. */
static const struct step steps[] = {
    {"project, first time", NULL},
    {"walk", do_walk},
    {"verify, deep", do_verify},
    {"project all records again", do_project},
};

struct cost {
	uint64_t peak_kb;
	double cpu_ns;
};

static int
run(const void *context, void *result)
{
	const struct step *step = context;
	struct bench_watcher watcher;
	struct cost *cost = result;
	struct weft__store *store;
	struct bench_feed feed;

	bench_watcher_start(&watcher);
	cost->cpu_ns = (double)bench_cpu_ns();
	if (step->run) {
		store = bench_store_open(bench_record_count, &feed);
		step->run(store, &feed);
	} else {
		/* Not the store that others use: it must be the first time. */
		store = bench_store_create(bench_record_count + 1);
		bench_feed_init(&feed, bench_record_count);
		do_project(store, &feed);
	}
	weft__store_close(store);
	cost->cpu_ns = (double)bench_cpu_ns() - cost->cpu_ns;
	bench_watcher_stop(&watcher);
	cost->peak_kb = watcher.peak_kb;
	return 0;
}

int
bench_store_memory(void)
{
	struct bench_feed feed;
	struct cost cost;
	int code = 0;

	weft__store_close(bench_store_open(bench_record_count, &feed));
	printf("store-memory: peak of RssAnon, %" PRIu64 " records (bar %d "
	       "MiB)\n", bench_record_count, BAR_MIB);
	for (size_t i = 0; !code && i < sizeof steps / sizeof *steps; i++) {
		code = bench_in_child(run, &steps[i], &cost, sizeof cost);
		printf("  %-34s %7.1f MiB %10s CPU\n", steps[i].name,
		    (double)cost.peak_kb / 1024, bench_time(cost.cpu_ns));
	}
	return code;
}
