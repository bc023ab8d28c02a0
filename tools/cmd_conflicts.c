#include <inttypes.h>

#include <weft/conflict.h>

#include "tools/commands.h"
#include "tools/conflict_view.h"
#include "tools/output.h"
#include "tools/spec.h"

struct list {
	const struct command_line *line;
	const char *model; /* only this one's, or NULL */
	struct conflict_view view;
	uint64_t count;
	struct weft_error *error;
};

static int
print_conflict(struct weft_slice json, void *context)
{
	struct list *list = context;
	int code = conflict_view_read(&list->view, json, list->error);

	if (code)
		return code;
	if (list->model && strcmp(list->model, list->view.model.data) != 0)
		return 0;
	list->count++;
	if (list->line->json)
		return output_line(json, list->error);
	if (list->count > 1)
		output_print("\n");
	return conflict_view_print(&list->view, list->error);
}

static int
run(const struct command_line *line, struct weft_error *error)
{
	struct list list = {.line = line, .error = error};
	struct spec spec = {0};
	int code;

	conflict_view_init(&list.view);
	code = spec_open(&spec, line, 0, SPEC_READ, error);
	list.model = spec.model;
	if (!code)
		code = weft_conflict_each_kept(spec.source, print_conflict,
		    &list, error);
	if (!code && !list.count)
		output_say(line, "no conflicts\n");
	conflict_view_fini(&list.view);
	spec_close(&spec);
	return code;
}

const struct command cmd_conflicts = {
	.name = "conflicts",
	.arguments = "SOURCE[:Model]",
	.summary = "List the conflicts that wait to be resolved",
	.about = "Prints each conflict that a replication from this source "
	    "found and left: the properties in which the common base, the "
	    "source's record and the target's record differ, as they were "
	    "then. With --json each is one line with model, modelId, type, "
	    "base, source, target, sourceChange, targetChange, peer, time.",
	.least = 1,
	.most = 1,
	.run = run,
};
