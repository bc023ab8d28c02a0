/*
 * The replication session of one model: what LoopBack's replicate() does
 * (section 3.5), as a state machine without I/O.  A driver asks for the next
 * call of a side, makes it (core/repl/call.h), and gives back the answer.
 *
 * One attempt: a checkpoint on each side; then page after page of the
 * source's changes is compared by the target, what it wants is read at the
 * source and written at the target.  Up to 'attempts' of them, since what is
 * written may be followed by more.
 *
 * Each side has one call under way at most; both sides can have one at a
 * time, on different pages, the oldest page first.  So while the target
 * writes a page, the source reads the next.
 *
 * Invariants
 * S1  At most WEFT_LIMIT_SESSION_WINDOW pages are not free, each of at most
 *     'page_limit' changes: the memory does not depend on how many there are.
 *     With 'conflict_limit' conflicts in the result no call is given out until
 *     the driver has taken them (0: all of them are kept).
 * S2  A page belongs to the call under way on it, or to the session.
 * S3  After a failure no call is given out; answers still under way are
 *     taken.
 * S4  A change whose checkpoint is not below the source's new one was made
 *     after the attempt began, and is left to the next attempt: a record is
 *     compared once in an attempt, even if it changes while it is paged.
 */
#ifndef CORE_REPL_SESSION_H
#define CORE_REPL_SESSION_H

#include <weft/change.h>

#include "core/base/limits.h"
#include "core/repl/source.h"

enum weft__side {
	WEFT__SOURCE,
	WEFT__TARGET
};

enum weft__call_kind {
	WEFT__CALL_CHECKPOINT,     /* either side: a new checkpoint */
	WEFT__CALL_CHANGES,        /* source: the next page */
	WEFT__CALL_DIFF,           /* target: what of it to take */
	WEFT__CALL_RELATE,         /* source: how what the target takes for
	                              conflicts stands to its records */
	WEFT__CALL_CREATE_UPDATES, /* source: the bodies of what to take */
	WEFT__CALL_BULK_UPDATE     /* target: write them */
};

/* States of a page; which may follow which: session_page.c. */
enum weft__page_state {
	WEFT__PAGE_FREE,
	WEFT__PAGE_READING,
	WEFT__PAGE_READ,      /* to be compared by the target */
	WEFT__PAGE_DIFFING,
	WEFT__PAGE_DISPUTED,  /* has conflicts, to be judged by the source */
	WEFT__PAGE_RELATING,
	WEFT__PAGE_AGREED,    /* has deltas, whose bodies are to be read */
	WEFT__PAGE_FETCHING,
	WEFT__PAGE_FETCHED,   /* has updates for the target */
	WEFT__PAGE_APPLYING,
	WEFT__PAGE_STATES
};

struct weft__page {
	enum weft__page_state state;
	uint64_t number;                 /* pages are numbered as read */
	struct weft__page_token token;   /* where the next page begins */
	struct weft_change_list changes; /* of the source */
	struct weft__diff diff;          /* the target's opinion */
	enum weft__relation *relations;  /* the source's, of its conflicts */
	size_t relations_capacity;
	size_t fetched;                  /* deltas whose bodies were asked */
	struct weft_update_list updates;
	enum weft_outcome *outcomes;     /* of the updates */
	size_t outcomes_capacity;
};

/*
 * A call to be made.  The driver may keep it until it gives the answer; what
 * the pointers lead to is the driver's in the meantime.
 */
struct weft__call {
	enum weft__side side;
	enum weft__call_kind kind;

	/* Arguments, as far as the kind has them. */
	int64_t since;                        /* CHANGES, DIFF */
	size_t limit;                         /* CHANGES */
	const struct weft_change *changes;    /* DIFF, RELATE, CREATE_UPDATES */
	const struct weft_update *updates;    /* BULK_UPDATE */
	size_t length;                        /* of changes or updates */

