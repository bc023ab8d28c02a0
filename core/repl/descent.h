/*
 * Comparing two tries from afar: from the root down, two levels at a time,
 * past what is equal, to the records that differ.
 *
 * Both sides answer the same questions, so it does not matter which of them
 * are asked in this process.  A question is about at most
 * WEFT_LIMIT_RECONCILE_NODES nodes; memory is bounded by what differs, and by
 * WEFT_LIMIT_RECONCILE_RECORDS whatever a peer says.
 */
#ifndef CORE_REPL_DESCENT_H
#define CORE_REPL_DESCENT_H

#include "core/repl/message.h"

struct weft__names {
	struct weft__name *list;
	size_t length, capacity;
};

/* Frees the list; it is empty and usable. */
void weft__names_fini(struct weft__names *names);

/*
 * Adds a record that 'side' (0 or 1) has, and the other side has not in this
 * state.  Returns 0, WEFT_ENOMEM; WEFT_ELIMIT: more than
 * WEFT_LIMIT_RECONCILE_RECORDS.
 */
WEFT_MUST_CHECK int weft__names_add(
    struct weft__names *names, uint64_t id, int side);

/* Sorts the names and makes those of one id one. */
void weft__names_finish(struct weft__names *names);

struct weft__descent {
	uint8_t digest_size;
	struct weft__path *waiting; /* nodes that may differ */
	size_t length, capacity;
	struct weft__path *asked;   /* those of the question under way */
	size_t asked_length, asked_capacity;
	uint64_t nodes;             /* that were asked for */
	struct weft__arena arena;   /* of one answer */
};

/* About to compare the roots.  Returns 0 or WEFT_ENOMEM. */
WEFT_MUST_CHECK int weft__descent_begin(
    struct weft__descent *descent, uint8_t digest_size);
void weft__descent_fini(struct weft__descent *descent);

/* Whether all was compared. */
bool weft__descent_done(const struct weft__descent *descent);

/*
 * Chooses the nodes to ask for next; weft__descent_ask() then writes the
 * question to a side with this root.  Returns 0 or WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__descent_next(struct weft__descent *descent);
WEFT_MUST_CHECK int weft__descent_ask(const struct weft__descent *descent,
    const struct weft__oid *root, struct weft_buf *question);

/*
 * Compares both answers, and adds what differs to 'names'.
 * Returns 0; WEFT_EINVAL: an answer is malformed; WEFT_ELIMIT: too much
 * differs; WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__descent_compare(struct weft__descent *descent,
    struct weft_slice a, struct weft_slice b, struct weft__names *names);

#endif
