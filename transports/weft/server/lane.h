/*
 * Lanes: one for each loop that serves connections, with its timer, its ends
 * of the heralds, and its list of connections.  All of a lane but its
 * place in the server's list is touched by its loop alone.
 */
#ifndef TRANSPORTS_WEFT_SERVER_LANE_H
#define TRANSPORTS_WEFT_SERVER_LANE_H

#include "transports/weft/server/herald.h"
#include "transports/weft/server/serve.h"
#include "transports/weft/server/session.h"

struct weft__repl_lane;

/* A lane's end of a herald. */
struct weft__repl_point {
	struct weft__task task; /* first */
	struct weft__repl_lane *lane;
	struct weft__repl_herald *herald;
	_Atomic uint64_t seen; /* seq that it was woken for */
	atomic_bool is_posted;
};

struct weft__repl_connection {
	struct weft__ws *ws; /* NULL: gone */
	struct weft__repl_session *session;
	struct weft__repl_lane *lane;
	struct weft__repl_connection *next, **link;
	struct weft__task end; /* deferred */
};

struct weft__repl_lane {
	struct weft__repl_server *server;
	struct weft__loop *loop;
	struct weft__repl_lane *next; /* guarded by the server's mutex */
	struct weft__repl_connection *connections;
	struct weft__timer timer;
	struct weft__task drain, stop;
	bool is_draining;
	struct weft__repl_point *points;
	size_t points_length;
};

struct weft__repl_server {
	struct weft__repl_hub *hub;
	struct weft__ws_settings settings;
	pthread_mutex_t mutex; /* guards what follows */
	pthread_cond_t stopped;
	struct weft__repl_lane *lanes;
	struct weft__repl_herald *heralds;
	size_t stopping; /* lanes that have not stopped yet */
	bool is_draining;
	struct weft__job look; /* whether others have changed rights */
	uint64_t looked_ms;
	bool is_looking; /* the job is under way */
};

/* The lane of a loop, or NULL: no memory.  Thread: the loop's, as for all. */
struct weft__repl_lane *weft__repl_lane_find(
    struct weft__repl_server *server, struct weft__loop *loop);

/* Has its sessions look at what was written up to 'seq'.  Thread: any; the
 * server's mutex is held. */
void weft__repl_lane_wake(struct weft__repl_lane *lane,
    const struct weft_datasource *datasource, uint64_t seq);

/* The work of a server's look. */
void weft__repl_look(struct weft__job *job);

/* A connection comes to its lane, or goes, with its session, and is freed. */
void weft__repl_lane_add(struct weft__repl_connection *connection);
void weft__repl_lane_remove(struct weft__repl_connection *connection);

#endif
