#include "transports/weft/client/live.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "models/datasource.h"

#define POLL_MS 100
#define RETRY_MS 1000

const char *
weft_live_state_name(enum weft_live_state state)
{
	static const char *const names[] = {[WEFT_LIVE_CONNECTING] =
	                                        "connecting",
	    [WEFT_LIVE_CATCHING_UP] = "catching up",
	    [WEFT_LIVE_LIVE] = "live",
	    [WEFT_LIVE_OFFLINE] = "offline",
	    [WEFT_LIVE_REFUSED] = "refused",
	    [WEFT_LIVE_STOPPED] = "stopped"};

	return names[state];
}

/*
 * What others see
 */

static void
signal_fd(const struct weft_live *live)
{
	const uint64_t one = 1;

	while (write(live->fd, &one, sizeof one) < 0 && errno == EINTR)
		;
}

void
weft__live_tell(
    struct weft_live *live, const struct weft_live_status *status)
{
	bool has_fd;

	pthread_mutex_lock(&live->lock);
	live->status = *status;
	live->is_new = true;
	has_fd = live->has_fd;
	pthread_mutex_unlock(&live->lock);
	weft__live_keep(live);
	if (has_fd)
		signal_fd(live);
	else if (live->options.changed)
		live->options.changed(status, live->options.context);
}

bool
weft__live_is_stopping(struct weft_live *live)
{
	bool is_stopping;

	pthread_mutex_lock(&live->lock);
	is_stopping = live->is_stopping;
	pthread_mutex_unlock(&live->lock);
	return is_stopping;
}

void
weft_live_status(struct weft_live *live, struct weft_live_status *status)
{
	pthread_mutex_lock(&live->lock);
	*status = live->status;
	pthread_mutex_unlock(&live->lock);
}

int
weft_live_fd(struct weft_live *live)
{
	pthread_mutex_lock(&live->lock);
	live->has_fd = true;
	pthread_mutex_unlock(&live->lock);
	return live->fd;
}

int
weft_live_timeout_ms(const struct weft_live *live)
{
	return -1; /* all deadlines are the thread's */
}

int
weft_live_step(struct weft_live *live, struct weft_error *error)
{
	struct weft_live_status status;
	uint64_t count;
	bool is_new;

	while (read(live->fd, &count, sizeof count) < 0 && errno == EINTR)
		;
	pthread_mutex_lock(&live->lock);
	status = live->status;
	is_new = live->is_new;
	live->is_new = false;
	pthread_mutex_unlock(&live->lock);
	if (is_new && live->options.changed)
		live->options.changed(&status, live->options.context);
	if (status.state != WEFT_LIVE_REFUSED)
		return 0;
	return weft_error_set(
	    error, status.error.code, "%s", status.error.text);
}

/* Ends a wait of the thread that works. */
static void
wake(struct weft_live *live, bool is_stop)
{
	pthread_mutex_lock(&live->lock);
	live->is_stopping |= is_stop;
	if (live->peer && is_stop)
		weft__peer_cancel(live->peer);
	else if (live->peer)
		weft__peer_wake(live->peer);
	pthread_cond_broadcast(&live->woken);
	pthread_mutex_unlock(&live->lock);
}

static void
written(struct weft__listener *listener, uint64_t seq)
{
	wake((struct weft_live *)((char *)listener -
		 offsetof(struct weft_live, listener)),
	    false);
}

void
weft_live_poke(struct weft_live *live)
{
	wake(live, false);
}

void
weft_live_stop(struct weft_live *live)
{
	wake(live, true);
}

/*
 * Its life
 */

int
weft_live_run(struct weft_live *live, struct weft_error *error)
{
	struct weft_live_status status;
	struct weft_error why = {0, ""};
	int code = weft__live_work(live, &why);

	weft_live_status(live, &status);
	status.state = code ? WEFT_LIVE_REFUSED : WEFT_LIVE_STOPPED;
	status.error = why;
	weft__live_tell(live, &status);
	return code ? weft_error_set(error, code, "%s", why.text) : 0;
}

static void *
run_thread(void *context)
{
	struct weft_error error;

	/* The status tells. */
	(void)!weft_live_run(context, &error);
	return NULL;
}

int
weft_live_start(struct weft_live *live, struct weft_error *error)
{
	sigset_t all, before;
	int failed;

	if (live->is_started)
		return 0;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&live->thread, NULL, run_thread, live);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed)
		return weft_error_set(error, WEFT_EIO, "no thread");
	live->is_started = true;
	return 0;
}

