/*
 * Calls as requests of transports/http.
 *
 * A request's head is read on its loop; what may block runs on a worker.  One
 * with a large body is asked for its token and right before the body is read;
 * the others after it, in one go with the method.
 */
#include <stdio.h>

#include "core/base/alloc.h"
#include "transports/loopback/send.h"
#include "transports/loopback/serve.h"
#include "transports/loopback/stream.h"

/* Bodies up to here come before anything is asked. */
#define SMALL_BODY 65536

/* What a client that sends no more, and may have left, still gets. */
#define ENDED_MS 2000

/* A request under way. */
struct exchange {
	struct weft__job job;
	struct weft__rest_call call;
	struct weft__http_request *request;
	struct weft__http_response *response;
	atomic_bool is_gone; /* the client has left */
	bool is_authorized;
	int code;
	struct weft__rest_stream *stream; /* the answer, if it is one */
};

static struct exchange *
exchange_of(struct weft__job *job)
{
	return (struct exchange *)job; /* its first member */
}

/*
 * Answering
 */

static void
set_header(
    struct weft__http_response *response, const char *name, const char *value)
{
	/* What is lost when memory is, is not worth the answer. */
	(void)weft__http_set_header(response, name, weft_slice(value));
}

/* Answers with what is in memory.  The exchange is gone with that. */
static void
send_small(struct exchange *exchange)
{
	struct weft__rest_answer *answer = &exchange->call.answer;
	struct weft_buf body = answer->body;

	weft_buf_init(&answer->body, 0);
	weft__http_give(exchange->response, answer->status, &body);
}

static void
send_large(struct exchange *exchange)
{
	struct weft__rest_call *call = &exchange->call;

	if (weft__rest_send_file(
		exchange->response, &call->answer, &call->error) == 0)
		return;
	weft__rest_call_fail(call);
	send_small(exchange);
}

/* Tells the answer's tag; what the client has already is not sent. */
static void
tell_etag(struct exchange *exchange)
{
	struct weft__rest_call *call = &exchange->call;

	set_header(exchange->response, "ETag", call->etag);
	if (!weft__http_is_known(exchange->request, call->etag))
		return;
	weft__rest_answer_clear(&call->answer);
	call->answer.status = 304;
}

static void
answer(struct exchange *exchange)
{
	struct weft__rest_call *call = &exchange->call;
	char seconds[24];

	if (exchange->code)
		weft__rest_call_fail(call);
	else if (*call->etag)
		tell_etag(exchange);
	if (call->failure.retry_after_ms) {
		snprintf(seconds, sizeof seconds, "%llu",
		    (unsigned long long)(call->failure.retry_after_ms + 999) /
			1000);
		set_header(exchange->response, "Retry-After", seconds);
	}
	set_header(exchange->response, "Content-Type",
	    !exchange->code && call->route->flags & WEFT__REST_BYTES
		? "application/octet-stream"
		: "application/json; charset=utf-8");
	if (call->answer.file.size)
		send_large(exchange);
	else
		send_small(exchange);
}

/* Answers at once, on the loop. */
static void
refuse(struct exchange *exchange, int code)
{
	exchange->code = code;
	answer(exchange);
}

/*
 * On a worker
 */

static int
authorize(struct exchange *exchange)
{
	struct weft__rest_call *call = &exchange->call;
	int code = weft__rest_call_authenticate(call, exchange->request);

	return code ? code : weft__rest_call_authorize(call);
}

static void
work_authorize(struct weft__job *job)
{
	struct exchange *exchange = exchange_of(job);

	exchange->code = authorize(exchange);
	exchange->is_authorized = true;
}

static void
do_call(struct exchange *exchange)
{
	struct weft__rest_call *call = &exchange->call;
	int code = exchange->is_authorized ? 0 : authorize(exchange);

	if (!code && (call->route->flags & WEFT__REST_STREAM))
		code = weft__rest_stream_open(
		    call, exchange->request, &exchange->stream);
	else if (!code)
		code = weft__rest_call_run(call);
	exchange->code = code;
}

/* What took too long is no fault of a gateway, and is told. */
static void
note_impatience(struct exchange *exchange)
{
	struct weft__rest_failure *failure = &exchange->call.failure;

	if (exchange->code != WEFT_ETIMEOUT && exchange->code != WEFT_ECANCELED)
		return;
	if (weft__patience_check_now() != exchange->code)
		return;
	failure->status = 503;
	failure->is_told = true;
}

static void
work_call(struct weft__job *job)
{
	struct exchange *exchange = exchange_of(job);
	const struct weft__patience *before =
	    weft__patience_set(&exchange->call.patience);

	do_call(exchange);
	note_impatience(exchange);
	weft__patience_set(before);
}

/*
 * On the loop
 */

static void
accept_body(struct exchange *exchange)
{
	weft__http_accept(exchange->response,
	    weft__rest_call_body_limit(&exchange->call));
}

static void
done_authorize(struct weft__job *job)
{
	struct exchange *exchange = exchange_of(job);

	if (exchange->code)
		answer(exchange);
	else
		accept_body(exchange);
}

