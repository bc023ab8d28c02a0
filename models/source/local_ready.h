/*
 * The updates of a bulk update, made ready to be written: in canonical form,
 * validated, hashed.  None of that needs the transaction, so that many of them
 * are made ready by a thread of their own while the first are being written.
 */
#ifndef MODELS_SOURCE_LOCAL_READY_H
#define MODELS_SOURCE_LOCAL_READY_H

#include <pthread.h>

#include "core/repl/source.h"
#include "models/record/prepare.h"
#include "models/tracking/tracker.h"

/* What is written of one update; nothing for a deletion. */
struct weft__ready_update {
	struct weft__replica replica;
	struct weft__body_hashes hashes; /* of what was sent */
	bool is_denied; /* at its turn: it is not for who sends */
};

/* Why an update was refused. */
struct weft__ready_refusal {
	size_t index;
	struct weft_error why;
};

/* The updates of one model. */
struct weft__ready_part {
	const struct weft__bulk_part *given;
	struct weft_model *model;
	struct weft__prepare prepare; /* owns what the updates hold */
	struct weft__ready_update *updates;
	struct weft__ready_refusal *refusals;
	size_t refusals_length, refusals_capacity;
	size_t first; /* updates in the parts before this one */
};

struct weft__ready {
	struct weft_call call; /* on whose behalf, for the hooks */
	struct weft__ready_part *parts;
	size_t length;
	size_t made;  /* updates; of who makes them */
	size_t known; /* of these, those that the writer knows of */
	/* The thread that makes them, if it is not the caller's. */
	bool is_aside;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t moved;
	size_t count; /* updates that are ready; under the mutex */
	bool is_over; /* there will be no more; under the mutex */
	int code;     /* of what stopped it, when it is over */
	struct weft_error error;
};

/*
 * Finds the models of all parts, which are kept, and makes room; 'ready' is
 * zero but for its call.  weft__ready_close() must follow, also on failure.
 * Returns 0; WEFT_ENOMEM; as weft__source_local_model().
 */
WEFT_MUST_CHECK int weft__ready_open(struct weft__ready *ready,
    struct weft_source *source, const struct weft__bulk_part *given,
    size_t length, struct weft_error *error);

/*
 * Makes all updates ready, or begins to.  Sets the outcomes of those that are
 * refused.  Returns 0, or what stops the whole call: WEFT_ENOMEM, a failed
 * hook.
 */
WEFT_MUST_CHECK int weft__ready_make(
    struct weft__ready *ready, struct weft_error *error);

/*
 * Waits for the update of this index, counted over all parts.  Never long:
 * where a hook is to be called all are ready before.
 * Returns 0, or what stops the whole call.
 */
WEFT_MUST_CHECK int weft__ready_wait(
    struct weft__ready *ready, size_t index, struct weft_error *error);

/* Tells the caller why updates were refused, when all are ready. */
void weft__ready_tell_refused(const struct weft__ready *ready);

/* Frees all that was made ready. */
void weft__ready_close(struct weft__ready *ready);

#endif
