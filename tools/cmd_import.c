/*
 * weft import: reads records, writes them in batches, each one transaction.
 * A batch is read whole before its transaction begins: a slow pipe must not
 * hold the database.
 */
#include <inttypes.h>
#include <stdio.h>

#include <weft/record.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "tools/commands.h"
#include "tools/interrupt.h"
#include "tools/output.h"
#include "tools/reader.h"
#include "tools/spec.h"

#define BATCH_LENGTH 1000
/* A batch ends also when it has this many bytes. */
#define BATCH_SIZE (4 * 1024 * 1024)

typedef int import_record_fn(struct weft_model *model,
    const struct weft_call *call, struct weft_slice data,
    struct weft_buf *record, struct weft_error *error);

struct item {
	size_t begin, size; /* in the batch's bytes */
	uint64_t offset;    /* in the file */
	uint64_t line;
};

struct batch {
	struct weft_buf bytes;
	struct item *items;
	size_t length, most;
	size_t written; /* of the transaction so far */
	size_t skipped;
	bool stopped;   /* by a bad record, which 'bad' describes */
	struct weft_error bad;
};

struct import {
	const struct command_line *line;
	struct weft_model *model;
	import_record_fn *write;
	struct reader reader;
	struct batch batch;
	struct progress progress;
	uint64_t imported;
	uint64_t skipped;
	bool skip_bad;
};

/* Prints that a record is left out. */
static void
report_skipped(const struct import *import, const struct item *item,
    const struct weft_error *why)
{
	struct json_out out;

	if (!import->line->json) {
		fprintf(stderr, "weft: skipped: %s\n", why->text);
		return;
	}
	json_out_init(&out);
	json_out_begin(&out, NULL, '{');
	json_out_begin(&out, "skipped", '{');
	json_out_number(&out, "line", item->line);
	json_out_number(&out, "offset", item->offset);
	json_out_text(&out, "message", weft_slice(why->text));
	json_out_end(&out, '}');
	json_out_end(&out, '}');
	json_out_print_error(&out);
	json_out_fini(&out);
}

/* The error that reader_next() gave says where it is. */
static void
skip_too_large(struct import *import, const struct reader_record *record,
    const struct weft_error *why)
{
	const struct item item = {
	    .offset = record->offset, .line = record->line};

	import->skipped++;
	report_skipped(import, &item, why);
}

/* Reads the next batch; it is empty at the end of the file. */
static int
read_batch(struct import *import, struct weft_error *error)
{
	struct batch *batch = &import->batch;
	struct reader_record record;
	int code;

	weft_buf_clear(&batch->bytes);
	batch->length = 0;
	while (batch->length < batch->most && batch->bytes.size < BATCH_SIZE) {
		code = reader_next(&import->reader, &record, error);
		if (code == WEFT_ELIMIT && import->skip_bad) {
			skip_too_large(import, &record, error);
			continue;
		}
		if (code || !record.bytes.data)
			return code;
		batch->items[batch->length++] = (struct item){
		    .begin = batch->bytes.size,
		    .size = record.bytes.size,
		    .offset = record.offset,
		    .line = record.line,
		};
		code = weft_buf_append_slice(&batch->bytes, record.bytes);
		if (code)
			return weft_error_set(error, code, "%s",
			    weft_error_text(code));
	}
	return 0;
}

/*
 * What to do about a record that could not be written: skip it, or end the
 * batch before it.  What is not the record's fault is returned.
 */
static int
handle_bad(struct import *import, const struct item *item,
    struct weft_error *error)
{
	struct batch *batch = &import->batch;
	struct weft_error why = *error;

	if (weft_error_class(why.code) != WEFT_CLASS_REFUSE)
		return why.code;
	weft_error_wrap(&why, "%s: line %" PRIu64 ", byte %" PRIu64,
	    import->reader.name, item->line, item->offset);
	if (import->skip_bad) {
		batch->skipped++;
		report_skipped(import, item, &why);
	} else {
		batch->stopped = true;
		batch->bad = why;
	}
	return 0;
}

/* Writes the batch: the work of a transaction. */
static int
write_records(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct import *import = context;
	struct batch *batch = &import->batch;
	struct weft_call call = {.transaction = transaction};
	struct weft_error why;
	int code = 0;

	batch->written = 0;
	batch->skipped = 0;
	batch->stopped = false;
	for (size_t i = 0; i < batch->length && !code && !batch->stopped;
	    i++) {
		const struct item *item = &batch->items[i];

		code = import->write(import->model, &call,
		    weft_slice_of(batch->bytes.data + item->begin, item->size),
		    NULL, &why);
		if (!code)
			batch->written++;
		else
			code = handle_bad(import, item, &why);
	}
	if (code && error)
		*error = why;
	return code;
}

