#include <inttypes.h>
#include <stdio.h>

#include <weft/replicate.h>

#include "core/base/limits.h"
#include "models/query/filter.h"
#include "tools/commands.h"
#include "tools/interrupt.h"
#include "tools/output.h"
#include "tools/remote.h"
#include "tools/replicate_conflicts.h"
#include "tools/replicate_live.h"
#include "tools/replicate_models.h"
#include "tools/replicate_outcome.h"
#include "tools/replicate_since.h"
#include "tools/replicate_view.h"
#include "tools/spec.h"

/* The command's work: all models one after the other. */
struct job {
	const struct command_line *line;
	struct spec a, b;
	struct weft_replication plan; /* what all directions share */
	struct progress progress;
	struct json_out out;
	uint64_t models;
	uint64_t conflicts;           /* that remain; each counted once */
	uint64_t refused;
};

/* One direction of one model. */
struct direction {
	const struct spec *source, *target;
	const char *source_model, *target_model;
	struct weft_replication_result result;
};

struct policy {
	const char *name;
	enum weft_resolution resolution;
	enum weft_resolution backwards; /* the same, seen from the target */
};

static const struct policy policies[] = {
	{"ask", WEFT_RESOLVE_ASK, WEFT_RESOLVE_ASK},
	{"source", WEFT_RESOLVE_SOURCE, WEFT_RESOLVE_TARGET},
	{"target", WEFT_RESOLVE_TARGET, WEFT_RESOLVE_SOURCE},
	{"newest", WEFT_RESOLVE_NEWEST, WEFT_RESOLVE_NEWEST},
	{"merge", WEFT_RESOLVE_MERGE, WEFT_RESOLVE_MERGE},
};

static int
show_progress(const struct weft_replication_progress *at, void *context)
{
	struct job *job = context;

	progress_update(&job->progress, at->changes, at->changes, at->total);
	return interrupt_signal() != 0;
}

static void
report_refused(const char *model, struct weft_slice id,
    const struct weft_error *why, void *context)
{
	const struct job *job = context;

	if (job->line->json)
		replicate_view_print_refused(model, id, why);
	else
		fprintf(stderr, "weft: refused: %s \"%.*s\": %s\n", model,
		    (int)id.size, id.data, why->text);
}

static struct weft__parties
parties_of(const struct direction *direction)
{
	return (struct weft__parties){
	    .source = direction->source->source,
	    .target = direction->target->source,
	    .source_model = direction->source_model,
	    .target_model = direction->target_model,
	};
}

static int
report(struct job *job, const struct direction *direction, bool is_strict,
    struct weft_error *error)
{
	const struct weft__parties parties = parties_of(direction);
	const struct replicate_view view = {direction->source_model,
	    direction->source->path, direction->target->path, is_strict,
	    &direction->result, &parties};

	if (job->line->json)
		return replicate_view_write(&view, &job->out, error);
	return replicate_view_print(&view, job->line, error);
}

/*
 * Directions
 */

static int
run_direction(struct job *job, struct direction *direction, bool backwards,
    const struct weft_replication *plan, struct weft_error *error)
{
	struct weft_replication replication = *plan;
	int code;

	replication.source = direction->source->source;
	replication.target = direction->target->source;
	replication.source_model = direction->source_model;
	replication.target_model = direction->target_model;
	replication.peer = direction->target->name;
	replication.source_name = direction->source->name;
	if (backwards) {
		replication.since_source = plan->since_target;
		replication.since_target = plan->since_source;
	}
	replicate_conflicts_plan(&replication);
	code = weft_replicate(&replication, &direction->result, error);
	progress_end(&job->progress);
	if (code)
		return weft_error_wrap(error, "%s, %s to %s",
		    direction->source_model, direction->source->path,
		    direction->target->path);
	job->refused += direction->result.refused;
	return report(job, direction, plan->strict, error);
}

static int
count_conflicts(struct job *job, const struct direction *there,
    const struct direction *back, struct weft_error *error)
{
	const struct weft__parties parties = parties_of(there);
	uint64_t count;
	int code = replicate_conflicts_count(
	    &parties, &there->result, &back->result, &count, error);

	job->conflicts += count;
	return code;
}

/* The policy of the command line, as seen from B. */
static enum weft_resolution
backwards(enum weft_resolution resolution)
{
	for (size_t i = 0; i < sizeof policies / sizeof *policies; i++)
		if (policies[i].resolution == resolution)
			return policies[i].backwards;
	return WEFT_RESOLVE_ASK;
}

/* Replicates there, and back if that is asked for. */
static int
run_directions(struct job *job, struct direction *there,
    struct direction *back, bool strict, struct weft_error *error)
{
	struct weft_replication plan = job->plan;
	int code;

	plan.strict = strict;
	plan.verify = plan.verify || strict;
	code = run_direction(job, there, false, &plan, error);
	plan.policy = backwards(plan.policy);
	if (!code && command_value(job->line, "both"))
		code = run_direction(job, back, true, &plan, error);
	return code;
}

