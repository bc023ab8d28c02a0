#include "tools/weftd/projector.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <time.h>

#include "core/base/alloc.h"
#include "tools/weftd/logs.h"

struct projector {
	struct weft_registry *registry;
	uint64_t interval_ms;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t stopped;
	bool stop;        /* under the mutex */
	bool has_failed;  /* said once, until it goes on */
};

static void
project_all(struct projector *projector)
{
	struct weft_datasource *datasource;
	bool failed = false;

	for (size_t i = 0; (datasource = weft_registry_datasource_at(
				projector->registry, i));
	     i++) {
		struct weft_error error = {0};

		int code = weft_datasource_project(datasource, &error);

		/* Who holds the store brings it up to date. */
		if (!code || code == WEFT_ELOCKED)
			continue;
		failed = true;
		if (!projector->has_failed)
			logs_say(WEFT_LOG_ERROR, "store of %s: %s",
			    weft_datasource_name(datasource), error.text);
	}
	if (projector->has_failed && !failed)
		logs_say(WEFT_LOG_INFO, "the stores are up to date again");
	projector->has_failed = failed;
}

/* Waits for the interval to pass, or for the end; true at the end. */
static bool
wait_for_next(struct projector *projector)
{
	struct timespec until;
	bool stop;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += (time_t)(projector->interval_ms / 1000);
	until.tv_nsec += (long)(projector->interval_ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&projector->mutex);
	while (!projector->stop &&
	    pthread_cond_timedwait(&projector->stopped, &projector->mutex,
		&until) != ETIMEDOUT)
		continue;
	stop = projector->stop;
	pthread_mutex_unlock(&projector->mutex);
	return stop;
}

static void *
run(void *context)
{
	struct projector *projector = context;

	while (!wait_for_next(projector))
		project_all(projector);
	project_all(projector);
	return NULL;
}

int
projector_start(struct weft_registry *registry, uint64_t interval_ms,
    struct projector **projector, struct weft_error *error)
{
	struct projector *made = weft__calloc(1, sizeof *made);
	pthread_condattr_t attributes;

	*projector = NULL;
	if (!made)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	made->registry = registry;
	made->interval_ms = interval_ms;
	pthread_mutex_init(&made->mutex, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&made->stopped, &attributes);
	pthread_condattr_destroy(&attributes);
	if (pthread_create(&made->thread, NULL, run, made)) {
		weft__free(made);
		return weft_error_set(
		    error, WEFT_EIO, "no thread for the stores");
	}
	*projector = made;
	return 0;
}

void
projector_stop(struct projector *projector)
{
	if (!projector)
		return;
	pthread_mutex_lock(&projector->mutex);
	projector->stop = true;
	pthread_cond_signal(&projector->stopped);
	pthread_mutex_unlock(&projector->mutex);
	pthread_join(projector->thread, NULL);
	pthread_cond_destroy(&projector->stopped);
	pthread_mutex_destroy(&projector->mutex);
	weft__free(projector);
}
