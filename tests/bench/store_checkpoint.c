/*
 * "store-checkpoint": a commit of 1, 100 and 10,000 changes in a small and in
 * a large store: CPU, and calls that wait for the disk.
 */
#include "tests/bench/store_bench.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/bench/records.h"

#define FLOOR_ROUNDS 50

struct cost {
	double best_ns;
	double wall_ns; /* of the same round */
	unsigned syncs; /* of the same round */
	unsigned most_syncs; /* if it merges packs, too */
};

/* Commits of 'changes' each. */
static struct cost
measure(struct weft__store *store, struct bench_feed *feed, uint64_t changes,
    int rounds)
{
	struct cost cost = {0};

	for (int i = 0; i < rounds; i++) {
		uint64_t wall;
		unsigned syncs;
		double spent;

		bench_syncs();
		wall = bench_wall_ns();
		spent = bench_store_project_rows(store, feed, changes);
		wall = bench_wall_ns() - wall;
		syncs = bench_syncs();
		if (syncs > cost.most_syncs)
			cost.most_syncs = syncs;
		if (i && spent >= cost.best_ns)
			continue;
		cost.best_ns = spent;
		cost.wall_ns = (double)wall;
		cost.syncs = syncs;
	}
	return cost;
}

static void
need(bool is_done)
{
	if (is_done)
		return;
	perror("store-checkpoint: the floor's files");
	exit(1);
}

/* Writes a file from its start, and waits for it. */
static void
write_file(int directory, const char *name, size_t size)
{
	static const char bytes[8192];
	int fd = openat(directory, name, O_WRONLY | O_CREAT, 0600);

	need(fd >= 0 && write(fd, bytes, size) == (ssize_t)size &&
	    !fdatasync(fd) && !close(fd));
}

/* The files of a commit of one change, and nothing else: pack, index, ref, in
 * the order of docs/store-format.md. */
static void
write_floor(int directory, int round)
{
	const char *file = round % 2 ? "1.ref" : "0.ref";
	char pack[32], index[32], keep[32];

	snprintf(pack, sizeof pack, "pack-%d.pack", round);
	snprintf(index, sizeof index, "pack-%d.idx", round);
	snprintf(keep, sizeof keep, "pack-%d.keep", round);
	write_file(directory, "pack.tmp", 4096);
	write_file(directory, "idx.tmp", 2048);
	need(!linkat(directory, "keep", directory, keep, 0) &&
	    !renameat(directory, "pack.tmp", directory, pack) &&
	    !renameat(directory, "idx.tmp", directory, index) &&
	    !fsync(directory));
	write_file(directory, file, 41);
	need(!linkat(directory, file, directory, "ref.lock", 0) &&
	    !renameat(directory, "ref.lock", directory, "ref") &&
	    !fsync(directory) &&
	    !linkat(directory, "ref", directory, "head.lock", 0) &&
	    !renameat(directory, "head.lock", directory, "head") &&
	    !unlinkat(directory, keep, 0));
}

/* What the system takes for that, without anything of ours. */
static double
measure_floor(void)
{
	char path[128];
	double best = 0;
	int directory;

	bench_path(path, "floor", 0);
	need(!mkdir(path, 0700));
	directory = open(path, O_RDONLY | O_DIRECTORY);
	write_file(directory, "keep", 20);
	for (int i = 0; i < FLOOR_ROUNDS; i++) {
		uint64_t before = bench_cpu_ns();
		double spent;

		write_floor(directory, i);
		spent = (double)(bench_cpu_ns() - before);
		if (!i || spent < best)
			best = spent;
	}
	close(directory);
	bench_directory_remove(path);
	return best;
}

int
bench_store_checkpoint(void)
{
	static const struct {
		uint64_t changes;
		int bar_ms;
		int rounds; /* the best counts */
	} rows[] = {{1, 1, 50}, {100, 3, 20}, {10000, 200, 7}};
	struct bench_feed small_feed, large_feed;
	struct weft__store *small =
	    bench_store_open(BENCH_SMALL_RECORDS, &small_feed);
	struct weft__store *large =
	    bench_store_open(bench_record_count, &large_feed);

	printf("store-checkpoint: a commit of changes, CPU, best of 50, 20, "
	       "7\n");
	printf("  %8s %15s %22s %7s %13s %10s\n", "changes", "of 10,000",
	    "of all (bar)", "ratio", "syncs (most)", "wall");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct cost a = measure(small, &small_feed, rows[i].changes,
		    rows[i].rounds);
		struct cost b = measure(large, &large_feed, rows[i].changes,
		    rows[i].rounds);

		printf("  %8" PRIu64 " %15s %12s (%3d ms) %6.2fx %8u (%2u) %10s\n",
		    rows[i].changes, bench_time(a.best_ns),
		    bench_time(b.best_ns), rows[i].bar_ms,
		    b.best_ns / a.best_ns, b.syncs, b.most_syncs,
		    bench_time(b.wall_ns));
	}
	printf("  the files of a commit alone, best of %d: %s, 5 syncs\n",
	    FLOOR_ROUNDS, bench_time(measure_floor()));
	weft__store_close(small);
	weft__store_close(large);
	return 0;
}