static int
write_batch(struct import *import, struct weft_error *error)
{
	struct batch *batch = &import->batch;
	int code;

	if (!batch->length)
		return 0;
	code = weft_datasource_transaction(
	    weft_model_datasource(import->model), write_records, import,
	    error);
	if (code)
		return code;
	import->imported += batch->written;
	import->skipped += batch->skipped;
	progress_update(&import->progress, import->imported,
	    import->reader.offset, import->reader.size);
	if (!batch->stopped)
		return 0;
	if (error)
		*error = batch->bad;
	return batch->bad.code;
}

static int
import_all(struct import *import, struct weft_error *error)
{
	struct weft_error late;
	int code, late_code = 0;

	progress_begin(&import->progress, import->line, "records");
	do {
		/* What was read before the file broke is imported. */
		late_code = read_batch(import, &late);
		code = write_batch(import, error);
		if (!code && late_code) {
			code = late_code;
			if (error)
				*error = late;
		}
		if (!code)
			code = interrupt_check(error);
	} while (!code && import->batch.length);
	progress_end(&import->progress);
	if (code)
		weft_error_wrap(error, "after %" PRIu64 " records",
		    import->imported);
	return code;
}

static int
report(const struct import *import, struct weft_error *error)
{
	const char *name = weft_model_name(import->model);
	struct json_out out;
	int code;

	output_say(import->line, "%s: %" PRIu64 " imported", name,
	    import->imported);
	if (import->skipped)
		output_say(import->line, ", %" PRIu64 " skipped",
		    import->skipped);
	output_say(import->line, "\n");
	if (!import->line->json)
		return 0;
	json_out_init(&out);
	json_out_begin(&out, NULL, '{');
	json_out_text(&out, "model", weft_slice(name));
	json_out_number(&out, "imported", import->imported);
	json_out_number(&out, "skipped", import->skipped);
	json_out_end(&out, '}');
	code = json_out_print(&out, error);
	json_out_fini(&out);
	return code;
}

/* Takes what the command line says; the batch's memory is allocated. */
static int
prepare(struct import *import, struct weft_error *error)
{
	const struct command_line *line = import->line;
	int64_t most;
	int code;

	code = command_number(line, "batch", 1, BATCH_LENGTH, &most, error);
	if (code)
		return code;
	if (most > WEFT_LIMIT_IMPORT_BATCH)
		return command_usage(error, "--batch is at most %d",
		    WEFT_LIMIT_IMPORT_BATCH);
	code = command_only_one(line, "create", "merge", error);
	if (code)
		return code;
	import->skip_bad = command_value(line, "skip-bad");
	import->write = weft_record_replace_or_create;
	if (command_value(line, "merge"))
		import->write = weft_record_upsert;
	if (command_value(line, "create"))
		import->write = weft_record_create;
	import->batch.most = (size_t)most;
	import->batch.items =
	    weft__calloc(import->batch.most, sizeof *import->batch.items);
	weft_buf_init(&import->batch.bytes,
	    BATCH_SIZE + (size_t)WEFT_LIMIT_RECORD_SIZE);
	return import->batch.items ? 0 :
	    weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

static int
run(const struct command_line *line, struct weft_error *error)
{
	struct import import = {.line = line};
	struct spec spec = {0};
	int code = prepare(&import, error);

	if (!code)
		code = reader_open(&import.reader, command_argument(line, 1),
		    command_value(line, "path"), error);
	if (!code) {
		code = spec_open_model(&spec, line, 0, SPEC_WRITE,
		    &import.model, error);
		if (!code)
			code = import_all(&import, error);
		if (!code)
			code = report(&import, error);
		reader_close(&import.reader);
	}
	weft__free(import.batch.items);
	weft_buf_fini(&import.batch.bytes);
	return spec_finish(&spec, code, error);
}

static const struct command_option options[] = {
	{"path", "NAME",
	    "The file is one object, and the records are the array that is "
	    "its member of this name."},
	{"skip-bad", NULL,
	    "Leave out records that are refused, say so on standard error, "
	    "and count them."},
	{"create", NULL, "Refuse records whose id is taken."},
	{"merge", NULL,
	    "Keep the properties of stored records that the given ones do "
	    "not have."},
	{"batch", "N", "Records in one transaction: 1000 if not given."},
	{0},
};

const struct command cmd_import = {
	.name = "import",
	.arguments = "SOURCE:Model FILE|-",
	.summary = "Write the records of a file",
	.about = "Reads a JSON array, or one record on each line (NDJSON). A "
	    "record whose id is there already is replaced; one that is the "
	    "same changes nothing, so that an import can be repeated.\n\n"
	    "At a bad record it stops, with the record's line and its first "
	    "byte in the file: all records before it are imported, none "
	    "after it. The file is read as it comes, of any size.",
	.least = 2,
	.most = 2,
	.options = options,
	.run = run,
};
