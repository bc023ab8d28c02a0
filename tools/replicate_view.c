#include "tools/replicate_view.h"

#include <inttypes.h>

#include "tools/command.h"
#include "tools/replicate_conflicts.h"

static const char *
roots_name(enum weft_roots roots)
{
	if (roots == WEFT_ROOTS_EQUAL)
		return "equal";
	return roots == WEFT_ROOTS_DIFFER ? "differ" : "unknown";
}

static int
write_conflict(const struct weft_conflict *conflict, void *context)
{
	struct json_out *out = context;

	json_out_begin(out, NULL, '{');
	json_out_text(out, "modelId", weft_conflict_model_id(conflict));
	json_out_text(out, "type", weft_slice(
	    weft_conflict_type_name(weft_conflict_type(conflict))));
	json_out_end(out, '}');
	return 0;
}

int
replicate_view_write(const struct replicate_view *view, struct json_out *out,
    struct weft_error *error)
{
	const struct weft_replication_result *result = view->result;
	int code;

	json_out_begin(out, NULL, '{');
	json_out_text(out, "model", weft_slice(view->model));
	json_out_text(out, "source", weft_slice(view->source));
	json_out_text(out, "target", weft_slice(view->target));
	if (view->is_strict)
		json_out_bool(out, "strict", true);
	json_out_number(out, "changes", result->changes);
	if (result->compared)
		json_out_number(out, "differing", result->differing);
	json_out_number(out, "applied", result->applied);
	json_out_number(out, "unchanged", result->unchanged);
	json_out_number(out, "refused", result->refused);
	json_out_number(out, "resolved", result->resolved);
	json_out_number(out, "attempts", result->attempts);
	json_out_number(out, "sourceCheckpoint", result->source_checkpoint);
	json_out_number(out, "targetCheckpoint", result->target_checkpoint);
	json_out_text(out, "roots", weft_slice(roots_name(result->roots)));
	json_out_begin(out, "conflicts", '[');
	code = replicate_conflicts_each(
	    view->parties, result, write_conflict, out, error);
	json_out_end(out, ']');
	json_out_end(out, '}');
	return code;
}

/* Below the line of the model; without that it says which it is. */
static int
print_conflict(const struct weft_conflict *conflict, void *context)
{
	const bool *is_quiet = context;

	output_print("%s conflict: ",
	    *is_quiet ? weft_conflict_model(conflict) : " ");
	output_id(weft_conflict_model_id(conflict));
	output_print("\n");
	return 0;
}

int
replicate_view_print(const struct replicate_view *view,
    const struct command_line *line, struct weft_error *error)
{
	const struct weft_replication_result *result = view->result;
	bool is_quiet = line->quiet;

	output_say(line, "%s  %s -> %s%s: ", view->model, view->source,
	    view->target, view->is_strict ? ", strict" : "");
	if (result->compared)
		output_say(line, "%" PRIu64 " differing, ",
		    result->differing);
	output_say(line, "%" PRIu64 " changes, %" PRIu64 " applied",
	    result->changes, result->applied);
	if (result->resolved)
		output_say(line, ", %" PRIu64 " conflicts resolved",
		    result->resolved);
	if (result->unresolved)
		output_say(line, ", %" PRIu64 " conflicts",
		    result->unresolved);
	if (result->refused)
		output_say(line, ", %" PRIu64 " refused",
		    result->refused);
	if (result->roots != WEFT_ROOTS_UNKNOWN)
		output_say(line, ", roots %s",
		    roots_name(result->roots));
	output_say(line, "\n");
	return replicate_conflicts_each(view->parties, result, print_conflict,
	    &is_quiet, error);
}

void
replicate_view_print_refused(const char *model, struct weft_slice id,
    const struct weft_error *why)
{
	struct json_out out;

	json_out_init(&out);
	json_out_begin(&out, NULL, '{');
	json_out_begin(&out, "refused", '{');
	json_out_text(&out, "model", weft_slice(model));
	json_out_text(&out, "modelId", id);
	json_out_text(&out, "message", weft_slice(why->text));
	json_out_end(&out, '}');
	json_out_end(&out, '}');
	json_out_print_error(&out);
	json_out_fini(&out);
}
