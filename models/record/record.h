/*
 * What the files of the record operations (record_*.c) share.
 */
#ifndef MODELS_RECORD_RECORD_H
#define MODELS_RECORD_RECORD_H

#include "models/query/filter.h"
#include "models/record/hook.h"
#include "models/record/prepare.h"
#include "models/tracking/tracker.h"
#include "models/transaction.h"

/* How often an operation is tried whose record changes while its before hooks
 * run, outside of the transaction. */
#define WEFT__HOOK_TRIES 8

/* The write of a draft, on behalf of 'call' (may be NULL). */
struct weft__write weft__record_write(
    const struct weft__draft *draft, const struct weft_call *call);

/* The transaction that the call names, or NULL. */
static inline struct weft_transaction *
weft__record_transaction(const struct weft_call *call)
{
	return call ? call->transaction : NULL;
}

/* Whether the operation's before hooks run ahead of its transaction. */
static inline bool
weft__record_hooks_ahead(const struct weft_model *model,
    enum weft_hook_point point, const struct weft_call *call)
{
	return weft__has_hooks(model, point) &&
	       !weft__record_transaction(call);
}

/*
 * Runs a write of several records: all of it is done or nothing, also within
 * the transaction that the call names.
 */
WEFT_MUST_CHECK int weft__record_run_all(struct weft_model *model,
    const struct weft_call *call, weft_transaction_fn *work, void *context,
    struct weft_error *error);

/*
 * Appends the record as the call wants it; 'out' may be NULL.  This is done
 * before the commit, and taken back by weft__record_cut() if there is none: a
 * record that is stored is never reported as failed.
 */
WEFT_MUST_CHECK int weft__record_output(const struct weft_call *call,
    struct weft_slice body, struct weft_slice hidden, struct weft_buf *out,
    struct weft_error *error);

/* Takes back what was appended beyond 'size'; 'out' may be NULL. */
void weft__record_cut(struct weft_buf *out, size_t size);

/*
 * Appends the id that the data have, as those operations will find it that
 * take it from there (create of one, upsert, replace_or_create): who asks
 * whether one of them is allowed must not read it in another way.
 * '*has_id' is false if they have none: one will be made.
 * WEFT_EJSON, WEFT_ELIMIT; WEFT_EINVAL: the operation will refuse it, too.
 */
WEFT_MUST_CHECK int weft__record_read_id(struct weft_model *model,
    struct weft_slice data, struct weft_buf *id, bool *has_id,
    struct weft_error *error);

/* Runs the hooks after a save. */
void weft__record_after_save(struct weft_model *model,
    const struct weft_call *call, bool is_new,
    const struct weft__draft *draft);

/* Parses a filter, or a where clause alone, for the model. */
WEFT_MUST_CHECK int weft__record_parse_filter(
    const struct weft_model *model, struct weft_slice json,
    struct weft__filter *filter, struct weft_error *error);
WEFT_MUST_CHECK int weft__record_parse_where(const struct weft_model *model,
    struct weft_slice json, struct weft__filter *filter,
    struct weft_error *error);

/* Ids of records, in an arena. */
struct weft__ids {
	struct weft_slice *list;
	size_t length, capacity;
	struct weft__arena arena;
};

/* Frees the ids; the list is empty and usable. */
void weft__ids_fini(struct weft__ids *ids);

/* Appends the ids of all records that match, in the order of ids. */
WEFT_MUST_CHECK int weft__ids_find(struct weft__ids *ids,
    struct weft_transaction *transaction, const struct weft_model *model,
    const struct weft__filter *where, struct weft_error *error);

/* Whether both are the same ids in the same order. */
bool weft__ids_equal(const struct weft__ids *a, const struct weft__ids *b);

#endif
