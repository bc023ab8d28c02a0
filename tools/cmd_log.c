#include <inttypes.h>
#include <stdio.h>

#include <weft/history.h>
#include <weft/store.h>

#include "tools/commands.h"
#include "tools/interrupt.h"
#include "tools/output.h"
#include "tools/property_view.h"
#include "tools/spec.h"

/* A revision's first characters tell it apart well enough for a reader. */
#define REV_WIDTH 10
#define CHECKPOINT_WIDTH 10
#define INDENT 4 /* of properties */

struct printer {
	const struct command_line *line;
	uint64_t count;
	struct json_out out;
	struct weft_error *error;
};

/*
 * Commits
 */

static int
print_json(struct printer *printer, const struct weft_store_commit *commit)
{
	struct json_out *out = &printer->out;
	char time[OUTPUT_TIME_SIZE];

	output_time(commit->time_ms, time);
	json_out_begin(out, NULL, '{');
	json_out_text(out, "commit", weft_slice(commit->id));
	json_out_text(out, "time", weft_slice(time));
	json_out_number(out, "seq", commit->seq);
	json_out_number(out, "firstCheckpoint", commit->checkpoint_first);
	json_out_number(out, "lastCheckpoint", commit->checkpoint_last);
	json_out_number(out, "changes", commit->changes);
	json_out_end(out, '}');
	return json_out_print(out, printer->error);
}

static int
print_commit(const struct weft_store_commit *commit, void *context)
{
	struct printer *printer = context;
	char time[OUTPUT_TIME_SIZE];

	if (printer->line->json)
		return print_json(printer, commit);
	output_time(commit->time_ms, time);
	output_print("%.12s  %s  checkpoint %" PRIu64, commit->id, time,
	    commit->checkpoint_first);
	if (commit->checkpoint_last != commit->checkpoint_first)
		output_print("-%" PRIu64, commit->checkpoint_last);
	output_print("  %" PRIu64 " records, up to write %" PRIu64 "\n",
	    commit->changes, commit->seq);
	return output_check(printer->error);
}

static int
log_source(struct printer *printer, uint64_t max)
{
	struct spec spec = {0};
	int code = spec_open(
	    &spec, printer->line, 0, SPEC_READ, printer->error);

	if (!code)
		code = weft_store_log(spec.datasource, max, print_commit,
		    printer, printer->error);
	spec_close(&spec);
	return code;
}

/*
 * Revisions of a record
 */

static int
print_revision_json(
    struct printer *printer, const struct weft_revision *revision)
{
	struct json_out *out = &printer->out;
	char time[OUTPUT_TIME_SIZE];
	int code;

	output_time(revision->time_ms, time);
	json_out_begin(out, NULL, '{');
	json_out_text(out, "type",
	    weft_slice(weft_change_type_name(revision->type)));
	json_out_text(out, "rev", revision->rev);
	json_out_text(out, "time", weft_slice(time));
	json_out_number(out, "seq", revision->seq);
	json_out_number(out, "firstCheckpoint", revision->checkpoint_first);
	json_out_number(out, "lastCheckpoint", revision->checkpoint_last);
	json_out_text(out, "commit",
	    weft_slice(revision->commit[0] ? revision->commit : NULL));
	json_out_text(out, "user", revision->user);
	json_out_text(out, "origin", revision->origin);
	code = property_view_write(
	    revision->before, revision->record, out, printer->error);
	json_out_end(out, '}');
	return code ? code : json_out_print(out, printer->error);
}

static int
print_revision_text(const struct weft_revision *revision,
    struct weft_error *error)
{
	char time[OUTPUT_TIME_SIZE], checkpoint[48];
	int size = snprintf(checkpoint, sizeof checkpoint, "%" PRIu64,
	    revision->checkpoint_first);

