/*
 * What differs between two points.
 *
 * The tries of two commits tell it for the past.  Of writes that the store
 * does not have yet only their ids matter: these records are compared as they
 * are in the database, and passed over where the tries differ.
 */
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/map.h"
#include "models/history/moment.h"
#include "models/record/record.h"

struct comparison {
	struct weft_model *model;
	const struct weft_point *first, *second;
	struct weft__moment from, to;
	struct weft__map unstored; /* ids; values stand for nothing */
	struct weft_buf before, after;
	weft_point_difference_fn *each;
	void *context;
	struct weft_transaction *transaction;
	struct weft_error *error;
};

static struct weft_slice
model_name(const struct comparison *comparison)
{
	return weft_slice(weft_model_name(comparison->model));
}

static int
note_unstored(const struct weft_connector_journal_row *row, void *context)
{
	struct comparison *comparison = context;
	int code = weft__map_put(&comparison->unstored, row->id, comparison);

	return code ? weft_error_set(
			  comparison->error, code, "out of memory") : 0;
}

/* Notes the writes between the store's last one and now. */
static int
find_unstored(struct comparison *comparison)
{
	struct weft_connector_session *session =
	    comparison->transaction->session;

	if (!comparison->from.is_now && !comparison->to.is_now)
		return 0;
	return session->ops->journal_read(session, comparison->model->index,
	    comparison->to.tip.commit.seq, UINT64_MAX, SIZE_MAX,
	    note_unstored, comparison, comparison->error);
}

static int
hand_out(const struct comparison *comparison, struct weft_slice id,
    bool was_there, bool is_there)
{
	struct weft_point_difference difference = {.id = id};

	if (was_there)
		difference.before = weft_buf_slice(&comparison->before);
	if (is_there)
		difference.after = weft_buf_slice(&comparison->after);
	return comparison->each(&difference, comparison->context);
}

/* Reads the record of a blob; nothing if there is none. */
static int
read_blob(const struct comparison *comparison, const struct weft__oid *blob,
    struct weft_buf *record)
{
	weft_buf_clear(record);
	if (!blob)
		return 0;
	return weft__store_read_blob(comparison->model->datasource->store,
	    blob, record, comparison->error);
}

static int
visit(struct weft_slice id, const struct weft__oid *a,
    const struct weft__oid *b, void *context)
{
	struct comparison *comparison = context;
	int code;

	if (weft__map_find(&comparison->unstored, id))
		return 0;
	code = read_blob(comparison, a, &comparison->before);
	if (!code)
		code = read_blob(comparison, b, &comparison->after);
	return code ? code : hand_out(comparison, id, a, b);
}

/* The root of the model at the moment, now being the store's last one. */
static int
find_root(const struct comparison *comparison,
    const struct weft__moment *moment, struct weft__oid *root)
{
	const struct weft__store_tip *at =
	    moment->is_now ? &moment->tip : &moment->at;

	memset(root, 0, sizeof *root);
	if (!at->exists)
		return 0;
	return weft__store_root_at(comparison->model->datasource->store,
	    &at->commit.oid, WEFT__STORE_LIVE, model_name(comparison), root,
	    comparison->error);
}

static int
compare_commits(struct comparison *comparison)
{
	struct weft__store *store = comparison->model->datasource->store;
	struct weft__oid from, to;
	int code = find_root(comparison, &comparison->from, &from);

	if (!code)
		code = find_root(comparison, &comparison->to, &to);
	return code ? code : weft__store_diff(store, &from, store, &to,
				 visit, comparison, comparison->error);
}

/* The record as it is now. */
static int
read_now(const struct comparison *comparison, struct weft_slice id,
    struct weft_buf *body, bool *found)
{
	struct weft_connector_session *session =
	    comparison->transaction->session;
	struct weft_connector_record record;
	int code = session->ops->get(session, comparison->model->index, id,
	    &record, comparison->error);

	*found = !code && record.body.data;
	if (*found)
		code = weft_buf_append_slice(body, record.body);
	return code;
}

/* The record as it was at the moment. */
static int
read_record(const struct comparison *comparison,
    const struct weft__moment *moment, struct weft_slice id,
    struct weft_buf *body, bool *found)
{
	struct weft__store_record record = {.deleted = true};
	int code = WEFT_ENOTFOUND;

	weft_buf_clear(body);
	if (moment->is_now) {
		code = read_now(comparison, id, body, found);
	} else {
		if (moment->at.exists)
			code = weft__store_get(
			    comparison->model->datasource->store,
			    &moment->at.commit.oid, model_name(comparison),
			    id, &record, body, comparison->error);
		*found = !code && !record.deleted;
	}
	return code == WEFT_ENOTFOUND ? 0 : code;
}

static int
compare_unstored(struct comparison *comparison, struct weft_slice id)
{
	bool was_there, is_there;
	int code = read_record(comparison, &comparison->from, id,
	    &comparison->before, &was_there);

	if (!code)
		code = read_record(comparison, &comparison->to, id,
		    &comparison->after, &is_there);
	if (code)
		return code;
	if (was_there == is_there &&
	    weft_slice_equal(weft_buf_slice(&comparison->before),
		weft_buf_slice(&comparison->after)))
		return 0;
	return hand_out(comparison, id, was_there, is_there);
}

/* For weft__map_each(), which knows nothing of codes. */
struct unstored_walk {
	struct comparison *comparison;
	int code;
};

static bool
visit_unstored(struct weft_slice id, void *value, void *context)
{
	struct unstored_walk *walk = context;

	(void)value;
	walk->code = compare_unstored(walk->comparison, id);
	return walk->code == 0;
}

static int
find_moments(struct comparison *comparison)
{
	int code = weft__moment_find(comparison->transaction,
	    comparison->first, &comparison->from, comparison->error);

	if (!code)
		code = weft__moment_find(comparison->transaction,
		    comparison->second, &comparison->to, comparison->error);
	if (!code && !comparison->model->datasource->store)
		return weft_error_set(comparison->error, WEFT_EUNSUPPORTED,
		    "datasource %s has no store, so no past",
		    comparison->model->datasource->name);
	return code;
}

static int
compare(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct comparison *comparison = context;
	struct unstored_walk walk = {.comparison = comparison};
	int code;

	comparison->transaction = transaction;
	comparison->error = error;
	code = find_moments(comparison);
	if (!code && comparison->from.is_now && comparison->to.is_now)
		return 0;
	if (!code)
		code = find_unstored(comparison);
	if (code)
		return code;
	pthread_mutex_lock(&comparison->model->datasource->store_mutex);
	code = compare_commits(comparison);
	if (!code)
		weft__map_each(&comparison->unstored, visit_unstored, &walk);
	pthread_mutex_unlock(&comparison->model->datasource->store_mutex);
	return code ? code : walk.code;
}

int
weft_model_compare_points(struct weft_model *model,
    const struct weft_point *first, const struct weft_point *second,
    weft_point_difference_fn *each, void *context, struct weft_error *error)
{
	struct comparison comparison = {
	    .model = model,
	    .first = first,
	    .second = second,
	    .before = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE),
	    .after = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE),
	    .each = each,
	    .context = context,
	};
	int code;

	if (!model->tracked)
		return weft_error_set(error, WEFT_EINVAL,
		    "model %s is not tracked", weft_model_name(model));
	code = weft__datasource_read(
	    model->datasource, compare, &comparison, error);
	weft__map_fini(&comparison.unstored, NULL);
	weft_buf_fini(&comparison.before);
	weft_buf_fini(&comparison.after);
	return code;
}
