#include "transports/loopback/serve.h"

#include <strings.h>

#include <jansson.h>

#include "core/base/log.h"
#include "models/record/record.h"
#include "transports/loopback/argument.h"
#include "transports/loopback/token.h"

#define TOKEN_SIZE 4096

/* When to try again after 503. */
#define BUSY_MS 5000
#define DETAILS_SIZE (2u * WEFT_LIMIT_REST_BULK_SIZE)

void
weft__rest_call_init(struct weft__rest_call *call, struct weft__rest *rest)
{
	memset(call, 0, sizeof *call);
	call->rest = rest;
	weft__rest_answer_init(&call->answer, rest->options.folder);
	weft_buf_init(&call->failure.details, DETAILS_SIZE);
	weft_buf_init(&call->form, WEFT_LIMIT_RECORD_SIZE);
	weft__json_init(&call->view);
	call->as.details = &call->failure.details;
}

void
weft__rest_call_fini(struct weft__rest_call *call)
{
	weft__rest_query_fini(&call->query);
	weft__rest_answer_fini(&call->answer);
	weft_buf_fini(&call->failure.details);
	weft_buf_fini(&call->form);
	weft__json_fini(&call->view);
	weft__principal_release(call->principal);
}

int
weft__rest_no_memory(struct weft__rest_call *call)
{
	return weft_error_set(&call->error, WEFT_ENOMEM, "out of memory");
}

/* Ids are UTF-8.  Writing one as JSON tells. */
static int
check_id(struct weft__rest_call *call)
{
	int code = call->id.data
	    ? weft__json_write_string(call->id, &call->form)
	    : 0;

	weft_buf_clear(&call->form);
	if (code == WEFT_ENOMEM)
		return weft__rest_no_memory(call);
	return code ? weft_error_set(&call->error, WEFT_EINVAL,
			  "Failed to decode param 'id'")
		    : 0;
}

int
weft__rest_call_read_head(
    struct weft__rest_call *call, const struct weft__http_request *request)
{
	int code = weft__rest_find_method(call, request);

	call->request_id = request->id;
	if (request->peer)
		call->address = weft_slice(request->peer->text);
	if (!code)
		code = check_id(call);
	return code ? code
		    : weft__rest_query_parse(
			  &call->query, request->query, &call->error);
}

uint64_t
weft__rest_call_body_limit(const struct weft__rest_call *call)
{
	return atomic_load(call->route->flags & WEFT__REST_BULK
		? &call->rest->bulk_limit
		: &call->rest->body_limit);
}

/*
 * The body
 */

/* Whether the media type is this one, whatever its parameters are. */
static bool
is_type(struct weft_slice value, const char *type)
{
	size_t size = strlen(type);

	return value.size >= size && strncasecmp(value.data, type, size) == 0 &&
	       (value.size == size || value.data[size] == ';' ||
		   value.data[size] == ' ');
}

/* Whether the media type names a character set that is not UTF-8. */
static bool
is_foreign_charset(struct weft_slice value)
{
	static const char name[] = "charset=";
	const size_t size = sizeof name - 1;

	for (size_t i = 0; i + size <= value.size; i++) {
		const char *at = value.data + i;

		if (strncasecmp(at, name, size) != 0)
			continue;
		at += size;
		at += at < value.data + value.size && *at == '"';
		return (size_t)(value.data + value.size - at) < 5 ||
		       strncasecmp(at, "utf-8", 5) != 0;
	}
	return false;
}

static int
refuse_type(struct weft__rest_call *call, struct weft_slice type)
{
	call->failure.status = 415;
	call->failure.name = "UnsupportedMediaTypeError";
	return weft_error_set(&call->error, WEFT_EINVAL,
	    "unsupported content type \"%.*s\": send application/json",
	    type.data ? (int)type.size : 0, type.data ? type.data : "");
}

/* A form becomes the JSON that its names mean. */
static int
read_form(struct weft__rest_call *call, struct weft_slice bytes)
{
	struct weft__rest_query form;
	int code = weft__rest_query_parse(&form, bytes, &call->error);

	if (!code && (code = weft__rest_query_write(&form, &call->form)))
		weft_error_set(&call->error,
		    code == WEFT_EJSON ? WEFT_EINVAL : code,
		    "The form is not UTF-8.");
	weft__rest_query_fini(&form);
	call->body = weft_buf_slice(&call->form);
	return code ? call->error.code : 0;
}

int
weft__rest_call_read_body(struct weft__rest_call *call,
    const struct weft__http_request *request, struct weft_slice bytes)
{
	struct weft_slice type;

	if (!bytes.size)
		return 0;
	type = weft__http_header(request, "Content-Type");
	if (call->route->flags & WEFT__REST_BYTES) {
		call->body = bytes;
		return 0;
	}
	if (is_foreign_charset(type))
		return refuse_type(call, type);
	if (is_type(type, "application/x-www-form-urlencoded"))
		return read_form(call, bytes);
	if (!is_type(type, "application/json"))
		return refuse_type(call, type);
	call->body = weft__json_skip_mark(bytes);
	return 0;
}

int
weft__rest_take_body(struct weft__rest_call *call, struct weft_slice *body)
{
	struct weft__json_skim skim;
	char first;

	*body = call->body.data ? call->body : weft_slice("{}");
	weft__json_skim_init(&skim, *body);
	first = weft__json_skim_peek(&skim);
	if (first == '{')
		return 0;
	if (first == '[')
		return weft_error_set(
		    &call->error, WEFT_EINVAL, "Value is not an object.");
	return weft_error_set(&call->error, WEFT_EJSON,
	    "offset %zu: expected an object or an array", skim.at);
}

