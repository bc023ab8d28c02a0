/*
 * reconcile: answers to a peer that compares its records with ours.
 *
 * Root, sketch and nodes are of the store: what was projected.  So the root
 * is brought up to the present first, and all later questions name it.
 */
#include "models/source/local.h"

#include <weft/store.h>

#include "core/base/alloc.h"
#include "core/repl/message.h"
#include "core/store/node.h"
#include "models/store/sketch.h"
#include "models/tracking/rectify.h"
#include "models/tracking/trace.h"
#include "models/transaction.h"

/* A question being answered, with the store locked. */
struct answering {
	struct weft_model *model;
	struct weft__store *store;
	struct weft__question question;
	struct weft_buf *answer;
	struct weft__oid roots[2]; /* of names: by enum weft__store_part */
	struct weft__arena arena; /* of one node, or the ids of one hash */
	struct weft_slice *ids;
	size_t ids_length, ids_capacity;
	struct weft__current current;
	bool unrectified; /* an edit made behind our back was met */
	bool rectified;   /* what still is not cannot be: it is left out */
};

static int
failed_to_tell(int code, struct weft_error *error)
{
	return code ? weft_error_set(error, code, "answer a reconciliation: %s",
			  weft_error_text(code)) : 0;
}

/* A root that a peer got from us may have been dropped since. */
static int
as_gone(int code, struct weft_error *error)
{
	return code == WEFT_ENOTFOUND ? weft_error_set(error, WEFT_EGONE,
	    "the root that was asked about is no longer kept") : code;
}

/*
 * Roots and sketches
 */

static int
tell_cells(struct answering *work, const struct weft__oid *root,
    uint32_t first, uint32_t length, struct weft_error *error)
{
	int code = weft__model_sketch(
	    work->model, root, first + length, error);

	if (code)
		return as_gone(code, error);
	return failed_to_tell(weft__tell_cells(work->answer,
		work->model->sketch->count,
		&work->model->sketch->sketch, first, length),
	    error);
}

/* How many cells the asker seems to need, by the counts that it sent. */
static uint32_t
plan_cells(const struct weft__question *question,
    const struct weft__kept_sketch *kept)
{
	const int64_t surplus = (int64_t)(kept->count - question->count);
	int64_t differences[WEFT__OPEN_COUNTS];

	for (uint32_t i = 0; i < WEFT__OPEN_COUNTS; i++) {
		const uint64_t theirs = (uint64_t)question->counts[i] +
		    weft__sketch_expect(question->count, i + 1);

		differences[i] = (int32_t)(
		    kept->sketch.cells[i + 1].count - (uint32_t)theirs);
	}
	return weft__sketch_plan(weft__sketch_estimate(
		surplus, differences, WEFT__OPEN_COUNTS),
	    kept->count > question->count ? kept->count : question->count);
}

static int
open_root(struct answering *work, struct weft_error *error)
{
	const struct weft__question *question = &work->question;
	struct weft__oid root;
	int code = weft__store_root(work->store,
	    weft_slice(weft_model_name(work->model)), &root, error);

	if (!code)
		code = failed_to_tell(
		    weft__tell_root(work->answer, &root), error);
	if (code || question->ask == WEFT__ASK_ROOT ||
	    weft__oid_equal(&root, &question->root))
		return code;
	code = weft__model_sketch(
	    work->model, &root, WEFT__OPEN_COUNTS + 1, error);
	return code ? code : tell_cells(work, &root, 0,
	    plan_cells(question, work->model->sketch), error);
}

/*
 * Nodes
 */

static int
tell_nodes(struct answering *work, struct weft_error *error)
{
	const struct weft__question *question = &work->question;
	struct weft__wire paths = question->rest;
	struct weft__path path;
	struct weft__node node;
	int code = 0;

	while (!code && weft__take_path(&paths, &path)) {
		weft__arena_clear(&work->arena);
		code = as_gone(weft__store_node(work->store, &question->root,
		    path, &work->arena, &node, error), error);
		if (!code)
			code = failed_to_tell(weft__tell_node(work->answer,
			    &node, question->digest_size), error);
	}
	return code;
}

/*
 * Ids and changes
 */

