#include <inttypes.h>

#include <weft/store.h>

#include "tools/commands.h"
#include "tools/output.h"
#include "tools/spec.h"

struct printer {
	const struct command_line *line;
	struct json_out out;
	struct weft_error *error;
};

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
run(const struct command_line *line, struct weft_error *error)
{
	struct printer printer = {.line = line, .error = error};
	struct spec spec = {0};
	int64_t max;
	int code;

	json_out_init(&printer.out);
	code = command_number(line, "max", 1, 0, &max, error);
	if (!code)
		code = spec_open(&spec, line, 0, SPEC_READ, error);
	if (!code)
		code = weft_store_log(spec.datasource, (uint64_t)max,
		    print_commit, &printer, error);
	json_out_fini(&printer.out);
	spec_close(&spec);
	return code;
}

static const struct command_option options[] = {
	{"max", "N", "Only the newest N commits."},
	{0},
};

const struct command cmd_log = {
	.name = "log",
	.arguments = "SOURCE",
	.summary = "List the commits of a source's history",
	.about = "Newest first: the commit's name, the time of its last "
	    "write, the checkpoints that its writes were made in, and how "
	    "many records it changed. `git log -p` in the repository that "
	    "`weft status` names shows what changed.",
	.least = 1,
	.most = 1,
	.options = options,
	.run = run,
};
