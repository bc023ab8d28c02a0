/*
 * POST /online-sync: writes of any models of one datasource, in one request
 * and one transaction.  docs/loopback.md describes it.
 *
 *	{"atomic":false,"changes":[
 *	    {"model":"Todo","type":"create","data":{"title":"a"}},
 *	    {"model":"List","type":"patch","id":"l1","rev":"...","data":{}}]}
 */
#include "core/base/hash.h"
#include "models/tracking/tracker.h"
#include "transports/loopback/parts.h"
#include "transports/loopback/sync_change.h"

struct sync {
	struct weft__rest_call *call;
	bool is_atomic;
	struct weft__rest_parts parts;
	struct weft_transaction *transaction; /* NULL: only looking */
	struct weft__sync_reader reader;
	const struct weft__sync_change *change; /* of the reader */
	struct weft_buf record;
};

/*
 * Whether the user may.  Asked before the transaction: rights are read like
 * any other records.
 */
static int
authorize(struct sync *sync, struct weft_error *error)
{
	struct weft__rest_call *call = sync->call;
	struct weft__access_request request = {
	    .model = sync->change->model->model,
	    .method = sync->change->method,
	    .id = sync->change->id,
	};
	struct weft__refusal refusal = {0};
	int code;

	if (!call->rest->access)
		return 0;
	code = weft__access_check(call->rest->access, call->principal,
	    &request, &refusal, error);
	call->failure.status = refusal.status;
	call->failure.word = refusal.word;
	return code;
}

/* Whether the record has the revision that the change is based on. */
static int
check_rev(struct sync *sync, struct weft_error *error)
{
	const struct weft__sync_change *change = sync->change;
	struct weft__current current;
	struct weft_slice rev = {NULL, 0};
	int code;

	if (!change->has_rev)
		return 0;
	code = weft__tracker_load(sync->transaction, change->model->model,
	    change->id, &current, error);
	if (code)
		return code;
	if (current.exists && current.has_track)
		rev = weft__rev_slice(&current.track.rev);
	if (current.exists == (change->rev.data != NULL) &&
	    weft_slice_equal(rev, change->rev))
		return 0;
	return weft_error_set(error, WEFT_ECONFLICT, "Conflict");
}

static int
write_record(struct sync *sync, const struct weft_call *as,
    struct weft_error *error)
{
	const struct weft__sync_change *change = sync->change;
	struct weft_model *model = change->model->model;
	uint64_t count;
	int code;

	switch (change->kind) {
	case WEFT__SYNC_CREATE:
		return weft_record_create(
		    model, as, change->data, &sync->record, error);
	case WEFT__SYNC_UPDATE:
		return weft_record_replace(model, as, change->id,
		    change->data, &sync->record, error);
	case WEFT__SYNC_PATCH:
		return weft_record_patch(model, as, change->id, change->data,
		    &sync->record, error);
	case WEFT__SYNC_UPSERT:
		return weft_record_upsert(
		    model, as, change->data, &sync->record, error);
	case WEFT__SYNC_DELETE:
		code = weft_record_delete_by_id(
		    model, as, change->id, &count, error);
		return code || count
		    ? code
		    : weft_error_set(error, WEFT_ENOTFOUND,
			  "could not find a model with id %.*s",
			  (int)change->id.size, change->id.data);
	}
	return 0;
}

/* Writes {"status":200,"rev":...,"data":...}. */
static int
write_result(struct sync *sync, struct weft_error *error)
{
	struct weft__rest_call *call = sync->call;
	struct weft_buf *body = &call->answer.body;
	char rev[WEFT__OID_HEX + 1];
	struct weft__oid hash;
	int code = weft_buf_append_slice(body, weft_slice("{\"status\":200"));

	if (!code && sync->record.size && sync->change->model->model->tracked) {
		weft__sha1(sync->record.data, sync->record.size, &hash);
		weft__oid_format(&hash, rev);
		code = weft_buf_printf(body, ",\"rev\":\"%s\"", rev);
	}
	if (!code && sync->record.size) {
		code = weft_buf_append_slice(body, weft_slice(",\"data\":"));
		call->model = sync->change->model;
		if (!code)
			code = weft__rest_write_record(
			    call, weft_buf_slice(&sync->record), body);
		call->model = NULL;
	}
	if (!code)
		code = weft_buf_append(body, "}", 1);
	return weft__rest_answer_settle(&call->answer, code, error);
}

/* Writes {"status":409,"error":{...}}. */
static int
write_failure(struct sync *sync, const struct weft__rest_failure *failure,
    const struct weft_error *why, struct weft_error *error)
{
	struct weft__rest_answer *answer = &sync->call->answer;
	struct weft_buf *body = &answer->body;
	int code = weft_buf_printf(
	    body, "{\"status\":%d,", weft__rest_failure_status(failure, why));

	if (!code) {
		size_t brace = body->size;

		code = weft__rest_failure_write(failure, why, body);
		if (!code) /* {"error":{...}} without its first brace */
			memmove(body->data + brace, body->data + brace + 1,
			    body->size - brace);
		body->size -= !code;
	}
	return weft__rest_answer_settle(answer, code, error);
}

