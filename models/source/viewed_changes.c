/*
 * changes() for a viewer: his own feed since a checkpoint, and that of each of
 * his groups; all of it for a group that he has come to since then, and all as
 * deleted for one that he has left.
 *
 * A record is given from the first of the feeds that it is in.  Between two
 * pages only the token is kept: which feed, and where in it.
 *
 * Where the journal has fewer new rows, of whomever, than the viewer has feeds,
 * it is read instead of those that are not read whole: to look into each of
 * thousands of groups for nothing takes more.
 *
 * follow() goes round all feeds: what was written after place->since, up to
 * place->bound, of feed place->phase from place->position on.  After a round
 * 'since' is what 'bound' was, and 'bound' is 0.  Who comes to a group, or
 * leaves it, does so at a seq of its own.
 */
#include <inttypes.h>

#include "models/record/record.h"
#include "models/source/viewed_page.h"
#include "models/tracking/rectify.h"
#include "models/visible/text.h"

/* A number for the feeds there are: with others a walk begins again. */
static uint64_t
sum_feeds(const struct weft__viewed_page *page)
{
	uint64_t sum = 14695981039346656037u;

	for (size_t i = 0; i < page->feeds_length; i++) {
		const struct weft__viewed_feed *feed = &page->feeds[i];

		for (size_t j = 0; j < feed->key.size; j++)
			sum = (sum ^ (unsigned char)feed->key.data[j]) *
			      1099511628211u;
		sum = (sum ^ (uint64_t)feed->is_lost) * 1099511628211u;
	}
	return sum | 1; /* 0 is the beginning */
}

/* Whether the page is as large as it may be. */
static bool
is_full(const struct weft__viewed_page *page)
{
	return page->appended >= page->limit ||
	    (page->giving && weft__giving_is_full(page->giving));
}

/* Whether the last record was not given. */
static bool
is_stopped(const struct weft__viewed_page *page)
{
	return page->unrectified || (page->giving && page->giving->is_full);
}

/* A row of the journal: whose was it? */
static int
take_origin(const struct weft_connector_journal_row *row, void *context)
{
	*(uint64_t *)context = weft__origin_hash(row->origin);
	return 0;
}

/* Whether the record's last change is one that the follower wants. */
static int
is_wanted(struct weft__viewed_page *page,
    struct weft_transaction *transaction, const struct weft__track *track,
    bool *wanted)
{
	struct weft_connector_session *session = transaction->session;
	uint64_t origin = 0;
	int code = 0;

	if (page->giving)
		code = session->ops->journal_read(session, page->model->index,
		    track->seq - 1, track->seq, 1, take_origin, &origin,
		    page->error);
	*wanted = !page->giving || weft__giving_wants(page->giving, origin);
	return code;
}

/* Takes a record as it is to the viewer by this feed. */
static int
take_record(struct weft__viewed_page *page,
    struct weft_transaction *transaction,
    const struct weft__viewed_feed *feed,
    const struct weft__visible_entry *entry, struct weft_slice id,
    const struct weft__visible_keys *keys)
{
	struct weft__current current;
	bool wanted = true;
	int code = weft__tracker_load(
	    transaction, page->model, id, &current, page->error);

	if (code)
		return code;
	if (weft__is_unrectified(&current) && !page->rectified) {
		page->unrectified = true;
		return 0;
	}
	if (!current.has_track)
		return 0;
	code = is_wanted(page, transaction, &current.track, &wanted);
	if (code || !wanted)
		return code;
	if (page->giving) /* again: its body may be gone by now */
		code = weft__tracker_load(
		    transaction, page->model, id, &current, page->error);
	return code ? code
		    : weft__viewed_append(
			  page, feed, entry, id, &current, keys);
}

/* The feed, among these, that the entry is one of at the row; NULL: none, or
 * the record has moved on. */
static const struct weft__viewed_feed *
feed_of(const struct weft__viewed_page *page,
    const struct weft__viewed_feed *first, size_t length,
    const struct weft__visible_entry *entry,
    const struct weft__viewed_row *row)
{
	const struct weft__viewed_feed *feed = entry->seq == row->seq
	    ? weft__viewed_find_feed(page, entry->key)
	    : NULL;

	return feed >= first && feed < first + length ? feed : NULL;
}

/* Takes the record of a row, if it is of one of these feeds. */
static int
take_row(struct weft__viewed_page *page, struct weft_transaction *transaction,
    const struct weft__viewed_feed *first, size_t length,
    const struct weft__viewed_row *row)
{
	struct weft__visible_keys keys = {0};
	size_t before = page->appended;
	int code = weft__visible_keys_load(
	    &keys, transaction, page->model, row->id, page->error);

	for (size_t i = 0; i < keys.length && !code; i++) {
		const struct weft__visible_entry *entry = &keys.list[i];
		const struct weft__viewed_feed *feed =
		    feed_of(page, first, length, entry, row);

		if (feed)
			code = take_record(page, transaction, feed, entry,
			    row->id, &keys);
		if (page->appended > before || is_stopped(page))
			break;
	}
	weft__visible_keys_fini(&keys);
	return code;
}

