#include "models/replicate/drive.h"

#include <pthread.h>

/* Changes that are not worth a thread. */
#define FEW 200

/* A session under way. */
struct run {
	const struct weft__drive *drive;
	pthread_mutex_t mutex; /* the session is looked at under it */
	pthread_cond_t moved;  /* the session took an answer */
};

/* Lets the answer of a DIFF or RELATE be judged. */
static int
judge(const struct weft__drive *drive, const struct weft__call *call,
    struct weft_error *error)
{
	bool is_opinion = call->kind == WEFT__CALL_DIFF ||
	    call->kind == WEFT__CALL_RELATE;

	if (!drive->judge || !is_opinion)
		return 0;
	return drive->judge(call, drive->context, error);
}

/* Makes a call. */
static int
make_call(const struct weft__drive *drive, const struct weft__call *call,
    struct weft_error *error)
{
	bool taken = false;
	int code = 0;

	if (call->kind == WEFT__CALL_CHANGES && drive->changes)
		code = drive->changes(call, &taken, drive->context, error);
	if (!code && !taken)
		code = weft__call_make(
		    call, &drive->parties[call->side], error);
	return code ? code : judge(drive, call, error);
}

/* Tells how far it is, outside of the mutex: the callback may take long. */
static void
report(struct run *run)
{
	const struct weft__drive *drive = run->drive;
	struct weft__session_result so_far = drive->session->result;
	int stop;

	if (!drive->progress)
		return;
	pthread_mutex_unlock(&run->mutex);
	stop = drive->progress(&so_far, drive->context);
	pthread_mutex_lock(&run->mutex);
	if (stop)
		weft__session_cancel(drive->session, WEFT_ECANCELED, NULL);
}

/* Has the conflicts taken if they are due, while both sides wait for that;
 * false if they are not.  The mutex is held. */
static bool
give_conflicts(struct run *run)
{
	const struct weft__drive *drive = run->drive;
	struct weft__session *session = drive->session;
	struct weft_error error = {0};
	int code;

	if (!weft__session_is_full(session))
		return false;
	pthread_mutex_unlock(&run->mutex);
	code = drive->conflicts(&session->result, drive->context, &error);
	pthread_mutex_lock(&run->mutex);
	weft__session_conflicts_taken(session);
	if (code)
		weft__session_cancel(session, code, &error);
	pthread_cond_broadcast(&run->moved);
	return true;
}

/* Makes the side's next call; false if it has none.  The mutex is held. */
static bool
step(struct run *run, enum weft__side side)
{
	struct weft__session *session = run->drive->session;
	struct weft_error error = {0};
	struct weft__call call;
	int code;

	if (!weft__session_next(session, side, &call))
		return false;
	pthread_mutex_unlock(&run->mutex);
	code = make_call(run->drive, &call, &error);
	pthread_mutex_lock(&run->mutex);
	weft__session_answer(session, &call, code, &error);
	if (side == WEFT__TARGET)
		report(run);
	pthread_cond_broadcast(&run->moved);
	return true;
}

/* Makes the side's calls, as they come, until all is done. */
static void
run_side(struct run *run, enum weft__side side)
{
	pthread_mutex_lock(&run->mutex);
	while (!weft__session_done(run->drive->session))
		if (!(side == WEFT__TARGET && give_conflicts(run)) &&
		    !step(run, side))
			pthread_cond_wait(&run->moved, &run->mutex);
	pthread_mutex_unlock(&run->mutex);
}

static void *
run_source(void *context)
{
	run_side(context, WEFT__SOURCE);
	return NULL;
}

/* Makes the calls of both sides, until there are many changes. */
static void
run_alone(struct run *run)
{
	struct weft__session *session = run->drive->session;

	pthread_mutex_lock(&run->mutex);
	while (!weft__session_done(session) && session->result.changes < FEW) {
		bool has_source = step(run, WEFT__SOURCE);
		bool has_target = step(run, WEFT__TARGET);

		/* One side can always go on; else this would never end. */
		if (!has_source && !has_target && !give_conflicts(run))
			weft__session_cancel(session, WEFT_EBROKEN, NULL);
	}
	pthread_mutex_unlock(&run->mutex);
}

/* Makes them at the same time. */
static void
run_both(struct run *run)
{
	struct weft__session *session = run->drive->session;
	pthread_t thread;

	if (pthread_create(&thread, NULL, run_source, run)) {
		weft_error_set(&session->result.error, WEFT_ENOMEM,
		    "no thread for the source");
		weft__session_cancel(
		    session, WEFT_ENOMEM, &session->result.error);
	} else {
		run_side(run, WEFT__TARGET);
		pthread_join(thread, NULL);
	}
}

int
weft__drive_run(const struct weft__drive *drive)
{
	struct run run = {.drive = drive};

	pthread_mutex_init(&run.mutex, NULL);
	pthread_cond_init(&run.moved, NULL);
	run_alone(&run);
	if (!weft__session_done(drive->session))
		run_both(&run);
	pthread_cond_destroy(&run.moved);
	pthread_mutex_destroy(&run.mutex);
	return drive->session->result.code;
}
