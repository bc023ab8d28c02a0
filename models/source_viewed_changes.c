/*
 * changes() for a viewer: his own feed since a checkpoint, and that of each of
 * his groups; all of it for a group that he has come to since then, and all as
 * deleted for one that he has left.
 *
 * A record is given from the first of the feeds that it is in.  Between two
 * pages only the token is kept: which feed, and where in it.
 */
#include <inttypes.h>

#include "models/record.h"
#include "models/rectify.h"
#include "models/source_viewed.h"
#include "models/visible_text.h"

/* Places read between two looks at their records. */
#define ROWS 256

/* What a deletion is based on if the viewer never saw the last revision. */
#define UNSEEN "0000000000000000000000000000000000000000"

/* One feed to be read. */
struct feed {
	struct weft_slice key;
	bool is_lost;     /* the viewer had it */
	bool is_whole;    /* from its beginning, whatever 'since' is */
	uint64_t seq;     /* when he left, or came; 0: before all */
};

struct row {
	uint64_t seq;
	struct weft_slice id;
};

struct page {
	const struct weft__viewer *viewer;
	struct weft_model *model;
	uint64_t since;
	uint64_t since_seq; /* the last before it; 0: not known */
	bool is_all;
	const struct weft__where *where;
	size_t limit;
	struct weft__page_token *token;
	struct weft_change_list *list;
	size_t appended;
	struct feed *feeds;
	size_t feeds_length;
	struct weft__arena arena; /* of the feeds */
	struct row rows[ROWS];
	size_t seen;
	size_t wanted; /* rows at most */
	struct weft__arena ids;
	bool unrectified; /* an edit made behind our back was met */
	bool rectified;
	struct weft_error *error;
};

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

static int
list_own(struct page *page)
{
	struct weft_buf key = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	struct feed *feed = &page->feeds[page->feeds_length++];
	int code = weft_buf_append(&key, "u:", 2);

	*feed = (struct feed){.is_whole = page->is_all};
	if (!code)
		code = weft__visible_escape(page->viewer->user, &key);
	if (!code)
		code = weft__arena_copy(
		    &page->arena, weft_buf_slice(&key), &feed->key);
	weft_buf_fini(&key);
	return code ? out_of_memory(page->error) : 0;
}

static int
list_groups(struct page *page, const struct weft__visible_groups *groups)
{
	for (size_t i = 0; i < groups->length; i++) {
		const struct weft__visible_group *group = &groups->list[i];
		bool is_recent =
		    page->is_all || group->checkpoint >= page->since;
		struct feed *feed = &page->feeds[page->feeds_length];

		if (!group->is_held && !is_recent)
			continue;
		*feed = (struct feed){
		    .is_lost = !group->is_held,
		    .is_whole = is_recent,
		    .seq = group->seq,
		};
		if (weft__arena_copy(&page->arena, group->key, &feed->key))
			return out_of_memory(page->error);
		page->feeds_length++;
	}
	return 0;
}

static int
list_feeds(struct page *page)
{
	struct weft__visible_groups groups = {0};
	int code = weft__visible_groups_update(
	    &groups, page->model->datasource, page->viewer, page->error);

	if (!code) {
		page->feeds = weft__arena_alloc(&page->arena,
		    (groups.length + 1) * sizeof *page->feeds);
		code = page->feeds ? list_own(page)
				   : out_of_memory(page->error);
	}
	if (!code)
		code = list_groups(page, &groups);
	weft__visible_groups_fini(&groups);
	return code;
}

/* A number for the feeds there are: with others a walk begins again. */
static uint64_t
sum_feeds(const struct page *page)
{
	uint64_t sum = 14695981039346656037u;

	for (size_t i = 0; i < page->feeds_length; i++) {
		const struct feed *feed = &page->feeds[i];

		for (size_t j = 0; j < feed->key.size; j++)
			sum = (sum ^ (unsigned char)feed->key.data[j]) *
			      1099511628211u;
		sum = (sum ^ (uint64_t)feed->is_lost) * 1099511628211u;
	}
	return sum | 1; /* 0 is the beginning */
}

static int
append(struct page *page, const struct weft_change *change)
{
	if (weft_change_list_append(page->list, change))
		return out_of_memory(page->error);
	page->appended++;
	return 0;
}

/* The record goes from the viewer, as if it was deleted. */
static int
append_deletion(struct page *page, struct weft_slice id,
    const struct weft__track *track, struct weft_slice prev)
{
	struct weft_change change = {
	    .model = weft_slice(weft_model_name(page->model)),
	    .model_id = id,
	    .prev = weft_slice_equal(prev, weft_slice("-"))
		? weft_slice(UNSEEN) : prev,
	    .has_prev = true,
	    .checkpoint = track->checkpoint,
	};

	return append(page, &change);
}