static int
note_id(struct weft_slice id, const struct weft__oid *blob, void *context)
{
	struct answering *work = context;

	(void)blob;
	if (!weft__grow(&work->ids, &work->ids_capacity, work->ids_length + 1,
		sizeof *work->ids) ||
	    weft__arena_copy(&work->arena, id, &work->ids[work->ids_length]))
		return WEFT_ENOMEM;
	work->ids_length++;
	return 0;
}

/* Looks for the ids of this hash; for those of tombstones only if there is no
 * record. */
static int
find_ids(struct answering *work, uint64_t hash, bool deleted,
    struct weft_error *error)
{
	int code;

	weft__arena_clear(&work->arena);
	work->ids_length = 0;
	code = weft__store_find_prefix(work->store,
	    &work->roots[WEFT__STORE_LIVE], hash, note_id, work, error);
	if (code || work->ids_length || !deleted)
		return code;
	return weft__store_find_prefix(work->store,
	    &work->roots[WEFT__STORE_DELETED], hash, note_id, work, error);
}

static int
tell_ids(struct answering *work, struct weft_error *error)
{
	int code = failed_to_tell(weft__wire_put_number(
	    work->answer, work->ids_length), error);

	for (size_t i = 0; i < work->ids_length && !code; i++)
		code = failed_to_tell(weft__wire_put_text(
		    work->answer, work->ids[i]), error);
	return code;
}

/* Whether there is a change to tell of this id; it is in work->current. */
static int
load_change(struct answering *work, struct weft_transaction *transaction,
    struct weft_slice id, struct weft_change *change, bool *found,
    struct weft_error *error)
{
	int code = weft__tracker_load(
	    transaction, work->model, id, &work->current, error);

	*found = false;
	if (!code && weft__is_unrectified(&work->current))
		work->unrectified = true;
	else if (!code)
		*found = work->current.has_track;
	if (!*found)
		return code;
	weft__track_change(&work->current.track, weft_slice(NULL), id, change);
	*found = weft_change_type(change) != WEFT_CHANGE_UNKNOWN;
	return 0;
}

/* Tells the changes of the ids that were found. */
static int
tell_found(struct answering *work, struct weft_transaction *transaction,
    bool with_id, struct weft_error *error)
{
	const bool several = work->ids_length > 1;
	struct weft_change change;
	bool found = false;
	int code = 0;

	for (size_t i = 0; i < work->ids_length && !code; i++) {
		code = load_change(work, transaction, work->ids[i], &change,
		    &found, error);
		if (!code && found)
			code = failed_to_tell(weft__tell_change(work->answer,
				&change, with_id || several, several), error);
	}
	if (code || (found && !several))
		return code;
	return failed_to_tell(weft__tell_no_change(work->answer), error);
}

/* Tells what a trace says of this hash, if there is one: the asker knows whose
 * it is. */
static int
tell_trace(struct answering *work, struct weft_transaction *transaction,
    uint64_t hash, struct weft_error *error)
{
	struct weft__track *track = &work->current.track;
	struct weft_change change;
	int code = weft__trace_find_hash(
	    transaction, work->model, hash, track, error);

	if (code == WEFT_ENOTFOUND)
		return failed_to_tell(
		    weft__tell_no_change(work->answer), error);
	if (code)
		return code;
	weft__track_change(track, weft_slice(NULL), weft_slice(NULL), &change);
	return failed_to_tell(weft__tell_change(
	    work->answer, &change, false, false), error);
}

/* Tells the changes of the records with this hash. */
static int
tell_changes(struct answering *work, struct weft_transaction *transaction,
    uint64_t hash, bool knows_id, struct weft_error *error)
{
	int code = find_ids(work, hash, true, error);

	if (code)
		return code;
	return work->ids_length || !knows_id
	    ? tell_found(work, transaction, !knows_id, error)
	    : tell_trace(work, transaction, hash, error);
}

static int
tell_ids_of(struct answering *work, uint64_t hash, struct weft_error *error)
{
	int code = find_ids(work, hash, false, error);

	return code ? code : tell_ids(work, error);
}

