/*
 * Which feeds a viewer's page is read from: his own, and those of his groups.
 */
#include "models/source/viewed_page.h"
#include "models/visible/text.h"

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

static int
list_own(struct weft__viewed_page *page)
{
	struct weft_buf key = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	struct weft__viewed_feed *feed = &page->feeds[page->feeds_length++];
	int code = weft_buf_append(&key, "u:", 2);

	*feed = (struct weft__viewed_feed){.is_whole = page->is_all};
	if (!code)
		code = weft__visible_escape(page->viewer->user, &key);
	if (!code)
		code = weft__arena_copy(
		    &page->arena, weft_buf_slice(&key), &feed->key);
	weft_buf_fini(&key);
	return code ? out_of_memory(page->error) : 0;
}

/* Whether the group came or went since the viewer's position. */
static bool
is_since(const struct weft__viewed_page *page,
    const struct weft__visible_group *group)
{
	return page->giving ? group->seq > page->since_seq
			    : group->checkpoint >= page->since;
}

static int
list_groups(struct weft__viewed_page *page,
    const struct weft__visible_groups *groups)
{
	for (size_t i = 0; i < groups->length; i++) {
		const struct weft__visible_group *group = &groups->list[i];
		bool is_recent = page->is_all || is_since(page, group);
		struct weft__viewed_feed *feed =
		    &page->feeds[page->feeds_length];

		if (group->seq > page->turned)
			page->turned = group->seq;
		if (!group->is_held && !is_recent)
			continue;
		*feed = (struct weft__viewed_feed){
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

int
weft__viewed_list_feeds(struct weft__viewed_page *page)
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
