/*
 * What the benchmarks of the store share: a journal that is made up as it is
 * read, stores projected from it, and the count of syncs.
 *
 * All functions print a failure and end the process.
 */
#ifndef TESTS_BENCH_STORE_BENCH_H
#define TESTS_BENCH_STORE_BENCH_H

#include <inttypes.h>
#include <stdio.h>

#include "core/store/store.h"
#include "tests/bench/bench.h"

#define BENCH_BODY_SIZE 200
#define BENCH_ID_SIZE 24
#define BENCH_MODEL "Item"

/* Rows 1 to 'records' make the records, later ones change one each. */
struct bench_feed {
	uint64_t records;
	uint64_t rows; /* in the journal so far */
	char id[BENCH_ID_SIZE];
	char body[BENCH_BODY_SIZE];
};

void bench_feed_init(struct bench_feed *feed, uint64_t records);
struct weft__feed bench_feed(struct bench_feed *feed);

/* The number of the record that a row is of, and its id. */
uint64_t bench_record_of(const struct bench_feed *feed, uint64_t seq);
void bench_id(uint64_t record, char id[BENCH_ID_SIZE]);

/* The body of a record as of a row, in 'feed'. */
struct weft_slice bench_body(
    struct bench_feed *feed, const char *id, uint64_t as_of);

/* CPU nanoseconds that reading the rows after 'after' takes on its own. */
double bench_feed_ns(struct bench_feed *feed, uint64_t after);

/* CPU nanoseconds of OpenSSL's SHA-1 of so many bodies. */
double bench_sha1_ns(uint64_t count);

/* Ends the process if it is a failure. */
void bench_must(int code, const struct weft_error *error);

/*
 * Opens the store of so many records, locked; it is made first unless this
 * run has made it.  'feed' goes on after its last row.
 */
struct weft__store *bench_store_open(
    uint64_t records, struct bench_feed *feed);

/* Makes and locks the empty store that bench_store_open() will find. */
struct weft__store *bench_store_create(uint64_t records);

/* The path of a store, or of another file of this run. */
void bench_path(char path[128], const char *kind, uint64_t records);

/*
 * Adds 'count' rows and projects them; CPU nanoseconds, without the feed's.
 */
double bench_store_project_rows(
    struct weft__store *store, struct bench_feed *feed, uint64_t count);

/* How often a sync was called since; counting begins with the first call. */
unsigned bench_syncs(void);

/* The smaller large store: of the ratio between two sizes. */
#define BENCH_SMALL_RECORDS UINT64_C(10000)

#endif
