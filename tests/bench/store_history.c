/*
 * "store-history": all states of one record among 1,000 commits of one change
 * each, against looking the record up in every commit, and against `git log`
 * of its path.
 */
#include "tests/bench/store_bench.h"

#include <stdlib.h>
#include <sys/resource.h>

#include "core/store/file.h"
#include "core/store/history.h"

#define COMMITS 1000
#define ROUNDS 3

/* What is made is measured, not kept: waiting for the disk tells nothing. */
static int
no_sync(int fd)
{
	return 0;
}

static void
turn_syncs_off(void)
{
	static struct weft__file_calls calls;

	calls = weft__file_system;
	calls.sync = no_sync;
	calls.sync_directory = no_sync;
	weft__file_calls = &calls;
}

static uint64_t
read_history(struct weft__store *store, const char *id)
{
	struct weft__store_history *history;
	struct weft__store_state state;
	struct weft_error error;
	uint64_t count = 0;
	bool found;

	bench_must(weft__store_history_open(store, NULL,
		       weft_slice(BENCH_MODEL),
		       weft_slice_of(id, BENCH_ID_SIZE), &history, &error),
	    &error);
	while (!weft__store_history_ended(history)) {
		bench_must(weft__store_history_next(
			       history, &state, &found, &error), &error);
		count += found;
	}
	weft__store_history_close(history);
	return count;
}

/* The naive way. */
struct search {
	struct weft__store *store;
	struct weft_slice id;
	struct weft__oid last;
	uint64_t count;
};

static int
look_up(const struct weft__store_commit *commit, void *context)
{
	struct search *search = context;
	struct weft__store_record record;
	struct weft_error error;
	int code = weft__store_get(search->store, &commit->oid,
	    weft_slice(BENCH_MODEL), search->id, &record, NULL, &error);

	if (code == WEFT_ENOTFOUND)
		return 0;
	bench_must(code, &error);
	search->count += !weft__oid_equal(&record.blob, &search->last);
	search->last = record.blob;
	return 0;
}

static uint64_t
look_up_each(struct weft__store *store, const char *id)
{
	struct search search = {
	    .store = store, .id = weft_slice_of(id, BENCH_ID_SIZE)};
	struct weft_error error;

	bench_must(weft__store_log(store, NULL, 0, look_up, &search, &error),
	    &error);
	return search.count;
}

/* The best of a few rounds, each with a store just opened. */
static double
measure(const char *path, const char *id, uint64_t states,
    uint64_t (*read)(struct weft__store *store, const char *id))
{
	double best = 0;

	for (int i = 0; i < ROUNDS; i++) {
		struct weft__store *store;
		struct weft_error error;
		uint64_t start, found;
		double spent;

		bench_must(weft__store_open(path, "bench", WEFT__STORE_READ,
			       &store, &error), &error);
		start = bench_cpu_ns();
		found = read(store, id);
		spent = (double)(bench_cpu_ns() - start);
		weft__store_close(store);
		if (found != states) {
			fprintf(stderr, "store-history: %" PRIu64 " states, "
			    "not %" PRIu64 "\n", found, states);
			exit(1);
		}
		if (i == 0 || spent < best)
			best = spent;
	}
	return best;
}

/* CPU nanoseconds of all processes that were waited for. */
static double
children_ns(void)
{
	struct rusage usage;

	getrusage(RUSAGE_CHILDREN, &usage);
	return ((double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec) *
	    1e9 + ((double)usage.ru_utime.tv_usec +
		(double)usage.ru_stime.tv_usec) * 1e3;
}

static double
run_git(const char *path, const char *arguments)
{
	double start = children_ns();
	char command[512];

	snprintf(command, sizeof command, "git -C %s %s >/dev/null 2>&1", path,
	    arguments);
	if (system(command) != 0) {
		fprintf(stderr, "weft-bench: %s failed\n", command);
		exit(1);
	}
	return children_ns() - start;
}

static double
measure_git(const char *path, const char *id)
{
	char arguments[256];

	snprintf(arguments, sizeof arguments, "log --format=%%H "
	    "refs/weft/bench -- ':(glob)Item/r/**/%.*s'", BENCH_ID_SIZE, id);
	return run_git(path, arguments);
}

static void
report(const char *path, const char *what, const char *id, uint64_t states)
{
	double git = measure_git(path, id);
	double each = measure(path, id, states, look_up_each);
	double weft = measure(path, id, states, read_history);

	printf("  %-18s %7" PRIu64 " %10s %10s %10s %7.1fx %7.1fx\n", what,
	    states, bench_time(git), bench_time(each), bench_time(weft),
	    git / weft, each / weft);
}

static void
make_commits(struct weft__store *store, struct bench_feed *feed)
{
	for (int i = 0; i < COMMITS; i++)
		bench_store_project_rows(store, feed, 1);
}

int
bench_store_history(void)
{
	struct bench_feed feed;
	struct weft__store *store;
	char path[128], changed[BENCH_ID_SIZE], unchanged[BENCH_ID_SIZE];

	turn_syncs_off();
	store = bench_store_open(bench_record_count, &feed);
	bench_path(path, "store", bench_record_count);
	make_commits(store, &feed);
	bench_id(bench_record_of(&feed, feed.rows - COMMITS / 2), changed);
	bench_id(1, unchanged);
	weft__store_close(store);
	printf("store-history: a record in %d commits of 1 change each among "
	       "%" PRIu64 ", CPU\n", COMMITS, bench_record_count);
	printf("  %-18s %7s %10s %10s %10s %8s %8s\n", "packs", "states",
	    "git log", "each", "weft", "git", "each");
	report(path, "as written", unchanged, 1);
	report(path, "as written", changed, 2);
	run_git(path, "repack -adq");
	report(path, "one", unchanged, 1);
	report(path, "one", changed, 2);
	return 0;
}
