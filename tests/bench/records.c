#define _GNU_SOURCE /* nftw */

#include "tests/bench/records.h"

#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/bench.h"
#include "tests/lib/random.h"

#define LIMIT ((size_t)1 << 30)

static void
must(int code)
{
	if (code) {
		fprintf(stderr, "weft-bench: %s\n", weft_error_text(code));
		exit(1);
	}
}

/* Keys in canonical order, so that the bytes are those that are stored. */
void
bench_record_write(struct weft_buf *out, size_t index, unsigned version)
{
	struct random random = {index * 1000};
	uint64_t a = random_next(&random), b = random_next(&random), c;

	random.state += version;
	c = random_next(&random);
	must(weft_buf_printf(out,
	    "{\"active\":%s,\"created\":\"2024-05-06T07:08:09.%03uZ\","
	    "\"id\":\"%016" PRIx64 "%08" PRIx64 "\",\"name\":\"Item number "
	    "%zu\",\"note\":\"%016" PRIx64 " in version %u\",\"price\":%u.%u,"
	    "\"quantity\":%u,\"tags\":[\"red\",\"large\"]}",
	    c & 1 ? "true" : "false", (unsigned)(c % 1000), a,
	    b & 0xffffffff, index, c, version, (unsigned)(c % 900 + 100),
	    (unsigned)(c >> 20) % 9 + 1, (unsigned)(c >> 32) % 10000));
}

struct bench_records *
bench_records_make(size_t count, unsigned version)
{
	struct bench_records *records = calloc(1, sizeof *records);
	size_t index = 0;

	records->count = count;
	records->batches_length = count / BENCH_BATCH;
	records->batches = calloc(records->batches_length,
	    sizeof *records->batches);
	for (size_t i = 0; i < records->batches_length; i++) {
		struct weft_buf *batch = &records->batches[i];

		weft_buf_init(batch, LIMIT);
		for (int j = 0; j < BENCH_BATCH; j++) {
			must(weft_buf_append(batch, j ? "," : "[", 1));
			bench_record_write(batch, index++, version);
		}
		must(weft_buf_append(batch, "]", 1));
	}
	return records;
}

void
bench_records_free(struct bench_records *records)
{
	for (size_t i = 0; i < records->batches_length; i++)
		weft_buf_fini(&records->batches[i]);
	free(records->batches);
	free(records);
}

int
bench_check(int code, const struct weft_error *error)
{
	if (code)
		fprintf(stderr, "weft-bench: %s: %s\n", weft_error_name(code),
		    error->text);
	return code;
}

void
bench_directory_make(char directory[64])
{
	const char *parent = getenv("TMPDIR");

	snprintf(directory, 64, "%s/weft-bench-XXXXXX",
	    parent ? parent : "/var/tmp");
	if (!mkdtemp(directory)) {
		perror(directory);
		exit(1);
	}
}

static int
remove_entry(const char *path, const struct stat *status, int type,
    struct FTW *walk)
{
	return remove(path);
}

void
bench_directory_remove(const char *directory)
{
	nftw(directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

#define MODEL(tracked) \
	"{\"name\":\"Item\",\"trackChanges\":" tracked ",\"properties\":{" \
	"\"id\":{\"type\":\"string\",\"id\":true},\"name\":\"string\"," \
	"\"quantity\":\"number\"}}"

/* Opens it with this connector. */
static int
open_with(struct bench_database *database, const char *connector,
    const char *definition)
{
	struct weft_error error;
	int code = weft_registry_create(NULL, &database->registry, &error);

	if (!code)
		code = weft_registry_add_datasource(database->registry, "db",
		    weft_slice(connector), database->directory,
		    &database->datasource, &error);
	if (!code)
		code = weft_registry_define(database->registry,
		    database->datasource, weft_slice(definition),
		    &database->model, &error);
	return bench_check(code, &error);
}

int
bench_database_open_model(struct bench_database *database,
    const char *directory, const char *definition)
{
	memset(database, 0, sizeof *database);
	if (directory) {
		snprintf(database->directory, sizeof database->directory, "%s",
		    directory);
	} else {
		bench_directory_make(database->directory);
		database->made = true;
	}
	return open_with(database,
	    "{\"connector\":\"sqlite3\",\"file\":\"db.sqlite\"}",
	    definition);
}

int
bench_database_open(struct bench_database *database, const char *directory,
    bool tracked)
{
	return bench_database_open_model(
	    database, directory, tracked ? MODEL("true") : MODEL("false"));
}

int
bench_database_open_memory(struct bench_database *database)
{
	memset(database, 0, sizeof *database);
	return open_with(
	    database, "{\"connector\":\"memory\"}", MODEL("true"));
}

void
bench_database_close(struct bench_database *database)
{
	weft_registry_destroy(database->registry);
	if (database->made)
		bench_directory_remove(database->directory);
}

int
bench_database_project(struct bench_database *database)
{
	struct weft_error error;

	return bench_check(weft_datasource_project(database->datasource,
			       &error), &error);
}

int
bench_create_all(struct bench_database *database,
    const struct bench_records *records)
{
	struct weft_error error;
	int code = 0;

	for (size_t i = 0; !code && i < records->batches_length; i++)
		code = weft_record_create(database->model, NULL,
		    weft_buf_slice(&records->batches[i]), NULL, &error);
	return bench_check(code, &error);
}

/* A batch to be written over what is there, in one transaction. */
struct update {
	struct bench_database *database;
	struct weft_slice batch;
};

static int
update_batch(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	const struct update *update = context;
	struct weft_call call = {.transaction = transaction};
	const char *next = update->batch.data + 1;
	const char *end = update->batch.data + update->batch.size - 1;
	int code = 0;

	while (!code && next < end) {
		const char *close = memchr(next, '}', (size_t)(end - next));
		struct weft_slice record = {next, (size_t)(close + 1 - next)};

		code = weft_record_replace_or_create(update->database->model,
		    &call, record, NULL, error);
		next = close + 2;
	}
	return code;
}

int
bench_update_all(struct bench_database *database,
    const struct bench_records *records)
{
	struct weft_error error;
	int code = 0;

	for (size_t i = 0; !code && i < records->batches_length; i++) {
		struct update update = {
		    database, weft_buf_slice(&records->batches[i])};

		code = weft_datasource_transaction(database->datasource,
		    update_batch, &update, &error);
	}
	return bench_check(code, &error);
}
