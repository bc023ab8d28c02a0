/*
 * Records: create, read, update, delete, as LoopBack's PersistedModel does.
 *
 * Data goes in as any valid JSON and comes out as canonical JSON.  Each call
 * is one transaction unless struct weft_call names one.
 */
#ifndef WEFT_RECORD_H
#define WEFT_RECORD_H

#include <weft/model.h>

struct weft__viewer;

/* What surrounds a call; zero-initialised (or NULL) is a plain one. */
struct weft_call {
	struct weft_transaction *transaction; /* NULL: one of its own */
	struct weft_slice user;   /* on whose behalf; kept in the journal */
	struct weft_slice origin; /* peer or connection; kept in the journal */
	bool with_hidden;         /* give hidden properties too */
	/*
	 * private: who may only write what "visibleTo" shows him, and only
	 * create that; NULL: nobody is restricted
	 */
	const struct weft__viewer *viewer;
	/*
	 * Of a failed validation: LoopBack's error.details as JSON, {"context",
	 * "codes","messages"}.  The caller's buffer, or NULL.
	 */
	struct weft_buf *details;
	/*
	 * Of what is found: told of each record whose stored body is no JSON;
	 * 'why' names it, and it is left out.  NULL: nobody looks.
	 */
	void (*damaged)(const struct weft_error *why, void *context);
	void *damaged_context;
};

/*
 * Common to all below
 *  - 'data' is a JSON object, 'id' the id's text, 'where' and 'filter'
 *    LoopBack's JSON (no value: none).  All borrowed until return.
 *  - 'record' (may be NULL) gets the canonical JSON appended; on failure it
 *    is as it was.
 *  - Return 0; WEFT_EJSON, WEFT_ELIMIT (input); WEFT_EINVAL (where or filter,
 *    or a call that makes no sense: says what); WEFT_EVALIDATION (see
 *    call->details); WEFT_EHOOK or what a hook returned; WEFT_ENOMEM; what
 *    the connector returns.  On failure nothing is changed.
 *  - Thread: any.
 */

/*
 * Creates one record (an object) or several (an array, all or none; 'record'
 * gets an array; as a whole it is bounded like one record).  A missing id is
 * made by its defaultFn, else a UUID.
 * Returns also WEFT_EEXISTS (the id is taken).  Thread: any.
 */
WEFT_API WEFT_MUST_CHECK int weft_record_create(struct weft_model *model,
    const struct weft_call *call, struct weft_slice data,
    struct weft_buf *record, struct weft_error *error);

/* Merges 'data' into the record with its id, or creates it.
 * Returns as said above.  Thread: any. */
WEFT_API WEFT_MUST_CHECK int weft_record_upsert(struct weft_model *model,
    const struct weft_call *call, struct weft_slice data,
    struct weft_buf *record, struct weft_error *error);

/* Replaces the whole record with the id in 'data', or creates it.
 * Returns as said above.  Thread: any. */
WEFT_API WEFT_MUST_CHECK int weft_record_replace_or_create(
    struct weft_model *model, const struct weft_call *call,
    struct weft_slice data, struct weft_buf *record,
    struct weft_error *error);

/* Replaces the whole record; an id in 'data' must be the same.
 * Returns also WEFT_ENOTFOUND.  Thread: any. */
WEFT_API WEFT_MUST_CHECK int weft_record_replace(struct weft_model *model,
    const struct weft_call *call, struct weft_slice id,
    struct weft_slice data, struct weft_buf *record,
    struct weft_error *error);

/* Merges 'data' into the record; an id in 'data' must be the same.
 * Returns also WEFT_ENOTFOUND.  Thread: any. */
WEFT_API WEFT_MUST_CHECK int weft_record_patch(struct weft_model *model,
    const struct weft_call *call, struct weft_slice id,
    struct weft_slice data, struct weft_buf *record,
    struct weft_error *error);

/*
 * Receives one record, canonical JSON, borrowed until it returns.  Nonzero
 * stops the walk and is what the caller of find gets.
 */
typedef int weft_record_fn(struct weft_slice record, void *context);

/* Calls 'each' for every record that matches, in the filter's order (by id if
 * it names none).  Returns as said above, or what 'each' returned.
 * Thread: any; 'each' runs on the caller's. */
