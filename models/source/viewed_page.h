/*
 * A page of what is new for a viewer: shared by viewed_changes.c,
 * viewed_feeds.c, viewed_rows.c and viewed_page.c.
 */
#ifndef MODELS_SOURCE_VIEWED_PAGE_H
#define MODELS_SOURCE_VIEWED_PAGE_H

#include "models/source/viewed.h"
#include "models/tracking/follow.h"
#include "models/tracking/tracker.h"

/* Places read between two looks at their records. */
#define WEFT__VIEWED_ROWS 256

/* One feed to be read. */
struct weft__viewed_feed {
	struct weft_slice key;
	bool is_lost;     /* the viewer had it */
	bool is_whole;    /* from its beginning, whatever 'since' is */
	uint64_t seq;     /* when he left, or came; 0: before all */
};

struct weft__viewed_row {
	uint64_t seq;
	struct weft_slice id;
};

struct weft__viewed_page {
	const struct weft__viewer *viewer;
	struct weft_model *model;
	uint64_t since;
	uint64_t since_seq; /* the last before it; 0: not known */
	bool is_all;
	struct weft__giving *giving; /* to a follower; NULL: 'list' */
	uint64_t bound;   /* a follower's: what follows is of the next round */
	uint64_t tip;     /* seq of the last row, when the feeds were listed */
	uint64_t turned;  /* seq when a group came or went last */
	bool is_untold;   /* he has a group again, and has not been told */
	const struct weft__where *where;
	size_t limit;
	struct weft__page_token *token;
	struct weft_change_list *list;
	size_t appended;
	struct weft__viewed_feed *feeds; /* those that are not whole come first;
	                                    both in the order of keys */
	size_t feeds_length;
	size_t partial_length; /* of them not whole */
	uint64_t journal_first, journal_last; /* rows that it has; 0: none */
	struct weft__arena arena; /* of the feeds */
	struct weft__viewed_row rows[WEFT__VIEWED_ROWS];
	uint64_t upto; /* rows beyond are not read */
	size_t seen;   /* rows read */
	size_t wanted; /* at most */
	struct weft__arena ids;
	bool unrectified; /* an edit made behind our back was met */
	bool rectified;
	struct weft_error *error;
};

/* Lists the feeds that the page is read from: since, since_seq and is_all are
 * set.  WEFT_ENOMEM; what the database returns. */
WEFT_MUST_CHECK int weft__viewed_list_feeds(struct weft__viewed_page *page);

/* The feed of this key among those that are listed, or NULL. */
const struct weft__viewed_feed *weft__viewed_find_feed(
    const struct weft__viewed_page *page, struct weft_slice key);

/*
 * Reads places after the token's position into rows: of a feed; of the journal,
 * up to the bound of a follower.  WEFT_EDAMAGED; WEFT_ENOMEM; what the database
 * returns.
 */
WEFT_MUST_CHECK int weft__viewed_read_feed(struct weft__viewed_page *page,
    struct weft_transaction *transaction,
    const struct weft__viewed_feed *feed);
WEFT_MUST_CHECK int weft__viewed_read_journal(struct weft__viewed_page *page,
    struct weft_transaction *transaction);

/* Adds what the record is to the viewer, whom it concerns by this feed, and
 * its entry there. */
WEFT_MUST_CHECK int weft__viewed_append(struct weft__viewed_page *page,
    const struct weft__viewed_feed *feed,
    const struct weft__visible_entry *entry, struct weft_slice id,
    const struct weft__current *current,
    const struct weft__visible_keys *keys);

#endif
