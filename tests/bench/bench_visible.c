/*
 * "visible": the changes of one user among the records of others, with
 * "visibleTo"; the peer is himself without groups, among few.
 */
#include "tests/bench/bench.h"

#include <stdio.h>
#include <string.h>

#include "models/source/viewed.h"
#include "tests/bench/records.h"

#define OWN 1000    /* records of the user */
#define NEW 10      /* of them changed in a round */
#define BESIDE 1000 /* of others, changed in a round that has these */
#define MOST 1000   /* groups of the user at most */
#define ROUNDS 5

static const char definition[] =
    "{\"name\":\"Item\",\"trackChanges\":true,\"visibleTo\":{\"property\":"
    "\"ownerId\",\"groups\":\"groupIds\"},\"properties\":{\"id\":{\"type\":"
    "\"string\",\"id\":true},\"ownerId\":\"string\",\"groupIds\":[\"string\"],"
    "\"text\":\"string\"}}";

/* Best CPU times. */
struct cost {
	double all_ns;    /* all records of the user */
	double new_ns;    /* NEW changed ones */
	double beside_ns; /* the same, behind BESIDE of others */
};

static const struct cost no_cost = {1e18, 1e18, 1e18};

/* Whose records are written. */
struct span {
	struct weft_model *model;
	const char *owner;
	size_t from, to;
	unsigned version;
};

/* One in which the user is, if he has so many, and one of the owner's. */
static int
write_record(const struct span *span, size_t index, struct weft_buf *record)
{
	weft_buf_clear(record);
	return weft_buf_printf(record,
	    "{\"id\":\"%s%zu\",\"ownerId\":\"%s\",\"groupIds\":"
	    "[\"%steam%zu\"],\"text\":\"Item number %zu in version %u\"}",
	    span->owner, index, span->owner, span->owner, index % MOST, index,
	    span->version);
}

static int
put_span(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	const struct span *span = context;
	struct weft_call call = {.transaction = transaction};
	struct weft_buf record = WEFT_BUF_INIT(1000);
	int code = 0;

	for (size_t i = span->from; i < span->to && !code; i++) {
		code = write_record(span, i, &record);
		if (!code)
			code = weft_record_replace_or_create(span->model,
			    &call, weft_buf_slice(&record), NULL, error);
	}
	weft_buf_fini(&record);
	return code;
}

static int
put(struct bench_database *database, const char *owner, size_t from,
    size_t length)
{
	static unsigned version;
	struct weft_error error;
	int code = 0;

	version++;
	for (size_t end = from + length; from < end && !code;
	     from += BENCH_BATCH) {
		struct span span = {database->model, owner, from,
		    from + BENCH_BATCH < end ? from + BENCH_BATCH : end,
		    version};

		code = weft_datasource_transaction(
		    database->datasource, put_span, &span, &error);
	}
	return bench_check(code, &error);
}

/* The user with so many groups; he is told all that he sees, which also
 * settles what groups he has. */
static int
open_viewer(struct bench_database *database, size_t groups,
    struct weft_source **source)
{
	static char names[MOST][16];
	static struct weft_slice ids[MOST];
	struct weft__viewer viewer = {weft_slice("ann"), ids, groups};
	struct weft_error error;

	for (size_t i = 0; i < MOST; i++) {
		snprintf(names[i], sizeof names[i], "annteam%zu", i);
		ids[i] = weft_slice(names[i]);
	}
	return bench_check(weft__source_viewed_open(database->datasource,
			       &viewer, source, &error), &error);
}

/* The changes since a checkpoint, which are so many; the least time. */
static int
read_changes(struct weft_source *source, int64_t since, size_t expected,
    double *least_ns)
{
	struct weft_change_list list = {0};
	struct weft_error error;
	uint64_t start = bench_cpu_ns();
	int code = bench_check(weft_source_changes(source, "Item", since,
				   weft_slice(NULL), &list, &error), &error);
	double ns = (double)(bench_cpu_ns() - start);

	if (!code && list.length != expected) {
		fprintf(stderr, "weft-bench: %zu changes, not %zu\n",
		    list.length, expected);
		code = 1;
	}
	if (ns < *least_ns)
		*least_ns = ns;
	weft_change_list_fini(&list);
	return code;
}

/* Changes that were made since a new checkpoint: the user's, and so many of
 * others. */
static int
read_new(struct bench_database *database, struct weft_source *source,
    size_t beside, double *least_ns)
{
	struct weft_error error;
	uint64_t since;
	int code = bench_check(
	    weft_source_checkpoint(source, &since, &error), &error);

	if (!code)
		code = put(database, "ann", 0, NEW);
	if (!code)
		code = put(database, "bob", 0, beside);
	return code ? code
		    : read_changes(source, (int64_t)since, NEW, least_ns);
}

static int
measure(struct bench_database *database, size_t groups, struct cost *cost)
{
	struct weft_source *source;
	int code = open_viewer(database, groups, &source);

	*cost = no_cost;
	if (code)
		return code;
	for (int i = 0; i < ROUNDS && !code; i++) {
		code = read_changes(source, -1, OWN, &cost->all_ns);
		if (!code)
			code = read_new(database, source, 0, &cost->new_ns);
		if (!code)
			code = read_new(
			    database, source, BESIDE, &cost->beside_ns);
	}
	weft_source_destroy(source);
	return code;
}

/* A line; the first is what the others are compared with. */
static void
print(size_t others, size_t groups, const struct cost *cost)
{
	static struct cost first;

	if (!first.all_ns)
		first = *cost;
	printf("  %8zu %7zu %10s %5.2f x %10s %5.2f x %10s %5.2f x\n", others,
	    groups, bench_time(cost->all_ns), cost->all_ns / first.all_ns,
	    bench_time(cost->new_ns), cost->new_ns / first.new_ns,
	    bench_time(cost->beside_ns),
	    cost->beside_ns / first.beside_ns);
}

static int
measure_among(size_t others)
{
	static const size_t groups[] = {0, 10, 100, MOST};
	struct bench_database database;
	struct cost cost;
	int code = bench_database_open_model(&database, NULL, definition);

	if (!code)
		code = put(&database, "ann", 0, OWN);
	if (!code)
		code = put(&database, "bob", 0, others);
	for (size_t i = 0; i < sizeof groups / sizeof *groups && !code; i++) {
		code = measure(&database, groups[i], &cost);
		if (!code)
			print(others, groups[i], &cost);
	}
	bench_database_close(&database);
	return code;
}

int
bench_visible(void)
{
	int code;

	printf("visible: changes of a user with %d records, CPU; against the "
	       "first line\n  %8s %7s %18s %18s %18s\n", OWN, "others",
	    "groups", "all", "10 new", "and 1,000 beside");
	code = measure_among(1000);
	if (!code)
		code = measure_among(100000);
	return code != 0;
}
