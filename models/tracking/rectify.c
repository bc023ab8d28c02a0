/*
 * Rectifying: finding what was written behind our back, and recording it as
 * changes.  One pass over records and tombstones reads a batch at a time
 * without holding the writer up; only what looks wrong is looked at again,
 * and mended, within a write transaction.
 *
 * What is found: a record whose body is not the one its track row names, a
 * record without a track row (inserted), a tombstone whose track row says
 * live (deleted), and a body that is not in canonical form.
 */
#include "models/tracking/rectify.h"

#include <weft/verify.h>

#include "core/base/alloc.h"
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/log.h"
#include "models/store/repair.h"
#include "models/tracking/trace.h"
#include "models/transaction.h"

/* A pass over a model's records, or its tombstones. */
struct pass {
	struct weft_model *model;
	bool tombstones;
	uint64_t position;
	bool end;
	struct weft__arena arena; /* owns the texts of 'suspects' */
	struct weft_slice suspects[WEFT_LIMIT_PAGE_CHANGES];
	size_t length;
	uint64_t found;
	bool repair;    /* looks for damage, too */
	uint64_t floor; /* repair: see weft__journal_floor() */
	struct weft_connector_session *session;
	struct weft__track track;
	struct weft_error *error;
};

bool
weft__track_differs(const struct weft__track *track, struct weft_slice body)
{
	const struct weft__revtree *tree = &track->tree;
	struct weft__oid wanted, found;

	if (weft__track_deleted(track) || !body.data)
		return weft__track_deleted(track) != !body.data;
	wanted = tree->nodes[tree->current].hash;
	if (weft__oid_is_zero(&wanted) &&
	    !weft__oid_parse(weft__rev_slice(&track->rev), &wanted))
		return true;
	weft__sha1(body.data, body.size, &found);
	return !weft__oid_equal(&wanted, &found);
}

/* Whether a record looks wrong. */
static int
suspect(struct pass *pass, const struct weft_connector_record *record,
    bool *wrong)
{
	int code;

	*wrong = true;
	if (!record->track.data)
		return 0;
	if (pass->repair) {
		code = weft__repair_suspect(pass->session, pass->model, record,
		    pass->floor, &pass->track, wrong, pass->error);
		if (code || *wrong)
			return code;
	} else {
		code = weft__track_decode(
		    record->track, &pass->track, pass->error);
		if (code)
			return code;
	}
	*wrong = weft__track_differs(&pass->track, record->body);
	return 0;
}

static int
check_record(const struct weft_connector_record *record, void *context)
{
	struct pass *pass = context;
	bool wrong;
	int code = suspect(pass, record, &wrong);

	if (code || !wrong)
		return code;
	code = weft__arena_copy(
	    &pass->arena, record->id, &pass->suspects[pass->length]);
	if (code)
		return weft_error_set(pass->error, code, "out of memory");
	pass->length++;
	return 0;
}

/* Reads a batch and notes what looks wrong in it. */
static int
read_batch(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct pass *pass = context;
	uint64_t before = pass->position;
	int code = 0;

	pass->length = 0;
	pass->error = error;
	pass->session = transaction->session;
	weft__arena_clear(&pass->arena);
	if (pass->repair)
		code = weft__transaction_journal_floor(
		    transaction, &pass->floor, error);
	if (!code)
		code = pass->session->ops->scan(pass->session,
		    pass->model->index, pass->tombstones, &pass->position,
		    WEFT_LIMIT_PAGE_CHANGES, check_record, pass, error);
	pass->end = pass->position == before;
	return code;
}

/* Tells the application of a record that cannot be recorded as a change. */
static void
report(struct weft_model *model, struct weft_slice id,
    const struct weft_error *why)
{
	struct weft_error error;

	weft_error_set(&error, why->code, "%s %.*s: %s", weft_model_name(model),
	    (int)id.size, id.data, why->text);
	if (model->handle_change_error)
		model->handle_change_error(
		    model, "rectify", &error, model->change_error_context);
	else
		weft__log(WEFT_LOG_ERROR, "rectify", "%s", error.text);
}

/* The same if only a trace is left; the write that follows takes it away. */
static int
take_trace(struct weft_transaction *transaction, struct weft_model *model,
    struct weft_slice id, struct weft__current *current,
    struct weft_error *error)
{
	int code = weft__trace_find(
	    transaction, model, id, &current->track, error);