	if (revision->checkpoint_last != revision->checkpoint_first)
		snprintf(checkpoint + size, sizeof checkpoint - (size_t)size,
		    "-%" PRIu64, revision->checkpoint_last);
	output_time(revision->time_ms, time);
	output_print("%*s  %s  ", CHECKPOINT_WIDTH, checkpoint, time);
	output_cell(revision->rev.data ? weft_slice_of(revision->rev.data,
			revision->rev.size < REV_WIDTH ? revision->rev.size
						       : REV_WIDTH)
				       : weft_slice("-"),
	    REV_WIDTH, true);
	output_print("  %s", weft_change_type_name(revision->type));
	if (revision->user.data) {
		output_print("  by ");
		output_id(revision->user);
	}
	if (revision->origin.data) {
		output_print("  from ");
		output_id(revision->origin);
	}
	output_print("\n");
	if (revision->type == WEFT_CHANGE_DELETE)
		return 0;
	return property_view_print(
	    revision->before, revision->record, INDENT, error);
}

static int
print_revision(struct printer *printer, const struct weft_revision *revision)
{
	int code;

	if (printer->line->json)
		return print_revision_json(printer, revision);
	if (!printer->count)
		output_say(printer->line, "%*s  %-20s  %-*s  %s\n",
		    CHECKPOINT_WIDTH, "checkpoint", "time", REV_WIDTH, "rev",
		    "what");
	code = print_revision_text(revision, printer->error);
	return code ? code : output_check(printer->error);
}

static int
print_history(struct printer *printer, struct weft_history *history,
    uint64_t max)
{
	struct weft_revision revision;
	bool found = true;
	int code = 0;

	while (!code && found && (!max || printer->count < max)) {
		code = weft_history_next(
		    history, &revision, &found, printer->error);
		if (!code && found)
			code = print_revision(printer, &revision);
		printer->count += found;
		if (!code)
			code = interrupt_check(printer->error);
	}
	return code;
}

static int
log_record(struct printer *printer, uint64_t max)
{
	const char *id = command_argument(printer->line, 1);
	struct weft_history *history = NULL;
	struct weft_model *model;
	struct spec spec = {0};
	int code = spec_open_model(&spec, printer->line, 0, SPEC_READ, &model,
	    printer->error);

	if (!code)
		code = weft_history_open(model, weft_slice(id), &history,
		    printer->error);
	if (!code)
		code = print_history(printer, history, max);
	if (!code && !printer->count)
		code = weft_error_set(printer->error, WEFT_ENOTFOUND,
		    "nothing is kept of a \"%s\" with id \"%s\"",
		    weft_model_name(model), id);
	weft_history_close(history);
	spec_close(&spec);
	return code;
}

static int
run(const struct command_line *line, struct weft_error *error)
{
	struct printer printer = {.line = line, .error = error};
	int64_t max;
	int code = command_number(line, "max", 1, 0, &max, error);

	json_out_init(&printer.out);
	if (!code)
		code = line->count > 1 ? log_record(&printer, (uint64_t)max)
				       : log_source(&printer, (uint64_t)max);
	json_out_fini(&printer.out);
	return code;
}

static const struct command_option options[] = {
	{"max", "N", "Only the newest N commits, or revisions."},
	{0},
};

const struct command cmd_log = {
	.name = "log",
	.arguments = "SOURCE[:Model ID]",
	.summary = "List the commits of a source, or the revisions of a record",
	.about = "Of a source, newest first: each commit's name, the time of "
	    "its last write, the checkpoints that its writes were made in, "
	    "and how many records it changed. `git log -p` in the repository "
	    "that `weft status` names shows what changed. A model without "
	    "an id stands for the source that it is on.\n\n"
	    "Of a record, newest first: each revision that is kept, with the "
	    "checkpoint and time of its write, and each property that it "
	    "added (+), removed (-) or changed (~), with old and new value. "
	    "Of several writes that went into one commit the last is kept. "
	    "With --json values are whole, and properties named by JSON "
	    "Pointers.",
	.least = 1,
	.most = 2,
	.options = options,
	.run = run,
};
