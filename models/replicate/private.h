/*
 * One model's replication under way: shared by replicate_model.c,
 * replicate_remember.c, replicate_compare.c and replicate_horizon.c.
 */
#ifndef MODELS_REPLICATE_PRIVATE_H
#define MODELS_REPLICATE_PRIVATE_H

#include "core/base/map.h"
#include "core/repl/call.h"
#include "core/repl/reconcile.h"
#include "core/repl/unread.h"
#include "models/replicate/keep.h"
#include "models/replicate/position.h"
#include "models/replicate/replicate.h"

/* Texts of ids, with the memory they are in. */
struct weft__ids {
	struct weft_slice *list;
	size_t length, capacity;
	struct weft__arena arena;
};

/* Appends a copy of an id; 0 or WEFT_ENOMEM. */
WEFT_MUST_CHECK int weft__kept_ids_add(
    struct weft__ids *ids, struct weft_slice id);

/* Whether the id is among them.  Cost: O(n). */
bool weft__kept_ids_have(const struct weft__ids *ids, struct weft_slice id);

/* Frees the list. */
void weft__kept_ids_fini(struct weft__ids *ids);

/* Which records were found in conflict: a set that is not exact, of bounded
 * size (models/replicate/earlier.c). */
struct weft__seen {
	unsigned char *bits; /* NULL: nothing is noted */
};

/* Notes one. */
void weft__seen_add(struct weft__seen *seen, struct weft_slice id);

/* Whether the records that differ are found by comparing the stores. */
enum weft__comparing_state {
	WEFT__COMPARING_NOT, /* changes are those since a checkpoint */
	WEFT__COMPARING_DUE, /* when the first changes are read */
	WEFT__COMPARING_DONE /* changes are those of what differed */
};

struct weft__comparing {
	enum weft__comparing_state state;
	struct weft__reconcile reconcile; /* not NOT */
	size_t given; /* changes of the last ones read */
};

struct weft__replicating {
	const struct weft_replication *options;
	const struct weft__parties *parties;
	struct weft_replication_result *result; /* added to */
	struct weft__position position; /* remembered; zero if none is */
	bool remembered;
	uint64_t horizon; /* the source's; 0: it has dropped no tombstones */
	bool mentioned;   /* it was told what the target has */
	int64_t since[2]; /* of the next round */
	unsigned round;
	struct weft__comparing comparing;
	uint64_t checkpoints[2]; /* new ones */
	uint64_t refused;
	struct weft__ids refused_now; /* all of them, unless 'forgot_refused' */
	bool forgot_refused;          /* too many, or one without id */
	struct weft__unread unread;   /* of the session under way; of whoever
	                                 calls the source */
	struct weft__ids refused_before; /* at an earlier time */
	struct weft__ids page; /* of kept conflicts: the last ones read */
	bool given;            /* the changes of all of them */
	uint64_t kept;         /* so many there were */
	struct weft__keep keep;
	struct weft__seen seen;
	uint64_t settled; /* conflicts of this round */
	struct weft__map open; /* in conflict now: id -> weft_conflict; empty
	                          if the caller is told of each */
	struct weft_replication_progress progress;
	uint64_t told_ms; /* when progress was told last */

	/* Of a peer without history (models/replicate/origin.c). */
	bool judges;
	enum weft__side own; /* the other side */
	uint64_t taken;      /* changes of it below this checkpoint are with
	                        the peer; 0: not known */
};

/* A checkpoint as a 'since'. */
static inline int64_t
weft__as_since(uint64_t checkpoint)
{
	return checkpoint > INT64_MAX ? INT64_MAX : (int64_t)checkpoint;
}

/* Tells of an update that was refused, and remembers its id. */
void weft__replicate_note_refused(struct weft__replicating *work,
    struct weft_slice id, const struct weft_error *why);

/* Settles, keeps and tells of the conflicts in a session's result. */
WEFT_MUST_CHECK int weft__replicate_found(struct weft__replicating *work,
    const struct weft__session_result *from, struct weft_error *error);

/* The open conflicts become the caller's. */
WEFT_MUST_CHECK int weft__replicate_hand_over(
    struct weft__replicating *work, struct weft_error *error);

/* As struct weft__drive's 'changes': gives those of records that are in
 * conflict, or were refused, since an earlier time, before all others. */
WEFT_MUST_CHECK int weft__earlier_changes(struct weft__replicating *work,
    const struct weft__call *call, bool *taken, struct weft_error *error);

/* The same after these: with a filter nothing else tells whether a kept one is
 * in the list by itself, too, where it is left out. */
WEFT_MUST_CHECK int weft__earlier_leave_out(struct weft__replicating *work,
    const struct weft__call *call, bool *taken, struct weft_error *error);

/* After all rounds: drops kept conflicts that are none any more. */
WEFT_MUST_CHECK int weft__earlier_drop_settled(
    struct weft__replicating *work, struct weft_error *error);

/* Reads what is remembered: position, what was refused. */
WEFT_MUST_CHECK int weft__replicate_recall(
    struct weft__replicating *work, struct weft_error *error);

/* The source's horizon (models/tracking/trace.h); 0: none or not told. */
WEFT_MUST_CHECK int weft__replicate_horizon(
    const struct weft__parties *parties, uint64_t *horizon,
    struct weft_error *error);

/* Before all changes are read: tells a source that has dropped tombstones of
 * what the target has, once. */
WEFT_MUST_CHECK int weft__replicate_mention(
    struct weft__replicating *work, struct weft_error *error);

/* Decides whether to compare the stores; after weft__replicate_recall(). */
void weft__compare_init(struct weft__replicating *work);
void weft__compare_fini(struct weft__replicating *work);

/* As struct weft__drive's 'changes': gives those of the records that differ,
 * if the stores are compared. */
int weft__compare_changes(struct weft__replicating *work,
    const struct weft__call *call, bool *taken, struct weft_error *error);

/*
 * After all rounds: whether what was found by sketches cannot have been all,
 * for all of it was applied, and the roots still differ.  Then the stores are
 * due to be compared again, without sketches.
 */
WEFT_MUST_CHECK int weft__compare_again(struct weft__replicating *work,
    bool *again, struct weft_error *error);

/* Decides whether one side has no history, so that the other one judges
 * conflicts by who wrote a record last; after weft__replicate_recall(). */
void weft__origin_init(struct weft__replicating *work);

/* As struct weft__drive's 'judge': clears up conflicts that are none. */
WEFT_MUST_CHECK int weft__origin_judge(struct weft__replicating *work,
    const struct weft__call *call, struct weft_error *error);

/* How much there is to be read, if somebody wants to know; else 0. */
void weft__replicate_estimate(struct weft__replicating *work);

/* After all rounds: drops conflicts that are none any more, compares the roots,
 * remembers the position. */
WEFT_MUST_CHECK int weft__replicate_remember(
    struct weft__replicating *work, struct weft_error *error);

#endif