	if (code)
		return code == WEFT_ENOTFOUND ? 0 : code;
	current->has_track = current->is_trace = true;
	current->body = weft_slice_of(NULL, 0);
	return 0;
}

/*
 * A record that was inserted where there had been one of ours: it goes on
 * from the tombstone's track row.
 */
static int
take_tombstone(struct weft_transaction *transaction, struct weft_model *model,
    struct weft_slice id, struct weft__current *current,
    struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	struct weft_connector_record tombstone;
	int code = session->ops->get_tombstone(
	    session, model->index, id, &tombstone, error);

	if (code == WEFT_ENOTFOUND)
		return take_trace(transaction, model, id, current, error);
	if (code)
		return code;
	if (tombstone.track.data) {
		code =
		    weft__track_decode(tombstone.track, &current->track, error);
		if (code)
			return code;
		current->has_track = true;
		current->body = weft_slice_of(NULL, 0); /* as it stood */
	}
	return session->ops->forget(session, model->index, id, error);
}

/* Stores the canonical form of a body that is the right one otherwise. */
static int
write_canonical(struct weft_transaction *transaction, struct weft_model *model,
    const struct weft__write *write, const struct weft__current *current,
    struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	struct weft_connector_record record = {
	    .id = write->id, .body = write->body, .hidden = current->hidden};
	int code;

	weft_buf_clear(&transaction->scratch);
	code = weft__track_encode(&current->track, &transaction->scratch);
	if (code)
		return weft_error_set(error, code, "encode the track row: %s",
		    weft_error_text(code));
	record.track = weft_buf_slice(&transaction->scratch);
	return session->ops->update(session, model->index, &record, error);
}

/* Records a live record that differs from its track row. */
static int
mend_record(struct weft_transaction *transaction, struct weft_model *model,
    struct weft__write *write, struct weft__current *current,
    struct weft_error *error)
{
	struct weft__json *json = &transaction->json;
	struct weft_slice stored = current->body;
	int code;

	code = weft__json_scan(
	    json, stored.data, stored.size, &weft__json_record_limits, error);
	if (code)
		return code;
	if (json->type != WEFT__JSON_OBJECT)
		return weft_error_set(
		    error, WEFT_EJSON, "the body is not a JSON object");
	write->body = weft_buf_slice(&json->text);
	if (!current->has_track)
		code = take_tombstone(
		    transaction, model, write->id, current, error);
	else if (!weft__track_differs(&current->track, write->body))
		return write_canonical(
		    transaction, model, write, current, error);
	return code ? code
		    : weft__tracker_write(
			  transaction, model, write, current, NULL, error);
}

/* Drops a tombstone beside a live record that has its track row: an INSERT OR
 * IGNORE or an upsert by plain SQL leaves one. */
static int
drop_leftover(struct weft_transaction *transaction, struct weft_model *model,
    struct weft_slice id, struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	struct weft_connector_record tombstone;
	int code = session->ops->get_tombstone(
	    session, model->index, id, &tombstone, error);

	if (code)
		return code == WEFT_ENOTFOUND ? 0 : code;
	return session->ops->forget(session, model->index, id, error);
}

/* Records what the database says of a record whose track row says otherwise;
 * what cannot be recorded is told to the application. */
static int
mend(struct weft_transaction *transaction, struct weft_model *model,
    struct weft_slice id, struct weft__current *current, uint64_t *found,
    struct weft_error *error)
{
	struct weft__write write = {.id = id, .keep_hidden = true};
	struct weft_error why = {0};
	int code;

	if (current->exists)
		code = mend_record(transaction, model, &write, current, &why);
	else
		code = weft__tracker_write(
		    transaction, model, &write, current, NULL, &why);
	if (code == WEFT_EJSON || code == WEFT_ELIMIT) {
		report(model, id, &why);
		return 0;
	}
	if (code)
		return weft_error_set(error, code, "%s", why.text);
	++*found;
	return 0;
}

int
weft__rectify(struct weft_transaction *transaction, struct weft_model *model,
    struct weft_slice id, uint64_t *found, struct weft_error *error)
{
	struct weft__current current;
	int code = weft__tracker_load(transaction, model, id, &current, error);

