#include "transports/weft/server/session_private.h"

#include <stdio.h>

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/base/limits.h"

#define AGENT "weftd"

/* The least that a client must take in one message. */
#define LEAST_MESSAGE 65536

/*
 * Saying
 */

void
weft__repl_close(
    struct weft__repl_session *session, int code, const char *reason)
{
	if (session->is_closed || session->is_over)
		return;
	session->is_closed = true;
	session->port->close(session->context, code, reason);
}

void
weft__repl_send(struct weft__repl_session *session,
    const struct weft__repl_message *message)
{
	struct weft_buf out = WEFT_BUF_INIT(WEFT__REPL_MESSAGE_SIZE);

	if (session->is_closed || session->is_over)
		return;
	if (weft__repl_message_write(message, &out))
		weft__repl_close(session, WEFT__WS_FAILURE, "out of memory");
	else
		session->port->send(session->context, message->is_binary,
		    weft_buf_slice(&out));
	weft_buf_fini(&out);
}

void
weft__repl_error_init(struct weft__repl_message *message, const char *word,
    const struct weft_error *error)
{
	weft__repl_message_init(message, WEFT__REPL_ERROR);
	message->code = weft_slice(word);
	message->text = weft_slice(error->text);
	message->retry = strcmp(word, "busy") == 0 ||
	    strcmp(word, "timeout") == 0 || strcmp(word, "internal") == 0;
}

void
weft__repl_send_error(struct weft__repl_session *session, uint64_t n,
    const char *word, const struct weft_error *error)
{
	struct weft__repl_message message;

	weft__repl_error_init(&message, word, error);
	message.n = n;
	weft__repl_send(session, &message);
}

/* Says what is wrong, and ends. */
static void
refuse(struct weft__repl_session *session, int close_code, const char *word,
    const char *text)
{
	struct weft_error error;

	weft_error_set(&error, WEFT_EINVAL, "%s", text);
	weft__repl_send_error(session, 0, word, &error);
	weft__repl_close(session, close_code, text);
}

/*
 * Life
 */

static int
keep_text(struct weft_slice text, struct weft_slice *kept)
{
	char *copy = weft__strndup(text.data, text.size);

	if (!copy)
		return WEFT_ENOMEM;
	weft__free((char *)kept->data);
	*kept = weft_slice_of(copy, text.size);
	return 0;
}

static void
destroy(struct weft__repl_session *session)
{
	weft__principal_release(session->principal);
	weft__free((char *)session->token.data);
	weft__free((char *)session->node.data);
	weft__free(session);
}

int
weft__repl_session_create(struct weft__repl_hub *hub,
    const struct weft__repl_port *port, void *context,
    struct weft_slice token, uint64_t now_ms,
    struct weft__repl_session **session, struct weft_error *error)
{
	struct weft__repl_session *made = weft__calloc(1, sizeof *made);

	if (!made)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	made->hub = hub;
	made->port = port;
	made->context = context;
	made->started_ms = made->now_ms = now_ms;
	made->last = &made->first;
	made->form.size = WEFT_LIMIT_REPL_BATCH_SIZE;
	made->message_size = WEFT__REPL_MESSAGE_SIZE;
	made->window_size = WEFT_LIMIT_REPL_WINDOW;
	if (token.size && keep_text(token, &made->token)) {
		destroy(made);
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	}
	atomic_fetch_add(&hub->counts.connections, 1);
	*session = made;
	return 0;
}

void
weft__repl_session_settle(struct weft__repl_session *session)
{
	if (!session->is_over || session->is_busy || session->readings)
		return;
	destroy(session);
}

void
weft__repl_session_end(struct weft__repl_session *session)
{
	session->is_over = true;
	atomic_store(&session->is_gone, true);
	atomic_fetch_sub(&session->hub->counts.connections, 1);
	weft__repl_requests_drop(session);
	while (session->streams)
		weft__repl_stream_close(session->streams, NULL);
	weft__repl_session_settle(session);
}

void
weft__repl_close_if_drained(struct weft__repl_session *session)
{
	if (session->is_draining && !session->first)
		weft__repl_close(
		    session, WEFT__WS_RESTART, "the server ends");
}

void
weft__repl_session_drain(
    struct weft__repl_session *session, uint64_t after_ms)
{
	struct weft__repl_message message;

	if (session->is_draining)
		return;
	session->is_draining = true;
	weft__repl_message_init(&message, WEFT__REPL_GOAWAY);
	message.reason = weft_slice("restart");
	message.after = after_ms;
	weft__repl_send(session, &message);
	weft__repl_close_if_drained(session);
}

/*
 * Time and rights
 */

