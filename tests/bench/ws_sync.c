/*
 * A client of weft.repl.v1 that syncs for the first time:
 *
 *   ws-sync lines COUNT            writes the records, "ID BODY" in each line
 *   ws-sync pull URL WHERE COUNT   gets them from the server
 *   ws-sync push URL WHERE COUNT   has them, and gives them to the server
 *
 * WHERE is "memory" or a directory for an SQLite database.  Prints the seconds
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

/* Replicates until both sides have everything. */
static int
sync_all(struct bench_database *database, const char *url, bool is_pull)
{
	struct weft_live_options options = WEFT_LIVE_OPTIONS_INIT;
	const struct timespec pause = {.tv_nsec = 200000};
	struct weft_live_status status = {.state = WEFT_LIVE_CONNECTING};
	struct weft_live *live;
	struct weft_error error;
	int code;

	options.datasource = database->datasource;
	options.url = url;
	options.only_receive = is_pull;
	options.only_send = !is_pull;
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

static int
run(const char *what, const char *url, const char *where, size_t count)
{
	bool is_pull = strcmp(what, "pull") == 0;
	struct bench_records *records = NULL;
	struct bench_database database;
	uint64_t wall_ns, cpu_ns;
	int code = strcmp(where, "memory") == 0
	    ? bench_database_open_memory(&database)
	    : bench_database_open(&database, where, true);

	if (!code && !is_pull) {
		records = bench_records_make(count, 1);
		code = bench_create_all(&database, records);
		bench_records_free(records);
	}
	wall_ns = bench_wall_ns();
	cpu_ns = bench_cpu_ns();
	if (!code)
		code = sync_all(&database, url, is_pull);
	wall_ns = bench_wall_ns() - wall_ns;
	cpu_ns = bench_cpu_ns() - cpu_ns;
	if (!code && !is_complete(&database, count)) {
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
	if (count == 3 && strcmp(arguments[1], "lines") == 0)
		return write_lines(strtoul(arguments[2], NULL, 10));
	if (count != 5)
		return 2;
	return run(arguments[1], arguments[2], arguments[3],
		   strtoul(arguments[4], NULL, 10)) != 0;
}
