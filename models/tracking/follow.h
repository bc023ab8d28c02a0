/*
 * What a follower is given in one step (core/repl/source.h): updates of
 * bounded size.  Shared by the sources that can be followed.
 */
#ifndef MODELS_TRACKING_FOLLOW_H
#define MODELS_TRACKING_FOLLOW_H

#include "core/repl/source.h"
#include "core/track/track_row.h"

struct weft__giving {
	struct weft__follow *follow;
	struct weft_update_list *list;
	size_t before; /* length of the list */
	size_t size;   /* bytes that were given, about */
	uint64_t origin; /* whose changes are left out; 0: nobody's */
	struct weft_buf history; /* of one update */
	size_t past; /* revisions that it has at most */
	bool is_full; /* the last change was not given: there was no room */
};

/* Both are kept; the list is appended to. */
void weft__giving_init(struct weft__giving *giving,
    struct weft__follow *follow, struct weft_update_list *list);
void weft__giving_fini(struct weft__giving *giving);

/* Whether changes of this origin (a hash) are wanted; notes that there was
 * one. */
bool weft__giving_wants(struct weft__giving *giving, uint64_t origin);

/*
 * Gives a change with its body (no value: a deletion) and what came before
 * ('track' may be NULL).  A follower may have seen every write, not just the
 * last of each checkpoint: the change is made one of the revision before it,
 * unless 'keeps_prev'.  One that would be too much is not given, unless it is
 * the first: then it is full.  WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__give(struct weft__giving *giving,
    const struct weft_change *change, struct weft_slice body,
    const struct weft__track *track, bool keeps_prev,
    struct weft_error *error);

/* Makes an update one of the newest revision that the record had before, if
 * its history is known. */
void weft__update_set_prev(struct weft_update *update);

/* Whether enough was given; the last change may be left to the next. */
bool weft__giving_is_full(const struct weft__giving *giving);

/* At last: deletions first, so that what they make room for can be created.
 * WEFT_ENOMEM. */
WEFT_MUST_CHECK int weft__giving_finish(
    struct weft__giving *giving, struct weft_error *error);

#endif