	if (code || (!current.exists && !current.has_track))
		return code;
	if (!current.has_track ||
	    weft__track_differs(&current.track, current.body))
		return mend(transaction, model, id, &current, found, error);
	return current.exists
	    ? drop_leftover(transaction, model, id, error) : 0;
}

static int
mend_batch(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct pass *pass = context;
	uint64_t found = pass->found;
	int code = 0;

	for (size_t i = 0; i < pass->length && !code; i++)
		code = (pass->repair ? weft__repair : weft__rectify)(
		    transaction, pass->model, pass->suspects[i], &found, error);
	if (!code)
		pass->found = found;
	return code;
}

/* One pass; 'transaction' as of weft__transaction_run(). */
static int
run_pass(struct pass *pass, struct weft_transaction *transaction,
    struct weft_error *error)
{
	struct weft_datasource *datasource = pass->model->datasource;
	int code = 0;

	pass->position = 0;
	pass->end = false;
	while (!code && !pass->end) {
		code = weft__transaction_run(
		    datasource, transaction, false, read_batch, pass, error);
		if (!code && pass->length)
			code = weft__transaction_run(datasource, transaction,
			    true, mend_batch, pass, error);
	}
	return code;
}

/* Both passes over a model. */
static int
rectify_all(struct weft_model *model, struct weft_transaction *transaction,
    bool repair, uint64_t *found, struct weft_error *error)
{
	struct pass *pass = weft__calloc(1, sizeof *pass);
	int code;

	if (!pass)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	pass->model = model;
	pass->repair = repair;
	code = run_pass(pass, transaction, error);
	pass->tombstones = true;
	if (!code)
		code = run_pass(pass, transaction, error);
	if (found)
		*found = pass->found;
	weft__arena_fini(&pass->arena);
	weft__free(pass);
	return code;
}

static int
require_tracked(const struct weft_model *model, struct weft_error *error)
{
	if (model->tracked)
		return 0;
	return weft_error_set(error, WEFT_EINVAL,
	    "model %s does not track changes", weft_model_name(model));
}

int
weft_model_rectify_all_changes(
    struct weft_model *model, uint64_t *found, struct weft_error *error)
{
	int code = require_tracked(model, error);

	return code ? code : rectify_all(model, NULL, false, found, error);
}

int
weft_model_repair(
    struct weft_model *model, uint64_t *count, struct weft_error *error)
{
	uint64_t more = 0;
	int code = require_tracked(model, error);

	if (!code)
		code = weft__repair_counters(model->datasource, error);
	if (!code)
		code = weft__repair_ids(model, &more, error);
	if (!code)
		code = weft__repair_by_store(model, &more, error);
	if (!code)
		code = weft__repair_traces(model, &more, error);
	if (!code)
		code = rectify_all(model, NULL, true, count, error);
	if (!code && count)
		*count += more;
	return code;
}

struct single {
	struct weft_model *model;
	struct weft_slice id;
	uint64_t found;
};

static int
rectify_single(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct single *single = context;

	single->found = 0;
	return weft__rectify(
	    transaction, single->model, single->id, &single->found, error);
}

int
weft_model_rectify_change(struct weft_model *model, struct weft_slice id,
    uint64_t *found, struct weft_error *error)
{
	struct single single = {model, id, 0};
	int code = require_tracked(model, error);

	if (!code)
		code = weft_datasource_transaction(
		    model->datasource, rectify_single, &single, error);
	if (found)
		*found = single.found;
	return code;
}

/* All or nothing: in one transaction, from the first record to the last. */
static int
start_tracking(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct weft_model *model = context;
	int code;

	model->tracked = true;
	code = rectify_all(model, transaction, false, NULL, error);
	if (code)
		model->tracked = false;
	return code;
}

int
weft_model_enable_change_tracking(
    struct weft_model *model, struct weft_error *error)
{
	struct weft_datasource *datasource = model->datasource;
	int code;

	if (model->tracked)
		return 0;
	code = weft__datasource_define(datasource, model, true, error);
	if (code)
		return code;
	code = weft_datasource_transaction(
	    datasource, start_tracking, model, error);
	if (!code)
		return 0;
	model->tracked = false; /* the commit may have failed */
	if (weft__datasource_define(datasource, model, false, NULL))
		weft__log(WEFT_LOG_WARNING, "rectify",
		    "%s is defined as tracked until the next start",
		    weft_model_name(model));
	return code;
}
