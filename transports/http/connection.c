/*
 * What a connection does with the bytes that come: one request after the
 * other, each with its deadlines.
 *
 *   HEAD -> DECIDING -> BODY -> ANSWERING -> HEAD or CLOSING
 *              |          |
 *              +----------+--> DROPPING -> HEAD    (answered early)
 *
 * Any state may go to CLOSING; DECIDING and ANSWERING to TAKEN.
 *
 * I1  'response' is set in DECIDING, BODY and ANSWERING, and only then.
 * I2  A connection is freed only at the end of a callback of its
 *     weft__connection, or by weft__http_connection_settle() outside of one.
 */
#include <stdio.h>

#include "core/base/alloc.h"
#include "transports/http/exchange.h"

/* Takes the HTTP side away from the connection; that lives on, or is gone. */
static void
discard(struct weft__http_connection *connection)
{
	weft__loop_clear_timer(connection->thread->loop, &connection->timer);
	if (connection->next)
		connection->next->link = connection->link;
	*connection->link = connection->next;
	weft__free(connection);
}

void
weft__http_connection_set_state(
    struct weft__http_connection *connection, enum weft__http_state state)
{
	const struct weft__http_config *config = connection->thread->config;
	struct weft__loop *loop = connection->thread->loop;

	connection->state = state;
	connection->body_recent = 0;
	if (state == WEFT__HTTP_HEAD) {
		connection->lines = (struct weft__http_lines){0};
		connection->is_head_begun = false;
		weft__loop_set_timer(
		    loop, &connection->timer, config->idle_ms);
	} else if (state == WEFT__HTTP_BODY || state == WEFT__HTTP_DROPPING) {
		weft__loop_set_timer(
		    loop, &connection->timer, config->body_ms);
	} else {
		weft__loop_clear_timer(loop, &connection->timer);
	}
}

/* Does what the state says at the end of a callback.  False: it is gone. */
static bool
leave(struct weft__http_connection *connection)
{
	connection->is_inside = false;
	if (connection->state == WEFT__HTTP_CLOSING)
		weft__connection_finish(connection->net);
	else if (connection->state != WEFT__HTTP_TAKEN)
		return true;
	discard(connection);
	return false;
}

void
weft__http_connection_settle(struct weft__http_connection *connection)
{
	if (connection->is_inside || !leave(connection))
		return;
	if (connection->state == WEFT__HTTP_BODY ||
	    weft__connection_has_input(connection->net) ||
	    weft__connection_has_ended(connection->net))
		weft__connection_resume(connection->net);
}

/* A head that could not be read has no exchange; its log line is short. */
static void
log_refusal(const struct weft__http_connection *connection, int status)
{
	const struct weft__http_config *config = connection->thread->config;
	const struct weft__http_entry entry = {
	    .peer = weft__connection_peer(connection->net),
	    .id = {"-", 1},
	    .method = {"", 0},
	    .path = {"", 0},
	    .status = status};

	if (config->log)
		config->log(&entry, config->log_context);
}

void
weft__http_connection_refuse(
    struct weft__http_connection *connection, int status, const char *text)
{
	struct weft__http_response *response = connection->response;
	const char *reason = weft__http_reason(status);
	char body[512], head[512];
	int body_size, head_size;

	/* As LoopBack names them. */
	body_size = snprintf(body, sizeof body,
	    "{\"error\":{\"statusCode\":%d,\"name\":\"%s\","
	    "\"message\":\"%s\"}}",
	    status, status == 413 ? "PayloadTooLargeError" : "Error", text);
	if (response) {
		response->keeps_alive = false;
		weft__http_respond(response, status,
		    weft_slice_of(body, (size_t)body_size));
		return;
	}
	head_size = snprintf(head, sizeof head,
	    "HTTP/1.1 %d %s\r\nDate: %s\r\nConnection: close\r\n"
	    "Content-Type: application/json; charset=utf-8\r\n"
	    "Content-Length: %d\r\n\r\n",
	    status, reason, weft__http_date(connection->thread),
	    body_size);
	weft__connection_send(connection->net, head, (size_t)head_size);
	weft__connection_send(connection->net, body, (size_t)body_size);
	log_refusal(connection, status);
	weft__http_connection_set_state(connection, WEFT__HTTP_CLOSING);
}

