#include <weft/conflict.h>

#include "core/base/limits.h"
#include "tools/commands.h"
#include "tools/conflict_view.h"
#include "tools/output.h"
#include "tools/reader.h"
#include "tools/remote.h"
#include "tools/resolve_all.h"
#include "tools/spec.h"

enum choice {
	CHOICE_SOURCE,
	CHOICE_TARGET,
	CHOICE_DATA,
	CHOICE_DELETE
};

struct resolution {
	const struct command_line *line;
	const char *model, *id;
	enum choice choice;
	struct weft_buf data;  /* with CHOICE_DATA */
	struct spec source, peer;
	struct weft_buf found; /* name of the peer that the conflict is with */
	int count;             /* of kept conflicts of the record */
	struct weft_error *error;
};

/* Exactly one way must be given. */
static int
read_choice(struct resolution *resolution, struct weft_error *error)
{
	const struct command_line *line = resolution->line;
	const char *winner = command_value(line, "using");
	const char *file = command_value(line, "data");
	bool deletes = command_value(line, "delete");

	if (!!winner + !!file + deletes != 1)
		return command_usage(error, "give one of --using source, "
		    "--using target, --data FILE, --delete");
	if (deletes) {
		resolution->choice = CHOICE_DELETE;
	} else if (file) {
		resolution->choice = CHOICE_DATA;
		return reader_read_all(file, &resolution->data, error);
	} else if (strcmp(winner, "source") == 0) {
		resolution->choice = CHOICE_SOURCE;
	} else if (strcmp(winner, "target") == 0) {
		resolution->choice = CHOICE_TARGET;
	} else {
		return command_usage(error,
		    "--using takes source or target, not \"%s\"", winner);
	}
	return 0;
}

/* Notes the peer of a kept conflict if it is of our record. */
static int
note_peer(struct weft_slice json, void *context)
{
	struct resolution *resolution = context;
	struct conflict_view view;
	int code;

	conflict_view_init(&view);
	code = conflict_view_read(&view, json, resolution->error);
	if (!code && strcmp(view.model.data, resolution->model) == 0 &&
	    strcmp(view.id.data, resolution->id) == 0) {
		resolution->count++;
		weft_buf_clear(&resolution->found);
		code = weft_buf_append_slice(
		    &resolution->found, weft_buf_slice(&view.peer));
	}
	conflict_view_fini(&view);
	return code;
}

/* Finds out with whom the conflict is, and opens that source. */
static int
open_peer(struct resolution *resolution, struct weft_error *error)
{
	const char *name = command_value(resolution->line, "peer");
	int code;

	code = weft_conflict_each_kept(resolution->source.source, note_peer,
	    resolution, error);
	if (code)
		return code;
	if (!resolution->count)
		return weft_error_set(error, WEFT_ENOTFOUND,
		    "%s has no conflict of %s \"%s\"",
		    resolution->source.path, resolution->model,
		    resolution->id);
	if (!name && resolution->count > 1)
		return command_usage(error, "%s \"%s\" is in conflict with "
		    "%d sources: say with --peer which one", resolution->model,
		    resolution->id, resolution->count);
	if (!name)
		name = resolution->found.data;
	code = spec_parse(&resolution->peer, name, error);
	resolution->peer.definitions = resolution->source.registry;
	if (!code)
		code = spec_open_source_parsed(&resolution->peer,
		    resolution->line, SPEC_WRITE, error);
	if (code && code != STATUS_USAGE)
		weft_error_wrap(error, "the other side (--peer)");
	return code;
}

static int
resolve(struct resolution *resolution, struct weft_error *error)
{
	struct weft_conflict *conflict = NULL;
	int code;

	code = weft_conflict_open_kept(resolution->source.source,
	    resolution->peer.source, resolution->model,
	    weft_slice(resolution->id), &conflict, error);
	if (code)
		return code;
	switch (resolution->choice) {
	case CHOICE_SOURCE:
		code = weft_conflict_resolve_using_source(conflict, error);
		break;
	case CHOICE_TARGET:
		code = weft_conflict_resolve_using_target(conflict, error);
		break;
	case CHOICE_DATA:
		code = weft_conflict_resolve_manually(conflict,
		    weft_buf_slice(&resolution->data), error);
		break;
	case CHOICE_DELETE:
		code = weft_conflict_resolve_manually(conflict,
		    weft_slice(NULL), error);
		break;
	}
	weft_conflict_destroy(conflict);
	return code;
}

