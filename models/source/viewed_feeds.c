/*
 * Which feeds a viewer's page is read from: his own, and those of his groups.
 */
#include "models/source/viewed_page.h"

#include <stdlib.h>

#include "models/visible/text.h"

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

static int
add_feed(struct weft__viewed_page *page, struct weft_slice key,
    struct weft__viewed_feed feed)
{
	struct weft__viewed_feed *added = &page->feeds[page->feeds_length];

	*added = feed;
	if (weft__arena_copy(&page->arena, key, &added->key))
		return out_of_memory(page->error);
	page->feeds_length++;
	return 0;
}

static int
add_own(struct weft__viewed_page *page)
{
	struct weft_buf key = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	struct weft__viewed_feed feed = {.is_whole = page->is_all};
	int code = weft_buf_append(&key, "u:", 2);

	if (!code)
		code = weft__visible_escape(page->viewer->user, &key);
	if (code)
		code = out_of_memory(page->error);
	else
		code = add_feed(page, weft_buf_slice(&key), feed);
	weft_buf_fini(&key);
	return code;
}

/* Whether the group came or went since the viewer's position. */
static bool
is_since(const struct weft__viewed_page *page,
    const struct weft__visible_group *group)
{
	return page->giving ? group->seq > page->since_seq
			    : group->checkpoint >= page->since;
}

/* Adds the feeds that are read whole, or those that are not. */
static int
add_feeds(struct weft__viewed_page *page,
    const struct weft__visible_groups *groups, bool is_whole)
{
	int code = page->is_all == is_whole ? add_own(page) : 0;

	for (size_t i = 0; i < groups->length && !code; i++) {
		const struct weft__visible_group *group = &groups->list[i];
		struct weft__viewed_feed feed = {
		    .is_lost = !group->is_held,
		    .is_whole = page->is_all || is_since(page, group),
		    .seq = group->seq,
		};

		if (group->seq > page->turned)
			page->turned = group->seq;
		page->is_untold = page->is_untold || group->is_untold;
		if (feed.is_whole == is_whole &&
		    (feed.is_whole || !feed.is_lost))
			code = add_feed(page, group->key, feed);
	}
	return code;
}

int
weft__viewed_list_feeds(struct weft__viewed_page *page)
{
	struct weft__visible_groups groups = {0};
	int code = weft__visible_groups_update(
	    &groups, page->model->datasource, page->viewer, page->error);

	if (!code) {
		page->feeds = weft__arena_alloc(&page->arena,
		    (groups.length + 1) * sizeof *page->feeds);
		code = page->feeds ? add_feeds(page, &groups, false)
				   : out_of_memory(page->error);
	}
	page->partial_length = page->feeds_length;
	if (!code)
		code = add_feeds(page, &groups, true);
	weft__visible_groups_fini(&groups);
	return code;
}

static int
compare_key(const void *key, const void *feed)
{
	return weft__visible_key_order(*(const struct weft_slice *)key,
	    ((const struct weft__viewed_feed *)feed)->key);
}

const struct weft__viewed_feed *
weft__viewed_find_feed(
    const struct weft__viewed_page *page, struct weft_slice key)
{
	const struct weft__viewed_feed *found = bsearch(&key, page->feeds,
	    page->partial_length, sizeof *page->feeds, compare_key);

	return found ? found
		     : bsearch(&key, page->feeds + page->partial_length,
			   page->feeds_length - page->partial_length,
			   sizeof *page->feeds, compare_key);
}
