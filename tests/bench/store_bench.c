#include "tests/bench/store_bench.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/store/file.h"
#include "tests/lib/random.h"

void
bench_must(int code, const struct weft_error *error)
{
	if (!code)
		return;
	fprintf(stderr, "weft-bench: %s\n", error->text);
	exit(1);
}

static void
put_hex(uint64_t value, int digits, char *to)
{
	for (int i = digits; i-- > 0; value >>= 4)
		to[i] = "0123456789abcdef"[value & 15];
}

void
bench_id(uint64_t record, char id[BENCH_ID_SIZE])
{
	struct random random = {record};

	put_hex(random_next(&random), 16, id);
	put_hex(record, 8, id + 16);
}

/* Rows that follow one another change different records. */
uint64_t
bench_record_of(const struct bench_feed *feed, uint64_t seq)
{
	if (seq <= feed->records)
		return seq;
	return 1 + seq * UINT64_C(2654435761) % feed->records;
}

#define BODY_ID 7
#define BODY_VERSION (BODY_ID + BENCH_ID_SIZE + sizeof "\",\"version\":\"" - 1)
#define BODY_TEXT (BODY_VERSION + 16 + sizeof "\",\"x\":\"" - 1)

void
bench_feed_init(struct bench_feed *feed, uint64_t records)
{
	struct random random = {records};

	*feed = (struct bench_feed){.records = records};
	snprintf(feed->body, sizeof feed->body,
	    "{\"id\":\"%024d\",\"version\":\"%016d\",\"x\":\"", 0, 0);
	for (size_t i = BODY_TEXT; i < BENCH_BODY_SIZE - 2; i++)
		feed->body[i] = (char)('a' + random_below(&random, 26));
	memcpy(feed->body + BENCH_BODY_SIZE - 2, "\"}", 2);
}

struct weft_slice
bench_body(struct bench_feed *feed, const char *id, uint64_t as_of)
{
	memcpy(feed->body + BODY_ID, id, BENCH_ID_SIZE);
	put_hex(as_of, 16, feed->body + BODY_VERSION);
	return weft_slice_of(feed->body, BENCH_BODY_SIZE);
}

static int
find_last(void *context, uint64_t *seq, struct weft_error *error)
{
	const struct bench_feed *feed = context;

	*seq = feed->rows;
	return 0;
}

static int
read_rows(void *context, uint64_t after, size_t limit,
    int (*each)(const struct weft__feed_row *row, void *each_context),
    void *each_context, struct weft_error *error)
{
	struct bench_feed *feed = context;
	int code = 0;

	for (uint64_t seq = after + 1; !code && seq <= feed->rows && limit > 0;
	     seq++, limit--) {
		struct weft__feed_row row = {seq,
		    {BENCH_MODEL, sizeof BENCH_MODEL - 1},
		    {feed->id, BENCH_ID_SIZE}, 1, 1700000000000 + seq};

		bench_id(bench_record_of(feed, seq), feed->id);
		code = each(&row, each_context);
	}
	return code;
}

static int
read_state(void *context, struct weft_slice model, struct weft_slice id,
    uint64_t as_of, struct weft__feed_state *state, struct weft_error *error)
{
	state->exists = true;
	state->body = bench_body(context, id.data, as_of);
	return 0;
}

struct weft__feed
bench_feed(struct bench_feed *feed)
{
	return (struct weft__feed){feed, find_last, read_rows, read_state};
}

static int
ask_state(const struct weft__feed_row *row, void *context)
{
	struct weft__feed_state state;

	return read_state(context, row->model, row->id, row->seq, &state, NULL);
}

double
bench_feed_ns(struct bench_feed *feed, uint64_t after)
{
	uint64_t start = bench_cpu_ns();

	read_rows(feed, after, SIZE_MAX, ask_state, feed, NULL);
	return (double)(bench_cpu_ns() - start);
}

/* Over 16 MiB, so that the bodies do not all come from the nearest cache. */
double
bench_sha1_ns(uint64_t count)
{
	const size_t room = (size_t)16 << 20;
	struct random random = {count};
	char *bodies = malloc(room);
	struct weft__oid oid;
	uint64_t start;

	for (size_t i = 0; i < room; i++)
		bodies[i] = (char)random_next(&random);
	start = bench_cpu_ns();
	for (uint64_t i = 0; i < count; i++)
		weft__sha1(bodies + i % (room / BENCH_BODY_SIZE) *
			BENCH_BODY_SIZE, BENCH_BODY_SIZE, &oid);
	start = bench_cpu_ns() - start;
	free(bodies);
	return (double)start;
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

unsigned
bench_syncs(void)
{
	static struct weft__file_calls counting;
	unsigned count = sync_count;

	counting = weft__file_system;
	counting.sync = counting_sync;
	counting.sync_directory = counting_sync_directory;
	weft__file_calls = &counting;
	sync_count = 0;
	return count;
}

void
bench_path(char path[128], const char *kind, uint64_t records)
{
	snprintf(path, 128, "%s/%s-%" PRIu64, bench_directory, kind, records);
}

struct weft__store *
bench_store_create(uint64_t records)
{
	struct weft__store *store;
	struct weft_error error;
	char path[128];

	bench_path(path, "store", records);
	bench_must(weft__store_open(path, "bench", WEFT__STORE_CREATE, &store,
		       &error), &error);
	bench_must(weft__store_lock(store, "weft-bench", &error), &error);
	return store;
}

struct weft__store *
bench_store_open(uint64_t records, struct bench_feed *feed)
{
	struct weft__store *store = bench_store_create(records);
	struct weft__store_tip tip;
	struct weft_error error;

	bench_must(weft__store_tip(store, &tip, &error), &error);
	bench_feed_init(feed, records);
	feed->rows = tip.commit.seq;
	if (!tip.exists)
		bench_store_project_rows(store, feed, records);
	return store;
}

double
bench_store_project_rows(
    struct weft__store *store, struct bench_feed *feed, uint64_t count)
{
	struct weft__feed given = bench_feed(feed);
	struct weft__project_result result;
	struct weft_error error;
	uint64_t after = feed->rows, start;
	double spent;

	feed->rows += count;
	start = bench_cpu_ns();
	bench_must(weft__project(store, &given, "bench", &result, &error),
	    &error);
	spent = (double)(bench_cpu_ns() - start);
	return spent - bench_feed_ns(feed, after);
}
