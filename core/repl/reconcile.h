/*
 * Which records differ between two sources that do not know since when: roots,
 * then a sketch or a descent of the tries.  A state machine without I/O, as
 * core/repl/session.h: a driver asks for the next call, makes it, and gives
 * back the answer.
 *
 * One side, 'own', is the one beside the driver.  The other, the peer, is asked
 * for its root, and unless this is our own for as many cells of its sketch as
 * the difference seems to need (two sketches of 17 cells say how much); then
 * for more cells, until they can be taken apart.  If it seems too much for a
 * sketch, or cannot be taken apart, both tries are descended.
 *
 * Then the last changes of the records that differ are read at the source, as
 * many at a time as one message names.
 *
 * What a sketch gives may be wrong if somebody made it so: whoever applied
 * what was found compares roots again.
 *
 * Invariants
 * R1  One call at a time is under way.
 * R2  'names' and 'changes' are only ever what both sides answered; memory is
 *     bounded by WEFT_LIMIT_SKETCH_CELLS and WEFT_LIMIT_RECONCILE_RECORDS.
 * R3  If it cannot be told what differs, because a side cannot answer or has no
 *     records, or too much does, the outcome is UNABLE: the whole change list
 *     is to be read.
 */
#ifndef CORE_REPL_RECONCILE_H
#define CORE_REPL_RECONCILE_H

#include "core/repl/descent.h"
#include "core/repl/session.h"

struct weft__reconcile_options {
	enum weft__side own;
	bool descend;        /* without a sketch: for two sources of this
	                        process, where bytes cost nothing */
	uint8_t digest_size; /* of a descent; 0: WEFT__DIGEST_SIZE */
	bool traces;         /* the source may know deleted records by their
	                        hashes only: the target tells their ids */
};

enum weft__reconcile_outcome {
	WEFT__RECONCILE_UNKNOWN, /* not yet, or it failed */
	WEFT__RECONCILE_EQUAL,   /* the roots are */
	WEFT__RECONCILE_DIFFER,  /* in 'names' */
	WEFT__RECONCILE_UNABLE
};

/* What crossed the interface of a side. */
struct weft__reconcile_traffic {
	uint64_t calls;
	uint64_t asked;    /* bytes */
	uint64_t answered; /* bytes */
};

enum weft__reconcile_state {
	WEFT__RECONCILE_OWN_ROOT,
	WEFT__RECONCILE_PEER_ROOT,
	WEFT__RECONCILE_OWN_COUNTS,
	WEFT__RECONCILE_PEER_OPEN,
	WEFT__RECONCILE_PEER_CELLS,
	WEFT__RECONCILE_OWN_CELLS,
	WEFT__RECONCILE_OWN_NODES,
	WEFT__RECONCILE_PEER_NODES,
	WEFT__RECONCILE_IDS,
	WEFT__RECONCILE_CHANGES,
	WEFT__RECONCILE_DONE,
	WEFT__RECONCILE_FAILED
};

/* Private but for what is said to be read. */
struct weft__reconcile {
	struct weft__reconcile_options options;
	enum weft__reconcile_state state;
	bool busy;
	struct weft_buf question;
	struct weft_buf answers[2];     /* own, peer */
	struct weft__oid roots[2];      /* own, peer */
	uint64_t counts[2];             /* symbols: own, peer */
	int64_t own_counts[WEFT__OPEN_COUNTS];
	struct weft__sketch peer_cells; /* to be compared */
	uint32_t wanted;                /* cells, in all */
	unsigned tries;                 /* to take the sketch apart */
	struct weft__decoder decoder;
	struct weft__descent descent;
	struct weft__arena arena;       /* of ids that are known */
	struct weft_slice *ids;         /* of the names that are asked for */
	bool *known;
	size_t asked;                   /* names of the question under way */

	/* To be read when it is done. */
	enum weft__reconcile_outcome outcome;
	struct weft__names names;       /* of all that differs */
	size_t named;                   /* of them, whose changes were read */
	struct weft_change_list changes; /* of the source, last read */
	struct weft__reconcile_traffic traffic[2]; /* by enum weft__side */
	int code;                       /* 0, or why it failed */
	struct weft_error error;        /* if code is not 0 */
};

/* A question for a side.  Belongs to the driver until it is answered. */
struct weft__reconcile_call {
	enum weft__side side;
	struct weft_slice question;
	struct weft_buf *answer; /* appended to */
};

/* About to make its first call.  Allocates nothing. */
void weft__reconcile_init(struct weft__reconcile *reconcile,
    const struct weft__reconcile_options *options);

/* Frees all; no call may be under way. */
void weft__reconcile_fini(struct weft__reconcile *reconcile);

/* The next call; false if there is none: it is done, or one is under way. */
bool weft__reconcile_next(struct weft__reconcile *reconcile,
    struct weft__reconcile_call *call);

/*
 * Takes the answer: 'code' as the source returned it.  WEFT_EUNSUPPORTED and
 * WEFT_EGONE (the root that was asked about) make the outcome UNABLE, unless
 * it was known before.
 */
void weft__reconcile_answer(struct weft__reconcile *reconcile, int code,
    const struct weft_error *error);

/*
 * After it was done with DIFFER: reads the changes of the next names, in place
 * of the last ones.  Call next() and answer() again.  False if there are no
 * more names.
 */
bool weft__reconcile_read(struct weft__reconcile *reconcile);

#endif