static void
done_call(struct weft__job *job)
{
	struct exchange *exchange = exchange_of(job);
	struct weft__rest_stream *stream = exchange->stream;

	exchange->stream = NULL;
	if (stream)
		weft__rest_stream_start(stream, exchange->response);
	else
		answer(exchange);
}

/* Whether it writes nothing, or only what it has read from end to end. */
static bool
is_for_its_client(const struct exchange *exchange)
{
	return exchange->request->method == WEFT__HTTP_GET ||
	       (exchange->call.route->flags &
		   (WEFT__REST_BULK | WEFT__REST_BYTES));
}

/* What a client has begun to change goes on without him. */
static void
be_patient(struct exchange *exchange)
{
	struct weft__rest *rest = exchange->call.rest;
	struct weft__patience *patience = &exchange->call.patience;

	weft__rest_go_on(&exchange->call);
	if (!is_for_its_client(exchange))
		return;
	patience->is_gone = &exchange->is_gone;
	patience->is_ending = &rest->is_ending;
}

/* The client sends no more: most have left then. */
static void
be_quick(struct exchange *exchange)
{
	atomic_uint_fast64_t *until_ms = &exchange->call.patience.until_ms;
	uint64_t soon_ms = weft__patience_now_ms() + ENDED_MS;

	if (exchange->request->method == WEFT__HTTP_GET &&
	    soon_ms < atomic_load(until_ms))
		atomic_store(until_ms, soon_ms);
}

static void
on_leave(enum weft__http_notice notice, void *context)
{
	struct exchange *exchange = context;

	if (notice == WEFT__HTTP_GONE)
		atomic_store(&exchange->is_gone, true);
	else if (notice == WEFT__HTTP_ENDED)
		be_quick(exchange);
}

static void
run(struct exchange *exchange, void (*work)(struct weft__job *job),
    void (*done)(struct weft__job *job))
{
	be_patient(exchange);
	weft__http_on_leave(exchange->response, on_leave, exchange);
	exchange->job.work = work;
	exchange->job.done = done;
	weft__workers_run(exchange->call.rest->options.workers,
	    weft__http_loop(exchange->response), &exchange->job);
}

/* Whether the body is large, or may be: the head does not tell. */
static bool
may_be_large(const struct weft__http_request *request)
{
	return request->body_size > SMALL_BODY ||
	       weft__http_header(request, "Transfer-Encoding").size ||
	       weft__http_header(request, "Content-Encoding").size;
}

/* Whether the right to call is asked for before the body is read. */
static bool
is_asked_first(const struct exchange *exchange)
{
	return exchange->call.rest->access &&
	       (exchange->call.route->flags & WEFT__REST_BULK) &&
	       may_be_large(exchange->request);
}

/* The id of a token is its secret: logs get the path up to it. */
static void
hide_secret(const struct weft__rest_call *call,
    struct weft__http_request *request)
{
	const struct weft__rest *rest = call->rest;
	struct weft_slice *shown = &request->shown_path;
	size_t left, size = 0;

	if (!call->model || !call->id.data || !rest->access ||
	    !weft__access_is_token_model(rest->access, call->model->model))
		return;
	left = rest->root_segments + call->model->path_segments + 1;
	while (size < shown->size && (shown->data[size] != '/' || --left))
		size++;
	shown->size = size;
}

static void
on_head(struct weft__http_request *request,
    struct weft__http_response *response, void *context)
{
	struct exchange *exchange = weft__calloc(1, sizeof *exchange);
	int code;

	if (!exchange) {
		weft__http_respond(response, 500, weft_slice(
		    "{\"error\":{\"statusCode\":500,"
		    "\"message\":\"Internal Server Error\"}}"));
		return;
	}
	request->data = exchange;
	exchange->request = request;
	exchange->response = response;
	weft__rest_call_init(&exchange->call, context);
	code = weft__rest_call_read_head(&exchange->call, request);
	hide_secret(&exchange->call, request);
	if (code)
		refuse(exchange, code);
	else if (is_asked_first(exchange))
		run(exchange, work_authorize, done_authorize);
	else
		accept_body(exchange);
}

static void
on_request(struct weft__http_request *request,
    struct weft__http_response *response, void *context)
{
	struct exchange *exchange = request->data;
	struct weft__rest_call *call = &exchange->call;
	struct weft_slice body;
	int code = weft__http_body(request, &body, &call->error);

	(void)context;
	exchange->response = response;
	if (!code)
		code = weft__rest_call_read_body(call, request, body);
	if (code)
		refuse(exchange, code);
	else
		run(exchange, work_call, done_call);
}

static void
on_release(struct weft__http_request *request, void *context)
{
	struct exchange *exchange = request->data;

	(void)context;
	if (!exchange)
		return;
	weft__rest_call_fini(&exchange->call);
	weft__free(exchange);
}

void
weft__rest_bind(struct weft__rest *rest)
{
	rest->handler = (struct weft__http_handler){
	    .head = on_head,
	    .request = on_request,
	    .release = on_release,
	    .context = rest,
	};
}