/* Whether the viewer had the record, if his last position is not known: unless
 * it came to him, again, by its last change. */
static bool
was_in_perhaps(const struct feed *feed,
    const struct weft__visible_entry *entry, const struct weft__track *track)
{
	if (feed->seq && !feed->is_lost)
		return track->seq > feed->seq;
	return entry->is_live &&
	       (!entry->left || entry->seq != entry->joined);
}

/* Whether the viewer had the record, by this feed, at his last position. */
static bool
was_in(const struct page *page, const struct feed *feed,
    const struct weft__visible_entry *entry, const struct weft__track *track)
{
	uint64_t since = page->since_seq;

	if (!since)
		return was_in_perhaps(feed, entry, track);
	if (feed->is_whole && !feed->is_lost)
		return false; /* he has come to the group since */
	if (!entry->is_live)
		return entry->seq > since && entry->joined <= since;
	return entry->joined <= since || entry->left > since;
}

static bool
was_seen(const struct page *page, const struct weft__visible_keys *keys,
    const struct weft__track *track)
{
	for (size_t i = 0; i < page->feeds_length; i++) {
		const struct weft__visible_entry *entry =
		    weft__visible_keys_find(keys, page->feeds[i].key);

		if (entry && was_in(page, &page->feeds[i], entry, track))
			return true;
	}
	return false;
}

/*
 * The change as it is, if it is to be in the list.  One that appears to the
 * viewer is based on nothing: he never had the record, or it was taken from
 * him.
 */
static int
append_change(struct page *page, struct weft_slice id,
    const struct weft__current *current, bool appears)
{
	struct weft_change change;
	bool matches = true;
	int code = 0;

	weft__track_change(&current->track,
	    weft_slice(weft_model_name(page->model)), id, &change);
	if (weft_change_type(&change) == WEFT_CHANGE_UNKNOWN)
		return 0;
	if (appears) {
		change.prev = weft_slice(NULL);
		change.has_prev = true;
	}
	if (current->exists)
		code = weft__where_matches(
		    page->where, current->body, &matches);
	if (code)
		return weft_error_set(page->error, code, "filter %s %.*s: %s",
		    weft_model_name(page->model), (int)id.size, id.data,
		    weft_error_text(code));
	return matches ? append(page, &change) : 0;
}

/* Whether an earlier feed of those that the viewer has gives the record. */
static bool
is_given_before(const struct page *page, size_t index,
    const struct weft__visible_keys *keys)
{
	for (size_t i = 0; i < index; i++) {
		const struct weft__visible_entry *entry =
		    weft__visible_keys_find(keys, page->feeds[i].key);

		if (entry && entry->is_live && !page->feeds[i].is_lost)
			return true;
	}
	return false;
}

/* A record that the viewer cannot see, in a feed where he could. */
static int
append_gone(struct page *page, const struct feed *feed, struct weft_slice id,
    const struct weft__current *current,
    const struct weft__visible_entry *entry)
{
	const struct weft__track *track = &current->track;
	struct weft_slice prev;

	if (!entry->is_live && !current->exists && entry->seq == track->seq)
		return append_change(page, id, current, false);
	if (!entry->is_live)
		return append_deletion(page, id, track, entry->rev);
	/* He saw the present revision only if it was there when he left. */
	prev = track->seq <= feed->seq ? weft__rev_slice(&track->rev)
				       : weft_slice(UNSEEN);
	return append_deletion(page, id, track, prev);
}

static int
append_record(struct page *page, size_t index, const struct row *row,
    const struct weft__current *current,
    const struct weft__visible_keys *keys)
{
	const struct feed *feed = &page->feeds[index];
	const struct weft__visible_entry *entry =
	    weft__visible_keys_find(keys, feed->key);

	if (!entry || entry->seq != row->seq)
		return 0; /* it has moved on */
	if (!weft__viewer_sees(page->viewer, keys, false))
		return append_gone(page, feed, row->id, current, entry);
	if (feed->is_lost || !entry->is_live ||
	    is_given_before(page, index, keys))
		return 0;
	if (!feed->is_whole && current->track.checkpoint < page->since)
		return 0;
	return append_change(page, row->id, current,
	    !was_seen(page, keys, &current->track));
}

