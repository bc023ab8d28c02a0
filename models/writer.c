#include "models/writer.h"

#include "core/base/alloc.h"
#include "core/base/patience.h"
#include "models/transaction.h"

/* A transaction that a thread waits for. */
struct request {
	weft_transaction_fn *work;
	void *context;
	int code;
	struct weft_error error;
	bool waits; /* for the disk */
	const struct weft__patience *patience; /* of that thread */
	bool done; /* under the writer's mutex */
	struct request *next;
};

struct weft__writer {
	struct weft_datasource *datasource;
	struct weft_transaction transaction;
	pthread_mutex_t mutex;
	pthread_cond_t answered;
	struct request *first, **last; /* those that wait; under the mutex */
	bool led;                      /* some thread runs a group */
};

int
weft__writer_create(struct weft_datasource *datasource,
    struct weft__writer **writer, struct weft_error *error)
{
	struct weft__writer *made = weft__calloc(1, sizeof *made);
	struct weft_connector *connector = datasource->connector;
	int code;

	if (!made)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	made->datasource = datasource;
	made->last = &made->first;
	code = connector->ops->session_open(connector, true,
	    &made->transaction.session, error);
	if (code) {
		weft__free(made);
		return code;
	}
	weft__transaction_init(&made->transaction, datasource, true);
	pthread_mutex_init(&made->mutex, NULL);
	pthread_cond_init(&made->answered, NULL);
	*writer = made;
	return 0;
}

void
weft__writer_destroy(struct weft__writer *writer)
{
	if (!writer)
		return;
	writer->datasource->connector->ops->session_close(
	    writer->transaction.session);
	weft__transaction_fini(&writer->transaction);
	pthread_cond_destroy(&writer->answered);
	pthread_mutex_destroy(&writer->mutex);
	weft__free(writer);
}

/* Does the work on this thread as if it were on that which waits for it. */
static void
run_work(struct weft_transaction *transaction, struct request *request)
{
	const struct weft__patience *own =
	    weft__patience_set(request->patience);

	request->code = request->work(
	    transaction, request->context, &request->error);
	weft__patience_set(own);
}

/*
 * Runs one request between a mark and keep or undo.  Returns nonzero only if
 * the database transaction as a whole cannot go on.
 */
static int
run_marked(struct weft__writer *writer, struct request *request)
{
	struct weft_transaction *transaction = &writer->transaction;
	const struct weft_connector_ops *ops = transaction->session->ops;
	struct weft__counters before = transaction->counters;
	int code = ops->mark(transaction->session, &request->error);

	if (code)
		return request->code = code;
	run_work(transaction, request);
	if (!request->code)
		return ops->keep(transaction->session, &request->error);
	transaction->counters = before;
	transaction->knows_horizon = false;
	return ops->undo(transaction->session, NULL);
}

/* Runs all requests of the group; nonzero: none of them may be committed. */
static int
run_all(struct weft__writer *writer, struct request *group,
    struct weft_error *error)
{
	struct weft_transaction *transaction = &writer->transaction;

	if (!group->next) {
		run_work(transaction, group);
		if (group->code)
			*error = group->error;
		return group->code;
	}
	for (; group; group = group->next) {
		int code = run_marked(writer, group);

		if (code) {
			*error = group->error;
			return code;
		}
	}
	return 0;
}

/* The transaction failed as a whole: whoever thought to be through is not. */
static void
fail_all(struct request *group, int code, const struct weft_error *error)
{
	for (; group; group = group->next) {
		if (group->code)
			continue;
		group->code = code;
		group->error = *error;
	}
}

/* Begins a transaction that waits for the disk if one of the group does. */
static int
begin(struct weft__writer *writer, const struct request *group,
    struct weft_error *error)
{
	struct weft_connector_session *session = writer->transaction.session;
	bool waits = false;
	int code = 0;

	for (; group && !waits; group = group->next)
		waits = group->waits;
	if (session->ops->set_sync)
		code = session->ops->set_sync(session, waits, error);
	return code ? code : session->ops->begin(session, error);
}

static void
run_group(struct weft__writer *writer, struct request *group)
{
	struct weft_transaction *transaction = &writer->transaction;
	const struct weft_connector_ops *ops = transaction->session->ops;
	struct weft_error error = {0};
	int code = begin(writer, group, &error);

	if (code) {
		fail_all(group, code, &error);
		return;
	}
	code = weft__transaction_start(transaction, &error);
	if (!code)
		code = run_all(writer, group, &error);
	if (!code)
		code = weft__transaction_finish(transaction, &error);
	if (!code)
		code = ops->commit(transaction->session, &error);
	if (code) {
		ops->rollback(transaction->session);
		fail_all(group, code, &error);
	} else if (transaction->counters.seq > transaction->committed.seq) {
		weft__listeners_tell(&writer->datasource->listeners,
		    transaction->counters.seq);
	}
}

/* Takes all that wait and runs them; called and left with the mutex held. */
static void
lead(struct weft__writer *writer)
{
	struct request *group = writer->first, *request, *next;

	writer->led = true;
	writer->first = NULL;
	writer->last = &writer->first;
	pthread_mutex_unlock(&writer->mutex);
	run_group(writer, group);
	pthread_mutex_lock(&writer->mutex);
	writer->led = false;
	for (request = group; request; request = next) {
		next = request->next;
		request->done = true;
	}
	pthread_cond_broadcast(&writer->answered);
}

int
weft__writer_run(struct weft__writer *writer, weft_transaction_fn *work,
    void *context, bool waits, struct weft_error *error)
{
	struct request request = {
	    .work = work, .context = context, .waits = waits,
	    .patience = weft__patience_get()};

	pthread_mutex_lock(&writer->mutex);
	*writer->last = &request;
	writer->last = &request.next;
	while (!request.done) {
		if (writer->led)
			pthread_cond_wait(&writer->answered, &writer->mutex);
		else
			lead(writer);
	}
	pthread_mutex_unlock(&writer->mutex);
	if (request.code && error)
		*error = request.error;
	return request.code;
}

int
weft__writer_others(struct weft__writer *writer, uint64_t *number,
    struct weft_error *error)
{
	struct weft_connector_session *session = writer->transaction.session;
	int code;

	*number = 0;
	if (!session->ops->others)
		return 0;
	pthread_mutex_lock(&writer->mutex);
	while (writer->led)
		pthread_cond_wait(&writer->answered, &writer->mutex);
	code = session->ops->others(session, number, error);
	pthread_mutex_unlock(&writer->mutex);
	return code;
}