static bool
copy_text(const char *text, char **copy)
{
	if (text)
		*copy = weft__strdup(text);
	return !text || *copy;
}

static bool
copy_models(struct weft_live *live, const char *const *models)
{
	size_t length = 0;

	if (!models)
		return true;
	while (models[length])
		length++;
	live->models = weft__calloc(length + 1, sizeof *live->models);
	for (size_t i = 0; live->models && i < length; i++)
		if (!copy_text(models[i], &live->models[i]))
			return false;
	return live->models != NULL;
}

static int
copy_options(struct weft_live *live, const struct weft_live_options *options,
    struct weft_error *error)
{
	live->options = *options;
	if (!options->poll_ms)
		live->options.poll_ms = POLL_MS;
	if (!options->retry_ms)
		live->options.retry_ms = RETRY_MS;
	if (copy_text(options->url, &live->url) &&
	    copy_text(options->token, &live->token) &&
	    copy_text(options->ca_file, &live->ca_file) &&
	    copy_text(options->filter, &live->filter) &&
	    copy_models(live, options->models))
		return 0;
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

/* How far it had come when it was ended. */
static int
note_position(const struct weft_consumer *consumer, void *context)
{
	struct weft_live *live = context;

	if (strcmp(consumer->name, live->consumer) == 0)
		live->seen = live->noted = consumer->position;
	return 0;
}

/*
 * The database's life, and the file that it is in: who copies the file has
 * another copy of the data, which is to hear of what is written to this one.
 */
static void
name_node(struct weft_live *live)
{
	const char *epoch = live->local->ops->epoch(live->local);
	const char *path = live->options.datasource->path;
	struct stat file;

	if (!path || stat(path, &file))
		snprintf(live->node, sizeof live->node, "%s", epoch);
	else
		snprintf(live->node, sizeof live->node, "%s.%jx.%jx", epoch,
		    (uintmax_t)file.st_dev, (uintmax_t)file.st_ino);
}

static int
open_local(struct weft_live *live, struct weft_error *error)
{
	int code = weft_source_open_datasource(
	    live->options.datasource, &live->local, error);

	if (code)
		return code;
	name_node(live);
	live->listener.written = written;
	weft__listeners_add(
	    &live->options.datasource->listeners, &live->listener);
	snprintf(live->consumer, sizeof live->consumer, "%s", live->url);
	code = weft_consumer_each(
	    live->options.datasource, note_position, live, error);
	return code ? code : weft__live_recall(live, error);
}

static bool
is_complete(const struct weft_live_options *options)
{
	return options->version == 1 && options->datasource && options->url &&
	    !(options->only_send && options->only_receive);
}

int
weft_live_create(const struct weft_live_options *options,
    struct weft_live **live_out, struct weft_error *error)
{
	struct weft_live *live;
	int code;

	*live_out = NULL;
	if (!is_complete(options))
		return weft_error_set(error, WEFT_EINVAL,
		    "a live replication needs a datasource and a URL");
	live = weft__calloc(1, sizeof *live);
	if (!live)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	pthread_mutex_init(&live->lock, NULL);
	pthread_cond_init(&live->woken, NULL);
	live->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	code = copy_options(live, options, error);
	if (!code && live->fd < 0)
		code = weft_error_set(error, WEFT_EIO, "no descriptor");
	if (!code)
		code = open_local(live, error);
	if (code) {
		weft_live_destroy(live);
		return code;
	}
	*live_out = live;
	return 0;
}

void
weft_live_destroy(struct weft_live *live)
{
	if (!live)
		return;
	weft_live_stop(live);
	if (live->is_started)
		pthread_join(live->thread, NULL);
	if (live->listener.written)
		weft__listeners_remove(
		    &live->options.datasource->listeners, &live->listener);
	if (live->remote)
		weft_source_destroy(&live->remote->base);
	weft_source_destroy(live->local);
	if (live->fd >= 0)
		close(live->fd);
	for (size_t i = 0; live->models && live->models[i]; i++)
		weft__free(live->models[i]);
	weft__free(live->models);
	weft__free(live->url);
	weft__free(live->token);
	weft__free(live->ca_file);
	weft__free(live->filter);
	pthread_cond_destroy(&live->woken);
	pthread_mutex_destroy(&live->lock);
	weft__free(live);
}