static int
take_record(struct page *page, struct weft_transaction *transaction,
    size_t index, const struct row *row)
{
	struct weft__visible_keys keys = {0};
	struct weft__current current;
	int code = weft__tracker_load(
	    transaction, page->model, row->id, &current, page->error);

	if (code)
		return code;
	if (weft__is_unrectified(&current) && !page->rectified) {
		page->unrectified = true;
		return 0;
	}
	if (!current.has_track)
		return 0;
	code = weft__visible_keys_load(
	    &keys, transaction, page->model, row->id, page->error);
	if (!code)
		code = append_record(page, index, row, &current, &keys);
	weft__visible_keys_fini(&keys);
	return code;
}

/*
 * One feed.
 */

static int
take_row(struct weft_slice name, struct weft_slice value, void *context)
{
	struct page *page = context;
	struct row *row = &page->rows[page->seen];

	if (page->seen == page->wanted)
		return 1; /* enough */
	if (name.size < 16 || !weft__visible_number(
		weft_slice_of(name.data + name.size - 16, 16), &row->seq))
		return WEFT_EDAMAGED;
	if (weft__arena_copy(&page->ids, value, &row->id))
		return WEFT_ENOMEM;
	page->seen++;
	return 0;
}

static int
read_rows(struct page *page, struct weft_transaction *transaction,
    const struct feed *feed)
{
	struct weft_connector_session *session = transaction->session;
	struct weft_buf name = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	struct weft_slice prefix;
	size_t size;
	int code = weft__visible_feed_name(page->model, feed->key, &name);

	size = name.size;
	if (!code)
		code = weft_buf_printf(
		    &name, "%016" PRIx64, page->token->position + 1);
	page->seen = 0;
	weft__arena_clear(&page->ids);
	prefix = weft_slice_of(name.data, size);
	if (!code)
		code = session->ops->meta_from(session, prefix,
		    weft_buf_slice(&name), take_row, page, page->error);
	weft_buf_fini(&name);
	if (code == 1)
		return 0;
	return code ? weft_error_set(page->error, code, "a feed of %s: %s",
			  weft_model_name(page->model), weft_error_text(code))
		    : 0;
}

/* Which seq the position of the viewer is; 0 if the journal does not have it
 * any more. */
static int
find_since(struct page *page, struct weft_transaction *transaction)
{
	const struct weft_connector_ops *ops = transaction->session->ops;
	uint64_t first, last, seq;
	int code;

	if (page->is_all)
		return 0;
	code = ops->journal_range(
	    transaction->session, &first, &last, page->error);
	if (!code)
		code = ops->journal_seek(
		    transaction->session, page->since, &seq, page->error);
	if (!code && (first == 1 || (first && seq > first)))
		page->since_seq = seq - 1;
	return code;
}

/* Begins a feed: where what is new in it begins. */
static void
begin_feed(struct page *page, size_t index)
{
	page->token->phase = index;
	page->token->end = index == page->feeds_length;
	page->token->position =
	    page->token->end || page->feeds[index].is_whole
		? 0 : page->since_seq;
}

/* The next step; the feed of token->phase has been begun. */
static int
step(struct page *page, struct weft_transaction *transaction)
{
	size_t index = (size_t)page->token->phase;
	int code;

	page->wanted = page->limit - page->appended;
	if (page->wanted > ROWS)
		page->wanted = ROWS;
	code = read_rows(page, transaction, &page->feeds[index]);
	for (size_t i = 0; i < page->seen && !code; i++) {
		code = take_record(page, transaction, index, &page->rows[i]);
		if (code || page->unrectified)
			return code;
		page->token->position = page->rows[i].seq;
	}
	if (code || page->seen == page->wanted)
		return code;
	begin_feed(page, index + 1);
	return 0;
}

static int
read_page(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct page *page = context;
	uint64_t sum = sum_feeds(page);
	int code;

	page->error = error;
	code = find_since(page, transaction);
	if (page->token->bound != sum) {
		page->token->bound = sum;
		begin_feed(page, 0);
	}
	while (!code && !page->token->end && !page->unrectified &&
	    page->appended < page->limit)
		code = step(page, transaction);
	return code;
}

static int
read_rectified(struct page *page, struct weft_error *error)
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

int
weft__source_viewed_changes(struct weft__source_viewed *viewed,
    struct weft_model *model, int64_t since, struct weft_slice filter,
    size_t limit, struct weft__page_token *token,
    struct weft_change_list *list, struct weft_error *error)
{
	struct page page = {
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
		code = list_feeds(&page);
	if (!code)
		code = read_rectified(&page, error);
	weft__filter_fini(&parsed);
	weft__arena_fini(&page.arena);
	weft__arena_fini(&page.ids);
	return code;
}