static int
report(const struct resolution *resolution, struct weft_error *error)
{
	struct json_out out;
	int code;

	output_say(resolution->line, "%s %s: resolved; `weft replicate %s %s` "
	    "carries it over\n", resolution->model, resolution->id,
	    command_argument(resolution->line, 0), resolution->peer.name);
	if (!resolution->line->json)
		return 0;
	json_out_init(&out);
	json_out_begin(&out, NULL, '{');
	json_out_text(&out, "model", weft_slice(resolution->model));
	json_out_text(&out, "modelId", weft_slice(resolution->id));
	json_out_text(&out, "peer", weft_slice(resolution->peer.name));
	json_out_end(&out, '}');
	code = json_out_print(&out, error);
	json_out_fini(&out);
	return code;
}

/* Whether one is named, or all: '*all'. */
static int
check_arguments(const struct command_line *line, bool *all,
    struct weft_error *error)
{
	*all = command_value(line, "all") != NULL;
	if (*all && command_argument(line, 1))
		return command_usage(error,
		    "--all is SOURCE or SOURCE:Model, without an id");
	if (!*all && !command_argument(line, 2))
		return command_usage(error,
		    "name the model and the id of the record, or give --all");
	return 0;
}

/* All of them, for one side. */
static int
run_all(const struct command_line *line, struct weft_error *error)
{
	const char *winner = command_value(line, "using");

	if (command_value(line, "data") || command_value(line, "delete") ||
	    !winner || (strcmp(winner, "source") != 0 &&
			strcmp(winner, "target") != 0))
		return command_usage(error,
		    "with --all give --using source or --using target");
	return resolve_all(line, strcmp(winner, "source") == 0
	    ? WEFT_RESOLVE_SOURCE : WEFT_RESOLVE_TARGET, error);
}

static int
run_one(const struct command_line *line, struct weft_error *error)
{
	struct resolution resolution = {
	    .line = line,
	    .model = command_argument(line, 1),
	    .id = command_argument(line, 2),
	    .error = error,
	};
	int code;

	weft_buf_init(&resolution.data, WEFT_LIMIT_RECORD_SIZE);
	weft_buf_init(&resolution.found, WEFT_LIMIT_CONFIG_SIZE);
	code = read_choice(&resolution, error);
	if (!code)
		code = spec_open(&resolution.source, line, 0, SPEC_WRITE,
		    error);
	if (!code)
		code = open_peer(&resolution, error);
	if (!code)
		code = resolve(&resolution, error);
	if (!code)
		code = report(&resolution, error);
	weft_buf_fini(&resolution.data);
	weft_buf_fini(&resolution.found);
	code = spec_finish(&resolution.peer, code, error);
	return spec_finish(&resolution.source, code, error);
}

static int
run(const struct command_line *line, struct weft_error *error)
{
	bool all;
	int code = check_arguments(line, &all, error);

	if (code)
		return code;
	return all ? run_all(line, error) : run_one(line, error);
}

static const struct command_option options[] = {
	{"all", NULL,
	    "All conflicts of the source, or of SOURCE:Model, with --using. "
	    "One whose record has changed at the source since it was found is "
	    "left, and the exit status is 3."},
	{"using", "source|target",
	    "The record as the source, or as the target, has it now."},
	{"data", "FILE|-", "The record in this file."},
	{"delete", NULL, "No record: it is deleted."},
	{"peer", "SOURCE",
	    "The other side, if it is not where it was when the conflict was "
	    "found."},
	REMOTE_OPTIONS,
	{0},
};

const struct command cmd_resolve = {
	.name = "resolve",
	.arguments = "SOURCE MODEL ID | SOURCE[:Model] --all",
	.summary = "Settle a conflict",
	.about = "Decides a conflict that `weft conflicts SOURCE` lists. The "
	    "decision is written at the source, based on what the other side "
	    "has; the next replication carries it over.",
	.least = 1,
	.most = 3,
	.options = options,
	.run = run,
};
