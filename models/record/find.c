/*
 * Reading records.
 */
#include "models/record/record.h"

#include "core/base/limits.h"

struct search {
	struct weft_model *model;
	const struct weft_call *call;
	struct weft__filter filter;
	weft_record_fn *each;
	void *context;
	struct weft__json json; /* of a body that is looked at */
	struct weft__hidden_scratch scratch;
	struct weft_buf joined;    /* with its hidden properties */
	struct weft_buf projected; /* cut down to the fields */
	struct weft_error *error;
};

/* Puts before the failure which record it is of. */
static void
name_record(const struct search *search,
    const struct weft_connector_record *found, struct weft_error *error)
{
	weft_error_wrap(error, "%s \"%.*s\"", weft_model_name(search->model),
	    (int)found->id.size, found->id.data);
}

/* Whether the record is left out, because its body is damaged. */
static int
look(struct search *search, const struct weft_connector_record *found,
    bool *is_damaged)
{
	const struct weft_call *call = search->call;
	struct weft_error why;
	int code;

	*is_damaged = false;
	if (!call || !call->damaged)
		return 0;
	code = weft__json_scan(&search->json, found->body.data,
	    found->body.size, &weft__json_record_limits, &why);
	if (code == WEFT_ENOMEM)
		return weft_error_set(search->error, code, "%s", why.text);
	*is_damaged = code;
	if (!code)
		return 0;
	why.code = WEFT_EDAMAGED;
	weft_error_wrap(&why, "its body is damaged");
	name_record(search, found, &why);
	call->damaged(&why, call->damaged_context);
	return 0;
}

/* Makes '*record' the whole of a record; what fails names it. */
static int
join(struct search *search, const struct weft_connector_record *found,
    struct weft_slice *record)
{
	int code;

	weft_buf_clear(&search->joined);
	code = weft__hidden_join(&search->scratch, found->body, found->hidden,
	    &search->joined, search->error);
	*record = weft_buf_slice(&search->joined);
	if (code)
		name_record(search, found, search->error);
	return code;
}

/* Makes '*record' what the caller is to see of a record. */
static int
show(struct search *search, const struct weft_connector_record *found,
    struct weft_slice *record)
{
	int code;

	*record = found->body;
	if (found->hidden.data && search->call && search->call->with_hidden) {
		code = join(search, found, record);
		if (code)
			return code;
	}
	if (!search->filter.fields_length)
		return 0;
	weft_buf_clear(&search->projected);
	code = weft__filter_project(&search->filter, *record,
	    &search->projected);
	*record = weft_buf_slice(&search->projected);
	return code ? weft_error_set(search->error, code, "fields: %s",
			  weft_error_text(code))
		    : 0;
}

static int
hand_out(const struct weft_connector_record *found, void *context)
{
	struct search *search = context;
	struct weft_slice record;
	bool is_damaged;
	int code = look(search, found, &is_damaged);

	if (code || is_damaged)
		return code;
	code = show(search, found, &record);
	return code ? code : search->each(record, search->context);
}

static int
find(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct search *search = context;
	struct weft_connector_session *session = transaction->session;

	return session->ops->find(session, search->model->index,
	    &search->filter.query, hand_out, search, error);
}

static int
search_init(struct search *search, struct weft_model *model,
    const struct weft_call *call, struct weft_slice filter,
    struct weft_error *error)
{
	memset(search, 0, sizeof *search);
	search->model = model;
	search->call = call;
	search->error = error;
	weft__json_init(&search->json);
	weft__hidden_scratch_init(&search->scratch);
	weft_buf_init(&search->joined, 2 * WEFT_LIMIT_RECORD_SIZE);
	weft_buf_init(&search->projected, 2 * WEFT_LIMIT_RECORD_SIZE);
	return weft__record_parse_filter(model, filter, &search->filter,
	    error);
}

static void
search_fini(struct search *search)
{
	weft__filter_fini(&search->filter);
	weft__json_fini(&search->json);
	weft__hidden_scratch_fini(&search->scratch);
	weft_buf_fini(&search->joined);
	weft_buf_fini(&search->projected);
}

static int
run(struct search *search, weft_transaction_fn *work,
    struct weft_error *error)
{
	return weft__transaction_run(search->model->datasource,
	    weft__record_transaction(search->call), false, work, search,
	    error);
}