bool
weft__repl_is_checked(struct weft__repl_session *session)
{
	const struct weft__repl_options *options = &session->hub->options;

	if (!options->access)
		return true;
	if (session->version == weft__access_version(options->access))
		return true;
	if (!session->is_checking)
		weft__repl_request_check(session);
	return false;
}

/* Whether the client's token has ended. */
static bool
is_expired(const struct weft__repl_session *session)
{
	return session->is_known && session->principal &&
	       weft__clock_now_ms(session->hub->options.clock) >=
		   weft__principal_expires_ms(session->principal);
}

void
weft__repl_session_tick(struct weft__repl_session *session, uint64_t now_ms)
{
	const struct weft__repl_options *options = &session->hub->options;
	struct weft__repl_stream *stream, *next;

	session->now_ms = now_ms;
	if (session->is_closed)
		return;
	if (!session->is_known &&
	    now_ms - session->started_ms >= options->auth_ms)
		refuse(session, WEFT__REPL_UNAUTHORIZED, "unauthorized",
		    "nobody has said who this is");
	else if (is_expired(session))
		refuse(session, WEFT__REPL_UNAUTHORIZED, "unauthorized",
		    "the token has ended");
	if (session->is_closed || !session->is_known)
		return;
	for (stream = session->streams; stream; stream = next) {
		next = stream->next;
		weft__repl_stream_tick(stream);
	}
	if (weft__repl_is_checked(session))
		weft__repl_request_next(session);
}

void
weft__repl_session_wake(struct weft__repl_session *session,
    const struct weft_datasource *datasource, uint64_t seq)
{
	struct weft__repl_stream *stream, *next;

	for (stream = session->streams; stream; stream = next) {
		next = stream->next;
		if (stream->channel->datasource != datasource)
			continue;
		if (seq > stream->wanted)
			stream->wanted = seq;
		weft__repl_stream_step(stream);
	}
}

void
weft__repl_session_drained(struct weft__repl_session *session)
{
	struct weft__repl_stream *stream, *next;

	for (stream = session->streams; stream; stream = next) {
		next = stream->next;
		weft__repl_stream_step(stream);
	}
}

/*
 * Messages
 */

static void
answer_hello(struct weft__repl_session *session)
{
	const struct weft__repl_options *options = &session->hub->options;
	const char *packing = weft__repl_packing_name(session->form.packing);
	struct weft__repl_message message;
	char quoted[24];

	weft__repl_message_init(&message, WEFT__REPL_HELLO);
	message.agent = weft_slice(AGENT);
	message.binary = session->form.is_binary;
	if (packing) {
		snprintf(quoted, sizeof quoted, "\"%s\"", packing);
		message.compress = weft_slice(quoted);
	}
	message.message = options->message_size;
	message.window = options->window_size;
	message.batch = options->batch_length;
	message.wait = options->wait_ms;
	weft__repl_send(session, &message);
}

/* Takes over what the client wishes. */
static void
agree(struct weft__repl_session *session,
    const struct weft__repl_message *message)
{
	session->form.is_binary = message->binary;
	session->form.packing = weft__repl_choose_packing(message->compress);
	if (message->message && message->message < session->message_size)
		session->message_size = message->message;
	if (session->form.size > session->message_size / 2)
		session->form.size = session->message_size / 2;
	if (message->window)
		session->window_size = message->window;
}

/* The token that came with the connection is as good as one in a message. */
static void
authenticate(struct weft__repl_session *session)
{
	struct weft__repl_message auth;
	struct weft_buf none = WEFT_BUF_INIT(0);

	weft__repl_message_init(&auth, WEFT__REPL_AUTH);
	auth.token = session->token;
	session->has_auth = true;
	weft__repl_request_add(session, &auth, &none, 0);
}

static void
take_hello(struct weft__repl_session *session,
    const struct weft__repl_message *message)
{
	if (message->node.size > WEFT_LIMIT_NAME_SIZE ||
	    (message->message && message->message < LEAST_MESSAGE)) {
		refuse(session, WEFT__REPL_MALFORMED, "malformed",
		    "hello: node is too long, or message too small");
		return;
	}
	session->has_hello = true;
	if (message->node.size && keep_text(message->node, &session->node)) {
		weft__repl_close(session, WEFT__WS_FAILURE, "out of memory");
		return;
	}
	agree(session, message);
	answer_hello(session);
	if (session->token.size)
		authenticate(session);
}

static void
take_ping(struct weft__repl_session *session,
    const struct weft__repl_message *message)
{
	struct weft__repl_message pong;

	weft__repl_message_init(&pong, WEFT__REPL_PONG);
	pong.data = message->data;
	weft__repl_send(session, &pong);
}

