#include "transports/weft/client/peer.h"

#include <stdio.h>

#include "core/base/alloc.h"
#include "transports/net/tls_client.h"
#include "transports/weft/client/peer_url.h"

/* Of one message to the server, in case that it does not say. */
#define MESSAGE_SIZE 65536

static const char *const protocols[] = {WEFT__REPL_PROTOCOL, NULL};

void
weft__peer_message_destroy(struct weft__peer_message *message)
{
	if (!message)
		return;
	weft__repl_message_fini(&message->message);
	weft_buf_fini(&message->bytes);
	weft__free(message);
}

/*
 * The connection
 */

static void
set_offline(struct weft__peer *peer, int code, const char *text)
{
	peer->ws = NULL;
	peer->state = WEFT__PEER_OFFLINE;
	peer->is_waiting = false;
	peer->code = weft_error_set(
	    &peer->error, code, "%s: %s", peer->url, text);
	weft__peer_streams_lost(peer);
}

void
weft__peer_give_up(struct weft__peer *peer, int code, const char *text)
{
	struct weft__ws *ws = peer->ws;

	set_offline(peer, code, text);
	weft__ws_close(ws, WEFT__REPL_MALFORMED, weft_slice(text));
}

int
weft__peer_tell(
    struct weft__peer *peer, const struct weft__repl_message *message)
{
	struct weft_buf bytes = WEFT_BUF_INIT(WEFT__REPL_MESSAGE_SIZE);
	int code;

	if (!peer->ws)
		return WEFT_ENETWORK;
	code = weft__repl_message_write(message, &bytes);
	if (!code)
		weft__ws_give(peer->ws,
		    message->is_binary ? WEFT__WS_BINARY : WEFT__WS_TEXT,
		    &bytes);
	weft_buf_fini(&bytes);
	return code;
}

static void
opened(void *context, struct weft_slice protocol)
{
	struct weft__peer *peer = context;
	struct weft__repl_message hello, auth;

	weft__repl_message_init(&hello, WEFT__REPL_HELLO);
	hello.node = weft_slice(peer->node);
	hello.agent = weft_slice("weft");
	hello.binary = true;
	hello.compress = weft_slice("[\"zstd\",\"deflate\"]");
	hello.message = WEFT__REPL_MESSAGE_SIZE;
	hello.window = WEFT__PEER_WINDOW;
	weft__repl_message_init(&auth, WEFT__REPL_AUTH);
	auth.token = weft_slice(peer->token);
	peer->state = WEFT__PEER_GREETING;
	if (weft__peer_tell(peer, &hello) || weft__peer_tell(peer, &auth))
		weft__peer_give_up(peer, WEFT_ENOMEM, "out of memory");
}

static void
take_hello(struct weft__peer *peer, const struct weft__repl_message *hello)
{
	struct weft_slice packing = {"", 0};

	if (hello->compress.data)
		weft__json_plain_string(hello->compress, &packing);
	peer->packing = weft__repl_packing_of(packing);
	peer->message_size = MESSAGE_SIZE;
	if (hello->message > MESSAGE_SIZE)
		peer->message_size = hello->message < WEFT__REPL_MESSAGE_SIZE
		    ? (size_t)hello->message
		    : WEFT__REPL_MESSAGE_SIZE;
	peer->window = hello->window ? (size_t)hello->window : MESSAGE_SIZE;
	peer->batch = hello->batch ? (size_t)hello->batch : 1;
}

/* An error of the whole connection: its text is why it will be closed. */
static void
take_error(struct weft__peer *peer, const struct weft__repl_message *error)
{
	weft_error_set(&peer->error, weft__repl_code(error->code), "%s: %.*s",
	    peer->url, (int)error->text.size,
	    error->text.data ? error->text.data : "");
}

static void
answer_ping(struct weft__peer *peer, const struct weft__repl_message *ping)
{
	struct weft__repl_message pong;

	weft__repl_message_init(&pong, WEFT__REPL_PONG);
	pong.data = ping->data;
	if (weft__peer_tell(peer, &pong))
		weft__peer_give_up(peer, WEFT_ENOMEM, "out of memory");
}

