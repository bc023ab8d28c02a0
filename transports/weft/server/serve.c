#include "transports/weft/server/serve.h"

#include "core/base/alloc.h"
#include "core/base/base64.h"
#include "transports/loopback/token.h"
#include "transports/weft/server/lane.h"

#define TOKEN_SIZE 4096

/*
 * The port of a session
 */

static void
port_send(void *context, bool is_binary, struct weft_slice data)
{
	struct weft__repl_connection *connection = context;

	if (connection->ws)
		weft__ws_send(connection->ws,
		    is_binary ? WEFT__WS_BINARY : WEFT__WS_TEXT, data);
}

static void
port_send_frame(void *context, struct weft__ws_frame *frame)
{
	struct weft__repl_connection *connection = context;

	if (connection->ws)
		weft__ws_send_frame(connection->ws, frame);
}

static bool
port_is_full(void *context)
{
	struct weft__repl_connection *connection = context;

	if (!connection->ws)
		return true;
	if (!weft__ws_is_full(connection->ws))
		return false;
	weft__ws_ask(connection->ws);
	return true;
}

static void
port_welcome(void *context)
{
	struct weft__repl_connection *connection = context;

	if (connection->ws)
		weft__ws_set_message_size(connection->ws,
		    connection->lane->server->hub->options.message_size);
}

static uint64_t
port_tip(void *context, const struct weft_datasource *datasource)
{
	const struct weft__repl_connection *connection = context;
	const struct weft__repl_lane *lane = connection->lane;

	for (size_t i = 0; i < lane->points_length; i++)
		if (lane->points[i].herald->watcher.datasource == datasource)
			return atomic_load(&lane->points[i].seen);
	return 0;
}

static void
port_run(void *context, struct weft__job *job)
{
	struct weft__repl_lane *lane =
	    ((struct weft__repl_connection *)context)->lane;

	weft__workers_run(
	    lane->server->hub->options.workers, lane->loop, job);
}

static void
end_later(struct weft__task *task)
{
	weft__repl_lane_remove((struct weft__repl_connection *)((char *)task -
	    offsetof(struct weft__repl_connection, end)));
}

static void
port_close(void *context, int code, const char *reason)
{
	struct weft__repl_connection *connection = context;
	struct weft__ws *ws = connection->ws;

	if (!ws)
		return;
	connection->ws = NULL;
	weft__ws_close(ws, code, weft_slice(reason));
	connection->end.run = end_later;
	weft__loop_defer(connection->lane->loop, &connection->end);
}

static const struct weft__repl_port port = {
    .send = port_send,
    .send_frame = port_send_frame,
    .is_full = port_is_full,
    .welcome = port_welcome,
    .close = port_close,
    .tip = port_tip,
    .run = port_run,
};

/*
 * The WebSocket's handler
 */

static void
on_message(void *context, enum weft__ws_kind kind, struct weft_slice data)
{
	struct weft__repl_connection *connection = context;

	weft__repl_session_receive(
	    connection->session, kind == WEFT__WS_BINARY, data);
}

static void
on_drained(void *context)
{
	weft__repl_session_drained(
	    ((struct weft__repl_connection *)context)->session);
}

static void
on_closed(void *context, const struct weft__ws_end *how)
{
	struct weft__repl_connection *connection = context;

	(void)how;
	connection->ws = NULL;
	weft__repl_lane_remove(connection);
}

static const struct weft__ws_handler handler = {
    .message = on_message,
    .drained = on_drained,
    .closed = on_closed,
};

/*
 * Requests
 */

static void
refuse(struct weft__http_response *response, int status, const char *text)
{
	(void)weft__http_set_header(response, "Content-Type",
	    weft_slice("text/plain; charset=utf-8"));
	weft__http_respond(response, status, weft_slice(text));
}

/* Finds the token in the headers; nothing if there is none. */
static int
find_token(const struct weft__http_request *request, struct weft_buf *token)
{
	static const char prefix[] = "bearer.";
	struct weft_slice offered = weft__ws_offered(request, prefix);

	if (!offered.size)
		return weft__rest_find_header_token(request, token);
	offered.data += sizeof prefix - 1;
	offered.size -= sizeof prefix - 1;
	return weft__base64_decode(offered, token);
}

/* Makes a connection of the request; the token is the client's, or empty. */
static struct weft__repl_connection *
make_connection(struct weft__repl_lane *lane, struct weft_slice token)
{
	struct weft__repl_connection *connection =
	    weft__calloc(1, sizeof *connection);

	if (!connection)
		return NULL;
	connection->lane = lane;
	if (weft__repl_session_create(lane->server->hub, &port, connection,
		token, weft__loop_now_ms(lane->loop), &connection->session,
		NULL)) {
		weft__free(connection);
		return NULL;
	}
	return connection;
}

