/*
 * A client of weft.repl.v1:
 *
 *   ws-sync lines COUNT            writes the records, "ID BODY" in each line
 *   ws-sync pull URL WHERE COUNT   gets them from the server
 *   ws-sync push URL WHERE COUNT   has them, and gives them to the server
 *   ws-sync sync URL WHERE MODELS  both, with so many models
 *   ws-sync edit URL WHERE COUNT   both, after it has changed so many records
 *
 * WHERE is "memory" or a directory for an SQLite database; TOKEN in the
 * environment is an access token.  Prints the seconds
 * from the beginning to the state "live", and those of CPU time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/bench/measure.h"
#include "tests/bench/records.h"

#define ID_SIZE 24

static int
write_lines(size_t count)
{
	struct weft_buf line = WEFT_BUF_INIT(4096);
	const char *id;

	for (size_t i = 0; i < count; i++) {
		line.size = 0;
		bench_record_write(&line, i, 1);
		id = strstr(line.data, "\"id\":\"") + 6;
		printf("%.*s %s\n", ID_SIZE, id, line.data);
	}
	weft_buf_fini(&line);
	return 0;
}

/* Whether every record is there as it was made. */
static bool
is_complete(struct bench_database *database, size_t count)
{
	struct weft_buf expected = WEFT_BUF_INIT(4096);
	struct weft_buf record = WEFT_BUF_INIT(4096);
	bool is_good = true;

	for (size_t i = 0; i < count && is_good; i++) {
		struct weft_slice id = {NULL, ID_SIZE};

		expected.size = record.size = 0;
		bench_record_write(&expected, i, 1);
		id.data = strstr(expected.data, "\"id\":\"") + 6;
		is_good = !weft_record_find_by_id(database->model, NULL, id,
			      weft_slice(NULL), &record, NULL) &&
		    weft_slice_equal(weft_buf_slice(&record),
		        weft_buf_slice(&expected));
	}
	weft_buf_fini(&expected);
	weft_buf_fini(&record);
	return is_good;
}

/* What one run is to do. */
struct plan {
	const char *what, *url, *where;
	size_t count;
	bool is_pull, is_push; /* only that */
};

/* Replicates until both sides have everything. */
static int
sync_all(struct bench_database *database, const struct plan *plan)
{
	struct weft_live_options options = WEFT_LIVE_OPTIONS_INIT;
	const struct timespec pause = {.tv_nsec = 500000};
	struct weft_live_status status = {.state = WEFT_LIVE_CONNECTING};
	struct weft_live *live;
	struct weft_error error;
	int code;

	options.datasource = database->datasource;
	options.url = plan->url;
	options.token = getenv("TOKEN");
	options.only_receive = plan->is_pull;
	options.only_send = plan->is_push;
	code = weft_live_create(&options, &live, &error);
	if (code)
		return bench_check(code, &error);
	code = weft_live_start(live, &error);
	while (!code && status.state < WEFT_LIVE_LIVE) {
		nanosleep(&pause, NULL);
		weft_live_status(live, &status);
	}
	if (status.state != WEFT_LIVE_LIVE)
		code = bench_check(WEFT_ENETWORK, &status.error);
	weft_live_destroy(live);
	return code;
}

/* Other models beside Item. */
static int
add_models(struct bench_database *database, size_t count)
{
	struct weft_model *model;
	struct weft_error error;
	char definition[256];
	int code = 0;

	for (size_t i = 1; i < count && !code; i++) {
		snprintf(definition, sizeof definition,
		    "{\"name\":\"Item%zu\",\"trackChanges\":true,"
		    "\"properties\":{\"id\":{\"type\":\"string\","
		    "\"id\":true}}}", i);
		code = weft_registry_define(database->registry,
		    database->datasource, weft_slice(definition), &model,
		    &error);
	}
	return bench_check(code, &error);
}

static int
edit_records(struct bench_database *database, size_t count)
{
	struct weft_buf record = WEFT_BUF_INIT(4096);
	struct weft_error error;
	int code = 0;

	for (size_t i = 0; i < count && !code; i++) {
		record.size = 0;
		bench_record_write(&record, i, (unsigned)bench_wall_ns());
		code = weft_record_replace_or_create(database->model, NULL,
		    weft_buf_slice(&record), NULL, &error);
	}
	weft_buf_fini(&record);
	return bench_check(code, &error);
}

static int
prepare(struct bench_database *database, const struct plan *plan)
{
	struct bench_records *records;
	int code = strcmp(plan->where, "memory") == 0
	    ? bench_database_open_memory(database)
	    : bench_database_open(database, plan->where, true);

	if (!code && plan->is_push) {
		records = bench_records_make(plan->count, 1);
		code = bench_create_all(database, records);
		bench_records_free(records);
	}
	if (!code && strcmp(plan->what, "sync") == 0)
		code = add_models(database, plan->count);
	if (!code && strcmp(plan->what, "edit") == 0)
		code = edit_records(database, plan->count);
	return code;
}

static int
run(const struct plan *plan)
{
	struct bench_database database;
	uint64_t wall_ns, cpu_ns;
	int code = prepare(&database, plan);

	wall_ns = bench_wall_ns();
	cpu_ns = bench_cpu_ns();
	if (!code)
		code = sync_all(&database, plan);
	wall_ns = bench_wall_ns() - wall_ns;
	cpu_ns = bench_cpu_ns() - cpu_ns;
	if (!code && (plan->is_pull || plan->is_push) &&
	    !is_complete(&database, plan->count)) {
		fputs("ws-sync: records are missing\n", stderr);
		code = 1;
	}
	printf("%.6f %.6f\n", (double)wall_ns / 1e9, (double)cpu_ns / 1e9);
	bench_database_close(&database);
	return code;
}

int
main(int count, char **arguments)
{
	struct plan plan;

	if (count == 3 && strcmp(arguments[1], "lines") == 0)
		return write_lines(strtoul(arguments[2], NULL, 10));
	if (count != 5)
		return 2;
	plan = (struct plan){.what = arguments[1],
	    .url = arguments[2],
	    .where = arguments[3],
	    .count = strtoul(arguments[4], NULL, 10),
	    .is_pull = strcmp(arguments[1], "pull") == 0,
	    .is_push = strcmp(arguments[1], "push") == 0};
	return run(&plan) != 0;
}
