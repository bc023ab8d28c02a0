/*
 * Connections live on lanes: one for each loop that serves some, with its
 * timer, its watchers of the journals, and its list of connections.  All of a
 * lane but its place in the server's list is touched by its loop alone.
 */
#include "transports/weft/serve.h"

#include "core/base/alloc.h"
#include "core/base/base64.h"
#include "models/model.h"
#include "transports/loopback/token.h"
#include "transports/watch.h"
#include "transports/weft/session.h"

#define TICK_MS 1000
#define TOKEN_SIZE 4096

/* When clients come back after a drain: at least, and how much later for each
 * of them, so that some hundred come in a second. */
#define RETURN_MS 500
#define RETURN_EACH_MS 3

struct lane;

enum watching {
	WATCHING_NOT,
	WATCHING,
	WATCHING_LEFT /* a wake still comes */
};

/* A lane's look at one journal. */
struct watch_point {
	struct weft__watcher watcher; /* first */
	struct lane *lane;
	enum watching state;
};

struct connection {
	struct weft__ws *ws; /* NULL: gone */
	struct weft__repl_session *session;
	struct lane *lane;
	struct connection *next, **link;
	struct weft__task end; /* deferred */
};

struct lane {
	struct weft__repl_server *server;
	struct weft__loop *loop;
	struct lane *next; /* guarded by the server's mutex */
	struct connection *connections;
	struct weft__timer timer;
	struct weft__task drain, stop;
	bool is_draining;
	struct watch_point *points;
	size_t points_length;
};

struct weft__repl_server {
	struct weft__repl_hub *hub;
	struct weft__ws_settings settings;
	pthread_mutex_t mutex; /* guards what follows */
	pthread_cond_t stopped;
	struct lane *lanes;
	size_t stopping; /* lanes that have not stopped yet */
	bool is_draining;
};

/*
 * Watching
 */

static void
on_wake(struct weft__watcher *watcher)
{
	struct watch_point *point = (struct watch_point *)watcher;
	struct lane *lane = point->lane;
	struct connection *connection, *next;

	if (point->state == WATCHING_LEFT) {
		point->state = WATCHING_NOT;
		if (!lane->connections)
			return;
		point->state = WATCHING; /* somebody has come meanwhile */
		weft__watch_add(lane->server->hub->options.watch, watcher, 0);
		return;
	}
	for (connection = lane->connections; connection; connection = next) {
		next = connection->next;
		weft__repl_session_wake(connection->session,
		    watcher->datasource, atomic_load(&watcher->seen));
	}
}

static void
watch_all(struct lane *lane)
{
	for (size_t i = 0; i < lane->points_length; i++) {
		struct watch_point *point = &lane->points[i];

		if (point->state != WATCHING_NOT)
			continue;
		point->state = WATCHING;
		weft__watch_add(
		    lane->server->hub->options.watch, &point->watcher, 0);
	}
}

static void
leave_all(struct lane *lane)
{
	for (size_t i = 0; i < lane->points_length; i++) {
		struct watch_point *point = &lane->points[i];

		if (point->state != WATCHING)
			continue;
		point->state = weft__watch_remove(
				   lane->server->hub->options.watch,
				   &point->watcher)
		    ? WATCHING_NOT : WATCHING_LEFT;
	}
}

/*
 * The port of a session
 */

static void
port_send(void *context, bool is_binary, struct weft_slice data)
{
	struct connection *connection = context;

	if (connection->ws)
		weft__ws_send(connection->ws,
		    is_binary ? WEFT__WS_BINARY : WEFT__WS_TEXT, data);
}

static void
port_send_frame(void *context, struct weft__ws_frame *frame)
{
	struct connection *connection = context;

	if (connection->ws)
		weft__ws_send_frame(connection->ws, frame);
}

static bool
port_is_full(void *context)
{
	struct connection *connection = context;

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
	struct connection *connection = context;

	if (connection->ws)
		weft__ws_set_message_size(connection->ws,
		    connection->lane->server->hub->options.message_size);
}

