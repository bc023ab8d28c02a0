/*
 * Methods of models of users: models/access does them.
 */
#include "transports/loopback/rest.h"

/* What a refusal says beyond the error becomes the call's failure. */
static int
take_refusal(struct weft__rest_call *call, int code,
    const struct weft__refusal *refusal)
{
	if (!code)
		return 0;
	call->failure.status = refusal->status;
	call->failure.word = refusal->word;
	call->failure.retry_after_ms = refusal->retry_after_ms;
	call->failure.is_told = refusal->status != 0;
	return code;
}

/* A member of the body that must be text; '*text' gets it. */
static int
take_text(struct weft__rest_call *call, struct weft_slice body,
    const char *name, struct weft_buf *text)
{
	struct weft__json json;
	struct weft__json_value value;
	int code;

	weft__json_init(&json);
	code = weft__json_scan(&json, body.data, body.size,
	    &weft__json_record_limits, &call->error);
	value = weft__json_find(&json, weft_slice(name));
	if (!code && value.type == WEFT__JSON_ABSENT)
		code = weft_error_set(&call->error, WEFT_EINVAL,
		    "%s is a required argument", name);
	else if (!code && value.type != WEFT__JSON_STRING)
		code = weft_error_set(
		    &call->error, WEFT_EINVAL, "Value is not a string.");
	else if (!code && weft__json_read_string(value.token, text))
		code = weft__rest_no_memory(call);
	weft__json_fini(&json);
	return code;
}

int
weft__rest_create_user(struct weft__rest_call *call, struct weft_slice data,
    struct weft_buf *record)
{
	struct weft__refusal refusal = {.details = &call->failure.details};
	int code = weft__user_create(call->rest->access, call->model->model,
	    &call->as, data, record, &refusal, &call->error);

	return take_refusal(call, code, &refusal);
}

int
weft__rest_login(struct weft__rest_call *call)
{
	struct weft__refusal refusal = {.details = &call->failure.details};
	struct weft_slice body, include = weft__rest_node_text(
	    weft__rest_query_find(&call->query, "include"));
	int code = weft__rest_take_body(call, &body);

	if (code)
		return code;
	code = weft__user_login(call->rest->access, call->model->model, body,
	    call->address,
	    weft_slice_equal(include, weft_slice("user")) ||
		weft_slice_equal(include, weft_slice("USER")),
	    &call->answer.body, &refusal, &call->error);
	return take_refusal(call, code, &refusal);
}

int
weft__rest_logout(struct weft__rest_call *call)
{
	struct weft__refusal refusal = {.details = &call->failure.details};
	int code = weft__user_logout(
	    call->rest->access, call->principal, &refusal, &call->error);

	if (!code)
		call->answer.status = 204;
	return take_refusal(call, code, &refusal);
}

int
weft__rest_change_password(struct weft__rest_call *call)
{
	struct weft__refusal refusal = {.details = &call->failure.details};
	struct weft_buf old_password = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	struct weft_buf new_password = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	struct weft_slice body;
	int code = weft__rest_take_body(call, &body);

	if (!code)
		code = take_text(call, body, "oldPassword", &old_password);
	if (!code)
		code = take_text(call, body, "newPassword", &new_password);
	if (!code)
		code = take_refusal(call,
		    weft__user_change_password(call->rest->access,
			call->model->model, call->principal,
			weft_buf_slice(&old_password),
			weft_buf_slice(&new_password), &refusal,
			&call->error),
		    &refusal);
	if (!code)
		call->answer.status = 204;
	weft_buf_fini(&old_password);
	weft_buf_fini(&new_password);
	return code;
}

int
weft__rest_reset(struct weft__rest_call *call)
{
	struct weft__refusal refusal = {.details = &call->failure.details};
	struct weft_slice body;
	int code = weft__rest_take_body(call, &body);

	if (code)
		return code;
	code = weft__user_reset_password(call->rest->access,
	    call->model->model, body, call->address, &refusal, &call->error);
	if (!code)
		call->answer.status = 204;
	return take_refusal(call, code, &refusal);
}

int
weft__rest_reset_password(struct weft__rest_call *call)
{
	struct weft__refusal refusal = {.details = &call->failure.details};
	struct weft_buf password = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	struct weft_slice body;
	int code = weft__rest_take_body(call, &body);

	if (!code)
		code = take_text(call, body, "newPassword", &password);
	if (!code)
		code = take_refusal(call,
		    weft__user_set_password(call->rest->access,
			call->model->model, call->principal,
			weft_buf_slice(&password), &refusal, &call->error),
		    &refusal);
	if (!code)
		call->answer.status = 204;
	weft_buf_fini(&password);
	return code;
}