WEFT_API WEFT_MUST_CHECK int weft_record_find(struct weft_model *model,
    const struct weft_call *call, struct weft_slice filter,
    weft_record_fn *each, void *context, struct weft_error *error);

/* The first record that matches.  Returns also WEFT_ENOTFOUND.
 * Thread: any. */
WEFT_API WEFT_MUST_CHECK int weft_record_find_one(struct weft_model *model,
    const struct weft_call *call, struct weft_slice filter,
    struct weft_buf *record, struct weft_error *error);

/* The record of this id; of 'filter' only fields counts.
 * Returns also WEFT_ENOTFOUND.  Thread: any. */
WEFT_API WEFT_MUST_CHECK int weft_record_find_by_id(
    struct weft_model *model, const struct weft_call *call,
    struct weft_slice id, struct weft_slice filter, struct weft_buf *record,
    struct weft_error *error);

/* How many records match.  Returns as said above.  Thread: any. */
WEFT_API WEFT_MUST_CHECK int weft_record_count(struct weft_model *model,
    const struct weft_call *call, struct weft_slice where, uint64_t *count,
    struct weft_error *error);

/* Whether there is a record of this id.  Returns as above.  Thread: any. */
WEFT_API WEFT_MUST_CHECK int weft_record_exists(struct weft_model *model,
    const struct weft_call *call, struct weft_slice id, bool *found,
    struct weft_error *error);

/* Merges 'data' into every record that matches, in one transaction.
 * 'count' may be NULL.  Returns as said above.  Thread: any. */
WEFT_API WEFT_MUST_CHECK int weft_record_update_all(
    struct weft_model *model, const struct weft_call *call,
    struct weft_slice where, struct weft_slice data, uint64_t *count,
    struct weft_error *error);

/* Deletes the record; '*count' (may be NULL) is 0 if there was none.
 * Returns as said above.  Thread: any. */
WEFT_API WEFT_MUST_CHECK int weft_record_delete_by_id(
    struct weft_model *model, const struct weft_call *call,
    struct weft_slice id, uint64_t *count, struct weft_error *error);

/* Deletes every record that matches, in one transaction.
 * Returns as said above.  Thread: any. */
WEFT_API WEFT_MUST_CHECK int weft_record_delete_all(
    struct weft_model *model, const struct weft_call *call,
    struct weft_slice where, uint64_t *count, struct weft_error *error);

enum weft_hook_point {
	WEFT_HOOK_BEFORE_SAVE,   /* may change the record */
	WEFT_HOOK_AFTER_SAVE,    /* after the commit */
	WEFT_HOOK_BEFORE_DELETE,
	WEFT_HOOK_AFTER_DELETE   /* after the commit */
};

/* What a hook sees; slices borrowed until it returns. */
struct weft_hook_event {
	enum weft_hook_point point;
	struct weft_model *model;
	const struct weft_call *call; /* may be NULL */
	bool is_new;                  /* the record did not exist before */
	struct weft_slice id;
	struct weft_slice record;     /* new state, hidden properties too; no
	                                 value on deletes */
	struct weft_buf *replacement; /* before save only: a JSON object written
	                                 here is saved instead */
};

/*
 * Before hooks: nonzero refuses the operation, with the code and error text
 * given (WEFT_EHOOK if it gives no weft code).  After hooks: the return value
 * is ignored.  Before hooks run before the transaction; they may read.  If the
 * record has changed when the transaction comes to it, they are called again
 * with what it is then (WEFT_ECONFLICT after several times).
 * When the call names a transaction, both run within it, before and after the
 * operation; they read through it too (event->call).
 */
typedef int weft_hook_fn(const struct weft_hook_event *event, void *context,
    struct weft_error *error);

/* Adds a hook; several at one point run in order of addition.  'context' is
 * kept.  Returns 0 or WEFT_ENOMEM.  Thread: before the model is used on
 * others. */
WEFT_API WEFT_MUST_CHECK int weft_model_add_hook(struct weft_model *model,
    enum weft_hook_point point, weft_hook_fn *hook, void *context,
    struct weft_error *error);

#endif
