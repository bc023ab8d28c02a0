/*
 * Verifying a model: each record against its track row, and the database
 * against the store, all as of one moment.
 */
#include <weft/store.h>

#include <stdio.h>

#include "core/store/store.h"
#include "core/track/track_row.h"
#include "models/model.h"
#include "models/transaction.h"

/* Records looked at between two steps of a walk. */
#define STEP 1000

struct check {
	struct weft_model *model;
	struct weft_connector_session *session;
	struct weft__store *store; /* NULL: it is behind, or there is none */
	struct weft__oid commit;   /* the state that must be the same */
	struct weft__track track;
	size_t seen;               /* in this step */
	uint64_t problems;
	weft_problem_fn *each;
	void *context;
	struct weft_error *error;
};

/* Tells of a fault of one record. */
static int
tell(struct check *check, struct weft_slice id, const char *what)
{
	char text[512];

	check->problems++;
	snprintf(text, sizeof text, "%s \"%.*s\": %s",
	    check->model->definition->name, (int)id.size, id.data, what);
	return check->each(text, check->context);
}

/* The record in the store must be this body. */
static int
check_stored(struct check *check, const struct weft_connector_record *record)
{
	struct weft__store_record stored;
	struct weft__oid blob;
	int code;

	code = weft__store_get(check->store, &check->commit,
	    weft_slice(check->model->definition->name), record->id, &stored,
	    NULL, check->error);
	if (code == WEFT_ENOTFOUND || (!code && stored.deleted))
		return tell(check, record->id, "missing in the store");
	if (code)
		return code;
	weft__object_id("blob", record->body.data, record->body.size, &blob);
	if (!weft__oid_equal(&blob, &stored.blob))
		return tell(check, record->id,
		    "another state than in the store");
	return 0;
}

/* Whether the body has the content that the current revision names. */
static bool
has_content(const struct weft__revtree *tree, struct weft_slice body)
{
	const struct weft__revnode *node;
	struct weft__oid hash, named;

	if (tree->current < 0)
		return false;
	node = &tree->nodes[tree->current];
	named = node->hash;
	if (weft__oid_is_zero(&named) &&
	    !weft__oid_parse(weft__rev_slice(&node->rev), &named))
		return false;
	weft__sha1(body.data, body.size, &hash);
	return weft__oid_equal(&hash, &named);
}

/* The track row must be of this body. */
static int
check_track(struct check *check, const struct weft_connector_record *record)
{
	struct weft_error why;

	if (!record->track.data)
		return tell(check, record->id,
		    "written behind weft's back: run rectify");
	if (weft__track_decode(record->track, &check->track, &why))
		return tell(check, record->id, why.text);
	if (weft__track_deleted(&check->track))
		return tell(check, record->id,
		    "its changes say that it is deleted: run rectify");
	if (!has_content(&check->track.tree, record->body))
		return tell(check, record->id,
		    "not the revision that its changes say: run rectify");
	return 0;
}

static int
check_record(const struct weft_connector_record *record, void *context)
{
	struct check *check = context;
	int code = check_track(check, record);

	check->seen++;
	return code || !check->store ? code : check_stored(check, record);
}

static int
check_tombstone(const struct weft_connector_record *record, void *context)
{
	struct check *check = context;
	struct weft_error why;

	check->seen++;
	if (weft__track_decode(record->track, &check->track, &why))
		return tell(check, record->id, why.text);
	if (!weft__track_deleted(&check->track))
		return tell(check, record->id,
		    "deleted behind weft's back: run rectify");
	return 0;
}

/* Walks all records, or all tombstones. */
static int
check_all(struct check *check, bool tombstones)
{
	struct weft_connector_session *session = check->session;
	uint64_t position = 0;
	int code;

	do {
		check->seen = 0;
		code = session->ops->scan(session, check->model->index,
		    tombstones, &position, STEP,
		    tombstones ? check_tombstone : check_record, check,
		    check->error);
	} while (!code && check->seen == STEP);
	return code;
}

/* What the store has must be in the database. */
static int
check_entry(struct weft_slice id, const struct weft__oid *blob, void *context)
{
	struct check *check = context;
	struct weft_connector_session *session = check->session;
	struct weft_connector_record record;
	int code;

	code = session->ops->get(session, check->model->index, id, &record,
	    check->error);
	if (code && code != WEFT_ENOTFOUND)
		return code;
	return code || !record.body.data ?
	    tell(check, id, "in the store, not in the database") : 0;
}

static int
check_store(struct check *check)
{
	return weft__store_walk(check->store, &check->commit,
	    WEFT__STORE_LIVE, weft_slice(check->model->definition->name),
	    check_entry, check, check->error);
}

/* Whether the store's tip is the state of this transaction. */
static int
find_commit(struct check *check, struct weft_transaction *transaction)
{
	const struct weft_datasource *datasource = transaction->datasource;
	struct weft__store_tip tip;
	int code;

	if (!datasource->store)
		return 0;
	code = weft__transaction_read_counters(transaction, check->error);
	if (!code)
		code = weft__store_tip(datasource->store, &tip, check->error);
	if (code || !tip.exists ||
	    tip.commit.seq != transaction->counters.seq ||
	    strcmp(tip.commit.epoch, datasource->epoch) != 0)
		return code;
	check->store = datasource->store;
	check->commit = tip.commit.oid;
	return 0;
}

static int
verify(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct check *check = context;
	int code;

	check->session = transaction->session;
	check->error = error;
	code = find_commit(check, transaction);
	if (!code)
		code = check_all(check, false);
	if (!code)
		code = check_all(check, true);
	if (!code && check->store)
		code = check_store(check);
	return code;
}

int
weft_model_verify(struct weft_model *model, weft_problem_fn *each,
    void *context, uint64_t *count, struct weft_error *error)
{
	struct weft_datasource *datasource = model->datasource;
	struct check check = {
	    .model = model, .each = each, .context = context};
	int code = 0;

	if (model->tracked) {
		pthread_mutex_lock(&datasource->store_mutex);
		code = weft__datasource_read(datasource, verify, &check,
		    error);
		pthread_mutex_unlock(&datasource->store_mutex);
	}
	if (count)
		*count = check.problems;
	return code;
}