int
weft__rest_take_filter(struct weft__rest_call *call, const char *name,
    struct weft_buf *json, struct weft_slice *filter)
{
	bool is_given;
	int code = weft__rest_take_object(
	    &call->query, name, json, &is_given, &call->error);

	if (!code && call->rest->access)
		code = weft__rest_narrow(call, strcmp(name, "where") == 0,
		    json);
	*filter = weft_slice_of(NULL, 0);
	if (!code && (is_given || json->size))
		*filter = weft_buf_slice(json);
	return code;
}

/*
 * Who calls
 */

static void
take_refusal(
    struct weft__rest_call *call, const struct weft__refusal *refusal)
{
	call->failure.status = refusal->status;
	call->failure.word = refusal->word;
	call->failure.retry_after_ms = refusal->retry_after_ms;
}

int
weft__rest_call_authenticate(
    struct weft__rest_call *call, const struct weft__http_request *request)
{
	struct weft_buf token = WEFT_BUF_INIT(TOKEN_SIZE);
	struct weft__refusal refusal = {.details = &call->failure.details};
	int code = 0;

	if (!call->rest->access)
		return 0;
	code = weft__rest_find_token(request, &call->query, &token);
	if (code == WEFT_ENOMEM)
		code = weft__rest_no_memory(call);
	else if (code) /* larger than any token: none of ours */
		code = 0;
	else if (token.size)
		code = weft__access_authenticate(call->rest->access,
		    weft_buf_slice(&token), &call->principal, &refusal,
		    &call->error);
	weft_buf_fini(&token);
	if (code)
		take_refusal(call, &refusal);
	call->viewer = weft__view_viewer(call->principal);
	call->as.viewer = &call->viewer;
	call->as.user = weft__principal_user_id(call->principal);
	return code;
}

static bool
is_object(struct weft_slice body)
{
	struct weft__json_skim skim;

	weft__json_skim_init(&skim, body);
	return body.data && weft__json_skim_peek(&skim) == '{';
}

/*
 * The id of the record that the method is going to look at or write: the
 * path's, or the body's if the method takes it from there.  No other counts
 * (LoopBack falls back on the query): rights to one record are none to
 * another.
 */
static int
find_id(struct weft__rest_call *call, struct weft_buf *text,
    struct weft_slice *id, struct weft_error *error)
{
	bool has_id;
	int code;

	*id = call->id;
	if (!(call->route->flags & WEFT__REST_BODY_ID) ||
	    !is_object(call->body))
		return 0;
	code = weft__record_read_id(
	    call->model->model, call->body, text, &has_id, error);
	if (!code && has_id)
		*id = weft_buf_slice(text);
	return code;
}

/* Whether he may call the method of the record with this id. */
static int
check_rights(struct weft__rest_call *call, struct weft_slice id)
{
	const struct weft__access_request request = {
	    .model = call->model->model,
	    .method = call->route->name,
	    .id = id,
	};
	struct weft__refusal refusal = {.details = &call->failure.details};
	int code = weft__access_check(call->rest->access, call->principal,
	    &request, &refusal, &call->error);

	if (code)
		take_refusal(call, &refusal);
	return code;
}

int
weft__rest_call_authorize(struct weft__rest_call *call)
{
	struct weft_buf text = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	struct weft_error why = {0};
	struct weft_slice id;
	int code, unread;

	/* Without a model it is the method that asks, for each it writes. */
	if (!call->rest->access || !call->model)
		return 0;
	unread = find_id(call, &text, &id, &why);
	code = check_rights(call, id);
	if (!code && unread) {
		call->error = why;
		code = unread;
	}
	if (!code)
		code = weft__rest_check_view(call);
	weft_buf_fini(&text);
	return code;
}

void
weft__rest_go_on(struct weft__rest_call *call)
{
	atomic_store(&call->patience.until_ms,
	    weft__patience_now_ms() + atomic_load(&call->rest->request_ms));
}

int
weft__rest_open_source(
    struct weft__rest_call *call, struct weft_source **source)
{
	struct weft_datasource *datasource = call->model->model->datasource;

	if (call->rest->access)
		return weft__source_open_for(
		    call->principal, datasource, source, &call->error);
	return weft_source_open_datasource(datasource, source, &call->error);
}

/* A body that the method does not look at: LoopBack has parsed it before. */
static int
check_unread(struct weft__rest_call *call)
{
	const unsigned read =
	    WEFT__REST_BODY | WEFT__REST_BULK | WEFT__REST_BYTES;
	json_error_t why;
	json_t *body;

	if (!call->body.data || call->route->flags & read)
		return 0;
	body = json_loadb(call->body.data, call->body.size, 0, &why);
	if (!body)
		return weft_error_set(
		    &call->error, WEFT_EJSON, "%s", why.text);
	json_decref(body);
	return 0;
}

int
weft__rest_call_run(struct weft__rest_call *call)
{
	int code = check_unread(call);

	return code ? code : call->route->call(call);
}

void
weft__rest_call_fail(struct weft__rest_call *call)
{
	int status = weft__rest_failure_status(&call->failure, &call->error);

	if (status >= 500 && status != 501)
		weft__log(WEFT_LOG_ERROR, "loopback", "request %.*s: %s: %s",
		    (int)call->request_id.size, call->request_id.data,
		    weft_error_name(call->error.code), call->error.text);
	if (status == 503 && !call->failure.retry_after_ms)
		call->failure.retry_after_ms = BUSY_MS;
	weft__rest_answer_clear(&call->answer);
	call->answer.status = status;
	if (weft__rest_failure_write(
		&call->failure, &call->error, &call->answer.body)) {
		weft_buf_clear(&call->answer.body);
		call->answer.status = 500;
	}
}
