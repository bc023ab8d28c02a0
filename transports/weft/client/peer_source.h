/*
 * A peer as a source (core/repl/source.h): what a session asks of it becomes
 * requests and streams.
 *
 * peer_source.c   what there is: places, changes, diff
 * peer_models.c   which models the server has, and of which database
 * peer_record.c   single records: the bodies of deltas, relations
 * peer_push.c     what is written there
 *
 * changes() takes batches of a stream, which have the bodies: they are kept
 * until the session is sure to be done with them, so that create_updates()
 * rarely has to ask.  diff() takes everything for a delta that the server is
 * not known to have: the server judges when it is pushed, but for a comparison,
 * which pushes nothing.
 *
 * Its checkpoints are always 1: where to go on is a text (place(), go_on()).
 */
#ifndef TRANSPORTS_WEFT_CLIENT_PEER_SOURCE_H
#define TRANSPORTS_WEFT_CLIENT_PEER_SOURCE_H

#include <weft/source.h>

#include "core/base/limits.h"
#include "core/repl/source.h"
#include "transports/weft/client/known.h"
#include "transports/weft/client/peer.h"

/* Batches whose updates are kept: a session has so many pages under way, and
 * each page is at least a part of one. */
#define WEFT__PEER_KEPT (WEFT_LIMIT_SESSION_WINDOW + 1)

/* One batch, with its updates as they were read. */
struct weft__peer_page {
	struct weft__peer_message *message;
	struct weft_update_list updates;
	struct weft__peer_stream *stream; /* whose it is */
	size_t given; /* changes of it that the session has got */
	uint64_t opening, number; /* which batch of the stream it is */
};

/* What is asked about one record, in the order in which a conflict does. */
enum weft__peer_question {
	WEFT__PEER_CHANGE,
	WEFT__PEER_DATA,
	WEFT__PEER_HISTORY
};

struct weft__peer_source {
	struct weft_source base;
	struct weft__peer *peer;
	struct weft__peer_message *models; /* what the server has ... */
	char epoch[40];          /* ... in which database ... */
	uint64_t version;        /* ... as of this version of the peer's */
	bool is_live;            /* streams stay open */
	struct weft__known known;
	struct weft__peer_page pages[WEFT__PEER_KEPT]; /* newest at 'newest' */
	size_t newest;
	size_t hint_page, hint_update; /* where the last one was found */
	struct weft_update_list record; /* the last answer about one record */
	enum weft__peer_question asked; /* the last question that it answered */
};

/*
 * Opens the source of a URL, and connects.  'options' as in
 * weft_source_open_url(); 'is_live': it will be asked again and again.
 * Returns as weft__peer_connect(); WEFT_EINVAL.
 */
WEFT_MUST_CHECK int weft__peer_source_create(const char *url,
    const struct weft_url_options *options, bool is_live,
    struct weft__peer_source **source, struct weft_error *error);

/* As weft_source_open_url(), for ws:// and wss://. */
WEFT_MUST_CHECK int weft__peer_source_open(const char *url,
    const struct weft_url_options *options, struct weft_source **source,
    struct weft_error *error);

/*
 * peer_models.c: connects, and asks what the server has if that may be another
 * than it was.  '*is_other': so is its database (a backup of what it was,
 * perhaps); then what was known of it is forgotten.
 * Returns as weft__peer_ask(); WEFT_EDENIED: there are no models for us.
 */
WEFT_MUST_CHECK int weft__peer_learn(struct weft__peer_source *source,
    bool *is_other, struct weft_error *error);

/* peer_source.c: forgets what the server was known to have. */
void weft__peer_forget(struct weft__peer_source *source);

/* Whether there are changes that no session has been given. */
bool weft__peer_source_has_changes(const struct weft__peer_source *source);

/* About how many changes are to come. */
uint64_t weft__peer_source_pending(const struct weft__peer_source *source);

/* Asks for records and appends an update for each that is known. */
WEFT_MUST_CHECK int weft__peer_get(struct weft__peer_source *source,
    const char *model, const struct weft_slice *ids, size_t length,
    struct weft_update_list *list, struct weft_error *error);

/* diff() of who compares strictly: asks for the records, so that what the
 * server has is no delta. */
WEFT_MUST_CHECK int weft__peer_diff_strictly(
    struct weft__peer_source *source, const char *model,
    const struct weft_change *list, size_t length, struct weft__diff *diff,
    struct weft_error *error);

/* Whether the update's past has the change, as far as revisions (no value: a
 * deletion) and generations tell. */
bool weft__peer_follows(
    const struct weft_update *update, const struct weft_change *change);

/* The members of the table that the other files have. */
int weft__peer_models(struct weft_source *base,
    int (*each)(const char *model, void *context), void *context,
    struct weft_error *error);
int weft__peer_create_updates(struct weft_source *base, const char *model,
    const struct weft_change *deltas, size_t length,
    struct weft_update_list *list, struct weft_error *error);
int weft__peer_relate(struct weft_source *base, const char *model,
    const struct weft_change *changes, size_t length,
    enum weft__relation *relations, struct weft_error *error);
int weft__peer_find(struct weft_source *base, const char *model,
    struct weft_slice id, struct weft_buf *body, struct weft_error *error);
int weft__peer_last_change(struct weft_source *base, const char *model,
    struct weft_slice id, struct weft_change_list *list,
    struct weft_error *error);
int weft__peer_history(struct weft_source *base, const char *model,
    struct weft_slice id, struct weft_change_list *list,
    struct weft_error *error);
int weft__peer_revision(struct weft_source *base, const char *model,
    struct weft_slice id, struct weft_slice rev, struct weft_buf *body,
    struct weft_error *error);
int weft__peer_bulk_update(struct weft_source *base,
    const struct weft__bulk_part *parts, size_t length,
    const struct weft__bulk_options *options, struct weft_error *error);
int weft__peer_save(struct weft_source *base, const char *model,
    struct weft_slice id, struct weft_slice data, struct weft_slice history,
    struct weft_error *error);

#endif