/* The asker asks again for what does not fit. */
static int
tell_names(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct answering *work = context;
	const struct weft__question *question = &work->question;
	const bool changes = question->ask == WEFT__ASK_CHANGES;
	struct weft__wire hashes = question->rest;
	uint64_t hash;
	int code = 0;

	for (size_t i = 0; !code && weft__wire_fixed(&hashes, 8, &hash); i++) {
		if (changes && work->answer->size > WEFT_LIMIT_PAGE_SIZE)
			break;
		if (work->unrectified && !work->rectified)
			break; /* all once more */
		code = changes ? tell_changes(work, transaction, hash,
		    weft__question_knows(question, i), error) :
		    tell_ids_of(work, hash, error);
	}
	return code;
}

static int
find_roots(struct answering *work, struct weft_error *error)
{
	const struct weft_slice name =
	    weft_slice(weft_model_name(work->model));
	int code = 0;

	for (int part = WEFT__STORE_LIVE; part <= WEFT__STORE_DELETED && !code;
	     part++)
		code = weft__store_root_at(work->store, NULL,
		    (enum weft__store_part)part, name, &work->roots[part],
		    error);
	return code;
}

/* Ids, or changes.  If an edit made behind our back is met, it becomes a
 * change first, and then all is told again. */
static int
answer_names(struct answering *work, struct weft_error *error)
{
	struct weft_datasource *datasource = work->model->datasource;
	const size_t before = work->answer->size;
	int code = find_roots(work, error);

	work->rectified = datasource->read_only;
	if (!code)
		code = weft__datasource_read(
		    datasource, tell_names, work, error);
	if (code || !work->unrectified || work->rectified)
		return code;
	pthread_mutex_unlock(&datasource->store_mutex);
	code = weft_model_rectify_all_changes(work->model, NULL, error);
	pthread_mutex_lock(&datasource->store_mutex);
	if (code)
		return code;
	work->rectified = true;
	work->answer->size = before;
	return weft__datasource_read(datasource, tell_names, work, error);
}

/*
 * All questions
 */

static int
answer(struct answering *work, struct weft_error *error)
{
	const struct weft__question *question = &work->question;

	switch (question->ask) {
	case WEFT__ASK_ROOT:
	case WEFT__ASK_OPEN:
		return open_root(work, error);
	case WEFT__ASK_CELLS:
		return tell_cells(work, &question->root, question->first,
		    question->length, error);
	case WEFT__ASK_NODES:
		return tell_nodes(work, error);
	case WEFT__ASK_IDS:
	case WEFT__ASK_CHANGES:
		return answer_names(work, error);
	}
	return WEFT_EINVAL;
}

/* Brings the store up to the present; if it may not be written, it must be. */
static int
bring_up(struct weft_datasource *datasource, struct weft_error *error)
{
	struct weft_datasource_status status;
	int code;

	if (!datasource->read_only)
		return weft_datasource_project(datasource, error);
	code = weft_datasource_get_status(datasource, &status, error);
	if (code || status.is_stored)
		return code;
	return weft_error_set(error, WEFT_EUNSUPPORTED,
	    "the store of datasource %s is behind, and open for reading only",
	    datasource->name);
}

int
weft__source_local_reconcile(struct weft_source *source, const char *model,
    struct weft_slice question, struct weft_buf *out, struct weft_error *error)
{
	struct weft_datasource *datasource =
	    weft__source_local(source)->datasource;
	struct answering work = {.store = datasource->store, .answer = out};
	int code = weft__source_local_model(source, model, &work.model, error);

	if (!code)
		code = weft__question_parse(question, &work.question, error);
	if (!code && !work.store)
		code = weft_error_set(error, WEFT_EUNSUPPORTED,
		    "datasource %s has no store", datasource->name);
	if (!code && (work.question.ask == WEFT__ASK_ROOT ||
		work.question.ask == WEFT__ASK_OPEN))
		code = bring_up(datasource, error);
	if (code)
		return code;
	pthread_mutex_lock(&datasource->store_mutex);
	code = answer(&work, error);
	pthread_mutex_unlock(&datasource->store_mutex);
	weft__arena_fini(&work.arena);
	weft__free(work.ids);
	return code;
}
