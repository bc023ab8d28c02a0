/*
 * "store-read": random records by id and by blob id, from a store of one
 * large pack and some small ones.
 */
#include "tests/bench/store_bench.h"

#include <stdlib.h>

#include "tests/lib/random.h"

#define READS 20000

struct work {
	struct weft__store *store;
	struct weft__oid commit;
	struct weft__oid blobs[READS];
	struct weft_buf body;
};

static void
read_by_id(struct work *work, const struct weft__oid *commit, uint64_t record,
    struct weft__oid *blob)
{
	struct weft__store_record found;
	struct weft_error error;
	char id[BENCH_ID_SIZE];

	bench_id(record, id);
	weft_buf_clear(&work->body);
	bench_must(weft__store_get(work->store, commit,
		       weft_slice(BENCH_MODEL), weft_slice_of(id, sizeof id),
		       &found, &work->body, &error), &error);
	if (found.deleted || work->body.size != BENCH_BODY_SIZE)
		abort();
	*blob = found.blob;
}

/* CPU of a read; the records are others for each seed. */
static double
by_id(struct work *work, const struct weft__oid *commit, uint64_t seed)
{
	struct random random = {seed};
	uint64_t start = bench_cpu_ns();

	for (size_t i = 0; i < READS; i++)
		read_by_id(work, commit,
		    1 + random_below(&random, bench_record_count),
		    &work->blobs[i]);
	return (double)(bench_cpu_ns() - start) / READS;
}

static double
by_blob(struct work *work)
{
	struct weft_error error;
	uint64_t start = bench_cpu_ns();

	for (size_t i = 0; i < READS; i++) {
		weft_buf_clear(&work->body);
		bench_must(weft__store_read_blob(work->store, &work->blobs[i],
			       &work->body, &error), &error);
	}
	return (double)(bench_cpu_ns() - start) / READS;
}

int
bench_store_read(void)
{
	static struct work work;
	struct weft__store_tip tip;
	struct weft_error error;
	struct bench_feed feed;
	double cold, warm, newest, blob;

	weft_buf_init(&work.body, 1024);
	work.store = bench_store_open(bench_record_count, &feed);
	for (int i = 0; i < 8; i++)
		bench_store_project_rows(work.store, &feed, 100);
	bench_must(weft__store_tip(work.store, &tip, &error), &error);
	cold = by_id(&work, &tip.commit.oid, 1);
	warm = by_id(&work, &tip.commit.oid, 2);
	newest = by_id(&work, NULL, 3);
	blob = by_blob(&work);
	printf("store-read: %d random records of %" PRIu64 ", CPU of each\n",
	    READS, bench_record_count);
	printf("  %-34s %10s (bar 4 us)\n", "by blob id", bench_time(blob));
	printf("  %-34s %10s (bar 12 us)\n", "by id", bench_time(warm));
	printf("  %-34s %10s\n", "by id, the first 20,000", bench_time(cold));
	printf("  %-34s %10s\n", "by id, at the tip, read each time",
	    bench_time(newest));
	weft__store_close(work.store);
	weft_buf_fini(&work.body);
	return 0;
}