/* Hands the head to the handler, or accepts for it. */
static void
decide(struct weft__http_connection *connection)
{
	struct weft__http_response *response = connection->response;
	const struct weft__http_handler *handler =
	    connection->thread->handler;

	connection->body_left = response->head.content_length;
	weft__http_connection_set_state(connection, WEFT__HTTP_DECIDING);
	if (weft__http_is_preflight(response))
		weft__http_answer_preflight(response);
	else if (handler->head)
		handler->head(
		    &response->request, response, handler->context);
	else
		weft__http_accept(
		    response, connection->thread->config->body_limit);
}

/* The bytes are not a whole head yet. */
static void
wait_for_head(struct weft__http_connection *connection, bool has_begun)
{
	struct weft__http_thread *thread = connection->thread;

	if (weft__connection_has_ended(connection->net)) {
		weft__http_connection_set_state(
		    connection, WEFT__HTTP_CLOSING);
	} else if (has_begun && !connection->is_head_begun) {
		connection->is_head_begun = true;
		weft__loop_set_timer(thread->loop, &connection->timer,
		    thread->config->head_ms);
	}
}

/* Some clients send an empty line after a body; it means nothing. */
static void
skip_empty_lines(struct weft_slice *input)
{
	while (input->size >= 2 && memcmp(input->data, "\r\n", 2) == 0) {
		input->data += 2;
		input->size -= 2;
	}
}

static bool
take_head(struct weft__http_connection *connection, struct weft_slice *input)
{
	struct weft__http_lines *lines = &connection->lines;
	struct weft__http_refusal refusal;

	if (!lines->scanned)
		skip_empty_lines(input);
	if (weft__connection_is_full(connection->net)) {
		weft__connection_ask(connection->net);
		return false; /* its answers are not being read */
	}
	if (!weft__http_lines_scan(
		lines, input->data, input->size, &refusal)) {
		weft__http_connection_refuse(
		    connection, refusal.status, refusal.text);
		return false;
	}
	if (!lines->is_complete) {
		wait_for_head(connection, input->size > 0);
		return false;
	}
	if (!weft__http_exchange_create(connection, input->data, &refusal)) {
		weft__http_connection_refuse(
		    connection, refusal.status, refusal.text);
		return false;
	}
	input->data += lines->scanned;
	input->size -= lines->scanned;
	decide(connection);
	return true;
}

/* Goes one step on; false if it can not, without more bytes or an answer. */
static bool
step(struct weft__http_connection *connection, struct weft_slice *input)
{
	switch (connection->state) {
	case WEFT__HTTP_HEAD:
		return take_head(connection, input);
	case WEFT__HTTP_BODY:
		return weft__http_take_body(connection, input);
	case WEFT__HTTP_DROPPING:
		return weft__http_drop_body(connection, input);
	default:
		return false;
	}
}

/* Tells the handler that the client of its request has left. */
static void
orphan(struct weft__http_connection *connection)
{
	struct weft__http_response *response = connection->response;

	if (!response)
		return;
	connection->response = NULL;
	response->connection = NULL;
	weft__http_tell_leave(response, WEFT__HTTP_GONE);
	if (connection->state == WEFT__HTTP_BODY || response->is_streaming)
		weft__http_exchange_finish(response, false);
	else if (response->notify)
		response->notify(
		    response, WEFT__HTTP_GONE, response->notify_context);
}

/* Whether it waits for bytes of a body that will not come any more. */
static bool
is_cut_off(const struct weft__http_connection *connection)
{
	return (connection->state == WEFT__HTTP_BODY ||
		connection->state == WEFT__HTTP_DROPPING) &&
	    weft__connection_has_ended(connection->net);
}

