/*
 * A page of what is new for a viewer: shared by source_viewed_changes.c,
 * source_viewed_feeds.c and source_viewed_page.c.
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
	uint64_t bound;   /* a follower's: rows beyond are not looked at */
	uint64_t tip;     /* seq of the last row, when the feeds were listed */
	uint64_t turned;  /* seq when a group came or went last */
	const struct weft__where *where;
	size_t limit;
	struct weft__page_token *token;
	struct weft_change_list *list;
	size_t appended;
	struct weft__viewed_feed *feeds;
	size_t feeds_length;
	struct weft__arena arena; /* of the feeds */
	struct weft__viewed_row rows[WEFT__VIEWED_ROWS];
	size_t seen;
	size_t wanted; /* rows at most */
	struct weft__arena ids;
	bool unrectified; /* an edit made behind our back was met */
	bool rectified;
	struct weft_error *error;
};

/* Lists the feeds that the page is read from: since, since_seq and is_all are
 * set.  WEFT_ENOMEM; what the database returns. */
WEFT_MUST_CHECK int weft__viewed_list_feeds(struct weft__viewed_page *page);

/* Adds what the record at a row of the feed of this index is to the viewer. */
WEFT_MUST_CHECK int weft__viewed_append(struct weft__viewed_page *page,
    size_t index, const struct weft__viewed_row *row,
    const struct weft__current *current,
    const struct weft__visible_keys *keys);

#endif