static uint64_t
port_tip(void *context, const struct weft_datasource *datasource)
{
	const struct lane *lane = ((struct connection *)context)->lane;

	for (size_t i = 0; i < lane->points_length; i++)
		if (lane->points[i].watcher.datasource == datasource)
			return atomic_load(&lane->points[i].watcher.seen);
	return 0;
}

static void
port_run(void *context, struct weft__job *job)
{
	struct lane *lane = ((struct connection *)context)->lane;

	weft__workers_run(
	    lane->server->hub->options.workers, lane->loop, job);
}

/* The WebSocket is gone: so is the connection. */
static void
end(struct connection *connection)
{
	struct lane *lane = connection->lane;

	*connection->link = connection->next;
	if (connection->next)
		connection->next->link = connection->link;
	weft__repl_session_end(connection->session);
	weft__free(connection);
	if (lane->connections)
		return;
	weft__loop_clear_timer(lane->loop, &lane->timer);
	leave_all(lane);
}

static void
end_later(struct weft__task *task)
{
	end((struct connection *)((char *)task -
	    offsetof(struct connection, end)));
}

static void
port_close(void *context, int code, const char *reason)
{
	struct connection *connection = context;
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
	struct connection *connection = context;

	weft__repl_session_receive(
	    connection->session, kind == WEFT__WS_BINARY, data);
}

static void
on_drained(void *context)
{
	weft__repl_session_drained(((struct connection *)context)->session);
}

static void
on_closed(void *context, const struct weft__ws_end *how)
{
	struct connection *connection = context;

	(void)how;
	connection->ws = NULL;
	end(connection);
}

static const struct weft__ws_handler handler = {
    .message = on_message,
    .drained = on_drained,
    .closed = on_closed,
};

/*
 * Lanes
 */

static void
on_tick(struct weft__timer *timer)
{
	struct lane *lane = (struct lane *)((char *)timer -
	    offsetof(struct lane, timer));
	uint64_t now_ms = weft__loop_now_ms(lane->loop);
	struct connection *connection, *next;

	for (connection = lane->connections; connection; connection = next) {
		next = connection->next;
		weft__repl_session_tick(connection->session, now_ms);
	}
	weft__loop_set_timer(lane->loop, timer, TICK_MS);
}

static bool
has_point(const struct lane *lane, const struct weft_datasource *datasource)
{
	for (size_t i = 0; i < lane->points_length; i++)
		if (lane->points[i].watcher.datasource == datasource)
			return true;
	return false;
}

/* A point for each datasource with a model that tracks changes. */
static bool
make_points(struct lane *lane)
{
	struct weft_registry *registry =
	    lane->server->hub->options.registry;
	struct weft_model *model;
	size_t count = 0;

	while (weft_registry_model_at(registry, count))
		count++;
	lane->points = weft__calloc(count + 1, sizeof *lane->points);
	for (size_t i = 0; lane->points && i < count; i++) {
		model = weft_registry_model_at(registry, i);
		if (!weft_model_is_tracked(model) ||
		    has_point(lane, model->datasource))
			continue;
		lane->points[lane->points_length++] = (struct watch_point){
		    .watcher = {.datasource = model->datasource,
			.loop = lane->loop,
			.wake = on_wake},
		    .lane = lane,
		};
	}
	return lane->points != NULL;
}

/* Says goodbye: each client is to come back at another time. */
static void
drain(struct weft__task *task)
{
	struct lane *lane = (struct lane *)((char *)task -
	    offsetof(struct lane, drain));
	const struct weft_clock *clock = lane->loop->clock;
	const uint64_t spread = RETURN_EACH_MS *
	    atomic_load(&lane->server->hub->counts.connections) + RETURN_MS;
	struct connection *connection, *next;

	lane->is_draining = true;
	for (connection = lane->connections; connection; connection = next) {
		uint32_t random = 0;

		next = connection->next;
		clock->random(clock->context, &random, sizeof random);
		weft__repl_session_drain(
		    connection->session, RETURN_MS + random % spread);
	}
}