int
weft_record_find(struct weft_model *model, const struct weft_call *call,
    struct weft_slice filter, weft_record_fn *each, void *context,
    struct weft_error *error)
{
	struct search search;
	int code = search_init(&search, model, call, filter, error);

	search.each = each;
	search.context = context;
	if (!code)
		code = run(&search, find, error);
	search_fini(&search);
	return code;
}

/* Where one record goes. */
struct one {
	struct weft_buf *record;
	bool found;
	struct weft_error *error;
};

static int
keep_one(struct weft_slice record, void *context)
{
	struct one *one = context;
	int code = 0;

	one->found = true;
	if (one->record)
		code = weft_buf_append_slice(one->record, record);
	return code ? weft_error_set(one->error, code, "record: %s",
			  weft_error_text(code))
		    : 0;
}

static int
unknown(const struct weft_model *model, struct weft_slice id,
    struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOTFOUND,
	    "Unknown \"%s\" id \"%.*s\".", weft_model_name(model),
	    (int)id.size, id.data);
}

int
weft_record_find_one(struct weft_model *model, const struct weft_call *call,
    struct weft_slice filter, struct weft_buf *record,
    struct weft_error *error)
{
	struct one one = {record, false, error};
	struct search search;
	int code = search_init(&search, model, call, filter, error);

	search.each = keep_one;
	search.context = &one;
	search.filter.query.limit = 1;
	if (!code)
		code = run(&search, find, error);
	search_fini(&search);
	if (!code && !one.found)
		return unknown(model, weft_slice("undefined"), error);
	return code;
}

/* A look-up by id. */
struct look_up {
	struct search *search; /* NULL: whether it exists is all */
	struct weft_model *model;
	struct weft_slice id;
	struct weft_buf *record;
	bool found;
};

static int
get(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct look_up *look_up = context;
	struct weft_connector_session *session = transaction->session;
	struct one one = {look_up->record, false, error};
	struct weft_connector_record found;
	struct weft_slice body;
	bool is_damaged;
	int code = session->ops->get(session, look_up->model->index,
	    look_up->id, &found, error);

	if (code == WEFT_ENOTFOUND || (!code && !found.body.data))
		return 0;
	if (code)
		return code;
	look_up->found = true;
	if (!look_up->search)
		return 0;
	found.id = look_up->id;
	code = look(look_up->search, &found, &is_damaged);
	if (code || is_damaged)
		return code;
	code = show(look_up->search, &found, &body);
	return code ? code : keep_one(body, &one);
}

int
weft_record_find_by_id(struct weft_model *model,
    const struct weft_call *call, struct weft_slice id,
    struct weft_slice filter, struct weft_buf *record,
    struct weft_error *error)
{
	struct search search;
	struct look_up look_up = {&search, model, id, record, false};
	int code = search_init(&search, model, call, filter, error);

	if (!code)
		code = weft__check_id(id, error);
	if (!code)
		code = weft__transaction_run(model->datasource,
		    weft__record_transaction(call), false, get, &look_up,
		    error);
	search_fini(&search);
	if (!code && !look_up.found)
		return unknown(model, id, error);
	return code;
}

int
weft_record_exists(struct weft_model *model, const struct weft_call *call,
    struct weft_slice id, bool *found, struct weft_error *error)
{
	struct look_up look_up = {.model = model, .id = id};
	int code = weft__check_id(id, error);

	if (!code)
		code = weft__transaction_run(model->datasource,
		    weft__record_transaction(call), false, get, &look_up,
		    error);
	if (!code)
		*found = look_up.found;
	return code;
}

/* A count. */
struct tally {
	struct weft_model *model;
	struct weft__filter where;
	uint64_t count;
};

static int
count_matching(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct tally *tally = context;
	struct weft_connector_session *session = transaction->session;

	return session->ops->count(session, tally->model->index,
	    &tally->where.query, &tally->count, error);
}

int
weft_record_count(struct weft_model *model, const struct weft_call *call,
    struct weft_slice where, uint64_t *count, struct weft_error *error)
{
	struct tally tally = {.model = model};
	int code = weft__record_parse_where(model, where, &tally.where, error);

	if (!code)
		code = weft__transaction_run(model->datasource,
		    weft__record_transaction(call), false, count_matching,
		    &tally, error);
	weft__filter_fini(&tally.where);
	if (!code)
		*count = tally.count;
	return code;
}
