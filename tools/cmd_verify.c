#include <inttypes.h>

#include <weft/store.h>
#include <weft/verify.h>

#include "core/base/alloc.h"
#include "tools/commands.h"
#include "tools/compare.h"
#include "tools/interrupt.h"
#include "tools/output.h"
#include "tools/remote.h"

#define KINDS (WEFT_PROBLEM_DATABASE + 1)

struct verification {
	const struct command_line *line;
	struct spec a, b;
	const struct spec *checked; /* the one of them that is looked at */
	uint64_t kinds[KINDS];      /* problems of the last source */
	uint64_t problems;
	uint64_t differences;
	struct progress progress;
	struct json_out out;
	struct weft_error *error;
};

static int
print_json(struct verification *verification,
    const struct weft_problem *problem)
{
	struct json_out *out = &verification->out;

	json_out_begin(out, NULL, '{');
	json_out_text(
	    out, "source", weft_slice(verification->checked->path));
	json_out_text(
	    out, "kind", weft_slice(weft_problem_kind_name(problem->kind)));
	json_out_text(out, "model", problem->model);
	json_out_text(out, "id", problem->id);
	json_out_text(out, "object",
	    problem->object ? weft_slice(problem->object)
	                    : weft_slice_of(NULL, 0));
	json_out_text(out, "problem", weft_slice(problem->text));
	json_out_end(out, '}');
	return json_out_print(out, verification->error);
}

static int
print_problem(const struct weft_problem *problem, void *context)
{
	struct verification *verification = context;
	int code;

	progress_end(&verification->progress);
	verification->problems++;
	verification->kinds[problem->kind]++;
	if (verification->line->json) {
		code = print_json(verification, problem);
	} else {
		if (verification->line->count > 1)
			output_print("%s: ", verification->checked->path);
		output_print("%s\n", problem->text);
		code = output_check(verification->error);
	}
	return code ? code : interrupt_check(verification->error);
}

static int
show_progress(uint64_t done, uint64_t total, void *context)
{
	struct verification *verification = context;

	progress_update(&verification->progress, done, done, total);
	return interrupt_check(verification->error);
}

/* What is looked at next, for as long as nobody tells how far that is. */
static void
begin_stage(struct verification *verification, const char *what,
    const char *name)
{
	progress_begin(&verification->progress, verification->line, "checks");
	progress_stage(&verification->progress, what, name);
}

/* Says so if the store cannot be compared with the database. */
static int
report_lag(struct verification *verification, const struct spec *spec)
{
	struct weft_datasource_status status;
	int code;

	if (verification->kinds[WEFT_PROBLEM_STORE] ||
	    verification->kinds[WEFT_PROBLEM_POSITION])
		return 0;
	code = weft_datasource_get_status(spec->datasource, &status,
	    verification->error);
	if (code)
		return code;
	if (!status.has_store)
		output_say(verification->line, "%s: has no store\n",
		    spec->path);
	else if (!status.is_stored)
		output_say(verification->line, "%s: the store lacks the last "
		    "writes; the next command that writes adds them\n",
		    spec->path);
	return 0;
}

/* In a database whose file is damaged a check may end early. */
static int
go_on(struct verification *verification, int code)
{
	if (code != WEFT_EDAMAGED ||
	    !verification->kinds[WEFT_PROBLEM_DATABASE])
		return code;
	progress_end(&verification->progress);
	output_say(verification->line, "%s: not checked any further: %s\n",
	    verification->checked->path, verification->error->text);
	return 0;
}

/* The database: its file, the values in it, and each model. */
static int
verify_database(struct verification *verification, const struct spec *spec)
{
	struct weft_error *error = verification->error;
	struct weft_model *model;
	size_t index = 0;
	int code;

	begin_stage(verification, "checking the database of", spec->path);
	code = weft_database_verify(
	    spec->datasource, print_problem, verification, NULL, error);
	if (!code)
		code = go_on(verification, weft_datasource_verify(
			spec->datasource, print_problem, verification, NULL,
			error));
	while (!code && (model = spec_next_model(spec, &index))) {
		begin_stage(verification, "checking", weft_model_name(model));
		code = go_on(verification, weft_model_verify(model,
			print_problem, show_progress, verification, NULL,
			error));
	}
	return code;
}

