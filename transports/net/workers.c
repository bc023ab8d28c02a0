#include "transports/net/workers.h"

#include <pthread.h>
#include <string.h>

#include "core/base/alloc.h"

struct worker {
	struct weft__workers *workers;
	pthread_t thread;
	pthread_cond_t woken; /* for a job, or the end */
	bool is_idle;
	struct worker *next; /* that has been idle for longer */
};

struct weft__workers {
	pthread_mutex_t lock;
	struct weft__job *first;
	struct weft__job **last; /* where the next one is put */
	struct worker *idle;     /* the last to become so: what it works with
	                            is still near the processor */
	bool is_ending;
	unsigned count;
	struct worker all[];
};

static void
wait_for_job(struct worker *worker)
{
	struct weft__workers *workers = worker->workers;

	worker->is_idle = true;
	worker->next = workers->idle;
	workers->idle = worker;
	while (worker->is_idle && !workers->is_ending)
		pthread_cond_wait(&worker->woken, &workers->lock);
}

/* The next job; NULL at the end. */
static struct weft__job *
take(struct worker *worker)
{
	struct weft__workers *workers = worker->workers;
	struct weft__job *job;

	pthread_mutex_lock(&workers->lock);
	while (!workers->first && !workers->is_ending)
		wait_for_job(worker);
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
	    1, sizeof *workers + count * sizeof *workers->all);
	int code;

	*workers_out = NULL;
	if (!workers)
		return weft_error_set(error, WEFT_ENOMEM, "worker threads");
	pthread_mutex_init(&workers->lock, NULL);
	workers->last = &workers->first;
	for (; workers->count < count; workers->count++) {
		struct worker *worker = &workers->all[workers->count];

		worker->workers = workers;
		pthread_cond_init(&worker->woken, NULL);
		code = pthread_create(&worker->thread, NULL, run, worker);
		if (code) {
			pthread_cond_destroy(&worker->woken);
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
	struct worker *worker;

	job->loop = loop;
	job->next = NULL;
	pthread_mutex_lock(&workers->lock);
	*workers->last = job;
	workers->last = &job->next;
	worker = workers->idle;
	if (worker) {
		workers->idle = worker->next;
		worker->is_idle = false;
	}
	pthread_mutex_unlock(&workers->lock);
	if (worker)
		pthread_cond_signal(&worker->woken);
}

void
weft__workers_destroy(struct weft__workers *workers)
{
	if (!workers)
		return;
	pthread_mutex_lock(&workers->lock);
	workers->is_ending = true;
	for (unsigned i = 0; i < workers->count; i++)
		pthread_cond_signal(&workers->all[i].woken);
	pthread_mutex_unlock(&workers->lock);
	for (unsigned i = 0; i < workers->count; i++) {
		pthread_join(workers->all[i].thread, NULL);
		pthread_cond_destroy(&workers->all[i].woken);
	}
	pthread_mutex_destroy(&workers->lock);
	weft__free(workers);
}
