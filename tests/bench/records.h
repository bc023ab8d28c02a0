/*
 * Records and databases for the benchmarks.
 */
#ifndef TESTS_BENCH_RECORDS_H
#define TESTS_BENCH_RECORDS_H

#include <weft/weft.h>

#define BENCH_RECORD_SIZE 200 /* bytes of canonical JSON, about */
#define BENCH_BATCH 1000      /* records in one transaction */

/* Batches of records as JSON arrays, with random ids of 24 characters. */
struct bench_records {
	size_t count;          /* of records */
	struct weft_buf *batches;
	size_t batches_length;
};

/*
 * Makes 'count' records (a multiple of BENCH_BATCH); the same ids for every
 * 'version', other contents.  Ends the program if it cannot.
 */
struct bench_records *bench_records_make(size_t count, unsigned version);
void bench_records_free(struct bench_records *records);

/* Appends record number 'index' as such a batch would have it. */
void bench_record_write(
    struct weft_buf *out, size_t index, unsigned version);

struct bench_database {
	char directory[64];
	bool made; /* the directory is ours to remove */
	struct weft_registry *registry;
	struct weft_datasource *datasource;
	struct weft_model *model; /* "Item" */
};

/*
 * Opens (or makes) an SQLite database with one model, in 'directory', or in a
 * new one that goes with it (NULL).  All below return 0 or print why not.
 */
int bench_database_open(struct bench_database *database,
    const char *directory, bool tracked);
int bench_database_open_model(struct bench_database *database,
    const char *directory, const char *definition); /* of the model */
int bench_database_open_memory(struct bench_database *database);
void bench_database_close(struct bench_database *database);
int bench_database_project(struct bench_database *database);
int bench_create_all(struct bench_database *database,
    const struct bench_records *records);
int bench_update_all(struct bench_database *database,
    const struct bench_records *records);

/* Prints a failure; returns the code. */
int bench_check(int code, const struct weft_error *error);

/* Makes a directory for databases, removes it with all in it. */
void bench_directory_make(char directory[64]);
void bench_directory_remove(const char *directory);

#endif