	/* Where the answer goes, as far as the kind has it. */
	uint64_t *checkpoint;                 /* CHECKPOINT */
	struct weft__page_token *token;       /* CHANGES: in and out */
	struct weft_change_list *list;        /* CHANGES */
	struct weft__diff *diff;              /* DIFF */
	enum weft__relation *relations;       /* RELATE: [length] */
	struct weft_update_list *update_list; /* CREATE_UPDATES */
	enum weft_outcome *outcomes;          /* BULK_UPDATE: [length] */

	struct weft__page *page;              /* private to the session */
};

enum weft__session_state {
	WEFT__SESSION_CHECKPOINT_SOURCE,
	WEFT__SESSION_CHECKPOINT_TARGET,
	WEFT__SESSION_PAGING,
	WEFT__SESSION_DONE,
	WEFT__SESSION_FAILED
};

struct weft__session_options {
	int64_t since[2];    /* per side; below 0: everything */
	size_t page_limit;   /* changes per page; 0: WEFT_LIMIT_PAGE_CHANGES */
	unsigned attempts;   /* 0: 3 */
	size_t conflict_limit; /* see S1 */

	/* Compare everything, and take each difference that is not plainly
	 * one side's change for a conflict.  For two sides that were
	 * replicated both ways without anything left to send, and whose roots
	 * differ: content that came back more than once can look as if it were
	 * an old one on either side. */
	bool strict;
};

/* What came of it.  Counts are sums over all attempts. */
struct weft__session_result {
	uint64_t changes;    /* of the source that were compared */
	uint64_t deltas;     /* of them that the target wanted */
	uint64_t applied;    /* updates written at the target */
	uint64_t unchanged;  /* updates that the target had already */
	uint64_t refused;    /* updates that the target did not take */
	uint64_t pages;
	uint64_t conflicts;  /* found; those that were taken, too */
	unsigned attempts;   /* begun */

	/* New checkpoints per side, from which the next session goes on;
	 * valid once an attempt was completed. */
	bool has_checkpoints;
	uint64_t checkpoints[2];

	/* Records in conflict: the change of the source, and under the same
	 * index that of the target, which has no model_id if it is not known:
	 * it came up only when the update was written.  Those that were not
	 * taken yet: see weft__session_is_full(). */
	struct weft_change_list source_conflicts;
	struct weft_change_list target_conflicts;

	int code;                /* 0, or why it failed */
	struct weft_error error; /* if code is not 0 */
};

/* All members are private but 'result', which may be read at any time. */
struct weft__session {
	struct weft__session_options options;
	enum weft__session_state state;
	bool busy[2];                      /* a call is under way */
	uint64_t checkpoints[2];           /* of the attempt at hand */
	struct weft__page_token token;     /* where the next page begins */
	uint64_t sent;                     /* applied in this attempt */
	uint64_t postponed;                /* left to the next one: S4 */
	size_t body_size;                  /* mean bytes of the last bodies */
	struct weft__page pages[WEFT_LIMIT_SESSION_WINDOW];
	struct weft__session_result result;
};

/* A session that is about to make its first call.  Allocates nothing. */
void weft__session_init(struct weft__session *session,
    const struct weft__session_options *options);

/* Frees what the session holds, result too.  No call may be under way. */
void weft__session_fini(struct weft__session *session);

/*
 * The next call that 'side' can make now; false if there is none, because one
 * is under way, or it waits for the other side, or all is done.  Each call
 * that is given out must be answered.
 */
bool weft__session_next(struct weft__session *session, enum weft__side side,
    struct weft__call *call);

/*
 * Takes the answer of a call: 'code' as the source returned it, with its
 * 'error' if it is not 0.
 */
void weft__session_answer(struct weft__session *session,
    const struct weft__call *call, int code, const struct weft_error *error);

/* Makes the session fail: no further call is given out. */
void weft__session_cancel(struct weft__session *session, int code,
    const struct weft_error *error);

/*
 * Whether its conflicts are to be taken: no call is under way, and none is
 * given out before _conflicts_taken(), which forgets them.  The rest of them
 * is in the result at the end.
 */
bool weft__session_is_full(const struct weft__session *session);
void weft__session_conflicts_taken(struct weft__session *session);

/* Whether it has ended, well or not, with no call under way. */
bool weft__session_done(const struct weft__session *session);

#endif
