/*
 * "store-compact": merging the packs of a store, and dropping its history,
 * against `git repack` of a copy of it.
 */
#include "tests/bench/store_bench.h"

#include <stdlib.h>
#include <sys/resource.h>

#include "core/store/pack_set.h"
#include "core/store/store_internal.h"

#define COMMITS 20
#define CHANGES 1000

static void
copy(const char *from, const char *to)
{
	char command[320];

	snprintf(command, sizeof command, "cp -r %s %s", from, to);
	if (system(command))
		abort();
}

/* CPU of the commands that have ended. */
static double
children_ns(void)
{
	struct rusage usage;

	getrusage(RUSAGE_CHILDREN, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e9 +
	    (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e3;
}

static double
repack(const char *path)
{
	double before = children_ns();
	char command[320];

	snprintf(command, sizeof command,
	    "git -C %s -c pack.threads=1 repack -adq", path);
	if (system(command))
		abort();
	return children_ns() - before;
}

static uint64_t
count_objects(struct weft__store *store)
{
	struct weft__pack_set set;
	struct weft_error error;
	uint64_t count = 0;

	bench_must(
	    weft__pack_set_open(&set, &store->directory, &error), &error);
	for (size_t i = 0; i < set.length; i++)
		count += set.packs[i].map.count;
	weft__pack_set_close(&set);
	return count;
}

static void
print(const char *what, double ns, uint64_t count, double git,
    const struct bench_watcher *watcher)
{
	printf("  %-30s %10s per object, %5.1f x less CPU than git repack; "
	       "RssAnon %" PRIu64 " MiB\n", what,
	    bench_time(ns / (double)count), git / ns, watcher->peak_kb / 1024);
}

int
bench_store_compact(void)
{
	static const struct weft__store_retention none = {
	    .by_checkpoints = true};
	char from[128], path[128], git[128];
	struct bench_watcher watcher;
	struct weft__store *store;
	struct bench_feed feed;
	struct weft_error error;
	uint64_t start, count, left, dropped;
	double merged, retained, repacked;

	bench_path(from, "store", bench_record_count);
	bench_path(path, "compact", bench_record_count);
	bench_path(git, "repack", bench_record_count);
	weft__store_close(bench_store_open(bench_record_count, &feed));
	copy(from, path);
	bench_must(weft__store_open(path, "bench", WEFT__STORE_WRITE, &store,
	               &error), &error);
	bench_must(weft__store_lock(store, "weft-bench", &error), &error);
	for (int i = 0; i < COMMITS; i++)
		bench_store_project_rows(store, &feed, CHANGES);
	copy(path, git);
	repacked = repack(git);
	count = count_objects(store);
	printf("store-compact: %" PRIu64 " records, %d commits of %d changes, "
	       "%" PRIu64 " objects\n", bench_record_count, COMMITS, CHANGES,
	    count);
	bench_watcher_start(&watcher);
	start = bench_cpu_ns();
	bench_must(weft__store_compact(store, &error), &error);
	merged = (double)(bench_cpu_ns() - start);
	bench_watcher_stop(&watcher);
	print("merge all packs", merged, count, repacked, &watcher);
	bench_watcher_start(&watcher);
	start = bench_cpu_ns();
	bench_must(weft__store_retain(store, &none, &dropped, &error), &error);
	retained = (double)(bench_cpu_ns() - start);
	bench_watcher_stop(&watcher);
	left = count_objects(store);
	print("drop history, per one left", retained, left, repacked,
	    &watcher);
	weft__store_close(store);
	return 0;
}
