#include "transports/net/workers.h"

#include <pthread.h>
#include <string.h>

#include "core/base/alloc.h"

struct weft__workers {
	pthread_mutex_t lock;
	pthread_cond_t given; /* a job, or the end */
	struct weft__job *first;
	struct weft__job **last; /* where the next one is put */
	bool is_ending;
	unsigned count;
	pthread_t threads[];
};

/* The next job; NULL at the end. */
static struct weft__job *
take(struct weft__workers *workers)
{
	struct weft__job *job;

	pthread_mutex_lock(&workers->lock);
	while (!workers->first && !workers->is_ending)
		pthread_cond_wait(&workers->given, &workers->lock);
	job = workers->first;
	if (job) {
		workers->first = job->next;
		if (!workers->first)
			workers->last = &workers->first;
	}
	pthread_mutex_unlock(&workers->lock);
	return job;
}

static void
on_done(struct weft__task *task)
{
	struct weft__job *job = (void *)((char *)task -
	    offsetof(struct weft__job, task));

	job->done(job);
}

static void *
run(void *context)
{
	struct weft__job *job;
	struct weft__loop *loop;

	while ((job = take(context))) {
		loop = job->loop;
		job->work(job);
		if (!loop)
			continue;
		job->task.run = on_done;
		weft__loop_post(loop, &job->task);
	}
	return NULL;
}

int
weft__workers_create(unsigned count, struct weft__workers **workers_out,
    struct weft_error *error)
{
	struct weft__workers *workers = weft__calloc(
	    1, sizeof *workers + count * sizeof *workers->threads);
	int code;

	*workers_out = NULL;
	if (!workers)
		return weft_error_set(error, WEFT_ENOMEM, "worker threads");
	pthread_mutex_init(&workers->lock, NULL);
	pthread_cond_init(&workers->given, NULL);
	workers->last = &workers->first;
	for (; workers->count < count; workers->count++) {
		code = pthread_create(&workers->threads[workers->count], NULL,
		    run, workers);
		if (code) {
			weft__workers_destroy(workers);
			return weft_error_set(error, WEFT_EIO,
			    "worker threads: %s", strerror(code));
		}
	}
	*workers_out = workers;
	return 0;
}

void
weft__workers_run(struct weft__workers *workers, struct weft__loop *loop,
    struct weft__job *job)
{
	job->loop = loop;
	job->next = NULL;
	pthread_mutex_lock(&workers->lock);
	*workers->last = job;
	workers->last = &job->next;
	pthread_cond_signal(&workers->given);
	pthread_mutex_unlock(&workers->lock);
}

void
weft__workers_destroy(struct weft__workers *workers)
{
	if (!workers)
		return;
	pthread_mutex_lock(&workers->lock);
	workers->is_ending = true;
	pthread_cond_broadcast(&workers->given);
	pthread_mutex_unlock(&workers->lock);
	for (unsigned i = 0; i < workers->count; i++)
		pthread_join(workers->threads[i], NULL);
	pthread_cond_destroy(&workers->given);
	pthread_mutex_destroy(&workers->lock);
	weft__free(workers);
}
