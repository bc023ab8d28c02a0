#include <weft/change.h>

#include "core/base/alloc.h"
#include "core/base/arena.h"

static struct weft__arena *
get_arena(struct weft__arena **arena)
{
	if (!*arena)
		*arena = weft__calloc(1, sizeof **arena);
	return *arena;
}

static void
free_arena(struct weft__arena *arena)
{
	if (!arena)
		return;
	weft__arena_fini(arena);
	weft__free(arena);
}

/* Copies the change with its texts into the arena. */
static int
copy_change(struct weft__arena *arena, const struct weft_change *change,
    struct weft_change *copy)
{
	*copy = *change;
	if (weft__arena_copy(arena, change->model, &copy->model) ||
	    weft__arena_copy(arena, change->model_id, &copy->model_id) ||
	    weft__arena_copy(arena, change->rev, &copy->rev) ||
	    weft__arena_copy(arena, change->prev, &copy->prev) ||
	    weft__arena_copy(arena, change->custom, &copy->custom))
		return WEFT_ENOMEM;
	return 0;
}

void
weft_change_list_fini(struct weft_change_list *list)
{
	free_arena(list->arena);
	weft__free(list->changes);
	*list = (struct weft_change_list){0};
}

void
weft_change_list_clear(struct weft_change_list *list)
{
	list->length = 0;
	if (list->arena)
		weft__arena_clear(list->arena);
}

int
weft_change_list_append(
    struct weft_change_list *list, const struct weft_change *change)
{
	if (!get_arena(&list->arena) ||
	    !weft__grow(&list->changes, &list->capacity, list->length + 1,
		sizeof *list->changes))
		return WEFT_ENOMEM;
	if (copy_change(list->arena, change, &list->changes[list->length]))
		return WEFT_ENOMEM;
	list->length++;
	return 0;
}

void
weft_update_list_fini(struct weft_update_list *list)
{
	free_arena(list->arena);
	weft__free(list->updates);
	*list = (struct weft_update_list){0};
}

void
weft_update_list_clear(struct weft_update_list *list)
{
	list->length = 0;
	if (list->arena)
		weft__arena_clear(list->arena);
}

int
weft_update_list_append(
    struct weft_update_list *list, const struct weft_update *update)
{
	struct weft_update *copy;

	if (!get_arena(&list->arena) ||
	    !weft__grow(&list->updates, &list->capacity, list->length + 1,
		sizeof *list->updates))
		return WEFT_ENOMEM;
	copy = &list->updates[list->length];
	copy->type = update->type;
	copy->has_hashed = update->has_hashed;
	if (copy_change(list->arena, &update->change, &copy->change) ||
	    weft__arena_copy(list->arena, update->data, &copy->data) ||
	    weft__arena_copy(list->arena, update->history, &copy->history))
		return WEFT_ENOMEM;
	list->length++;
	return 0;
}