/* Which seq the position of the viewer is; 0 if the journal does not have it
 * any more. */
static int
find_since(struct weft__viewed_page *page, struct weft_transaction *transaction)
{
	const struct weft_connector_ops *ops = transaction->session->ops;
	uint64_t first = page->journal_first, seq;
	int code;

	if (page->is_all)
		return 0;
	code = ops->journal_seek(
	    transaction->session, page->since, &seq, page->error);
	if (!code && (first == 1 || (first && seq > first)))
		page->since_seq = seq - 1;
	return code;
}

/*
 * Whether the journal has all that is new in the feeds that are not whole, in
 * fewer rows than there are such feeds.
 */
static bool
is_journal_shorter(const struct weft__viewed_page *page)
{
	uint64_t upto = page->giving ? page->bound : page->journal_last;

	return page->since_seq && page->journal_first &&
	       page->journal_first <= page->since_seq + 1 &&
	       upto < page->since_seq + page->partial_length;
}

/*
 * Begins a feed: where what is new in it begins.  The first one stands for all
 * that are not whole if the journal is read instead of them, as phase
 * feeds_length.
 */
static void
begin_feed(struct weft__viewed_page *page, size_t index)
{
	bool by_journal = index == 0 && is_journal_shorter(page);

	page->token->phase = by_journal ? page->feeds_length : index;
	page->token->end = index == page->feeds_length;
	page->token->position =
	    index < page->partial_length ? page->since_seq : 0;
}

/* Takes the records of the rows that were read, of these feeds; 'is_through':
 * there are no more rows. */
static int
take_rows(struct weft__viewed_page *page, struct weft_transaction *transaction,
    const struct weft__viewed_feed *first, size_t length, bool *is_through)
{
	for (size_t i = 0; i < page->seen; i++) {
		int code;

		if (is_full(page))
			return 0;
		code = take_row(
		    page, transaction, first, length, &page->rows[i]);
		if (code || is_stopped(page))
			return code; /* the same row again */
		page->token->position = page->rows[i].seq;
	}
	*is_through = page->seen < page->wanted;
	return 0;
}

/* The next step; what token->phase says has been begun. */
static int
step(struct weft__viewed_page *page, struct weft_transaction *transaction)
{
	size_t index = (size_t)page->token->phase;
	bool by_journal = index == page->feeds_length, is_through = false;
	const struct weft__viewed_feed *first =
	    by_journal ? page->feeds : &page->feeds[index];
	size_t length = by_journal ? page->partial_length : 1;
	int code = by_journal
	    ? weft__viewed_read_journal(page, transaction)
	    : weft__viewed_read_feed(page, transaction, first);

	if (!code)
		code = take_rows(
		    page, transaction, first, length, &is_through);
	if (!code && is_through)
		begin_feed(
		    page, by_journal ? page->partial_length : index + 1);
	return code;
}

/* Begins a list, or goes on with it if the feeds are the same. */
static int
resume(struct weft__viewed_page *page, struct weft_transaction *transaction)
{
	uint64_t sum = sum_feeds(page);
	int code = find_since(page, transaction);

	if (page->token->bound != sum) {
		page->token->bound = sum;
		begin_feed(page, 0);
	}
	return code;
}

/* Begins a round, or goes on with it if the feeds are the same. */
static int
resume_round(struct weft__viewed_page *page)
{
	const struct weft__follow *follow = page->giving->follow;
	const struct weft__place *place = &follow->place;

	if (place->since > page->tip || place->bound > page->tip)
		return weft_error_set(page->error, WEFT_EINVAL,
		    "the place is ahead of what there is");
	if (page->token->phase > page->feeds_length)
		return weft_error_set(page->error, WEFT_EGONE,
		    "the viewer has not so many groups");
	page->bound = place->bound;
	if (follow->from_now || place->since == page->tip) {
		page->bound = page->tip;
		page->token->end = true;
	} else if (!page->bound || page->turned > page->bound) {
		page->bound = page->tip;
		begin_feed(page, 0);
	}
	return 0;
}

static int
begin_page(struct weft__viewed_page *page, struct weft_transaction *transaction)
{
	struct weft_connector_session *session = transaction->session;
	int code = session->ops->journal_range(session, &page->journal_first,
	    &page->journal_last, page->error);

	if (!code)
		code = page->giving ? resume_round(page)
				    : resume(page, transaction);
	if (!code && !page->token->end &&
	    page->token->phase == page->feeds_length &&
	    page->journal_first > page->token->position + 1)
		begin_feed(page, 0); /* the journal has been shortened */
	return code;
}

