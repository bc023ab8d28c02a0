#include <inttypes.h>
#include <stdio.h>

#include <weft/source.h>

#include "core/base/limits.h"
#include "tools/commands.h"
#include "tools/output.h"
#include "tools/remote.h"
#include "tools/spec.h"

/* A revision's first characters tell it apart well enough for a reader. */
#define REV_WIDTH 10

static int
print_json(const struct weft_change *change, struct weft_buf *buf,
    struct weft_error *error)
{
	int code;

	weft_buf_clear(buf);
	code = weft_change_write(change, buf);
	if (code)
		return weft_error_set(error, code, "writing JSON: %s",
		    weft_error_text(code));
	return output_line(weft_buf_slice(buf), error);
}

static void
print_text(const struct weft_change *change)
{
	int rev_size = (int)change->rev.size, prev_size;

	prev_size = change->has_prev ? (int)change->prev.size : 0;
	output_print("%8" PRIu64 "  %-7s %-*.*s  %-*.*s  ",
	    change->checkpoint,
	    weft_change_type_name(weft_change_type(change)), REV_WIDTH,
	    rev_size < REV_WIDTH ? rev_size : REV_WIDTH,
	    change->rev.data ? change->rev.data : "", REV_WIDTH,
	    prev_size < REV_WIDTH ? prev_size : REV_WIDTH,
	    prev_size ? change->prev.data : "");
	output_id(change->model_id);
	output_print("\n");
}

static int
print_changes(const struct weft_change_list *list,
    const struct command_line *line, struct weft_error *error)
{
	struct weft_buf buf = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	int code = 0;

	if (list->length)
		output_say(line, "%8s  %-7s %-*s  %-*s  %s\n", "since", "type",
		    REV_WIDTH, "rev", REV_WIDTH, "prev", "id");
	for (size_t i = 0; i < list->length && !code; i++) {
		if (line->json)
			code = print_json(&list->changes[i], &buf, error);
		else
			print_text(&list->changes[i]);
	}
	weft_buf_fini(&buf);
	return code;
}

static int
run(const struct command_line *line, struct weft_error *error)
{
	struct weft_change_list list = {0};
	struct spec spec = {0};
	int64_t since;
	int code;

	code = command_number(line, "since", -1, -1, &since, error);
	if (!code)
		code = spec_open_source_model(&spec, line, 0, SPEC_READ, error);
	if (!code)
		code = weft_source_changes(spec.source, spec.model, since,
		    weft_slice(command_value(line, "filter")), &list, error);
	if (!code)
		code = print_changes(&list, line, error);
	weft_change_list_fini(&list);
	spec_close(&spec);
	return code;
}

static const struct command_option options[] = {
	{"since", "N", "Only those of checkpoint N and later."},
	{"filter", "JSON",
	    "Only those of records that this LoopBack filter selects, and "
	    "deletions."},
	REMOTE_OPTIONS,
	{0},
};

const struct command cmd_changes = {
	.name = "changes",
	.arguments = "SOURCE:Model",
	.summary = "List the last change of each record",
	.about = "Prints for each record, deleted ones too, the checkpoint in "
	    "which it last changed, what that change was, its revision, the "
	    "revision it had before that checkpoint, and its id. With --json "
	    "it is LoopBack's change, one on each line.",
	.least = 1,
	.most = 1,
	.options = options,
	.run = run,
};
