#include "transports/watch.h"

#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "models/datasource.h"
#include "models/tracking/live.h"

struct weft__watch {
	int poll_ms;
	int poke_fd; /* an eventfd */
	pthread_t thread;
	pthread_mutex_t mutex; /* guards what follows */
	struct weft__watcher *watchers;
	bool is_ending;
};

/* Runs on the watcher's loop. */
static void
run_task(struct weft__task *task)
{
	struct weft__watcher *watcher =
	    (struct weft__watcher *)((char *)task -
		offsetof(struct weft__watcher, task));

	atomic_store(&watcher->is_posted, false);
	watcher->wake(watcher);
}

static void
wake(struct weft__watcher *watcher, uint64_t tip)
{
	watcher->seen = tip;
	if (!watcher->loop)
		watcher->wake(watcher);
	else if (!atomic_exchange(&watcher->is_posted, true))
		weft__loop_post(watcher->loop, &watcher->task);
}

/* This process has written. */
static void
written(struct weft__listener *listener, uint64_t seq)
{
	wake((struct weft__watcher *)((char *)listener -
		 offsetof(struct weft__watcher, listener)),
	    seq);
}

/* Wakes those for whom there is something new.  The mutex is held: a look at
 * a journal's end takes some microseconds. */
static void
look(struct weft__watch *watch)
{
	struct weft_datasource *looked_at = NULL;
	struct weft__watcher *watcher;
	uint64_t tip = 0;

	for (watcher = watch->watchers; watcher; watcher = watcher->next) {
		if (watcher->datasource != looked_at) {
			if (weft__live_tip(watcher->datasource, &tip, NULL))
				continue; /* tried again at the next turn */
			looked_at = watcher->datasource;
		}
		if (tip != watcher->seen)
			wake(watcher, tip);
	}
}

/* Waits for somebody who begins to watch, or the time to look. */
static void
wait(struct weft__watch *watch, bool has_watchers)
{
	struct pollfd poked = {.fd = watch->poke_fd, .events = POLLIN};
	uint64_t count;

	/* A read that fails means that it was no poke. */
	if (poll(&poked, 1, has_watchers ? watch->poll_ms : -1) > 0 &&
	    read(watch->poke_fd, &count, sizeof count) < 0)
		return;
}

static void
poke(struct weft__watch *watch)
{
	const uint64_t one = 1;

	/* It fails when it has been poked 2^64 times. */
	if (write(watch->poke_fd, &one, sizeof one) < 0)
		return;
}

static void *
run(void *context)
{
	struct weft__watch *watch = context;

	pthread_mutex_lock(&watch->mutex);
	while (!watch->is_ending) {
		bool has_watchers = watch->watchers != NULL;

		pthread_mutex_unlock(&watch->mutex);
		wait(watch, has_watchers);
		pthread_mutex_lock(&watch->mutex);
		look(watch);
	}
	pthread_mutex_unlock(&watch->mutex);
	return NULL;
}

static int
start(struct weft__watch *watch, struct weft_error *error)
{
	watch->poke_fd = eventfd(0, EFD_CLOEXEC);
	if (watch->poke_fd < 0)
		return weft_error_set(
		    error, WEFT_EIO, "cannot make an eventfd for streams");
	pthread_mutex_init(&watch->mutex, NULL);
	if (!pthread_create(&watch->thread, NULL, run, watch))
		return 0;
	pthread_mutex_destroy(&watch->mutex);
	close(watch->poke_fd);
	return weft_error_set(
	    error, WEFT_EIO, "cannot start a thread for streams");
}

int
weft__watch_create(uint64_t poll_ms, struct weft__watch **watch,
    struct weft_error *error)
{
	struct weft__watch *made = weft__calloc(1, sizeof *made);
	int code;

	if (!made)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	made->poll_ms = poll_ms < INT_MAX ? (int)poll_ms : INT_MAX;
	code = start(made, error);
	if (code)
		weft__free(made);
	else
		*watch = made;
	return code;
}

void
weft__watch_destroy(struct weft__watch *watch)
{
	if (!watch)
		return;
	pthread_mutex_lock(&watch->mutex);
	watch->is_ending = true;
	pthread_mutex_unlock(&watch->mutex);
	poke(watch);
	pthread_join(watch->thread, NULL);
	pthread_mutex_destroy(&watch->mutex);
	close(watch->poke_fd);
	weft__free(watch);
}

void
weft__watch_add(struct weft__watch *watch,
    struct weft__watcher *watcher, uint64_t seq)
{
	watcher->task.run = run_task;
	watcher->seen = seq;
	atomic_init(&watcher->is_posted, false);
	pthread_mutex_lock(&watch->mutex);
	watcher->next = watch->watchers;
	watcher->link = &watch->watchers;
	if (watcher->next)
		watcher->next->link = &watcher->next;
	watch->watchers = watcher;
	pthread_mutex_unlock(&watch->mutex);
	watcher->listener.written = written;
	weft__listeners_add(
	    &watcher->datasource->listeners, &watcher->listener);
	poke(watch);
}

bool
weft__watch_remove(
    struct weft__watch *watch, struct weft__watcher *watcher)
{
	weft__listeners_remove(
	    &watcher->datasource->listeners, &watcher->listener);
	pthread_mutex_lock(&watch->mutex);
	*watcher->link = watcher->next;
	if (watcher->next)
		watcher->next->link = watcher->link;
	pthread_mutex_unlock(&watch->mutex);
	return !atomic_load(&watcher->is_posted);
}
