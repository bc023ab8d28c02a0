/*
 * "store-checkpoint": a commit of 1, 100 and 10,000 changes in a small and in
 * a large store: CPU, and calls that wait for the disk.
 */
#include "tests/bench/store_bench.h"

#define ROUNDS 7

struct cost {
	double best_ns;
	double wall_ns; /* of the same round */
	unsigned syncs; /* the most */
};

/* Commits of 'changes' each. */
static struct cost
measure(struct weft__store *store, struct bench_feed *feed, uint64_t changes)
{
	struct cost cost = {0};

	for (int i = 0; i < ROUNDS; i++) {
		uint64_t wall;
		unsigned syncs;
		double spent;

		bench_syncs();
		wall = bench_wall_ns();
		spent = bench_store_project_rows(store, feed, changes);
		wall = bench_wall_ns() - wall;
		syncs = bench_syncs();
		if (syncs > cost.syncs)
			cost.syncs = syncs;
		if (i && spent >= cost.best_ns)
			continue;
		cost.best_ns = spent;
		cost.wall_ns = (double)wall;
	}
	return cost;
}

int
bench_store_checkpoint(void)
{
	static const struct {
		uint64_t changes;
		int bar_ms;
	} rows[] = {{1, 1}, {100, 3}, {10000, 200}};
	struct bench_feed small_feed, large_feed;
	struct weft__store *small =
	    bench_store_open(BENCH_SMALL_RECORDS, &small_feed);
	struct weft__store *large =
	    bench_store_open(bench_record_count, &large_feed);

	printf("store-checkpoint: a commit of changes, CPU, best of %d\n",
	    ROUNDS);
	printf("  %8s %15s %22s %7s %6s %10s\n", "changes", "of 10,000",
	    "of all (bar)", "ratio", "syncs", "wall");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct cost a = measure(small, &small_feed, rows[i].changes);
		struct cost b = measure(large, &large_feed, rows[i].changes);

		printf("  %8" PRIu64 " %15s %12s (%3d ms) %6.2fx %6u %10s\n",
		    rows[i].changes, bench_time(a.best_ns),
		    bench_time(b.best_ns), rows[i].bar_ms,
		    b.best_ns / a.best_ns, b.syncs, bench_time(b.wall_ns));
	}
	weft__store_close(small);
	weft__store_close(large);
	return 0;
}