static size_t
received(void *context, const char *data, size_t size)
{
	struct weft__http_connection *connection = context;
	struct weft_slice input = {data, size};

	connection->is_inside = true;
	while (step(connection, &input))
		;
	if (is_cut_off(connection)) {
		orphan(connection);
		weft__http_connection_set_state(
		    connection, WEFT__HTTP_CLOSING);
	}
	leave(connection);
	return size - input.size;
}

static void
closed(void *context)
{
	struct weft__http_connection *connection = context;

	connection->is_inside = true;
	orphan(connection);
	discard(connection);
}

/* Whether a client that sends no more gets the answer still: not one that goes
 * on until something happens. */
static bool
is_awaited(const struct weft__http_response *response)
{
	return !response->notify &&
	    (!response->is_streaming || response->stream.more);
}

/* The client sends no more. */
static void
ended(void *context)
{
	struct weft__http_connection *connection = context;
	struct weft__http_response *response = connection->response;
	struct weft__connection *net = connection->net;

	if (response)
		weft__http_tell_leave(response, WEFT__HTTP_ENDED);
	if (weft__connection_is_full(net) ||
	    (response && connection->state != WEFT__HTTP_BODY &&
		is_awaited(response)))
		return;
	closed(connection);
	weft__connection_finish(net);
}

/* There is room: for more of a stream, or for the next answer. */
static void
drained(void *context)
{
	struct weft__http_connection *connection = context;
	struct weft__http_response *response = connection->response;
	uint64_t before;

	if (!response || !response->is_streaming) {
		weft__connection_resume(connection->net);
		return;
	}
	before = response->written;
	connection->is_inside = true;
	response->stream.more(response, response->stream.context);
	/* The same stream goes on, and it has written something. */
	if (connection->response == response && response->written != before)
		weft__connection_ask(connection->net);
	connection->is_inside = false;
	weft__http_connection_settle(connection);
}

static const struct weft__connection_handler net_handler = {
    received, ended, drained, closed};

/* A deadline has passed. */
static void
on_timer(struct weft__timer *timer)
{
	struct weft__http_connection *connection = (void *)((char *)timer -
	    offsetof(struct weft__http_connection, timer));
	const struct weft__http_config *config = connection->thread->config;

	connection->is_inside = true;
	if ((connection->state == WEFT__HTTP_BODY ||
		connection->state == WEFT__HTTP_DROPPING) &&
	    connection->body_recent >= config->body_rate)
		weft__http_connection_set_state(
		    connection, connection->state);
	else if (connection->state == WEFT__HTTP_BODY ||
	    (connection->state == WEFT__HTTP_HEAD &&
		connection->is_head_begun))
		weft__http_connection_refuse(
		    connection, 408, "the request came too slowly");
	else
		weft__http_connection_set_state(
		    connection, WEFT__HTTP_CLOSING);
	leave(connection);
}

void
weft__http_connection_start(struct weft__http_thread *thread,
    const struct weft__connection_start *start)
{
	struct weft__http_connection *connection =
	    weft__calloc(1, sizeof *connection);
	struct weft__connection *net;

	if (weft__connection_create(thread->loop, start, &net_handler,
		connection, &net, NULL)) {
		weft__free(connection);
		return;
	}
	if (!connection) {
		weft__connection_close(net);
		return;
	}
	connection->thread = thread;
	connection->net = net;
	connection->timer.fire = on_timer;
	connection->next = thread->connections;
	if (connection->next)
		connection->next->link = &connection->next;
	connection->link = &thread->connections;
	thread->connections = connection;
	weft__http_connection_set_state(connection, WEFT__HTTP_HEAD);
	weft__loop_set_timer(
	    thread->loop, &connection->timer, thread->config->head_ms);
}

void
weft__http_connection_drain(struct weft__http_connection *connection)
{
	struct weft__http_response *response = connection->response;

	if (connection->state == WEFT__HTTP_HEAD &&
	    !connection->is_head_begun) {
		weft__http_connection_set_state(
		    connection, WEFT__HTTP_CLOSING);
	} else if (response && response->notify &&
	    connection->state != WEFT__HTTP_BODY) {
		response->notify(
		    response, WEFT__HTTP_DRAIN, response->notify_context);
	}
}