/*
 * Whether the sides differ although neither has anything left to send, and
 * all was to be sent: content that came back more than once can look old on
 * both of them.
 */
static bool
is_stuck(const struct job *job, const struct direction *there,
    const struct direction *back)
{
	return back->result.roots == WEFT_ROOTS_DIFFER &&
	    !there->result.unresolved && !back->result.unresolved &&
	    !job->refused &&
	    !command_value(job->line, "filter") &&
	    !command_value(job->line, "since");
}

static int
replicate_model(struct job *job, const char *source_model,
    const char *target_model, struct weft_error *error)
{
	struct direction there = {
	    &job->a, &job->b, source_model, target_model, {0}};
	struct direction back = {
	    &job->b, &job->a, target_model, source_model, {0}};
	int code;

	job->models++;
	code = run_directions(job, &there, &back, false, error);
	if (!code && is_stuck(job, &there, &back))
		code = run_directions(job, &there, &back, true, error);
	if (!code)
		code = count_conflicts(job, &there, &back, error);
	weft_replication_result_fini(&there.result);
	weft_replication_result_fini(&back.result);
	return code;
}

/*
 * Models
 */

static int
replicate_all(struct job *job, struct weft_error *error)
{
	const char *name;
	size_t index = 0;
	int code = replicate_check_models(job->line, &job->a, error);

	if (!code && !job->b.model)
		code = replicate_check_models(job->line, &job->b, error);
	while (!code && (name = spec_next_name(&job->a, &index))) {
		const char *target_name = job->b.model ? job->b.model : name;

		if (!replicate_wants(job->line, name))
			continue;
		if (spec_check_model(&job->b, target_name, NULL)) {
			output_say(job->line, "%s: not at %s, left out\n",
			    name, job->b.path);
			continue;
		}
		code = replicate_model(job, name, target_name, error);
	}
	if (!code && !job->models)
		code = weft_error_set(error, WEFT_EINVAL,
		    "%s and %s have no tracked model in common", job->a.path,
		    job->b.path);
	return code;
}

/*
 * The command
 */

static int
read_policy(struct job *job, struct weft_error *error)
{
	const char *name = command_value(job->line, "on-conflict");

	for (size_t i = 0; i < sizeof policies / sizeof *policies; i++)
		if (!name || strcmp(name, policies[i].name) == 0) {
			job->plan.policy = policies[i].resolution;
			return 0;
		}
	return command_usage(error, "--on-conflict takes ask, source, target, "
	    "newest or merge, not \"%s\"", name);
}

/* Judged before anything is opened, or made. */
static int
read_filter(struct job *job, struct weft_error *error)
{
	struct weft_slice text =
	    weft_slice(command_value(job->line, "filter"));
	struct weft__filter filter;
	int code = weft__filter_parse(&filter, text, NULL, error);

	weft__filter_fini(&filter);
	job->plan.filter = text;
	return code;
}

static int
prepare(struct job *job, struct weft_error *error)
{
	const struct command_line *line = job->line;
	int64_t chunk;
	int code;

	job->plan = (struct weft_replication)WEFT_REPLICATION_INIT;
	code = read_policy(job, error);
	if (!code)
		code = replicate_since(job->line, &job->plan, error);
	if (!code)
		code = read_filter(job, error);
	if (!code)
		code = command_number(line, "chunk", 1, 0, &chunk, error);
	if (code)
		return code;
	if (chunk > WEFT_LIMIT_PAGE_CHANGES)
		return command_usage(error, "--chunk is at most %d",
		    WEFT_LIMIT_PAGE_CHANGES);
	job->plan.chunk_size = (size_t)chunk;
	job->plan.verify = command_value(line, "verify") != NULL;
	job->plan.progress = show_progress;
	job->plan.progress_context = job;
	job->plan.refused = report_refused;
	job->plan.refused_context = job;
	progress_begin(&job->progress, line, "changes");
	return 0;
}

/* Opens A, and makes B, with A's models. */
static int
open_new(struct job *job, struct weft_error *error)
{
	int code;

	if (job->a.is_remote)
		return weft_error_set(error, WEFT_EUNSUPPORTED, "%s: no such "
		    "database; make it with `weft init`: a server does not "
		    "tell how its models are defined", job->b.path);
	code = spec_open_parsed(&job->a, job->line, SPEC_WRITE, error);
	if (!code && job->b.model)
		code = weft_error_set(error, WEFT_ENOTFOUND,
		    "%s: no such database", job->b.path);
	if (!code)
		code = replicate_check_models(job->line, &job->a, error);
	if (!code)
		code = replicate_make_target(
		    job->line, &job->a, job->b.path, error);
	return code ? code
		    : spec_open_parsed(&job->b, job->line, SPEC_WRITE, error);
}

static bool
are_same(const struct spec *a, const struct spec *b)
{
	return strcmp(a->name, b->name) == 0 &&
	       (!a->model || !b->model || strcmp(a->model, b->model) == 0);
}