/* Whether the failure is that of the change alone. */
static bool
is_its_own(int code)
{
	enum weft_error_class class = weft_error_class(code);

	return class == WEFT_CLASS_REFUSE || class == WEFT_CLASS_CONFLICT;
}

/* Writes one change; on failure '*failure' says more than 'error'. */
static int
apply(struct sync *sync, struct weft__rest_failure *failure,
    struct weft_error *error)
{
	struct weft_call as = sync->call->as;
	int code = check_rev(sync, error);

	as.transaction = sync->transaction;
	as.details = &failure->details;
	weft_buf_clear(&sync->record);
	if (code == WEFT_ECONFLICT)
		failure->name = "Error";
	return code ? code : write_record(sync, &as, error);
}

/* Makes the failure of a change that of the request. */
static void
fail_all(struct sync *sync, size_t index, struct weft__rest_failure *failure,
    const struct weft_error *why, struct weft_error *error)
{
	struct weft__rest_failure *whole = &sync->call->failure;
	struct weft_buf details = whole->details;

	weft_error_set(error, why->code, "change %zu: %s", index, why->text);
	*whole = *failure;
	failure->details = details;
}

/* Applies the change that was read and writes its result. */
static int
apply_one(struct sync *sync, size_t index, struct weft_error *error)
{
	struct weft__rest_failure failure = {
	    .details = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE)};
	struct weft_error why = {0};
	int code = apply(sync, &failure, &why);

	if (!code)
		code = write_result(sync, error);
	else if (!sync->is_atomic && is_its_own(code))
		code = write_failure(sync, &failure, &why, error);
	else
		fail_all(sync, index, &failure, &why, error);
	weft_buf_fini(&failure.details);
	return code;
}

static int
take_change(struct weft_slice item, size_t index, void *context,
    struct weft_error *error)
{
	struct sync *sync = context;
	int code = weft__sync_read(&sync->reader, item, error);

	if (!code && !sync->transaction)
		code = authorize(sync, error);
	if (code) {
		weft_error_wrap(error, "change %zu", index);
		return code;
	}
	if (!sync->transaction)
		return 0;
	if (index)
		code = weft__rest_answer_text(
		    &sync->call->answer, ",", error);
	return code ? code : apply_one(sync, index, error);
}

static int
take_all(struct sync *sync, struct weft_error *error)
{
	int code = weft__rest_parts_open(&sync->parts,
	    sync->call->body.data ? sync->call->body : weft_slice("{}"),
	    "changes", SIZE_MAX, SIZE_MAX, error);

	return code ? code
		    : weft__rest_parts_next(
			  &sync->parts, take_change, sync, error);
}

static int
apply_all(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct sync *sync = context;
	int code = weft__rest_answer_text(
	    &sync->call->answer, "{\"results\":[", error);

	sync->transaction = transaction;
	if (!code)
		code = take_all(sync, error);
	return code ? code
		    : weft__rest_answer_text(
			  &sync->call->answer, "]}", error);
}

static int
take_mode(struct sync *sync, struct weft_slice value, bool *is_given)
{
	struct weft_error *error = &sync->call->error;

	if (*is_given)
		return weft_error_set(
		    error, WEFT_EJSON, "atomic is given twice");
	*is_given = true;
	sync->is_atomic = weft_slice_equal(value, weft_slice("true"));
	return sync->is_atomic || weft_slice_equal(value, weft_slice("false"))
	    ? 0
	    : weft_error_set(error, WEFT_EINVAL, "Value is not a boolean.");
}

/* The member "atomic" of the body, which has been looked through. */
static int
read_mode(struct sync *sync)
{
	struct weft_error *error = &sync->call->error;
	struct weft_slice name = {NULL, 0}, value;
	bool is_given = false, is_it = false;
	struct weft__json_skim skim;
	int code;

	sync->is_atomic = true;
	weft__json_skim_init(&skim, sync->call->body);
	code = weft__json_skim_enter(&skim, '{', error);
	while (!code &&
	    !(code = weft__json_skim_member(&skim, &name, error)) &&
	    name.data) {
		code = weft__rest_name_is(name, "atomic", &is_it, error);
		if (!code)
			code = weft__json_skim_value(&skim, &value, error);
		if (!code && is_it)
			code = take_mode(sync, value, &is_given);
	}
	return code;
}

/* In one go, whoever has left. */
static int
write_all(struct sync *sync)
{
	const struct weft__patience *before = weft__patience_set(NULL);
	int code = weft_datasource_transaction(sync->reader.datasource,
	    apply_all, sync, &sync->call->error);

	weft__patience_set(before);
	return code;
}

int
weft__rest_online_sync(struct weft__rest_call *call)
{
	struct sync sync = {
	    .call = call,
	    .change = &sync.reader.change,
	    .record = WEFT_BUF_INIT(2 * WEFT_LIMIT_RECORD_SIZE),
	};
	int code;

	weft__sync_reader_init(&sync.reader, call->rest);
	code = take_all(&sync, &call->error);
	if (!code)
		code = read_mode(&sync);
	if (!code && sync.reader.datasource)
		code = write_all(&sync);
	else if (!code)
		code = weft__rest_answer_text(
		    &call->answer, "{\"results\":[]}", &call->error);
	weft__sync_reader_fini(&sync.reader);
	weft_buf_fini(&sync.record);
	return code;
}
