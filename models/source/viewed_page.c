/*
 * What one record of a feed is to a viewer: a change, a deletion, or nothing.
 */
#include "models/record/record.h"
#include "models/source/viewed_page.h"

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

/* 'current' NULL: the viewer is told of a deletion, whatever there is. */
static int
append(struct weft__viewed_page *page, const struct weft_change *change,
    const struct weft__current *current, bool appears)
{
	int code = 0;

	if (page->giving)
		code = weft__give(page->giving, change,
		    current && current->exists ? current->body
					       : weft_slice(NULL),
		    current ? &current->track : NULL, appears, page->error);
	else if (weft_change_list_append(page->list, change))
		code = out_of_memory(page->error);
	page->appended += !code;
	return code;
}

/* The record goes from the viewer, as if it was deleted. */
static int
append_deletion(struct weft__viewed_page *page, struct weft_slice id,
    const struct weft__track *track, struct weft_slice prev)
{
	struct weft_change change =
	    weft__viewed_deletion(page->model, id, track, prev);

	return append(page, &change, NULL, false);
}

/* Whether the viewer had the record, if his last position is not known: unless
 * it came to him, again, by its last change. */
static bool
was_in_perhaps(const struct weft__viewed_feed *feed,
    const struct weft__visible_entry *entry, const struct weft__track *track)
{
	if (feed->seq && !feed->is_lost)
		return track->seq > feed->seq;
	return entry->is_live &&
	       (!entry->left || entry->seq != entry->joined);
}

/* Whether the viewer had the record, by this feed, at his last position. */
static bool
was_in(const struct weft__viewed_page *page,
    const struct weft__viewed_feed *feed,
    const struct weft__visible_entry *entry, const struct weft__track *track)
{
	uint64_t since = page->since_seq;

	if (!since)
		return was_in_perhaps(feed, entry, track);
	if (feed->is_whole && (feed->seq <= since) == feed->is_lost)
		return false; /* he came to the group since, or had left it */
	if (entry->came <= since && entry->left > since)
		return true;
	return entry->joined <= since &&
	       (entry->is_live || entry->seq > since);
}

static bool
was_seen(const struct weft__viewed_page *page,
    const struct weft__visible_keys *keys, const struct weft__track *track)
{
	for (size_t i = 0; i < keys->length; i++) {
		const struct weft__viewed_feed *feed =
		    weft__viewed_find_feed(page, keys->list[i].key);

		if (feed && was_in(page, feed, &keys->list[i], track))
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
append_change(struct weft__viewed_page *page, struct weft_slice id,
    const struct weft__current *current, bool appears)
{
	struct weft_change change;
	bool matches = true;
	int code = 0;

	weft__track_change(&current->track,
	    weft_slice(weft_model_name(page->model)), id, &change);
	if (weft_change_type(&change) == WEFT_CHANGE_UNKNOWN && !page->giving)
		return 0;
	if (appears) {
		change.prev = weft_slice(NULL);
		change.has_prev = true;
		change.generation = 0; /* the deletion was for him alone */
	}
	if (current->exists)
		code = weft__where_matches(
		    page->where, current->body, &matches);
	if (code) {
		weft__query_fail(code, page->error);
		weft_error_wrap(page->error, "filter %s %.*s",
		    weft_model_name(page->model), (int)id.size, id.data);
		return code;
	}
	return matches ? append(page, &change, current, appears) : 0;
}

/* The first of the viewer's feeds that gives the record; NULL: he cannot see
 * it. */
static const struct weft__viewed_feed *
find_giver(const struct weft__viewed_page *page,
    const struct weft__visible_keys *keys)
{
	const struct weft__viewed_feed *first = NULL;

	for (size_t i = 0; i < keys->length; i++) {
		const struct weft__viewed_feed *feed = keys->list[i].is_live
		    ? weft__viewed_find_feed(page, keys->list[i].key)
		    : NULL;

		if (feed && !feed->is_lost && (!first || feed < first))
			first = feed;
	}
	return first;
}

/*
 * When the record went from the viewer by this entry of a feed: it left the
 * group, or he did, whichever came first; 0: it had left before he came.
 */
static uint64_t
went_at(const struct weft__viewed_feed *feed,
    const struct weft__visible_entry *entry)
{
	if (feed->is_lost)
		return entry->is_live || entry->seq > feed->seq ? feed->seq
								 : entry->seq;
	return entry->seq > feed->seq ? entry->seq : 0;
}

/* The entry of the feed that tells of a record which no feed gives: by which it
 * went from the viewer last. */
static const struct weft__visible_entry *
find_last(const struct weft__viewed_page *page,
    const struct weft__visible_keys *keys)
{
	const struct weft__visible_entry *last = NULL;
	uint64_t at = 0;

	for (size_t i = 0; i < keys->length; i++) {
		const struct weft__visible_entry *entry = &keys->list[i];
		const struct weft__viewed_feed *feed =
		    weft__viewed_find_feed(page, entry->key);

		if (feed && went_at(feed, entry) > at) {
			last = entry;
			at = went_at(feed, entry);
		}
	}
	return last;
}

/* The revision that the viewer had, if the record went from him by the last
 * change that there was. */
static struct weft_slice
base_of(const struct weft__viewed_page *page, const struct weft__track *track,
    const struct weft__visible_entry *entry)
{
	/* He is given the last change of each checkpoint; a follower, all. */
	return !page->giving && entry->seq == track->seq && track->prev.size
		   ? weft__rev_slice(&track->prev)
		   : entry->rev;
}

/* A record that the viewer cannot see, in a feed where he could. */
static int
append_gone(struct weft__viewed_page *page,
    const struct weft__viewed_feed *feed, struct weft_slice id,
    const struct weft__current *current,
    const struct weft__visible_entry *entry)
{
	const struct weft__track *track = &current->track;
	struct weft_slice prev;

	if (!entry->is_live && !current->exists && entry->seq == track->seq)
		return append_change(page, id, current, false);
	if (!entry->is_live)
		return append_deletion(
		    page, id, track, base_of(page, track, entry));
	/* He saw the present revision only if it was there when he left. */
	prev = track->seq <= feed->seq ? weft__rev_slice(&track->rev)
				       : weft_slice("-");
	return append_deletion(page, id, track, prev);
}

int
weft__viewed_append(struct weft__viewed_page *page,
    const struct weft__viewed_feed *feed,
    const struct weft__visible_entry *entry, struct weft_slice id,
    const struct weft__current *current,
    const struct weft__visible_keys *keys)
{
	const struct weft__viewed_feed *giver = find_giver(page, keys);

	if (!giver)
		return entry == find_last(page, keys)
		    ? append_gone(page, feed, id, current, entry) : 0;
	if (giver != feed)
		return 0;
	if (!feed->is_whole && !page->giving &&
	    current->track.checkpoint < page->since)
		return 0;
	return append_change(
	    page, id, current, !was_seen(page, keys, &current->track));
}