/* What a server of a later version says, and expects to be understood. */
static void
take_unknown(struct weft__peer *peer, const struct weft__repl_message *unknown)
{
	struct weft__repl_message error;

	if (unknown->is_optional)
		return;
	weft__repl_message_init(&error, WEFT__REPL_ERROR);
	error.code = weft_slice(weft__repl_word(WEFT_EUNSUPPORTED));
	error.text = weft_slice("this is not known here");
	if (weft__peer_tell(peer, &error))
		weft__peer_give_up(peer, WEFT_ENOMEM, "out of memory");
}

/* Keeps the answer to the request under way; others are of the past. */
static void
take_answer(struct weft__peer *peer, struct weft__peer_message *message)
{
	if (!peer->is_waiting || message->message.n != peer->n) {
		weft__peer_message_destroy(message);
		return;
	}
	peer->is_waiting = false;
	weft__peer_message_destroy(peer->answer);
	peer->answer = message;
	/* At once: what comes next may be its batches. */
	if (peer->opening && message->message.type == WEFT__REPL_OPENED &&
	    weft__peer_stream_opened(peer->opening, &message->message))
		weft__peer_give_up(peer, WEFT_ENOMEM, "out of memory");
}

/* Takes a message; it is given. */
static void
take(struct weft__peer *peer, struct weft__peer_message *message)
{
	const struct weft__repl_message *content = &message->message;

	switch (content->type) {
	case WEFT__REPL_BATCH:
	case WEFT__REPL_CAUGHT:
	case WEFT__REPL_CLOSED:
		if (weft__peer_stream_take(peer, message))
			weft__peer_give_up(peer, WEFT_ENETWORK,
			    "a malformed batch");
		return;
	case WEFT__REPL_HELLO:
		take_hello(peer, content);
		break;
	case WEFT__REPL_WELCOME:
		peer->version += peer->state != WEFT__PEER_READY;
		peer->state = WEFT__PEER_READY;
		break;
	case WEFT__REPL_PING:
		answer_ping(peer, content);
		break;
	case WEFT__REPL_GOAWAY:
		peer->after_ms = content->after;
		break;
	case WEFT__REPL_ERROR:
		if (content->n) {
			take_answer(peer, message);
			return;
		}
		take_error(peer, content);
		break;
	case WEFT__REPL_UNKNOWN:
		take_unknown(peer, content);
		break;
	default:
		take_answer(peer, message);
		return;
	}
	weft__peer_message_destroy(message);
}

static void
message_came(void *context, enum weft__ws_kind kind, struct weft_slice data)
{
	struct weft__peer *peer = context;
	struct weft__peer_message *message = weft__calloc(1, sizeof *message);
	struct weft_error error = {0, ""};
	int code = WEFT_ENOMEM;

	if (message) {
		weft_buf_init(&message->bytes, data.size);
		weft__repl_message_init(
		    &message->message, WEFT__REPL_UNKNOWN);
		code = weft_buf_append_slice(&message->bytes, data);
	}
	if (!code)
		code = weft__repl_message_read(&message->message,
		    kind == WEFT__WS_BINARY, weft_buf_slice(&message->bytes),
		    &error);
	if (!code)
		code = weft__repl_message_unpack(&message->message,
		    peer->packing, WEFT__REPL_MESSAGE_SIZE, &error);
	if (!code) {
		take(peer, message);
		return;
	}
	weft__peer_message_destroy(message);
	weft__peer_give_up(peer, code == WEFT_ENOMEM ? code : WEFT_ENETWORK,
	    *error.text ? error.text : "a malformed message");
}

static void
drained(void *context)
{
}

