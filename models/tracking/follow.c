#include "models/tracking/follow.h"

#include "core/base/alloc.h"
#include "core/base/limits.h"

/* Bytes of the history that an update tells. */
#define HISTORY_SIZE (WEFT_LIMIT_REVTREE_NODES * (WEFT_LIMIT_REV_SIZE + 1))

/* What it takes besides its id, data and history: revisions and numbers, and
 * their names where they have some. */
#define UPDATE_SIZE 160

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

/* FNV-1a. */
uint64_t
weft__origin_hash(struct weft_slice origin)
{
	uint64_t hash = 14695981039346656037u;

	if (!origin.data)
		return 0;
	for (size_t i = 0; i < origin.size; i++)
		hash = (hash ^ (unsigned char)origin.data[i]) * 1099511628211u;
	return hash | 1;
}

void
weft__giving_init(struct weft__giving *giving, struct weft__follow *follow,
    struct weft_update_list *list)
{
	*giving = (struct weft__giving){
	    .follow = follow,
	    .list = list,
	    .before = list->length,
	    .origin = weft__origin_hash(follow->origin),
	    .history = WEFT_BUF_INIT(HISTORY_SIZE),
	    .past = SIZE_MAX,
	};
	follow->origins_length = 0;
	follow->has_others = false;
}

void
weft__giving_fini(struct weft__giving *giving)
{
	weft_buf_fini(&giving->history);
}

static void
note_origin(struct weft__follow *follow, uint64_t origin)
{
	for (size_t i = 0; i < follow->origins_length; i++)
		if (follow->origins[i] == origin)
			return;
	if (follow->origins_length < follow->limit)
		follow->origins[follow->origins_length++] = origin;
}

bool
weft__giving_wants(struct weft__giving *giving, uint64_t origin)
{
	if (!origin)
		giving->follow->has_others = true;
	else if (giving->follow->origins)
		note_origin(giving->follow, origin);
	return !origin || origin != giving->origin;
}

void
weft__update_set_prev(struct weft_update *update)
{
	struct weft_slice past = update->history;
	const char *end;

	if (!past.size)
		return;
	end = memchr(past.data, '\n', past.size);
	update->change.has_prev = true;
	update->change.prev =
	    weft_slice_of(past.data, (size_t)(end - past.data));
	if (!update->change.prev.size) /* a deletion */
		update->change.prev = weft_slice(NULL);
}

/* Keeps so many revisions: lines. */
static void
cut(struct weft_buf *history, size_t most)
{
	size_t size = 0;

	for (; most && size < history->size; most--)
		size = (size_t)((char *)memchr(history->data + size, '\n',
		                    history->size - size) -
			   history->data) + 1;
	history->size = size;
}

int
weft__give(struct weft__giving *giving, const struct weft_change *change,
    struct weft_slice body, const struct weft__track *track, bool keeps_prev,
    struct weft_error *error)
{
	struct weft_update update = {.change = *change, .data = body};
	size_t size;

	weft_buf_clear(&giving->history);
	if (track && weft__track_history(track, &giving->history))
		return out_of_memory(error);
	cut(&giving->history, giving->past);
	size = UPDATE_SIZE + change->model_id.size + body.size +
	    giving->history.size;
	giving->is_full = giving->list->length > giving->before &&
	    giving->size + size > giving->follow->size;
	if (giving->is_full)
		return 0;
	if (giving->history.size) {
		update.history = weft_buf_slice(&giving->history);
		if (!keeps_prev)
			weft__update_set_prev(&update);
	}
	update.type = weft_change_type(&update.change);
	if (weft_update_list_append(giving->list, &update))
		return out_of_memory(error);
	giving->size += size;
	return 0;
}

bool
weft__giving_is_full(const struct weft__giving *giving)
{
	const struct weft__follow *follow = giving->follow;

	if (follow->origins && follow->origins_length >= follow->limit)
		return true; /* no room to note another one */
	return giving->is_full;
}

int
weft__giving_finish(struct weft__giving *giving, struct weft_error *error)
{
	size_t length = giving->list->length - giving->before;
	size_t deleted = 0, kept = 0;
	struct weft_update *updates, *others;

	if (!length)
		return 0;
	updates = giving->list->updates + giving->before;
	while (deleted < length && !updates[deleted].change.rev.data)
		deleted++;
	if (deleted == length)
		return 0;
	others = weft__calloc(length, sizeof *others);
	if (!others)
		return out_of_memory(error);
	for (size_t i = deleted; i < length; i++)
		if (updates[i].change.rev.data)
			others[kept++] = updates[i];
		else
			updates[deleted++] = updates[i];
	memcpy(updates + deleted, others, kept * sizeof *others);
	weft__free(others);
	return 0;
}
