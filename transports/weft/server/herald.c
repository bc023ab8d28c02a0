#include "transports/weft/server/herald.h"

#include "core/base/alloc.h"
#include "transports/weft/server/lane.h"

/* What this thread is to tell itself. */
static _Thread_local struct {
	bool holds;
	struct weft__repl_herald *held;
} here;

static void
wake_lanes(struct weft__repl_herald *herald, uint64_t seq)
{
	struct weft__repl_server *server = herald->server;
	struct weft__repl_lane *lane;

	pthread_mutex_lock(&server->mutex);
	for (lane = server->lanes; lane; lane = lane->next)
		weft__repl_lane_wake(lane, herald->watcher.datasource, seq);
	pthread_mutex_unlock(&server->mutex);
}

/* Whether more was written than this; if not, the work is done. */
static bool
goes_on(struct weft__repl_herald *herald, uint64_t seq)
{
	bool is_more;

	pthread_mutex_lock(&herald->mutex);
	is_more = herald->wanted != seq;
	herald->is_working = is_more;
	pthread_mutex_unlock(&herald->mutex);
	return is_more;
}

static void
run(struct weft__repl_herald *herald)
{
	weft__workers_run(
	    herald->server->hub->options.workers, NULL, &herald->job);
}

/* Tells of what was written so far; of what came meanwhile another one does, as
 * this thread may have to answer. */
static void
tell(struct weft__repl_herald *herald)
{
	uint64_t seq;

	pthread_mutex_lock(&herald->mutex);
	seq = herald->wanted;
	pthread_mutex_unlock(&herald->mutex);
	weft__repl_hub_read_ahead(
	    herald->server->hub, herald->watcher.datasource, seq);
	wake_lanes(herald, seq);
	if (goes_on(herald, seq))
		run(herald);
}

static void
work(struct weft__job *job)
{
	tell((struct weft__repl_herald *)((char *)job -
	    offsetof(struct weft__repl_herald, job)));
}

/* Something was written: on the thread that did it, or saw it. */
static void
on_wake(struct weft__watcher *watcher)
{
	struct weft__repl_herald *herald = (struct weft__repl_herald *)watcher;
	bool is_working;

	pthread_mutex_lock(&herald->mutex);
	herald->wanted = atomic_load(&watcher->seen);
	is_working = herald->is_working;
	herald->is_working = true;
	pthread_mutex_unlock(&herald->mutex);
	if (is_working)
		return;
	if (here.holds && !here.held)
		here.held = herald;
	else
		run(herald);
}

void
weft__repl_herald_hold(void)
{
	here.holds = true;
}

void
weft__repl_herald_release(void)
{
	struct weft__repl_herald *herald = here.held;

	here.holds = false;
	here.held = NULL;
	if (herald)
		tell(herald);
}

struct weft__repl_herald *
weft__repl_herald_get(
    struct weft__repl_server *server, struct weft_datasource *datasource)
{
	struct weft__repl_herald *herald = server->heralds;

	while (herald && herald->watcher.datasource != datasource)
		herald = herald->next;
	if (herald)
		return herald;
	herald = weft__calloc(1, sizeof *herald);
	if (!herald)
		return NULL;
	herald->watcher.datasource = datasource;
	herald->watcher.wake = on_wake;
	herald->job.work = work;
	herald->server = server;
	pthread_mutex_init(&herald->mutex, NULL);
	herald->next = server->heralds;
	server->heralds = herald;
	return herald;
}

void
weft__repl_herald_join(struct weft__repl_herald *herald)
{
	if (!herald->lanes++)
		weft__watch_add(herald->server->hub->options.watch,
		    &herald->watcher, 0);
}

void
weft__repl_herald_leave(struct weft__repl_herald *herald)
{
	if (!--herald->lanes)
		weft__watch_remove(herald->server->hub->options.watch,
		    &herald->watcher);
}

void
weft__repl_heralds_destroy(struct weft__repl_server *server)
{
	struct weft__repl_herald *herald;

	while ((herald = server->heralds)) {
		server->heralds = herald->next;
		pthread_mutex_destroy(&herald->mutex);
		weft__free(herald);
	}
}
