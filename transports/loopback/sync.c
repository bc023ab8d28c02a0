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
#include "transports/loopback/rest.h"

enum kind {
	CREATE,
	UPDATE, /* replaces the whole record */
	PATCH,
	UPSERT,
	DELETE
};

/* Each kind, and the method whose rules hold for it. */
static const struct {
	const char *name;
	const char *method;
	bool needs_id;
	bool needs_data;
} kinds[] = {
    [CREATE] = {"create", "create", false, true},
    [UPDATE] = {"update", "replaceById", true, true},
    [PATCH] = {"patch", "patchAttributes", true, true},
    [UPSERT] = {"upsert", "patchOrCreate", false, true},
    [DELETE] = {"delete", "deleteById", true, false},
};

/* One change of the request. */
struct change {
	const struct weft__rest_model *model;
	enum kind kind;
	struct weft_slice id;   /* text; no value: in the data, or made */
	bool has_rev;           /* the record must have this revision: */
	struct weft_slice rev;  /* no value: it must not be there */
	struct weft_slice data; /* canonical */
};

struct sync {
	struct weft__rest_call *call;
	bool is_atomic;
	struct weft_datasource *datasource;
	struct weft__rest_parts parts;
	struct weft_transaction *transaction; /* NULL: only looking */
	struct weft__json json; /* of the change */
	struct weft_buf id, rev; /* texts of the change, where escaped */
	struct weft_buf record;
	struct change change;
};

/*
 * Reading a change
 */

static int
refuse(struct weft_error *error, const char *text)
{
	return weft_error_set(error, WEFT_EINVAL, "%s", text);
}

/* The text of a string or number; no value for null and absent. */
static int
read_text(struct weft__json_value value, const char *name,
    struct weft_buf *scratch, struct weft_slice *text,
    struct weft_error *error)
{
	int code;

	*text = weft_slice_of(NULL, 0);
	if (value.type == WEFT__JSON_ABSENT || value.type == WEFT__JSON_NULL)
		return 0;
	if (value.type == WEFT__JSON_NUMBER) {
		*text = value.token;
		return 0;
	}
	if (value.type != WEFT__JSON_STRING)
		return weft_error_set(
		    error, WEFT_EINVAL, "%s is not a string", name);
	weft_buf_clear(scratch);
	code = weft__json_read_string(value.token, scratch);
	*text = weft_buf_slice(scratch);
	return code ? weft_error_set(error, code, "%s: %s", name,
			  weft_error_text(code))
		    : 0;
}

static int
find_model(struct sync *sync, struct weft_slice name, struct weft_error *error)
{
	const struct weft__rest *rest = sync->call->rest;

	if (!name.data)
		return refuse(error, "model is missing");
	for (size_t i = 0; i < rest->length; i++)
		if (weft_slice_equal(
			name, weft_slice(rest->models[i].definition->name)))
			sync->change.model = &rest->models[i];
	if (!sync->change.model)
		return weft_error_set(error, WEFT_ENOTFOUND,
		    "There is no model \"%.*s\"", (int)name.size,
		    name.data);
	if (sync->change.model->is_user)
		return refuse(error, "users are written one by one");
	if (!sync->datasource)
		sync->datasource = sync->change.model->model->datasource;
	if (sync->datasource != sync->change.model->model->datasource)
		return refuse(error,
		    "all models of a request must be of one datasource");
	return 0;
}

static int
read_kind(struct sync *sync, struct weft_slice name, struct weft_error *error)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (weft_slice_equal(name, weft_slice(kinds[i].name))) {
			sync->change.kind = (enum kind)i;
			return 0;
		}
	return refuse(error,
	    "type is not \"create\", \"update\", \"patch\", \"upsert\" or "
	    "\"delete\"");
}

static struct weft__json_value
member(const struct sync *sync, const char *name)
{
	return weft__json_find(&sync->json, weft_slice(name));
}

static int
read_names(struct sync *sync, struct weft_error *error)
{
	struct weft_slice text;
	int code = read_text(
	    member(sync, "model"), "model", &sync->id, &text, error);

	if (!code)
		code = find_model(sync, text, error);
	if (!code)
		code = read_text(
		    member(sync, "type"), "type", &sync->id, &text, error);
	return code ? code : read_kind(sync, text, error);
}

static int
read_id_and_rev(struct sync *sync, struct weft_error *error)
{
	struct change *change = &sync->change;
	int code = read_text(
	    member(sync, "id"), "id", &sync->id, &change->id, error);

	if (!code)
		code = read_text(member(sync, "rev"), "rev", &sync->rev,
		    &change->rev, error);
	change->has_rev = member(sync, "rev").type != WEFT__JSON_ABSENT;
	if (code)
		return code;
	if (kinds[change->kind].needs_id && !change->id.data)
		return refuse(error, "id is missing");
	if (change->has_rev && !change->id.data)
		return refuse(error, "rev needs an id");
	if (change->has_rev && !change->model->model->tracked)
		return refuse(error, "the model has no revisions");
	return 0;
}

