/*
 * A record on its way in: from any JSON to what is stored.
 *
 * The bytes are scanned once; where the model changes nothing the canonical
 * text of the scan is the body, and nothing is built.  What the model may
 * change, in this order: values are coerced to declared types, absent ones
 * get defaults, what is not declared is kept, dropped or refused, hidden
 * properties are put aside; then the hooks run; then it is validated.
 *
 * A preparation is used for many records, one after the other.  What it gives
 * out lives until weft__prepare_clear() or _fini().
 */
#ifndef MODELS_RECORD_PREPARE_H
#define MODELS_RECORD_PREPARE_H

#include "models/definition/members.h"
#include "models/model.h"
#include "models/record/validate.h"
#include "models/value/coerce.h"

/* A record as it is to be stored. */
struct weft__draft {
	struct weft_slice id;     /* text */
	struct weft_slice body;   /* visible part, canonical */
	struct weft_slice hidden; /* canonical object, or no value */
};

struct weft__prepare {
	struct weft_model *model;
	const struct weft_call *call; /* for hooks and details; may be NULL */
	struct weft__arena arena;     /* texts of the drafts */
	struct weft__coercer coercer;
	struct weft__json document;    /* for the owner: what came in */
	struct weft__json input;       /* scratch: a replica, a hook's record */
	struct weft__json base;        /* scratch: views of a stored record */
	struct weft__json base_hidden;
	struct weft_buf text;          /* scratch */
	/* The record being prepared. */
	struct weft__members visible;
	struct weft__members hidden;
	struct weft__complaint *complaints;
	size_t complaints_length, complaints_capacity;
	size_t next;          /* first property not looked at yet */
	bool changed;         /* visible is not what came in */
	bool took_hidden;     /* hidden properties came in */
	bool fill;            /* absent properties get their defaults */
	struct weft_slice fixed_id; /* token of the id that it must have */
	/*
	 * A peer sent it: it never has what is hidden here, so that this is
	 * not missed; and its id may be 1 where fixed_id is "1".
	 */
	bool is_replica;
	struct weft_slice id; /* text, once it is known */
};

/* 'call' may be NULL and is kept, 'model' too. */
void weft__prepare_init(struct weft__prepare *prepare,
    struct weft_model *model, const struct weft_call *call);
void weft__prepare_fini(struct weft__prepare *prepare);

/*
 * A preparation for one operation: an idle one of the model, or a new one;
 * NULL when out of memory.  weft__prepare_close() leaves it to the next
 * operation, unless it holds much memory, so that a single record is saved
 * without any allocation here.  Thread: any.
 */
struct weft__prepare *weft__prepare_open(
    struct weft_model *model, const struct weft_call *call);
void weft__prepare_close(struct weft__prepare *prepare);

/* Frees a preparation that was opened.  NULL is allowed. */
void weft__prepare_destroy(struct weft__prepare *prepare);

/* Frees what was given out; keeps scratch memory. */
void weft__prepare_clear(struct weft__prepare *prepare);

/*
 * Common to all below
 *  - 'input' is a scan or view of an object and 'text' its canonical text,
 *    which the draft may borrow.
 *  - Return 0; WEFT_EVALIDATION (details go to the call's buffer);
 *    WEFT_EINVAL (an id that is none, or not the right one; LoopBack's 400);
 *    WEFT_ELIMIT; WEFT_EHOOK or what a hook returned; WEFT_ENOMEM.
 */

/* The id that the input has, as text; no value if it has none. */
WEFT_MUST_CHECK int weft__prepare_find_id(struct weft__prepare *prepare,
    const struct weft__json *input, struct weft_slice *id,
    struct weft_error *error);

/* A new record.  With 'fill' absent properties get their defaults; the id
 * does in any case.  Runs hooks. */
WEFT_MUST_CHECK int weft__prepare_create(struct weft__prepare *prepare,
    const struct weft__json *input, struct weft_slice text, bool fill,
    struct weft__draft *draft, struct weft_error *error);

/* A record that is stored. */
struct weft__stored {
	struct weft_slice id;     /* text */
	struct weft_slice body;   /* canonical */
	struct weft_slice hidden; /* canonical object, or no value */
};

/* A new body and hidden part for a record that is stored.  Runs hooks. */
WEFT_MUST_CHECK int weft__prepare_replace(struct weft__prepare *prepare,
    const struct weft__stored *stored, const struct weft__json *input,
    struct weft_slice text, struct weft__draft *draft,
    struct weft_error *error);

/* The record that is stored, 'input' merged in.  Runs hooks. */
WEFT_MUST_CHECK int weft__prepare_merge(struct weft__prepare *prepare,
    const struct weft__stored *stored, const struct weft__json *input,
    struct weft__draft *draft, struct weft_error *error);

/* The record that is stored, with what a new one would have: the defaults of
 * what it lacks.  It is no write of a user's: no hooks, no validation. */
WEFT_MUST_CHECK int weft__prepare_fill(struct weft__prepare *prepare,
    const struct weft__stored *stored, struct weft__draft *draft,
    struct weft_error *error);

/* A record that a peer sent. */
struct weft__replica {
	struct weft_slice sent;   /* canonical: what its revision names */
	struct weft__draft draft; /* what this side's model makes of it */
	/*
	 * The body of the draft is not what was sent: first 'sent' is written
	 * under its revision, then the draft as a child of it.
	 */
	bool is_changed;
	/* What was sent has properties that are hidden here: it must not be
	 * written; the draft is, alone. */
	bool has_hidden;
};

/*
 * Prepares the record 'id' that a peer sent as 'data'.  'is_new' says whether
 * the peer created it (then defaults are filled in).  A draft without hidden
 * part keeps the stored one (struct weft__write, keep_hidden).  Hooks run.
 * 'data' is borrowed as long as the replica lives: if it is canonical it is
 * not copied.
 * WEFT_EINVAL also if the id in 'data' is another, or 'id' is not as that
 * number is written; WEFT_EJSON.
 * Thread: any; best before the transaction.
 */
WEFT_MUST_CHECK int weft__prepare_replica(struct weft__prepare *prepare,
    struct weft_slice id, struct weft_slice data, bool is_new,
    struct weft__replica *replica, struct weft_error *error);

/*
 * Checks an id given as text: WEFT_EINVAL (empty, a NUL), WEFT_ELIMIT.
 */
WEFT_MUST_CHECK int weft__check_id(
    struct weft_slice id, struct weft_error *error);

#endif
