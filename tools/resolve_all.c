#include "tools/resolve_all.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/base/arena.h"
#include "models/replicate/resolve.h"
#include "tools/conflict_view.h"
#include "tools/output.h"
#include "tools/spec.h"

#define PREFIX "conflict/" /* of the values: models/replicate/kept.c */

/* A kept conflict. */
struct entry {
	struct weft_slice name; /* of its value */
	struct weft_slice model, id, peer;
};

struct job {
	const struct command_line *line;
	enum weft_resolution winner;
	struct spec source, peer;
	struct weft_slice peer_name; /* of the one that is open */
	char peer_text[WEFT_LIMIT_NAME_SIZE + 4096];
	struct conflict_view view;
	struct weft__arena arena; /* of the page */
	struct entry entries[WEFT_LIMIT_PAGE_CHANGES];
	size_t length;
	uint64_t resolved, left;
	struct weft_error *error;
};

/* What ends a page: no code of weft. */
#define PAGE_END 1

/*
 * A page
 */

static int
copy(struct job *job, struct weft_slice from, struct weft_slice *to)
{
	return weft__arena_copy(&job->arena, from, to)
	    ? weft_error_set(job->error, WEFT_ENOMEM, "out of memory") : 0;
}

static int
copy_entry(struct job *job, const char *name, struct entry *entry)
{
	int code = copy(job, weft_slice(name), &entry->name);

	if (!code)
		code = copy(
		    job, weft_buf_slice(&job->view.model), &entry->model);
	if (!code)
		code = copy(job, weft_buf_slice(&job->view.id), &entry->id);
	if (!code)
		code = copy(
		    job, weft_buf_slice(&job->view.peer), &entry->peer);
	return code;
}

/* Adds one to the page; what cannot be read the next replication keeps anew. */
static int
note_entry(const char *name, struct weft_slice value, void *context)
{
	struct job *job = context;
	int code;

	if (job->length == WEFT_LIMIT_PAGE_CHANGES)
		return PAGE_END;
	code = weft__kept_check(value, job->error);
	if (code == WEFT_EDAMAGED) {
		job->left++;
		fprintf(stderr, "weft: %s: cannot be read: left\n", name);
		return 0;
	}
	if (!code)
		code = conflict_view_read(&job->view, value, job->error);
	if (code)
		return code;
	if (job->source.model &&
	    strcmp(job->source.model, job->view.model.data) != 0)
		return 0;
	return copy_entry(job, name, &job->entries[job->length++]);
}

static int
read_page(struct job *job, const char *after, bool *is_last)
{
	struct weft_source *source = job->source.source;
	int code;

	if (!source->ops->meta_each)
		return weft_error_set(job->error, WEFT_EUNSUPPORTED,
		    "%s keeps no conflicts", job->source.path);
	code = source->ops->meta_each(
	    source, PREFIX, after, note_entry, job, job->error);
	*is_last = code != PAGE_END;
	return code == PAGE_END ? 0 : code;
}

/*
 * A run: those of a page between the same two models
 */

static bool
are_alike(const struct entry *a, const struct entry *b)
{
	return weft_slice_equal(a->model, b->model) &&
	       weft_slice_equal(a->peer, b->peer);
}

static int
open_peer(struct job *job, struct weft_slice name)
{
	const char *given = command_value(job->line, "peer");
	int code;

	if (job->peer.source && weft_slice_equal(job->peer_name, name))
		return 0;
	code = spec_finish(&job->peer, 0, job->error);
	job->peer = (struct spec){.path = NULL};
	if (code)
		return code;
	snprintf(job->peer_text, sizeof job->peer_text, "%s", name.data);
	job->peer_name = weft_slice(job->peer_text);
	code = spec_parse(
	    &job->peer, given ? given : job->peer_text, job->error);
	job->peer.definitions = job->source.registry;
	if (!code)
		code = spec_open_source_parsed(
		    &job->peer, job->line, SPEC_WRITE, job->error);
	return code ? weft_error_wrap(job->error, "the other side (--peer)")
		    : 0;
}