static void
take_ack(struct weft__repl_session *session,
    const struct weft__repl_message *message)
{
	struct weft__repl_stream *stream =
	    weft__repl_stream_find(session, message->s);

	/* One that is closed may be acknowledged still. */
	if (stream && !weft__repl_stream_ack(stream, message->batches))
		refuse(session, WEFT__REPL_MALFORMED, "malformed",
		    "more batches are acknowledged than were sent");
}

static void
take_close(struct weft__repl_session *session,
    const struct weft__repl_message *message)
{
	struct weft__repl_stream *stream =
	    weft__repl_stream_find(session, message->s);
	struct weft__repl_message closed;

	if (stream)
		weft__repl_stream_close(stream, NULL);
	weft__repl_message_init(&closed, WEFT__REPL_CLOSED);
	closed.s = message->s;
	weft__repl_send(session, &closed);
}

static void
take_request(struct weft__repl_session *session,
    struct weft__repl_message *message, struct weft_buf *bytes, size_t size)
{
	const struct weft__repl_options *options = &session->hub->options;
	size_t pushed = message->type == WEFT__REPL_PUSH ? size : 0;

	if (session->requests >= WEFT_LIMIT_REPL_REQUESTS ||
	    (pushed && session->pushed &&
		session->pushed + pushed > options->window_size)) {
		refuse(session, WEFT__REPL_TOO_MUCH, "limit",
		    "too much waits for an answer");
		return;
	}
	if (!session->is_draining)
		weft__repl_request_add(session, message, bytes, pushed);
}

static void
take_unknown(struct weft__repl_session *session,
    const struct weft__repl_message *message)
{
	struct weft_error error;

	if (message->is_optional)
		return;
	weft_error_set(&error, WEFT_EUNSUPPORTED, "this is not known here");
	weft__repl_send_error(session, message->n, "unsupported", &error);
}

/* Whether only somebody may send it who has said who he is. */
static bool
needs_auth(enum weft__repl_type type)
{
	switch (type) {
	case WEFT__REPL_MODELS:
	case WEFT__REPL_OPEN:
	case WEFT__REPL_ACK:
	case WEFT__REPL_CLOSE:
	case WEFT__REPL_PUSH:
	case WEFT__REPL_GET:
	case WEFT__REPL_ASK:
		return true;
	default:
		return false;
	}
}

static void
take(struct weft__repl_session *session, struct weft__repl_message *message,
    struct weft_buf *bytes, size_t size)
{
	if (!session->has_hello && message->type != WEFT__REPL_HELLO &&
	    message->type != WEFT__REPL_PING) {
		refuse(session, WEFT__REPL_MALFORMED, "malformed",
		    "hello comes first");
		return;
	}
	if (!session->has_auth && needs_auth(message->type)) {
		refuse(session, WEFT__REPL_UNAUTHORIZED, "unauthorized",
		    "auth comes first");
		return;
	}
	switch (message->type) {
	case WEFT__REPL_HELLO:
		if (!session->has_hello)
			take_hello(session, message);
		return;
	case WEFT__REPL_PING:
		take_ping(session, message);
		return;
	case WEFT__REPL_ACK:
		take_ack(session, message);
		return;
	case WEFT__REPL_CLOSE:
		take_close(session, message);
		return;
	case WEFT__REPL_AUTH:
		session->has_auth = true;
		take_request(session, message, bytes, size);
		return;
	case WEFT__REPL_MODELS:
	case WEFT__REPL_OPEN:
	case WEFT__REPL_PUSH:
	case WEFT__REPL_GET:
	case WEFT__REPL_ASK:
		take_request(session, message, bytes, size);
		return;
	case WEFT__REPL_PONG:
	case WEFT__REPL_ERROR:
		return;
	default:
		take_unknown(session, message);
	}
}

void
weft__repl_session_receive(struct weft__repl_session *session,
    bool is_binary, struct weft_slice bytes)
{
	struct weft_buf kept = WEFT_BUF_INIT(bytes.size);
	struct weft__repl_message message;
	struct weft_error error;
	int code = 0;

	if (session->is_closed || session->is_over)
		return;
	if (is_binary) /* text is copied by its scan */
		code = weft_buf_append_slice(&kept, bytes);
	if (code) {
		weft__repl_close(session, WEFT__WS_FAILURE, "out of memory");
		return;
	}
	code = weft__repl_message_read(&message, is_binary,
	    is_binary ? weft_buf_slice(&kept) : bytes, &error);
	if (code == WEFT_ENOMEM)
		weft__repl_close(session, WEFT__WS_FAILURE, "out of memory");
	else if (code)
		refuse(session, WEFT__REPL_MALFORMED, "malformed", error.text);
	else
		take(session, &message, &kept, bytes.size);
	weft__repl_message_fini(&message);
	weft_buf_fini(&kept);
	weft__repl_close_if_drained(session);
}