/* What the end of a connection means for who waits. */
static int
code_of(const struct weft__ws_end *end)
{
	static const struct {
		int what; /* a close code, or an HTTP status */
		int code;
	} known[] = {{WEFT__REPL_UNAUTHORIZED, WEFT_EDENIED},
	    {WEFT__REPL_FORBIDDEN, WEFT_EDENIED},
	    {WEFT__REPL_TOO_MUCH, WEFT_ELIMIT},
	    {WEFT__REPL_MALFORMED, WEFT_EUNSUPPORTED}, {401, WEFT_EDENIED},
	    {403, WEFT_EDENIED}, {408, WEFT_ENETWORK}, {429, WEFT_ENETWORK}};

	if (end->is_untrusted)
		return WEFT_EDENIED;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (known[i].what == end->code || known[i].what == end->status)
			return known[i].code;
	return end->status >= 400 && end->status < 500 ? WEFT_EUNSUPPORTED
	                                               : WEFT_ENETWORK;
}

static void
closed(void *context, const struct weft__ws_end *end)
{
	struct weft__peer *peer = context;
	char text[sizeof peer->error.text];
	int code = code_of(end);

	if (end->retry_ms)
		peer->after_ms = end->retry_ms;
	snprintf(text, sizeof text, "%.*s", (int)end->reason.size,
	    end->reason.size ? end->reason.data : "");
	/* An error that came before says more. */
	if (*peer->error.text && !*text)
		snprintf(text, sizeof text, "%s", peer->error.text);
	set_offline(peer, code, *text ? text : "the connection was closed");
}

const struct weft__ws_handler weft__peer_handler = {
    opened, message_came, drained, closed};

/*
 * Its life
 */

static int
set_options(struct weft__peer *peer, const struct weft__peer_options *options,
    struct weft_error *error)
{
	if (options->node && strlen(options->node) >= sizeof peer->node)
		return weft_error_set(error, WEFT_EINVAL,
		    "the name of the node has more than %d bytes",
		    WEFT_LIMIT_NAME_SIZE);
	weft__ws_settings_init(&peer->settings);
	peer->settings.protocols = protocols;
	peer->settings.message_size = WEFT__REPL_MESSAGE_SIZE;
	peer->timeout_ms =
	    options->timeout_ms ? options->timeout_ms : 60000;
	peer->settings.open_ms = peer->timeout_ms;
	peer->retries = options->retries ? options->retries : 4;
	peer->retry_ms = options->retry_ms ? options->retry_ms : 200;
	if (options->node)
		snprintf(peer->node, sizeof peer->node, "%s", options->node);
	else
		weft__uuid(peer->loop->clock, peer->node);
	if (options->token) {
		peer->token = weft__strdup(options->token);
		if (!peer->token)
			return weft_error_set(
			    error, WEFT_ENOMEM, "out of memory");
	}
	return peer->is_secure ? weft__tls_client_create(
				     options->ca_file, &peer->tls, error)
			       : 0;
}

int
weft__peer_create(const char *url, const struct weft__peer_options *options,
    struct weft__peer **peer_out, struct weft_error *error)
{
	struct weft__peer *peer = weft__calloc(1, sizeof *peer);
	int code;

	*peer_out = NULL;
	if (!peer)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	peer->wake.run = weft__peer_woken;
	code = weft__loop_create(NULL, NULL, &peer->loop, error);
	if (!code)
		code = weft__peer_set_url(peer, url, error);
	if (!code)
		code = set_options(peer, options, error);
	peer->target.tls = peer->tls;
	if (code) {
		weft__peer_destroy(peer);
		return code;
	}
	*peer_out = peer;
	return 0;
}

/* Closes, and gives the close a chance to go out; what lingers of connections
 * that ended before goes too. */
static void
say_farewell(struct weft__peer *peer)
{
	if (peer->ws) {
		weft__ws_close(peer->ws, WEFT__WS_NORMAL, weft_slice(""));
		peer->ws = NULL;
		weft__peer_step(peer, 1);
	}
	weft__connection_break_all(peer->loop);
}

void
weft__peer_destroy(struct weft__peer *peer)
{
	if (!peer)
		return;
	if (peer->loop) {
		say_farewell(peer);
		weft__loop_destroy(peer->loop);
	}
	weft__peer_streams_destroy(peer);
	weft__peer_message_destroy(peer->answer);
	weft__tls_client_destroy(peer->tls);
	weft__free((void *)peer->target.host);
	weft__free((void *)peer->target.path);
	weft__free(peer->url);
	weft__free(peer->token);
	weft__free(peer);
}
