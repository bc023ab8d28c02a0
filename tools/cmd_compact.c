#include <inttypes.h>

#include <weft/store.h>

#include "tools/commands.h"
#include "tools/output.h"
#include "tools/spec.h"

static int
report(const struct command_line *line, const char *path,
    const struct weft_compaction_result *result, struct weft_error *error)
{
	struct json_out out;
	int code;

	if (result->tombstones)
		output_say(line, "%s: %" PRIu64 " tombstones dropped\n", path,
		    result->tombstones);
	output_say(line, "%s: %" PRIu64 " commits dropped, %" PRIu64
	    " packs and %" PRIu64 " bytes instead of %" PRIu64 " and %" PRIu64
	    "\n", path, result->commits, result->packs_after,
	    result->size_after, result->packs_before, result->size_before);
	if (!line->json)
		return 0;
	json_out_init(&out);
	json_out_begin(&out, NULL, '{');
	json_out_number(&out, "commits", result->commits);
	json_out_number(&out, "tombstones", result->tombstones);
	json_out_number(&out, "packsBefore", result->packs_before);
	json_out_number(&out, "packs", result->packs_after);
	json_out_number(&out, "sizeBefore", result->size_before);
	json_out_number(&out, "size", result->size_after);
	json_out_end(&out, '}');
	code = json_out_print(&out, error);
	json_out_fini(&out);
	return code;
}

static int
run(const struct command_line *line, struct weft_error *error)
{
	struct weft_compaction compaction = WEFT_COMPACTION_INIT;
	struct weft_compaction_result result;
	struct progress progress;
	struct spec spec = {0};
	int code = command_number(line, "keep-checkpoints", 0, -1,
	    &compaction.keep_checkpoints, error);

	if (!code)
		code = command_number(line, "keep-days", 0, -1,
		    &compaction.keep_days, error);
	if (!code)
		code = command_number(line, "tombstone-days", 0, -1,
		    &compaction.tombstone_days, error);
	compaction.drop_heard =
	    command_value(line, "drop-heard-tombstones") != NULL;
	if (!code)
		code = spec_open(&spec, line, 0, SPEC_WRITE, error);
	if (!code) {
		progress_begin(&progress, line, "");
		progress_stage(&progress, "compacting", spec.path);
		code = weft_store_compact(
		    spec.datasource, &compaction, &result, error);
		progress_end(&progress);
	}
	if (!code)
		code = report(line, spec.path, &result, error);
	spec_close(&spec);
	return code;
}

static const struct command_option options[] = {
	{"keep-checkpoints", "N",
	    "Keep the history of the last N checkpoints, and the state that "
	    "was there when they began."},
	{"keep-days", "N",
	    "Keep the history of the last N days. With both options what "
	    "either of them keeps is kept."},
	{"tombstone-days", "N",
	    "Drop tombstones that are older than N days, whoever has not "
	    "heard of them."},
	{"drop-heard-tombstones", NULL,
	    "Drop tombstones that all peers that have replicated from here, "
	    "and all consumers of the journal, have heard of. LoopBack's "
	    "clients are not known: for them choose days."},
	{0},
};

const struct command cmd_compact = {
	.name = "compact",
	.arguments = "SOURCE",
	.summary = "Merge the store's files, drop what is old",
	.about = "Merges the files of the store into as few as possible. "
	    "With one of the options, or with keepCheckpoints or keepDays "
	    "among the settings of the datasource, the history before what is "
	    "to be kept is dropped, and with it every old state of a record "
	    "that only that history had. Records, and what was agreed on with "
	    "peers, stay.\n\n"
	    "Tombstones stay unless an option, or the settings tombstoneDays "
	    "or dropHeardTombstones, say otherwise. What is dropped leaves a "
	    "trace of a few bytes: who still has the record unchanged is told "
	    "again that it was deleted, who has changed it gets a "
	    "conflict.\n\n"
	    "Commits get other names when history is dropped. Objects that "
	    "git's own branches and tags in the repository lead to stay, too.",
	.least = 1,
	.most = 1,
	.options = options,
	.run = run,
};