/* Verifies one source: its store, and its database. */
static int
verify_source(struct verification *verification, const struct spec *spec)
{
	bool deep = !command_value(verification->line, "quick");
	int code;

	verification->checked = spec;
	if (spec->is_remote) {
		output_say(verification->line, "%s: a server, which is "
		    "compared, and not checked\n", spec->path);
		return 0;
	}
	memset(verification->kinds, 0, sizeof verification->kinds);
	begin_stage(verification, "checking the store of", spec->path);
	code = weft_store_verify(spec->datasource, deep, print_problem,
	    show_progress, verification, NULL, verification->error);
	if (!code)
		code = verify_database(verification, spec);
	progress_end(&verification->progress);
	return code ? code : report_lag(verification, spec);
}

static int
open_all(struct verification *verification)
{
	const struct command_line *line = verification->line;
	struct weft_error *error = verification->error;
	struct spec *a = &verification->a, *b = &verification->b;
	int code;

	if (line->count < 2)
		return spec_open(a, line, 0, SPEC_READ, error);
	code = spec_parse(a, command_argument(line, 0), error);
	if (!code)
		code = spec_parse(b, command_argument(line, 1), error);
	return code ? code : spec_open_pair(a, b, line, SPEC_READ, error);
}

static int
verify_all(struct verification *verification)
{
	const struct command_line *line = verification->line;
	struct weft_error *error = verification->error;
	int code;

	code = open_all(verification);
	if (!code)
		code = verify_source(verification, &verification->a);
	if (code || line->count < 2)
		return code;
	code = verify_source(verification, &verification->b);
	return code ? code : compare_sources(line, &verification->a,
				 &verification->b, &verification->differences,
				 error);
}

/* Opens the source to be written; the store of the datasource 'rebuild' (NULL:
 * none) is made anew. */
static int
open_again(struct verification *verification, const char *rebuild)
{
	struct spec *spec = &verification->a;
	int code;

	spec_close(spec);
	code = spec_parse(spec, command_argument(verification->line, 0),
	    verification->error);
	spec->rebuild = rebuild;
	if (!code)
		code = spec_open_parsed(spec, verification->line, SPEC_WRITE,
		    verification->error);
	spec->rebuild = NULL;
	return code;
}

static int
repair_models(struct verification *verification)
{
	struct spec *spec = &verification->a;
	struct weft_model *model;
	uint64_t mended;
	size_t index = 0;
	int code = 0;

	while (!code && (model = spec_next_model(spec, &index))) {
		code = weft_model_repair(model, &mended, verification->error);
		if (!code && mended)
			output_say(verification->line,
			    "%s: %" PRIu64 " mended\n",
			    weft_model_name(model), mended);
	}
	return code;
}

/* The journal's rows; the store gets what is new. */
static int
repair_rows(struct verification *verification)
{
	uint64_t mended;
	int code = weft_datasource_repair(
	    verification->a.datasource, &mended, verification->error);

	if (!code && mended)
		output_say(verification->line,
		    "journal: %" PRIu64 " rows mended\n", mended);
	return code;
}

static int
pass_over(const struct weft_problem *problem, void *context)
{
	const struct verification *verification = context;

	return interrupt_check(verification->error);
}

/*
 * A damaged store is made anew from the records; so they first get what only
 * the old one has of them, as far as that can be read.  If only its ref was
 * damaged, it is good as soon as it is opened to be written.
 */
static int
rebuild(struct verification *verification)
{
	uint64_t problems = 1;
	char *name =
	    weft__strdup(weft_datasource_name(verification->a.datasource));
	int code;

	if (!name)
		return weft_error_set(
		    verification->error, WEFT_ENOMEM, "out of memory");
	code = open_again(verification, NULL);
	if (!code)
		code = repair_models(verification);
	if (!code)
		code = weft_store_verify(verification->a.datasource, true,
		    pass_over, NULL, verification, &problems,
		    verification->error);
	if ((!code && problems) || code == WEFT_EDAMAGED)
		code = open_again(verification, name);
	weft__free(name);
	return code;
}

/* Mends all but the database's file, and looks again. */
static int
repair_source(struct verification *verification)
{
	struct spec *spec = &verification->a;
	int code = verification->kinds[WEFT_PROBLEM_STORE]
	    ? rebuild(verification)
	    : open_again(verification, NULL);

	if (!code)
		code = repair_models(verification);
	if (!code)
		code = repair_rows(verification);
	verification->problems = 0;
	return code ? code : verify_source(verification, spec);
}

