/*
 * "store-diff": the differences between two commits by our walk, and by
 * libgit2's git_diff_tree_to_tree() with its settings as they are.  The only
 * benchmark that knows libgit2.
 */
#include <git2.h>

#include "tests/bench/store_bench.h"

#define LEAST_NS 200000000 /* a measurement takes so long, or three rounds */

/* Two commits. */
struct pair {
	char path[128];
	struct weft__oid a, b;
	uint64_t differences;
};

struct cost {
	double first_ns; /* with nothing read before */
	double best_ns;
	uint64_t found;
};

static void
take_round(struct cost *cost, int round, uint64_t spent)
{
	if (round == 0)
		cost->first_ns = cost->best_ns = (double)spent;
	else if ((double)spent < cost->best_ns)
		cost->best_ns = (double)spent;
}

static int
count_file(const git_diff_delta *delta, float progress, void *context)
{
	++*(uint64_t *)context;
	return 0;
}

static git_tree *
look_up(git_repository *repository, const struct weft__oid *commit)
{
	git_commit *found;
	git_tree *tree;
	git_oid oid;

	git_oid_fromraw(&oid, commit->bytes);
	if (git_commit_lookup(&found, repository, &oid) ||
	    git_commit_tree(&tree, found))
		return NULL;
	git_commit_free(found);
	return tree;
}

/* In a process that has not opened a store, which changes the settings. */
static int
run_libgit2(const void *context, void *result)
{
	const struct pair *pair = context;
	struct cost *cost = result;
	git_repository *repository;
	git_tree *a, *b;
	git_diff *diff;
	uint64_t start;

	git_libgit2_init();
	if (git_repository_open(&repository, pair->path))
		return 1;
	a = look_up(repository, &pair->a);
	b = look_up(repository, &pair->b);
	for (int i = 0; i < 3; i++) {
		start = bench_cpu_ns();
		cost->found = 0;
		if (!a || !b ||
		    git_diff_tree_to_tree(&diff, repository, a, b, NULL) ||
		    git_diff_foreach(diff, count_file, NULL, NULL, NULL,
			&cost->found))
			return 1;
		git_diff_free(diff);
		take_round(cost, i, bench_cpu_ns() - start);
	}
	return 0;
}

static int
count_difference(struct weft_slice id, const struct weft__oid *a,
    const struct weft__oid *b, void *context)
{
	++*(uint64_t *)context;
	return 0;
}

static uint64_t
run_once(struct weft__store *store, const struct pair *pair)
{
	struct weft_slice model = weft_slice(BENCH_MODEL);
	struct weft__oid a, b;
	struct weft_error error;
	uint64_t found = 0;

	bench_must(weft__store_root_at(store, &pair->a, WEFT__STORE_LIVE,
		       model, &a, &error), &error);
	bench_must(weft__store_root_at(store, &pair->b, WEFT__STORE_LIVE,
		       model, &b, &error), &error);
	bench_must(weft__store_diff(store, &a, store, &b, count_difference,
		       &found, &error), &error);
	return found;
}

static int
run_weft(const void *context, void *result)
{
	const struct pair *pair = context;
	struct cost *cost = result;
	uint64_t begin = bench_wall_ns(), start;
	struct weft__store *store;
	struct weft_error error;

	bench_must(weft__store_open(pair->path, "bench", WEFT__STORE_READ,
		       &store, &error), &error);
	for (int i = 0; i < 3 || bench_wall_ns() - begin < LEAST_NS; i++) {
		start = bench_cpu_ns();
		cost->found = run_once(store, pair);
		take_round(cost, i, bench_cpu_ns() - start);
	}
	weft__store_close(store);
	return 0;
}

/* Makes the second commit; in a process of its own. */
static int
make_pair(const void *context, void *result)
{
	const struct pair *wanted = context;
	struct pair *pair = result;
	struct weft__store_tip tip;
	struct weft_error error;
	struct bench_feed feed;
	struct weft__store *store =
	    bench_store_open(bench_record_count, &feed);

	*pair = *wanted;
	bench_path(pair->path, "store", bench_record_count);
	bench_must(weft__store_tip(store, &tip, &error), &error);
	pair->a = tip.commit.oid;
	bench_store_project_rows(store, &feed, pair->differences);
	bench_must(weft__store_tip(store, &tip, &error), &error);
	pair->b = tip.commit.oid;
	weft__store_close(store);
	return 0;
}

static int
measure(uint64_t differences, int bar)
{
	struct pair pair = {.differences = differences};
	struct cost git, weft;
	int code = bench_in_child(make_pair, &pair, &pair, sizeof pair);

	if (!code)
		code = bench_in_child(run_libgit2, &pair, &git, sizeof git);
	if (!code)
		code = bench_in_child(run_weft, &pair, &weft, sizeof weft);
	if (code)
		return code;
	printf("  %11" PRIu64 " %10s %10s %7.0fx %10s %10s %7.0fx (%d)\n",
	    differences, bench_time(git.first_ns), bench_time(weft.first_ns),
	    git.first_ns / weft.first_ns, bench_time(git.best_ns),
	    bench_time(weft.best_ns), git.best_ns / weft.best_ns, bar);
	if (git.found != differences || weft.found != differences)
		fprintf(stderr, "store-diff: found %" PRIu64 ", git %" PRIu64
				"\n", weft.found, git.found);
	return git.found != differences || weft.found != differences;
}

int
bench_store_diff(void)
{
	int code;

	printf("store-diff: two commits of %" PRIu64
	       " records, CPU\n", bench_record_count);
	printf("  %11s %10s %10s %8s %10s %10s %8s\n", "differences",
	    "libgit2", "weft", "first", "libgit2", "weft", "best (bar)");
	code = measure(1, 1000);
	if (!code)
		code = measure(100, 100);
	return code ? code : measure(10000, 4);
}