static void
tell_left(struct job *job, const struct weft_conflict *conflict,
    const struct weft__outcome *outcome)
{
	struct weft_slice id = weft_conflict_model_id(conflict);

	job->left++;
	fprintf(stderr, "weft: %s \"%.*s\": left: %s\n",
	    weft_conflict_model(conflict), (int)id.size, id.data,
	    outcome->code ? outcome->why.text
			  : "the record has changed since it was found");
}

static int
settle(struct job *job, struct weft_conflict *const *conflicts, size_t length)
{
	const struct weft__resolving resolving = {.policy = job->winner};
	static struct weft__outcome outcomes[WEFT_LIMIT_PAGE_CHANGES];
	int code = weft__resolve(
	    conflicts, length, &resolving, outcomes, job->error);

	for (size_t i = 0; !code && i < length; i++)
		if (outcomes[i].settled)
			job->resolved++;
		else
			tell_left(job, conflicts[i], &outcomes[i]);
	return code;
}

/* With --peer those with others are not found, and are none of ours. */
static int
run_alike(struct job *job, const struct entry *entries, size_t length)
{
	struct weft_conflict *conflicts[WEFT_LIMIT_PAGE_CHANGES];
	size_t opened = 0;
	int code = open_peer(job, entries->peer);

	for (size_t i = 0; !code && i < length; i++) {
		code = weft_conflict_open_kept(job->source.source,
		    job->peer.source, entries[i].model.data, entries[i].id,
		    &conflicts[opened], job->error);
		if (!code)
			opened++;
		else if (code == WEFT_ENOTFOUND &&
		    command_value(job->line, "peer"))
			code = 0;
	}
	if (!code && opened)
		code = settle(job, conflicts, opened);
	for (size_t i = 0; i < opened; i++)
		weft_conflict_destroy(conflicts[i]);
	return code;
}

static int
run_page(struct job *job)
{
	size_t from = 0;
	int code = 0;

	while (!code && from < job->length) {
		size_t to = from + 1;

		while (to < job->length &&
		    are_alike(&job->entries[from], &job->entries[to]))
			to++;
		code = run_alike(job, &job->entries[from], to - from);
		from = to;
	}
	return code;
}

static int
run_pages(struct job *job)
{
	struct weft_buf after = WEFT_BUF_INIT(WEFT__KEPT_NAME_SIZE);
	bool is_last = false;
	int code = 0;

	while (!code && !is_last) {
		job->length = 0;
		weft__arena_clear(&job->arena);
		code = read_page(
		    job, after.size ? after.data : NULL, &is_last);
		if (!code)
			code = run_page(job);
		if (code || !job->length)
			break;
		weft_buf_clear(&after);
		code = weft_buf_append_slice(
		    &after, job->entries[job->length - 1].name);
	}
	weft_buf_fini(&after);
	return code;
}

/*
 * The command
 */

static int
report(struct job *job, struct weft_error *error)
{
	struct json_out out;
	int code;

	output_say(job->line, "%" PRIu64 " conflicts resolved; the next "
	    "replication carries them over\n", job->resolved);
	if (job->left)
		output_say(job->line, "%" PRIu64 " are left\n", job->left);
	if (!job->line->json)
		return 0;
	json_out_init(&out);
	json_out_begin(&out, NULL, '{');
	json_out_number(&out, "resolved", job->resolved);
	json_out_number(&out, "left", job->left);
	json_out_end(&out, '}');
	code = json_out_print(&out, error);
	json_out_fini(&out);
	return code;
}

int
resolve_all(const struct command_line *line, enum weft_resolution winner,
    struct weft_error *error)
{
	static struct job job;
	int code;

	job = (struct job){.line = line, .winner = winner, .error = error};
	conflict_view_init(&job.view);
	code = spec_open(&job.source, line, 0, SPEC_WRITE, error);
	if (!code)
		code = run_pages(&job);
	if (!code)
		code = report(&job, error);
	conflict_view_fini(&job.view);
	weft__arena_fini(&job.arena);
	code = spec_finish(&job.peer, code, error);
	code = spec_finish(&job.source, code, error);
	return !code && job.left ? STATUS_DIFFERENT : code;
}
