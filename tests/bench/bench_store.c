/*
 * The projector: records of 200 bytes from a feed in memory into a store, the
 * first time and then as changes to N records, against OpenSSL's SHA-1 of the
 * same bytes.  What the feed itself costs is measured apart and taken off.
 */
#include "tests/bench/bench.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/store/file.h"
#include "core/store/store.h"
#include "tests/lib/random.h"

#define BODY_SIZE 200

/* Rows 1 to 'records' make the records, later ones change random ones. */
struct feed {
	uint64_t records;
	uint64_t rows; /* in the journal so far */
	uint64_t states; /* asked for */
	long peak_kib;   /* of the process's own memory, looked at in between */
	char id[32];
	char body[BODY_SIZE + 1];
};

/* KiB of this process's own memory. */
static long
anonymous_kib(void)
{
	FILE *file = fopen("/proc/self/status", "r");
	char line[128];
	long kib = -1;

	while (file && fgets(line, sizeof line, file))
		if (sscanf(line, "RssAnon: %ld", &kib) == 1)
			break;
	if (file)
		fclose(file);
	return kib;
}

static unsigned sync_count;

static int
counting_sync(int fd)
{
	sync_count++;
	return weft__file_system.sync(fd);
}

static int
counting_sync_directory(int fd)
{
	sync_count++;
	return weft__file_system.sync_directory(fd);
}

/* The number of the record that a row is of. */
static uint64_t
record_of(const struct feed *feed, uint64_t seq)
{
	struct random random = {seq};

	return seq <= feed->records ? seq
	                            : 1 + random_below(&random, feed->records);
}

static void
make_id(uint64_t record, char id[32])
{
	struct random random = {record};

	snprintf(id, 32, "%016" PRIx64 "%08" PRIx64, random_next(&random),
	    record);
}

static int
read_rows(void *context, uint64_t after, size_t limit,
    int (*each)(const struct weft__feed_row *row, void *each_context),
    void *each_context, struct weft_error *error)
{
	struct feed *feed = context;
	int code = 0;

	for (uint64_t seq = after + 1; !code && seq <= feed->rows && limit > 0;
	     seq++, limit--) {
		struct weft__feed_row row = {
		    seq, {"Item", 4}, {feed->id, 24}, 1, 1700000000000 + seq};

		make_id(record_of(feed, seq), feed->id);
		code = each(&row, each_context);
	}
	return code;
}

static int
read_state(void *context, struct weft_slice model, struct weft_slice id,
    uint64_t as_of, struct weft__feed_state *state, struct weft_error *error)
{
	struct feed *feed = context;
	int size = snprintf(feed->body, sizeof feed->body,
	    "{\"id\":\"%.24s\",\"version\":%" PRIu64 ",\"text\":\"", id.data,
	    as_of);

	if (feed->states++ % 16384 == 0 && anonymous_kib() > feed->peak_kib)
		feed->peak_kib = anonymous_kib();
	memset(feed->body + size, 'x', sizeof feed->body - (size_t)size);
	memcpy(feed->body + BODY_SIZE - 2, "\"}", 2);
	state->exists = true;
	state->body = weft_slice_of(feed->body, BODY_SIZE);
	return 0;
}

/* CPU nanoseconds of what the feed does for the rows, on its own. */
static int
ask_state(const struct weft__feed_row *row, void *context)
{
	struct weft__feed_state state;

	return read_state(context, row->model, row->id, row->seq, &state, NULL);
}

static uint64_t
measure_feed(struct feed *feed, uint64_t after)
{
	uint64_t start = bench_cpu_ns();

	read_rows(feed, after, SIZE_MAX, ask_state, feed, NULL);
	return bench_cpu_ns() - start;
}

static double
measure_sha1(void)
{
	static char body[BODY_SIZE];
	struct weft__oid oid;
	uint64_t start = bench_cpu_ns();

	for (int i = 0; i < 1000000; i++) {
		weft__object_id("blob", body, sizeof body, &oid);
		memcpy(body, oid.bytes, sizeof oid);
	}
	return (double)(bench_cpu_ns() - start) / 1000000;
}

/* Projects 'count' more rows; CPU nanoseconds without the feed's, or < 0. */
static double
project(struct weft__store *store, struct feed *feed, uint64_t count)
{
	struct weft__feed given = {feed, read_rows, read_state};
	struct weft__project_result result;
	struct weft_error error;
	uint64_t after = feed->rows, start;
	double spent;

	feed->rows += count;
	start = bench_cpu_ns();
	if (weft__project(store, &given, "bench", &result, &error)) {
		fprintf(stderr, "project: %s\n", error.text);
		return -1;
	}
	spent = (double)(bench_cpu_ns() - start);
	return spent - (double)measure_feed(feed, after);
}

/* Some commits of 'changes' each; the middle one's CPU. */
static int
measure_changes(struct weft__store *store, struct feed *feed, uint64_t changes)
{
	double best = 0, spent;
	unsigned syncs = 0;

	for (int i = 0; i < 5; i++) {
		sync_count = 0;
		spent = project(store, feed, changes);
		if (spent < 0)
			return 1;
		syncs = sync_count;
		if (i == 0 || spent < best)
			best = spent;
	}
	printf("project: N %8" PRIu64 ", %6" PRIu64
	       " changes    %10.3f ms, %u syncs\n",
	    feed->records, changes, best / 1e6, syncs);
	return 0;
}

static int
measure_store(const char *path, uint64_t records, double sha1)
{
	struct feed feed = {.records = records};
	struct weft__store *store;
	struct weft_error error;
	double spent;
	int code = weft__store_open(
	    path, "bench", WEFT__STORE_CREATE, &store, &error);

	if (!code)
		code = weft__store_lock(store, "weft-bench", &error);
	if (code) {
		fprintf(stderr, "project: %s\n", error.text);
		weft__store_close(store);
		return 1;
	}
	spent = project(store, &feed, records);
	code = spent < 0;
	if (!code)
		printf("project: N %8" PRIu64 ", first projection %7.3f us per "
		       "record, %4.1f x its SHA-1; RssAnon %ld MiB\n",
		    records, spent / 1e3 / (double)records,
		    spent / (double)records / sha1, feed.peak_kib / 1024);
	for (uint64_t changes = 1; !code && changes <= 10000; changes *= 100)
		code = measure_changes(store, &feed, changes);
	weft__store_close(store);
	return code;
}

int
bench_store(void)
{
	struct weft__file_calls counting = weft__file_system;
	char path[] = "/tmp/weft-bench-XXXXXX", command[64];
	double sha1 = measure_sha1();
	int status = 0;

	counting.sync = counting_sync;
	counting.sync_directory = counting_sync_directory;
	weft__file_calls = &counting;
	printf("project: records of %d bytes; the SHA-1 of one %.0f ns\n",
	    BODY_SIZE, sha1);
	for (uint64_t n = 10000; !status && n <= 1000000; n *= 10) {
		memcpy(path + sizeof path - 7, "XXXXXX", 6);
		if (!mkdtemp(path))
			return 1;
		status = measure_store(path, n, sha1);
		snprintf(command, sizeof command, "rm -rf %s", path);
		if (system(command))
			status = 1;
	}
	weft__file_calls = &weft__file_system;
	return status;
}
