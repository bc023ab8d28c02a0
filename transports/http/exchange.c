#include "transports/http/exchange.h"

#include <stdio.h>

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "transports/http/gunzip.h"
#include "transports/http/gzip.h"

/* Bytes of a body that are sent in one piece with the head. */
#define SMALL_BODY 16384

/* Bytes of a rest of a body that are read to keep the connection. */
#define DROPPED_BODY 65536

/* Bytes of the headers that a handler sets. */
#define HEADERS_SIZE 16384

static bool
is_id(struct weft_slice id)
{
	if (!id.size || id.size >= sizeof((struct weft__http_response *)0)->id)
		return false;
	for (size_t i = 0; i < id.size; i++)
		if (id.data[i] <= ' ' || id.data[i] > '~' ||
		    strchr("\"\\,;", id.data[i]))
			return false;
	return true;
}

/* The client's request id if it has one that can be logged, else ours. */
static void
set_id(struct weft__http_response *response)
{
	struct weft__http_thread *thread = response->thread;
	struct weft_slice id =
	    weft__http_header(&response->request, "x-request-id");

	if (is_id(id)) {
		memcpy(response->id, id.data, id.size);
		response->id[id.size] = '\0';
	} else {
		snprintf(response->id, sizeof response->id, "%s-%llx",
		    thread->id_prefix,
		    (unsigned long long)atomic_load_explicit(
			&thread->request_count, memory_order_relaxed));
	}
	response->request.id = weft_slice(response->id);
}

/* Whether another request may follow on the connection. */
static bool
may_keep_alive(const struct weft__http_connection *connection,
    const struct weft__http_head *head)
{
	if (head->wants_close)
		return false;
	if (connection->request_count >=
	    connection->thread->config->requests_of_connection)
		return false;
	return !head->is_http_1_0 || head->wants_keep_alive;
}

static void
begin(struct weft__http_response *response,
    struct weft__http_connection *connection)
{
	struct weft__http_thread *thread = connection->thread;
	struct weft__http_request *request = &response->request;

	connection->response = response;
	connection->request_count++;
	response->connection = connection;
	response->peer = *weft__connection_peer(connection->net);
	weft__http_find_client(response);
	response->began_us = weft__loop_now_us(thread->loop);
	response->keeps_alive =
	    may_keep_alive(connection, &response->head);
	request->peer = &response->peer;
	request->arrived_ms = weft__clock_now_ms(thread->loop->clock);
	request->is_http_1_0 = response->head.is_http_1_0;
	request->is_secure = weft__connection_is_secure(connection->net);
	request->body_size = response->head.content_length;
	request->shown_path = request->path;
	set_id(response);
	atomic_fetch_add_explicit(
	    &thread->request_count, 1, memory_order_relaxed);
}

struct weft__http_response *
weft__http_exchange_create(struct weft__http_connection *connection,
    const char *head, struct weft__http_refusal *refusal)
{
	const struct weft__http_lines *lines = &connection->lines;
	struct weft__http_response *response;
	size_t headers = lines->line_count * sizeof *response->head.headers;
	size_t segments =
	    (lines->slash_count + 1) * sizeof *response->head.segments;
	char *copy;

	response = weft__malloc(sizeof *response + headers + segments +
	    lines->line_size + lines->scanned);
	if (!response) {
		weft__http_refuse(refusal, 500, "out of memory");
		return NULL;
	}
	*response = (struct weft__http_response){
	    .thread = connection->thread, .is_text = true};
	weft_buf_init(&response->headers, HEADERS_SIZE);
	weft__http_body_init(&response->body, 0, 0, NULL);
	response->head.request = &response->request;
	response->head.headers = (void *)(response + 1);
	response->head.segments =
	    (void *)((char *)(response + 1) + headers);
	response->head.decoded = (char *)(response + 1) + headers + segments;
	copy = response->head.decoded + lines->line_size;
	memcpy(copy, head, lines->scanned);
	if (!weft__http_head_parse(
		&response->head, copy, lines->scanned, refusal)) {
		weft__free(response);
		return NULL;
	}
	begin(response, connection);
	return response;
}

struct weft_slice
weft__http_header(const struct weft__http_request *request, const char *name)
{
	for (size_t i = 0; i < request->header_count; i++)
		if (weft__http_same(request->headers[i].name, name))
			return request->headers[i].value;
	return (struct weft_slice){NULL, 0};
}

/* Whether a response of this status has a body. */
static bool
has_body(int status)
{
	return status >= 200 && status != 204 && status != 304;
}

/*
 * Whether the connection can go on after an answer that was given before the
 * body was read: only if the rest of it is small and sure to come.
 */
static bool
can_drop_rest(const struct weft__http_response *response)
{
	const struct weft__http_connection *connection = response->connection;

	if (connection->state != WEFT__HTTP_DECIDING &&
	    connection->state != WEFT__HTTP_BODY)
		return true;
	if (response->head.is_chunked)
		return false;
	return connection->body_left == 0 ||
	    (connection->body_left <= DROPPED_BODY &&
		!response->head.expects_continue);
}

