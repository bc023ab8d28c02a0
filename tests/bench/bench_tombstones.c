/*
 * "tombstones": what deletions take in database and store, and what is left
 * when their tombstones are dropped.
 */
#include "tests/bench/bench.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <weft/store.h>

#include "tests/bench/records.h"

#define COUNT 100000

struct size {
	uint64_t database; /* bytes of tombstones, and of small values */
	uint64_t store;
};

/* The number that the command prints. */
static uint64_t
run(const char *command)
{
	FILE *output = popen(command, "r");
	char text[32];

	if (!output || !fgets(text, sizeof text, output))
		abort();
	pclose(output);
	return strtoull(text, NULL, 10);
}

static uint64_t
ask(const struct bench_database *database, const char *sql)
{
	char command[320];

	snprintf(command, sizeof command, "sqlite3 %s/db.sqlite '%s'",
	    database->directory, sql);
	return run(command);
}

static struct size
measure(const struct bench_database *database)
{
	static const char used[] =
	    "SELECT sum(pgsize) FROM dbstat WHERE name = \"weft_meta\" "
	    "OR name LIKE \"%weft_tombstones%\"";
	struct size size = {.database = ask(database, used)};
	char command[160];

	snprintf(command, sizeof command, "cat %s/db.sqlite.git/objects/pack/*"
	    ".pack | wc -c", database->directory);
	size.store = run(command);
	return size;
}

static int
compact(struct bench_database *database, int64_t tombstone_days,
    uint64_t *dropped)
{
	struct weft_compaction compaction = WEFT_COMPACTION_INIT;
	struct weft_compaction_result result;
	struct weft_error error;
	int code;

	compaction.keep_checkpoints = 0;
	compaction.tombstone_days = tombstone_days;
	code = weft_store_compact(
	    database->datasource, &compaction, &result, &error);
	*dropped = result.tombstones;
	return bench_check(code, &error);
}

/* Makes records and deletes them all. */
static int
fill(struct bench_database *database)
{
	struct bench_records *records = bench_records_make(COUNT, 1);
	struct weft_error error;
	int code = bench_create_all(database, records);

	bench_records_free(records);
	if (!code)
		code = bench_database_project(database);
	if (!code)
		code = bench_check(weft_record_delete_all(database->model,
				       NULL, weft_slice(NULL), NULL, &error),
		    &error);
	return code ? code : bench_database_project(database);
}

static void
print(const char *what, const struct size *size)
{
	printf("  %-24s %10.1f %10.1f\n", what,
	    (double)size->database / COUNT, (double)size->store / COUNT);
}

int
bench_tombstones(void)
{
	struct bench_database database;
	struct size before, after;
	uint64_t start, dropped;
	double drop_us;
	int code = bench_database_open(&database, NULL, true);

	if (!code)
		code = fill(&database);
	if (!code)
		code = compact(&database, -1, &dropped);
	if (code)
		return 1;
	before = measure(&database);
	start = bench_cpu_ns();
	code = compact(&database, 0, &dropped);
	drop_us = (double)(bench_cpu_ns() - start) / 1e3 / COUNT;
	if (code || dropped != COUNT)
		return 1;
	after = measure(&database);
	printf("tombstones: %d deletions, bytes for each\n", COUNT);
	printf("  %-24s %10s %10s\n", "", "database", "store");
	print("kept", &before);
	print("dropped", &after);
	printf("  dropped in %.1f us of CPU each, with all else of the "
	       "compaction\n", drop_us);
	bench_database_close(&database);
	return 0;
}