/* Opens both sides; B is made if it is a file that is not there. */
static int
open_both(struct job *job, struct weft_error *error)
{
	int code;

	code = spec_parse(&job->a, command_argument(job->line, 0), error);
	if (!code)
		code = spec_parse(&job->b, command_argument(job->line, 1),
		    error);
	if (code)
		return code;
	if (are_same(&job->a, &job->b))
		return command_usage(error, "%s is both source and target",
		    job->a.path);
	if (job->b.is_file && !spec_exists(&job->b))
		return open_new(job, error);
	return spec_open_pair(
	    &job->a, &job->b, job->line, SPEC_WRITE, error);
}

/* A database keeps them; between two servers nobody does. */
static void
report_remaining(const struct job *job)
{
	const struct spec *keeper = job->a.is_remote ? &job->b : &job->a;

	output_say(job->line, "%" PRIu64 " conflicts remain",
	    job->conflicts);
	if (keeper->is_remote)
		output_say(job->line, "\n");
	else
		output_say(job->line, "; `weft conflicts %s` shows them\n",
		    keeper->path);
}

/* Prints what --json asks for, and finds the exit status. */
static int
conclude(struct job *job, struct weft_error *error)
{
	int code = 0;

	json_out_end(&job->out, ']');
	json_out_number(&job->out, "conflicts", job->conflicts);
	json_out_end(&job->out, '}');
	if (job->line->json)
		code = json_out_print(&job->out, error);
	if (code)
		return code;
	if (job->conflicts)
		report_remaining(job);
	if (job->refused)
		return weft_error_set(error, WEFT_EVALIDATION, "%" PRIu64
		    " records were refused", job->refused);
	return job->conflicts ? STATUS_DIFFERENT : 0;
}

static int
replicate_once(struct job *job, struct weft_error *error)
{
	struct replicate_outcome outcome = {.a = &job->a, .b = &job->b};
	int code = open_both(job, error);

	if (!code)
		code = replicate_all(job, error);
	if (code == STATUS_USAGE)
		return code;
	outcome.has_begun = job->models > 0;
	outcome.both = command_value(job->line, "both") != NULL;
	outcome.conflicts = job->conflicts;
	outcome.refused = job->refused;
	outcome.error = code ? error->text : NULL;
	replicate_outcome_keep(&outcome);
	return code ? code : conclude(job, error);
}

static int
run(const struct command_line *line, struct weft_error *error)
{
	struct job job = {.line = line};
	int code;

	json_out_init(&job.out);
	json_out_begin(&job.out, NULL, '{');
	json_out_begin(&job.out, "models", '[');
	code = prepare(&job, error);
	if (!code && command_value(line, "live"))
		code = replicate_live(line, job.plan.policy, error);
	else if (!code)
		code = replicate_once(&job, error);
	progress_end(&job.progress);
	json_out_fini(&job.out);
	code = spec_finish(&job.b, code, error);
	return spec_finish(&job.a, code, error);
}

static const struct command_option options[] = {
	{"both", NULL,
	    "Replicate back from B to A, too. Should the two still differ, "
	    "without conflicts, all that differs is compared strictly: what "
	    "is not plainly one side's change is a conflict."},
	{"live", NULL,
	    "B is a server, ws:// or wss://: goes on until it is interrupted, "
	    "and tells each change when it is made. It connects again for "
	    "ever; what is written meanwhile waits. Prints each state "
	    "(connecting, catching up, live, offline), with --json as an "
	    "object."},
	{"model", "NAME", "Only this model; can be given several times."},
	{"filter", "JSON",
	    "Only records that this LoopBack filter selects; deletions always "
	    "travel."},
	{"on-conflict", "POLICY",
	    "What to do with a record that both sides changed: ask (keep it "
	    "as a conflict, which is what happens without this option), "
	    "source (A's state wins), target (B's wins), newest (the later "
	    "updatedAt wins, or property that the model names by that key), "
	    "merge (property by property; where both changed "
	    "the same one it stays a conflict)."},
	{"since", "N[,M]",
	    "Begin at checkpoint N of A and M of B (M is N if it is not "
	    "given); -1 is the beginning. Without this option it goes on "
	    "where the last replication of these two ended."},
	{"verify", NULL,
	    "Go by what both sides hold, not by where the last replication "
	    "ended: compares the stores and replicates whatever differs."},
	{"chunk", "N",
	    "Changes in one step at most: 1000 if not given, and no more "
	    "than replicationChunkSize of the model at A."},
	REMOTE_OPTIONS,
	{0},
};

const struct command cmd_replicate = {
	.name = "replicate",
	.arguments = "A B",
	.summary = "Replicate the changes of A to B",
	.about = "Writes at B what changed at A and not at B, for every "
	    "tracked model that both have. What changed at both is a "
	    "conflict: it is settled by --on-conflict, or kept for `weft "
	    "conflicts` and `weft resolve`, and the exit status is 3.\n\n"
	    "If B is sqlite:FILE and there is no such file, it is made, with "
	    "A's models.\n\n"
	    "At the end the roots of both sides are compared: equal roots "
	    "mean equal records.",
	.least = 2,
	.most = 2,
	.options = options,
	.run = run,
};