/* Decides how the end of the body is marked, and what becomes of the
 * connection after it. */
static void
decide_framing(struct weft__http_response *response, bool is_stream)
{
	if (is_stream && response->head.is_http_1_0)
		response->keeps_alive = false; /* its end is the end */
	if (is_stream && !response->head.is_http_1_0)
		response->is_chunked = !response->request.is_head;
	if (response->thread->is_draining || !can_drop_rest(response))
		response->keeps_alive = false;
}

/* The headers about that; 'length' negative: the body is a stream. */
static int
add_framing(struct weft__http_response *response, struct weft_buf *out,
    int status, int64_t length)
{
	bool is_1_0 = response->head.is_http_1_0;
	const char *connection = "";
	int code = 0;

	decide_framing(response, length < 0);
	if (has_body(status) && length >= 0)
		code = weft_buf_printf(
		    out, "Content-Length: %lld\r\n", (long long)length);
	else if (has_body(status) && !is_1_0)
		code = weft_buf_append_slice(
		    out, weft_slice("Transfer-Encoding: chunked\r\n"));
	if (!response->keeps_alive && status != 101)
		connection = "Connection: close\r\n";
	else if (is_1_0)
		connection = "Connection: keep-alive\r\n";
	return code ? code : weft_buf_append_slice(out, weft_slice(connection));
}

/* The headers about the body. */
static int
add_content(const struct weft__http_response *response, struct weft_buf *out,
    int status, int64_t length)
{
	int code = 0;

	if (has_body(status) && length != 0 && !response->has_type)
		code = weft_buf_append_slice(out,
		    weft_slice(
			"Content-Type: application/json; charset=utf-8\r\n"));
	if (!code && response->gzip)
		code = weft_buf_append_slice(out,
		    weft_slice("Content-Encoding: gzip\r\n"
			       "Vary: Accept-Encoding\r\n"));
	return code;
}

/* The whole head. */
static int
compose(struct weft__http_response *response, struct weft_buf *out, int status,
    int64_t length)
{
	int code = weft_buf_printf(out,
	    "HTTP/1.1 %d %s\r\nDate: %s\r\nX-Request-Id: %s\r\n", status,
	    weft__http_reason(status), weft__http_date(response->thread),
	    response->id);

	if (!code)
		code = add_content(response, out, status, length);
	if (!code)
		code = weft_buf_append_slice(
		    out, weft_buf_slice(&response->headers));
	if (!code)
		code = weft__http_add_cors(response, out);
	if (!code)
		code = add_framing(response, out, status, length);
	if (!code)
		code = weft_buf_append_slice(out, weft_slice("\r\n"));
	return code;
}

void
weft__http_send_head(
    struct weft__http_response *response, int status, int64_t length)
{
	struct weft__connection *net = response->connection->net;
	struct weft_buf *out = &response->thread->scratch;

	response->status = status;
	weft_buf_clear(out);
	if (compose(response, out, status, length))
		weft__connection_break(net);
	else
		weft__connection_send(net, out->data, out->size);
}

static void
write_log(const struct weft__http_response *response, bool is_whole)
{
	const struct weft__http_config *config = response->thread->config;
	const struct weft__http_entry entry = {.peer = &response->peer,
	    .id = response->request.id,
	    .method = response->request.method_name,
	    .path = response->request.shown_path,
	    .status = response->status,
	    .received = response->body.size,
	    .sent = response->sent,
	    .took_us = weft__loop_now_us(response->thread->loop) -
	        response->began_us,
	    .is_aborted = !is_whole || !response->connection};

	if (config->log)
		config->log(&entry, config->log_context);
}

/* What the connection does after this answer. */
static enum weft__http_state
state_after(const struct weft__http_response *response)
{
	const struct weft__http_connection *connection = response->connection;

	if (connection->state == WEFT__HTTP_TAKEN)
		return WEFT__HTTP_TAKEN;
	if (!response->keeps_alive || connection->thread->is_draining)
		return WEFT__HTTP_CLOSING;
	if ((connection->state == WEFT__HTTP_DECIDING ||
		connection->state == WEFT__HTTP_BODY) &&
	    connection->body_left)
		return WEFT__HTTP_DROPPING;
	return WEFT__HTTP_HEAD;
}

void
weft__http_exchange_finish(
    struct weft__http_response *response, bool is_whole)
{
	struct weft__http_connection *connection = response->connection;
	const struct weft__http_handler *handler = response->thread->handler;

	write_log(response, is_whole);
	if (response->is_streaming && response->stream.over)
		response->stream.over(response->stream.context);
	if (handler->release)
		handler->release(&response->request, handler->context);
	if (connection) {
		connection->response = NULL;
		if (is_whole)
			weft__http_connection_set_state(
			    connection, state_after(response));
		else
			weft__connection_break(connection->net);
	}
	weft__http_gzip_end(response);
	weft__http_gunzip_end(response);
	weft__http_body_fini(&response->body);
	weft_buf_fini(&response->given);
	weft_buf_fini(&response->headers);
	weft__free(response);
	if (connection)
		weft__http_connection_settle(connection);
}