/*
 * Mends the database's file, if it can be mended, and looks again: what is
 * read through a damaged index may be wrong, and so may be what was found.
 */
static int
repair_database(struct verification *verification)
{
	struct spec *spec = &verification->a;
	bool mended = false;
	int code = open_again(verification, NULL);

	if (!code)
		code = weft_database_repair(
		    spec->datasource, &mended, verification->error);
	if (code)
		return code;
	if (!mended) {
		output_say(verification->line, "%s: making indexes "
		    "anew does not mend the database's file: put a backup in "
		    "its place; nothing was changed\n", spec->path);
		return 0;
	}
	output_say(verification->line,
	    "%s: the database's indexes were made anew\n", spec->path);
	verification->problems = 0;
	return verify_source(verification, spec);
}

/* Mends what was found, the database's file before all else. */
static int
repair(struct verification *verification)
{
	uint64_t found = verification->problems;
	int code = 0;

	if (verification->kinds[WEFT_PROBLEM_DATABASE])
		code = repair_database(verification);
	if (!code && verification->kinds[WEFT_PROBLEM_DATABASE])
		return 0;
	if (!code && verification->problems)
		code = repair_source(verification);
	if (!code)
		output_say(verification->line, "repaired: %" PRIu64
		    " problems before, ", found);
	return code;
}

/* Prints the sums, and finds the exit status. */
static int
conclude(struct verification *verification)
{
	const struct command_line *line = verification->line;
	struct json_out *out = &verification->out;
	int code = 0;

	output_say(line, "%" PRIu64 " problems", verification->problems);
	if (line->count > 1)
		output_say(line, ", %" PRIu64 " differences",
		    verification->differences);
	output_say(line, "\n");
	if (line->json) {
		json_out_begin(out, NULL, '{');
		json_out_number(out, "problems", verification->problems);
		json_out_number(out, "differences",
		    verification->differences);
		json_out_end(out, '}');
		code = json_out_print(out, verification->error);
	}
	if (!code && verification->problems)
		code = weft_error_set(verification->error, WEFT_EDAMAGED,
		    "%" PRIu64 " problems found", verification->problems);
	if (!code && verification->differences)
		code = STATUS_DIFFERENT;
	return code;
}

static int
run(const struct command_line *line, struct weft_error *error)
{
	struct verification verification = {.line = line, .error = error};
	bool repairs = command_value(line, "repair");
	int code;

	if (repairs && line->count > 1)
		return command_usage(error, "--repair takes one source");
	if (line->count == 1 && command_value(line, "model"))
		return command_usage(error, "--model is for comparing two "
		    "sources; one is checked as a whole");
	json_out_init(&verification.out);
	code = verify_all(&verification);
	if (!code && repairs && verification.problems)
		code = repair(&verification);
	if (!code)
		code = conclude(&verification);
	json_out_fini(&verification.out);
	spec_close(&verification.a);
	spec_close(&verification.b);
	return code;
}

static const struct command_option options[] = {
	{"quick", NULL, "Of the store check the newest state only."},
	{"model", "NAME",
	    "Compare only this model; can be given several times."},
	{"repair", NULL,
	    "Mend what was found, and check again. Damaged indexes of the "
	    "database are made anew; what was written behind weft's back is "
	    "recorded as a change; what only the store still has is written "
	    "again; a damaged store is kept under the name *.damaged-1 (or "
	    "-2, ...), and made anew from the records, without their "
	    "history."},
	REMOTE_OPTIONS,
	{0},
};

const struct command cmd_verify = {
	.name = "verify",
	.arguments = "A [B]",
	.summary = "Check a source, or two and whether they are equal",
	.about = "Checks every object of the store, the database's file, every "
	    "record against what is known of its changes, that against the "
	    "journal, and all of it against the store; and the positions of "
	    "peers, kept conflicts and consumers. What is wrong is printed, "
	    "with the model, the record's id and the git object as far as "
	    "they are known, and the exit status is 7.\n\n"
	    "With a second source both are checked, and records that differ "
	    "are listed as diff does; then the exit status is 3.\n\n"
	    "With --repair the exit status is 0 if nothing wrong is left.\n\n"
	    "With --json each problem is an object with source, kind (store, "
	    "position, record, journal, value, database), model, id, object "
	    "and problem; the last line has the sums.",
	.least = 1,
	.most = 2,
	.options = options,
	.run = run,
};