static void
upgrade(struct weft__repl_lane *lane, const struct weft__http_request *request,
    struct weft__http_response *response, struct weft_slice token)
{
	struct weft__repl_server *server = lane->server;
	struct weft__repl_connection *connection = make_connection(lane, token);

	if (!connection) {
		refuse(response, 503, "out of memory\n");
		return;
	}
	connection->ws = weft__ws_upgrade(request, response,
	    &server->settings, &handler, connection, NULL);
	if (!connection->ws) {
		weft__repl_session_end(connection->session);
		weft__free(connection);
		return;
	}
	weft__ws_set_message_size(connection->ws, WEFT__REPL_FIRST_SIZE);
	weft__repl_lane_add(connection);
}

/* Whether the query has a token: then it stands in somebody's log by now. */
static bool
has_token_in_query(const struct weft__http_request *request)
{
	static const char name[] = "access_token";
	const size_t size = sizeof name - 1;

	for (size_t i = 0; i + size <= request->query.size; i++)
		if (memcmp(request->query.data + i, name, size) == 0)
			return true;
	return false;
}

void
weft__repl_server_take(struct weft__repl_server *server,
    const struct weft__http_request *request,
    struct weft__http_response *response)
{
	struct weft__repl_lane *lane = weft__repl_lane_find(
	    server, weft__http_loop(response));
	struct weft_buf token = WEFT_BUF_INIT(TOKEN_SIZE);

	if (!lane)
		refuse(response, 503, "out of memory\n");
	else if (lane->is_draining)
		refuse(response, 503, "the server ends\n");
	else if (has_token_in_query(request))
		refuse(response, 400, "a token has no place in a query\n");
	else if (find_token(request, &token))
		refuse(response, 400, "the token is malformed\n");
	else
		upgrade(lane, request, response, weft_buf_slice(&token));
	weft_buf_fini(&token);
}

/*
 * The whole
 */

int
weft__repl_server_create(const struct weft__repl_options *options,
    const char *const *origins, struct weft__repl_server **server,
    struct weft_error *error)
{
	static const char *const protocols[] = {WEFT__REPL_PROTOCOL, NULL};
	struct weft__repl_server *made = weft__calloc(1, sizeof *made);
	int code;

	if (!made)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	weft__ws_settings_init(&made->settings);
	made->settings.protocols = protocols;
	made->settings.origins = origins;
	made->settings.allows_own_origin = true;
	made->settings.has_deflate = options->has_deflate;
	code = weft__repl_hub_create(options, &made->hub, error);
	if (code) {
		weft__free(made);
		return code;
	}
	pthread_mutex_init(&made->mutex, NULL);
	pthread_cond_init(&made->stopped, NULL);
	made->look.work = weft__repl_look;
	*server = made;
	return 0;
}

void
weft__repl_server_destroy(struct weft__repl_server *server)
{
	struct weft__repl_lane *lane;

	if (!server)
		return;
	while ((lane = server->lanes)) {
		server->lanes = lane->next;
		weft__free(lane->points);
		weft__free(lane);
	}
	weft__repl_heralds_destroy(server);
	weft__repl_hub_destroy(server->hub);
	pthread_cond_destroy(&server->stopped);
	pthread_mutex_destroy(&server->mutex);
	weft__free(server);
}

void
weft__repl_server_drain(struct weft__repl_server *server)
{
	struct weft__repl_lane *lane;

	pthread_mutex_lock(&server->mutex);
	if (!server->is_draining)
		for (lane = server->lanes; lane; lane = lane->next)
			weft__loop_post(lane->loop, &lane->drain);
	server->is_draining = true;
	pthread_mutex_unlock(&server->mutex);
}

void
weft__repl_server_stop(struct weft__repl_server *server)
{
	struct weft__repl_lane *lane;

	weft__repl_server_drain(server);
	pthread_mutex_lock(&server->mutex);
	for (lane = server->lanes; lane; lane = lane->next) {
		server->stopping++;
		weft__loop_post(lane->loop, &lane->stop);
	}
	while (server->stopping)
		pthread_cond_wait(&server->stopped, &server->mutex);
	pthread_mutex_unlock(&server->mutex);
}

void
weft__repl_server_break_off(struct weft__repl_server *server)
{
	atomic_store(&server->hub->is_ending, true);
}

void
weft__repl_server_set_request_ms(
    struct weft__repl_server *server, uint64_t request_ms)
{
	atomic_store(&server->hub->request_ms, request_ms);
}

const struct weft__repl_counts *
weft__repl_server_counts(const struct weft__repl_server *server)
{
	return &server->hub->counts;
}