/* Ends what is left; those that were closed end by themselves. */
static void
stop(struct weft__task *task)
{
	struct lane *lane = (struct lane *)((char *)task -
	    offsetof(struct lane, stop));
	struct weft__repl_server *server = lane->server;
	struct connection *connection, *next;

	for (connection = lane->connections; connection; connection = next) {
		next = connection->next;
		if (!connection->ws)
			continue;
		weft__ws_close(connection->ws, WEFT__WS_RESTART,
		    weft_slice("the server ends"));
		connection->ws = NULL;
		end(connection);
	}
	pthread_mutex_lock(&server->mutex);
	server->stopping--;
	pthread_cond_signal(&server->stopped);
	pthread_mutex_unlock(&server->mutex);
}

static struct lane *
make_lane(struct weft__repl_server *server, struct weft__loop *loop)
{
	struct lane *lane = weft__calloc(1, sizeof *lane);

	if (!lane)
		return NULL;
	lane->server = server;
	lane->loop = loop;
	lane->timer.fire = on_tick;
	lane->drain.run = drain;
	lane->stop.run = stop;
	if (!make_points(lane)) {
		weft__free(lane);
		return NULL;
	}
	return lane;
}

/* The lane of a loop, or NULL: no memory. */
static struct lane *
find_lane(struct weft__repl_server *server, struct weft__loop *loop)
{
	struct lane *lane;

	pthread_mutex_lock(&server->mutex);
	for (lane = server->lanes; lane && lane->loop != loop;
	     lane = lane->next)
		continue;
	if (!lane && (lane = make_lane(server, loop))) {
		lane->is_draining = server->is_draining;
		lane->next = server->lanes;
		server->lanes = lane;
	}
	pthread_mutex_unlock(&server->mutex);
	return lane;
}

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
static struct connection *
make_connection(struct lane *lane, struct weft_slice token)
{
	struct connection *connection = weft__calloc(1, sizeof *connection);

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
add_connection(struct lane *lane, struct connection *connection)
{
	bool is_first = !lane->connections;

	connection->next = lane->connections;
	connection->link = &lane->connections;
	if (connection->next)
		connection->next->link = &connection->next;
	lane->connections = connection;
	if (!is_first)
		return;
	watch_all(lane);
	weft__loop_set_timer(lane->loop, &lane->timer, TICK_MS);
}

static void
upgrade(struct lane *lane, const struct weft__http_request *request,
    struct weft__http_response *response, struct weft_slice token)
{
	struct weft__repl_server *server = lane->server;
	struct connection *connection = make_connection(lane, token);

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
	add_connection(lane, connection);
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
	struct lane *lane = find_lane(server, weft__http_loop(response));
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
	code = weft__repl_hub_create(options, &made->hub, error);
	if (code) {
		weft__free(made);
		return code;
	}
	pthread_mutex_init(&made->mutex, NULL);
	pthread_cond_init(&made->stopped, NULL);
	*server = made;
	return 0;
}

void
weft__repl_server_destroy(struct weft__repl_server *server)
{
	struct lane *lane;

	if (!server)
		return;
	while ((lane = server->lanes)) {
		server->lanes = lane->next;
		weft__free(lane->points);
		weft__free(lane);
	}
	weft__repl_hub_destroy(server->hub);
	pthread_cond_destroy(&server->stopped);
	pthread_mutex_destroy(&server->mutex);
	weft__free(server);
}

void
weft__repl_server_drain(struct weft__repl_server *server)
{
	struct lane *lane;

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
	struct lane *lane;

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

const struct weft__repl_counts *
weft__repl_server_counts(const struct weft__repl_server *server)
{
	return &server->hub->counts;
}
