/*
 * A page of changes under way: shared by source_local_changes.c, which walks
 * over records and decides, and source_local_journal.c, which reads the
 * journal.
 */
#ifndef MODELS_SOURCE_LOCAL_PAGE_H
#define MODELS_SOURCE_LOCAL_PAGE_H

#include "core/base/arena.h"
#include "models/source/local.h"
#include "models/tracking/follow.h"

struct weft__where;

/* Journal rows looked at between two steps. */
#define WEFT__LOCAL_ROWS 256

struct weft__local_row {
	uint64_t seq;
	struct weft_slice id;
	uint64_t hash;   /* of the id */
	uint64_t origin; /* hash */
	bool is_deletion;
};

struct weft__local_page {
	struct weft_model *model;
	int64_t since; /* below 0: everything */
	const struct weft__where *where; /* NULL: all */
	size_t limit;			 /* of the page */
	struct weft__page_token *token;
	struct weft_change_list *list;
	struct weft__giving *giving; /* to a follower, in place of 'list' */
	size_t appended;  /* of the page */
	size_t seen;	  /* records or rows in this step */
	uint64_t scanned; /* token->position after the last of these records */
	bool unrectified; /* an edit made behind our back was met */
	bool rectified;	  /* what still is not cannot be: it is left out */
	struct weft__local_row rows[WEFT__LOCAL_ROWS];
	struct weft__arena ids; /* of the rows */
	struct weft__track track;
	struct weft_error *error;
};

/* Puts the change into the list, or gives the record to a follower.
 * WEFT_ENOMEM. */
WEFT_MUST_CHECK int weft__local_page_give(struct weft__local_page *page,
    const struct weft_connector_record *record,
    const struct weft_change *change);

/* Gives the record's change if it is wanted; one that was edited behind our
 * back stops the page.  Returns also what reading it returns. */
WEFT_MUST_CHECK int weft__local_page_append(struct weft__local_page *page,
    const struct weft_connector_record *record);

/* Whether the page is as large as it may be. */
bool weft__local_page_is_full(const struct weft__local_page *page);

/* The next step over journal rows.  Returns what reading them returns. */
WEFT_MUST_CHECK int weft__local_page_journal(struct weft__local_page *page,
    struct weft_transaction *transaction);

#endif