static int
read_page(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct weft__viewed_page *page = context;
	int code;

	page->error = error;
	code = begin_page(page, transaction);
	while (!code && !page->token->end && !page->unrectified &&
	    !is_full(page))
		code = step(page, transaction);
	return code;
}

static int
read_rectified(struct weft__viewed_page *page, struct weft_error *error)
{
	struct weft_datasource *datasource = page->model->datasource;
	int code;

	page->rectified = datasource->read_only;
	code = weft__datasource_read(datasource, read_page, page, error);
	if (code || !page->unrectified)
		return code;
	code = weft_model_rectify_all_changes(page->model, NULL, error);
	page->unrectified = false;
	page->rectified = true;
	return code ? code : weft__datasource_read(
				 datasource, read_page, page, error);
}

/* The page; with the last one the viewer has been told of his groups. */
static int
read_told(struct weft__viewed_page *page, struct weft_error *error)
{
	int code = read_rectified(page, error);

	return code || !page->is_untold || !page->token->end
	    ? code
	    : weft__visible_groups_tell(
		  page->model->datasource, page->viewer, error);
}

int
weft__source_viewed_changes(struct weft__source_viewed *viewed,
    struct weft_model *model, int64_t since, struct weft_slice filter,
    size_t limit, struct weft__page_token *token,
    struct weft_change_list *list, struct weft_error *error)
{
	struct weft__viewed_page page = {
	    .viewer = &viewed->viewer,
	    .model = model,
	    .since = since < 0 ? 0 : (uint64_t)since,
	    .limit = limit,
	    .token = token,
	    .list = list,
	    .error = error,
	};
	struct weft__filter parsed = {0};
	uint64_t checkpoint;
	int code = weft_datasource_current_checkpoint(
	    model->datasource, &checkpoint, error);

	page.is_all = since < 0 || page.since > checkpoint;
	if (!code)
		code = weft__record_parse_filter(
		    model, filter, &parsed, error);
	page.where = parsed.query.where;
	if (!code)
		code = weft__viewed_list_feeds(&page);
	if (!code)
		code = read_told(&page, error);
	weft__filter_fini(&parsed);
	weft__arena_fini(&page.arena);
	weft__arena_fini(&page.ids);
	return code;
}

static int
read_tip(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct weft__viewed_page *page = context;
	int code = weft__transaction_read_counters(transaction, error);

	page->tip = transaction->counters.seq;
	return code;
}

/*
 * Reads how far there is something, then the feeds: what came to them later is
 * of the next round, groups too.  A viewer who has just come to a group is
 * looked at again.
 */
static int
list_feeds_of_round(struct weft__viewed_page *page)
{
	int code = 0;

	for (int i = 0; !code && i < 2; i++) {
		weft__arena_clear(&page->arena);
		page->feeds_length = 0;
		code = weft__datasource_read(page->model->datasource,
		    read_tip, page, page->error);
		if (!code)
			code = weft__viewed_list_feeds(page);
		if (page->turned <= page->tip)
			break;
	}
	return code;
}

/* Where a follower is now. */
static void
leave(struct weft__follow *follow, const struct weft__viewed_page *page)
{
	const struct weft__page_token *token = page->token;

	follow->is_end = token->end;
	follow->upto = page->bound;
	follow->seen = page->tip;
	follow->left = 0;
	if (token->end)
		follow->place = (struct weft__place){.since = page->bound};
	else
		follow->place = (struct weft__place){
		    .since = follow->place.since,
		    .phase = token->phase,
		    .position = token->position,
		    .bound = page->bound,
		};
}

int
weft__source_viewed_follow(struct weft__source_viewed *viewed,
    struct weft_model *model, struct weft__follow *follow,
    struct weft_update_list *list, struct weft_error *error)
{
	struct weft__page_token token = {
	    .phase = follow->place.phase,
	    .position = follow->place.position,
	};
	struct weft__giving giving;
	struct weft__viewed_page page = {
	    .viewer = &viewed->viewer,
	    .model = model,
	    .since_seq = follow->place.since,
	    .is_all = !follow->place.since,
	    .giving = &giving,
	    .limit = follow->limit,
	    .token = &token,
	    .error = error,
	};
	struct weft__filter parsed = {0};
	int code = weft__record_parse_filter(
	    model, follow->filter, &parsed, error);

	page.where = parsed.query.where;
	weft__giving_init(&giving, follow, list);
	follow->has_others = true; /* the feeds do not tell whose they are */
	if (!code)
		code = list_feeds_of_round(&page);
	if (!code)
		code = read_told(&page, error);
	if (!code)
		code = weft__giving_finish(&giving, error);
	if (!code)
		leave(follow, &page);
	weft__giving_fini(&giving);
	weft__filter_fini(&parsed);
	weft__arena_fini(&page.arena);
	weft__arena_fini(&page.ids);
	return code;
}
