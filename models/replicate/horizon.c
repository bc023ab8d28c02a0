/*
 * Replicating from a source that has dropped tombstones.
 *
 * A position below its horizon counts for nothing: deletions may be missing
 * from the changes since then.  So the stores are compared.  If they cannot
 * be, all changes of the source are read; then it is told first of all that
 * the target has, so that what was deleted there is among them again.
 */
#include "models/replicate/private.h"

#include "core/base/limits.h"
#include "models/tracking/trace.h"

#define NUMBER_SIZE 24

int
weft__replicate_horizon(const struct weft__parties *parties,
    uint64_t *horizon, struct weft_error *error)
{
	struct weft_source *source = parties->source;
	struct weft_buf text = WEFT_BUF_INIT(NUMBER_SIZE);
	int code = 0;

	*horizon = 0;
	if (!source->ops->meta_get)
		return 0;
	code = source->ops->meta_get(
	    source, WEFT__META_HORIZON, &text, error);
	for (size_t i = 0; !code && i < text.size; i++)
		*horizon = *horizon * 10 +
		    (uint64_t)(unsigned char)(text.data[i] - '0');
	weft_buf_fini(&text);
	return code == WEFT_ENOTFOUND || code == WEFT_EUNSUPPORTED ? 0 : code;
}

/* Only what is there: a deletion at the target needs no other. */
static void
keep_live(struct weft_change_list *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->length; i++)
		if (list->changes[i].rev.data)
			list->changes[kept++] = list->changes[i];
	list->length = kept;
}

/* Tells the source of a page of the target's records; what it makes of them
 * is for the replication the other way. */
static int
mention_page(const struct weft__parties *parties,
    struct weft__page_token *token, struct weft_error *error)
{
	struct weft_source *source = parties->source;
	struct weft_source *target = parties->target;
	struct weft_change_list list = {0};
	struct weft__diff diff = {0};
	int code = target->ops->changes(target, parties->target_model, -1,
	    weft_slice(NULL), WEFT_LIMIT_PAGE_CHANGES, token, &list, error);

	keep_live(&list);
	if (!code && list.length)
		code = source->ops->diff(source, parties->source_model, -1,
		    list.changes, list.length, &diff, error);
	weft_change_list_fini(&list);
	weft__diff_fini(&diff);
	return code;
}

int
weft__replicate_mention(
    struct weft__replicating *work, struct weft_error *error)
{
	struct weft__page_token token = {0};
	int code = 0;

	if (work->mentioned || !work->horizon)
		return 0;
	work->mentioned = true;
	while (!code && !token.end)
		code = mention_page(work->parties, &token, error);
	return code;
}
