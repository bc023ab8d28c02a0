/*
 * Records as they were at a point of the past.
 */
#include "core/base/limits.h"
#include "models/history/moment.h"
#include "models/record/record.h"

struct past {
	struct weft_model *model;
	const struct weft_point *point;
	struct weft__moment moment;
};

static int
find_moment(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct past *past = context;

	return weft__moment_find(
	    transaction, past->point, &past->moment, error);
}

/* The state is one that nothing changes any more: no transaction is needed to
 * read it. */
static int
past_open(struct past *past, struct weft_model *model,
    const struct weft_point *point, struct weft_error *error)
{
	past->model = model;
	past->point = point;
	if (!model->tracked)
		return weft_error_set(error, WEFT_EINVAL,
		    "model %s is not tracked", weft_model_name(model));
	return weft__datasource_read(
	    model->datasource, find_moment, past, error);
}

static int
unknown(const struct past *past, struct weft_slice id,
    struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOTFOUND,
	    "There was no \"%s\" with id \"%.*s\".",
	    weft_model_name(past->model), (int)id.size, id.data);
}

/* Reads the record from the commit. */
static int
get(const struct past *past, struct weft_slice id, struct weft_buf *record,
    struct weft_error *error)
{
	struct weft_datasource *datasource = past->model->datasource;
	struct weft__store_record found = {.deleted = true};
	int code = WEFT_ENOTFOUND;

	if (past->moment.at.exists) {
		pthread_mutex_lock(&datasource->store_mutex);
		code = weft__store_get(datasource->store,
		    &past->moment.at.commit.oid,
		    weft_slice(weft_model_name(past->model)), id, &found,
		    record, error);
		pthread_mutex_unlock(&datasource->store_mutex);
	}
	if (code == WEFT_ENOTFOUND || (!code && found.deleted))
		return unknown(past, id, error);
	return code;
}

int
weft_record_find_at(struct weft_model *model, const struct weft_point *point,
    struct weft_slice id, struct weft_buf *record, struct weft_error *error)
{
	struct past past;
	int code = weft__check_id(id, error);

	if (!code)
		code = past_open(&past, model, point, error);
	if (code)
		return code;
	if (past.moment.is_now)
		return weft_record_find_by_id(
		    model, NULL, id, weft_slice(NULL), record, error);
	return get(&past, id, record, error);
}

/*
 * All records
 */

#define ENOUGH 1 /* ends the walk: the limit is reached */

struct walk {
	struct past past;
	struct weft__filter filter;
	struct weft_buf body;
	struct weft_buf projected; /* cut down to the fields */
	uint64_t matched;
	weft_record_fn *each;
	void *context;
	int result; /* of 'each' */
	struct weft_error *error;
};

static int
hand_out(struct walk *walk)
{
	struct weft_slice record = weft_buf_slice(&walk->body);
	int code = 0;

	if (walk->filter.fields_length) {
		weft_buf_clear(&walk->projected);
		code = weft__filter_project(
		    &walk->filter, record, &walk->projected);
		record = weft_buf_slice(&walk->projected);
	}
	if (code)
		return weft_error_set(walk->error, code, "fields: %s",
		    weft_error_text(code));
	walk->result = walk->each(record, walk->context);
	return walk->result ? ENOUGH : 0;
}

static int
visit(struct weft_slice id, const struct weft__oid *blob, void *context)
{
	struct walk *walk = context;
	const struct weft_query *query = &walk->filter.query;
	bool matches;
	int code;

	if (walk->matched >= query->skip &&
	    walk->matched - query->skip >= query->limit)
		return ENOUGH;
	weft_buf_clear(&walk->body);
	code = weft__store_read_blob(walk->past.model->datasource->store,
	    blob, &walk->body, walk->error);
	if (code)
		return code;
	code = weft__where_matches(
	    query->where, weft_buf_slice(&walk->body), &matches);
	if (code)
		return weft_error_set(walk->error, code, "filter %.*s: %s",
		    (int)id.size, id.data, weft_error_text(code));
	if (!matches || walk->matched++ < query->skip)
		return 0;
	return hand_out(walk);
}

static int
walk_commit(struct walk *walk)
{
	const struct past *past = &walk->past;
	struct weft_datasource *datasource = past->model->datasource;
	int code;

	if (!past->moment.at.exists)
		return 0;
	pthread_mutex_lock(&datasource->store_mutex);
	code = weft__store_walk(datasource->store,
	    &past->moment.at.commit.oid, WEFT__STORE_LIVE,
	    weft_slice(weft_model_name(past->model)), visit, walk,
	    walk->error);
	pthread_mutex_unlock(&datasource->store_mutex);
	return code == ENOUGH ? walk->result : code;
}

static int
parse_filter(struct walk *walk, struct weft_slice json)
{
	int code = weft__record_parse_filter(
	    walk->past.model, json, &walk->filter, walk->error);

	if (code)
		return code;
	if (walk->filter.query.orders_length || walk->filter.query.near)
		return weft_error_set(walk->error, WEFT_EINVAL,
		    "filter: the past is not ordered");
	return 0;
}

int
weft_record_each_at(struct weft_model *model, const struct weft_point *point,
    struct weft_slice filter, weft_record_fn *each, void *context,
    struct weft_error *error)
{
	struct walk walk = {
	    .body = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE),
	    .projected = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE),
	    .each = each,
	    .context = context,
	    .error = error,
	};
	int code = past_open(&walk.past, model, point, error);

	if (!code)
		code = parse_filter(&walk, filter);
	if (!code && walk.past.moment.is_now)
		code = weft_record_find(
		    model, NULL, filter, each, context, error);
	else if (!code)
		code = walk_commit(&walk);
	weft__filter_fini(&walk.filter);
	weft_buf_fini(&walk.body);
	weft_buf_fini(&walk.projected);
	return code;
}
