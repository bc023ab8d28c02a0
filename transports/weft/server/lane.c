#include "transports/weft/server/lane.h"

#include "core/base/alloc.h"
#include "models/model.h"

#define TICK_MS 1000

/* When clients come back after a drain: at least, and how much later for each
 * of them, so that some hundred come in a second. */
#define RETURN_MS 500
#define RETURN_EACH_MS 3

/*
 * Watching
 */

static void
on_wake(struct weft__task *task)
{
	struct weft__repl_point *point = (struct weft__repl_point *)task;
	struct weft__repl_connection *connection, *next;
	uint64_t seq;

	atomic_store(&point->is_posted, false);
	seq = atomic_load(&point->seen);
	for (connection = point->lane->connections; connection;
	     connection = next) {
		next = connection->next;
		weft__repl_session_wake(connection->session,
		    point->herald->watcher.datasource, seq);
	}
}

void
weft__repl_lane_wake(struct weft__repl_lane *lane,
    const struct weft_datasource *datasource, uint64_t seq)
{
	for (size_t i = 0; i < lane->points_length; i++) {
		struct weft__repl_point *point = &lane->points[i];

		if (point->herald->watcher.datasource != datasource)
			continue;
		atomic_store(&point->seen, seq);
		if (!atomic_exchange(&point->is_posted, true))
			weft__loop_post(lane->loop, &point->task);
	}
}

/* It has connections, or has none any more. */
static void
watch_all(struct weft__repl_lane *lane, bool has_connections)
{
	pthread_mutex_lock(&lane->server->mutex);
	for (size_t i = 0; i < lane->points_length; i++)
		if (has_connections)
			weft__repl_herald_join(lane->points[i].herald);
		else
			weft__repl_herald_leave(lane->points[i].herald);
	pthread_mutex_unlock(&lane->server->mutex);
}

/*
 * Connections come and go
 */

void
weft__repl_lane_add(struct weft__repl_connection *connection)
{
	struct weft__repl_lane *lane = connection->lane;
	bool is_first = !lane->connections;

	connection->next = lane->connections;
	connection->link = &lane->connections;
	if (connection->next)
		connection->next->link = &connection->next;
	lane->connections = connection;
	if (!is_first)
		return;
	watch_all(lane, true);
	weft__loop_set_timer(lane->loop, &lane->timer, TICK_MS);
}

void
weft__repl_lane_remove(struct weft__repl_connection *connection)
{
	struct weft__repl_lane *lane = connection->lane;

	*connection->link = connection->next;
	if (connection->next)
		connection->next->link = connection->link;
	weft__repl_session_end(connection->session);
	weft__free(connection);
	if (lane->connections)
		return;
	weft__loop_clear_timer(lane->loop, &lane->timer);
	watch_all(lane, false);
}

/*
 * Time, and the end
 */

void
weft__repl_look(struct weft__job *job)
{
	struct weft__repl_server *server =
	    (struct weft__repl_server *)((char *)job -
		offsetof(struct weft__repl_server, look));

	weft__access_look(server->hub->options.access);
	pthread_mutex_lock(&server->mutex);
	server->is_looking = false;
	pthread_mutex_unlock(&server->mutex);
}

/* Has a worker look if it is time; the sessions ask for the version. */
static void
look(struct weft__repl_server *server, uint64_t now_ms)
{
	const struct weft__repl_options *options = &server->hub->options;
	bool is_due;

	pthread_mutex_lock(&server->mutex);
	is_due = options->access && !server->is_looking &&
	    !server->is_draining &&
	    now_ms >= server->looked_ms + options->look_ms;
	if (is_due) {
		server->is_looking = true;
		server->looked_ms = now_ms;
	}
	pthread_mutex_unlock(&server->mutex);
	if (is_due)
		weft__workers_run(options->workers, NULL, &server->look);
}

static void
on_tick(struct weft__timer *timer)
{
	struct weft__repl_lane *lane =
	    (struct weft__repl_lane *)((char *)timer -
		offsetof(struct weft__repl_lane, timer));
	uint64_t now_ms = weft__loop_now_ms(lane->loop);
	struct weft__repl_connection *connection, *next;

	look(lane->server, now_ms);
	for (connection = lane->connections; connection; connection = next) {
		next = connection->next;
		weft__repl_session_tick(connection->session, now_ms);
	}
	weft__loop_set_timer(lane->loop, timer, TICK_MS);
}

static bool
has_point(const struct weft__repl_lane *lane,
    const struct weft_datasource *datasource)
{
	for (size_t i = 0; i < lane->points_length; i++)
		if (lane->points[i].herald->watcher.datasource == datasource)
			return true;
	return false;
}

/* A point for each datasource with a model that tracks changes. */
static bool
make_points(struct weft__repl_lane *lane)
{
	struct weft_registry *registry =
	    lane->server->hub->options.registry;
	struct weft_model *model;
	size_t count = 0;

	while (weft_registry_model_at(registry, count))
		count++;
	lane->points = weft__calloc(count + 1, sizeof *lane->points);
	for (size_t i = 0; lane->points && i < count; i++) {
		struct weft__repl_point *point =
		    &lane->points[lane->points_length];

		model = weft_registry_model_at(registry, i);
		if (!weft_model_is_tracked(model) ||
		    has_point(lane, model->datasource))
			continue;
		point->task.run = on_wake;
		point->lane = lane;
		point->herald =
		    weft__repl_herald_get(lane->server, model->datasource);
		if (!point->herald)
			return false;
		lane->points_length++;
	}
	return lane->points != NULL;
}

/* Says goodbye: each client is to come back at another time. */
static void
drain(struct weft__task *task)
{
	struct weft__repl_lane *lane = (struct weft__repl_lane *)((char *)task -
	    offsetof(struct weft__repl_lane, drain));
	const struct weft_clock *clock = lane->loop->clock;
	const uint64_t spread = RETURN_EACH_MS *
	    atomic_load(&lane->server->hub->counts.connections) + RETURN_MS;
	struct weft__repl_connection *connection, *next;

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
	struct weft__repl_lane *lane = (struct weft__repl_lane *)((char *)task -
	    offsetof(struct weft__repl_lane, stop));
	struct weft__repl_server *server = lane->server;
	struct weft__repl_connection *connection, *next;

	for (connection = lane->connections; connection; connection = next) {
		next = connection->next;
		if (!connection->ws)
			continue;
		weft__ws_close(connection->ws, WEFT__WS_RESTART,
		    weft_slice("the server ends"));
		connection->ws = NULL;
		weft__repl_lane_remove(connection);
	}
	pthread_mutex_lock(&server->mutex);
	server->stopping--;
	pthread_cond_signal(&server->stopped);
	pthread_mutex_unlock(&server->mutex);
}

static struct weft__repl_lane *
make_lane(struct weft__repl_server *server, struct weft__loop *loop)
{
	struct weft__repl_lane *lane = weft__calloc(1, sizeof *lane);

	if (!lane)
		return NULL;
	lane->server = server;
	lane->loop = loop;
	lane->timer.fire = on_tick;
	lane->drain.run = drain;
	lane->stop.run = stop;
	if (!make_points(lane)) {
		weft__free(lane->points);
		weft__free(lane);
		return NULL;
	}
	return lane;
}

/* The lane of a loop, or NULL: no memory. */
struct weft__repl_lane *
weft__repl_lane_find(struct weft__repl_server *server, struct weft__loop *loop)
{
	struct weft__repl_lane *lane;

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