static int
read_change(struct sync *sync, struct weft_slice item,
    struct weft_error *error)
{
	struct weft__json_limits limits = weft__json_record_limits;
	struct weft__json_value data;
	int code;

	limits.depth++;
	sync->change = (struct change){NULL};
	code = weft__json_scan(
	    &sync->json, item.data, item.size, &limits, error);
	if (!code && sync->json.type != WEFT__JSON_OBJECT)
		code = refuse(error, "a change is not an object");
	if (!code)
		code = read_names(sync, error);
	if (!code)
		code = read_id_and_rev(sync, error);
	if (code || !kinds[sync->change.kind].needs_data)
		return code;
	data = member(sync, "data");
	sync->change.data = data.token;
	return data.type == WEFT__JSON_OBJECT
	    ? 0
	    : refuse(error, "data is not an object");
}

/*
 * Whether the user may.  Asked before the transaction: rights are read like
 * any other records.
 */
static int
authorize(struct sync *sync, struct weft_error *error)
{
	struct weft__rest_call *call = sync->call;
	struct weft__access_request request = {
	    .model = sync->change.model->model,
	    .method = kinds[sync->change.kind].method,
	    .id = sync->change.id,
	};
	struct weft__refusal refusal = {0};
	int code;

	if (!call->rest->access)
		return 0;
	code = weft__access_check(call->rest->access, call->principal,
	    &request, &refusal, error);
	call->failure.status = refusal.status;
	call->failure.word = refusal.word;
	if (code)
		return code;
	return weft__rest_check_change(call, sync->change.model,
	    sync->change.id,
	    sync->change.kind == CREATE || sync->change.kind == UPDATE
		? sync->change.data
		: weft_slice_of(NULL, 0),
	    error);
}

/* Whether the record has the revision that the change is based on. */
static int
check_rev(struct sync *sync, struct weft_error *error)
{
	const struct change *change = &sync->change;
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
	const struct change *change = &sync->change;
	struct weft_model *model = change->model->model;
	uint64_t count;
	int code;

	switch (change->kind) {
	case CREATE:
		return weft_record_create(
		    model, as, change->data, &sync->record, error);
	case UPDATE:
		return weft_record_replace(model, as, change->id,
		    change->data, &sync->record, error);
	case PATCH:
		return weft_record_patch(model, as, change->id, change->data,
		    &sync->record, error);
	case UPSERT:
		return weft_record_upsert(
		    model, as, change->data, &sync->record, error);
	case DELETE:
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

	if (!code && sync->record.size && sync->change.model->model->tracked) {
		weft__sha1(sync->record.data, sync->record.size, &hash);
		weft__oid_format(&hash, rev);
		code = weft_buf_printf(body, ",\"rev\":\"%s\"", rev);
	}
	if (!code && sync->record.size) {
		code = weft_buf_append_slice(body, weft_slice(",\"data\":"));
		call->model = sync->change.model;
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
	int code = read_change(sync, item, error);

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

/* The member "atomic" of the body, which has been looked through. */
static int
read_mode(struct sync *sync)
{
	struct weft_slice name = {NULL, 0}, value;
	struct weft__json_skim skim;
	int code;

	sync->is_atomic = true;
	weft__json_skim_init(&skim, sync->call->body);
	code = weft__json_skim_enter(&skim, '{', &sync->call->error);
	while (!code && !(code = weft__json_skim_member(
			      &skim, &name, &sync->call->error)) &&
	    name.data) {
		code =
		    weft__json_skim_value(&skim, &value, &sync->call->error);
		if (code || !weft_slice_equal(name, weft_slice("atomic")))
			continue;
		sync->is_atomic = weft_slice_equal(value, weft_slice("true"));
		if (!sync->is_atomic &&
		    !weft_slice_equal(value, weft_slice("false")))
			return refuse(
			    &sync->call->error, "Value is not a boolean.");
	}
	return code;
}

int
weft__rest_online_sync(struct weft__rest_call *call)
{
	struct sync sync = {
	    .call = call,
	    .id = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE),
	    .rev = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE),
	    .record = WEFT_BUF_INIT(2 * WEFT_LIMIT_RECORD_SIZE),
	};
	int code;

	weft__json_init(&sync.json);
	code = take_all(&sync, &call->error);
	if (!code)
		code = read_mode(&sync);
	if (!code && sync.datasource)
		code = weft_datasource_transaction(
		    sync.datasource, apply_all, &sync, &call->error);
	else if (!code)
		code = weft__rest_answer_text(
		    &call->answer, "{\"results\":[]}", &call->error);
	weft__json_fini(&sync.json);
	weft_buf_fini(&sync.id);
	weft_buf_fini(&sync.rev);
	weft_buf_fini(&sync.record);
	return code;
}
