/*
 * Methods that write records.
 */
#include <inttypes.h>

#include "core/base/limits.h"
#include "transports/loopback/rest.h"

/* What the methods that save one record have in common. */
struct saving {
	struct weft__rest_call *call;
	struct weft_slice data;
	struct weft_buf record;
};

static int
open_saving(struct saving *saving, struct weft__rest_call *call)
{
	saving->call = call;
	weft_buf_init(&saving->record, 2 * WEFT_LIMIT_RECORD_SIZE);
	return weft__rest_take_body(call, &saving->data);
}

/* Answers with the record, if all went well. */
static int
close_saving(struct saving *saving, int code)
{
	if (!code)
		code = weft__rest_answer_record(
		    saving->call, weft_buf_slice(&saving->record));
	/* Of those that create what is not there: he does not see it. */
	if (code == WEFT_ENOTFOUND &&
	    (saving->call->route->flags & WEFT__REST_BODY_ID))
		saving->call->failure.word = "MODEL_NOT_FOUND";
	weft_buf_fini(&saving->record);
	return code;
}

static int
create(struct saving *saving)
{
	struct weft__rest_call *call = saving->call;

	return call->model->is_user
	    ? weft__rest_create_user(call, saving->data, &saving->record)
	    : weft_record_create(call->model->model, &call->as, saving->data,
		  &saving->record, &call->error);
}

int
weft__rest_create(struct weft__rest_call *call)
{
	struct saving saving = {.call = call, .data = call->body};
	struct weft__json_skim skim;
	int code = 0;

	weft_buf_init(&saving.record, 2 * WEFT_LIMIT_RECORD_SIZE);
	weft__json_skim_init(&skim, call->body);
	if (!call->body.data || weft__json_skim_peek(&skim) != '[')
		code = weft__rest_take_body(call, &saving.data);
	if (!code)
		code = create(&saving);
	return close_saving(&saving, code);
}

int
weft__rest_patch_or_create(struct weft__rest_call *call)
{
	struct saving saving;
	int code = open_saving(&saving, call);

	if (!code)
		code = weft_record_upsert(call->model->model, &call->as,
		    saving.data, &saving.record, &call->error);
	return close_saving(&saving, code);
}

int
weft__rest_replace_or_create(struct weft__rest_call *call)
{
	struct saving saving;
	int code = open_saving(&saving, call);

	if (!code)
		code = weft_record_replace_or_create(call->model->model,
		    &call->as, saving.data, &saving.record, &call->error);
	return close_saving(&saving, code);
}

int
weft__rest_replace_by_id(struct weft__rest_call *call)
{
	struct saving saving;
	int code = open_saving(&saving, call);

	if (!code)
		code = weft_record_replace(call->model->model, &call->as,
		    call->id, saving.data, &saving.record, &call->error);
	return close_saving(&saving, code);
}

/* LoopBack reads the record first, with its defaults. */
int
weft__rest_patch_attributes(struct weft__rest_call *call)
{
	static const struct weft__filter all_fields;
	struct saving saving;
	int code = open_saving(&saving, call);

	call->filled = &all_fields;

	if (!code)
		code = weft_record_patch(call->model->model, &call->as,
		    call->id, saving.data, &saving.record, &call->error);
	if (code == WEFT_ENOTFOUND)
		call->failure.word = "MODEL_NOT_FOUND";
	return close_saving(&saving, code);
}

/*
 * upsertWithWhere: finds and writes in one transaction, so that of two that
 * come at once one creates the record and the other finds it.
 */
struct upsert {
	struct saving saving;
	struct weft_slice where;
	struct weft_buf id; /* of the record that matches, as text */
	size_t found;
};

static int
note_id(struct weft_slice record, void *context)
{
	struct upsert *upsert = context;
	struct weft__rest_call *call = upsert->saving.call;
	struct weft__json_value id;
	int code = weft__json_view(&call->view, record, &call->error);

	if (code || upsert->found++)
		return code;
	id = weft__json_find(&call->view, call->model->definition->id->name);
	return id.type == WEFT__JSON_STRING
	    ? weft__json_read_string(id.token, &upsert->id)
	    : weft_buf_append_slice(&upsert->id, id.token);
}

static int
find_match(struct upsert *upsert, const struct weft_call *as,
    struct weft_error *error)
{
	struct weft_model *model = upsert->saving.call->model->model;
	struct weft_buf filter = WEFT_BUF_INIT(WEFT_LIMIT_FILTER_SIZE);
	int code = weft_buf_printf(&filter, "{\"limit\":2,\"where\":%.*s}",
	    (int)upsert->where.size, upsert->where.data);

	upsert->found = 0;
	weft_buf_clear(&upsert->id);
	code = code ? weft_error_set(error, code, "where: %s",
			  weft_error_text(code))
		    : weft_record_find(model, as, weft_buf_slice(&filter),
			  note_id, upsert, error);
	weft_buf_fini(&filter);
	return code;
}

static int
upsert_match(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct upsert *upsert = context;
	struct saving *saving = &upsert->saving;
	struct weft_model *model = saving->call->model->model;
	struct weft_call as = saving->call->as;
	int code;

	as.transaction = transaction;
	code = find_match(upsert, &as, error);
	if (code)
		return code;
	if (upsert->found > 1)
		return weft_error_set(error, WEFT_EINVAL,
		    "There are multiple instances found.Upsert Operation "
		    "will not be performed!");
	if (!upsert->found)
		return weft_record_create(
		    model, &as, saving->data, &saving->record, error);
	return weft_record_patch(model, &as, weft_buf_slice(&upsert->id),
	    saving->data, &saving->record, error);
}

int
weft__rest_upsert_with_where(struct weft__rest_call *call)
{
	struct weft_buf json = WEFT_BUF_INIT(WEFT_LIMIT_FILTER_SIZE);
	struct upsert upsert = {.id = WEFT_BUF_INIT(WEFT_LIMIT_ID_SIZE)};
	int code = open_saving(&upsert.saving, call);

	if (!code)
		code = weft__rest_take_filter(
		    call, "where", &json, &upsert.where);
	if (!upsert.where.data)
		upsert.where = weft_slice("{}");
	if (!code)
		code = weft_datasource_transaction(
		    call->model->model->datasource, upsert_match, &upsert,
		    &call->error);
	weft_buf_fini(&json);
	weft_buf_fini(&upsert.id);
	return close_saving(&upsert.saving, code);
}

static int
answer_count(struct weft__rest_call *call, uint64_t count)
{
	return weft__rest_answer_settle(&call->answer,
	    weft_buf_printf(
		&call->answer.body, "{\"count\":%" PRIu64 "}", count),
	    &call->error);
}

int
weft__rest_update_all(struct weft__rest_call *call)
{
	struct weft_buf json = WEFT_BUF_INIT(WEFT_LIMIT_FILTER_SIZE);
	struct weft_slice where, data;
	uint64_t count;
	int code = weft__rest_take_filter(call, "where", &json, &where);

	if (!code)
		code = weft__rest_take_body(call, &data);
	if (!code)
		code = weft_record_update_all(call->model->model, &call->as,
		    where, data, &count, &call->error);
	weft_buf_fini(&json);
	return code ? code : answer_count(call, count);
}

int
weft__rest_delete_by_id(struct weft__rest_call *call)
{
	uint64_t count = 0;
	int code = call->is_hidden
	    ? 0
	    : weft_record_delete_by_id(call->model->model, &call->as,
		  call->id, &count, &call->error);

	return code ? code : answer_count(call, count);
}
