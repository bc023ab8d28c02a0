/*
 * Reading the changes of records that were found to differ.
 */
#include <assert.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "core/repl/reconcile_private.h"

int
weft__reconcile_ask_names(struct weft__reconcile *reconcile)
{
	const struct weft__name *names =
	    reconcile->names.list + reconcile->named;

	if (reconcile->state == WEFT__RECONCILE_IDS)
		return weft__ask_ids(
		    &reconcile->question, names, reconcile->asked);
	return weft__ask_changes(&reconcile->question, names,
	    reconcile->known, reconcile->asked);
}

/* Which ids the target knows: those of one record only. */
int
weft__reconcile_take_ids(
    struct weft__reconcile *reconcile, struct weft__wire *wire)
{
	struct weft_slice id;
	uint64_t count;

	for (size_t i = 0; i < reconcile->asked; i++) {
		if (!weft__wire_number(wire, &count))
			return WEFT_EINVAL;
		reconcile->known[i] = count == 1;
		for (; count > 0; count--)
			if (!weft__wire_text(wire, &id))
				return WEFT_EINVAL;
		if (reconcile->known[i] && weft__arena_copy(&reconcile->arena,
			id, &reconcile->ids[i]))
			return WEFT_ENOMEM;
	}
	reconcile->state = WEFT__RECONCILE_CHANGES;
	return 0;
}

static bool
is_named(struct weft_slice id, const struct weft__name *name)
{
	struct weft__oid hash;

	if (!id.data)
		return false;
	weft__sha1(id.data, id.size, &hash);
	return weft__oid_prefix(&hash) == name->id;
}

/* Takes the changes of one name. */
static int
take_name(struct weft__reconcile *reconcile, struct weft__wire *wire,
    size_t index)
{
	struct weft__told told;

	do {
		if (!weft__take_change(wire, &told))
			return WEFT_EINVAL;
		if (told.none)
			return 0;
		if (!told.change.model_id.data && reconcile->known[index])
			told.change.model_id = reconcile->ids[index];
		if (!is_named(told.change.model_id,
			&reconcile->names.list[reconcile->named + index]))
			return WEFT_EINVAL;
		if (weft_change_list_append(
			&reconcile->changes, &told.change))
			return WEFT_ENOMEM;
	} while (told.more);
	return 0;
}

/* The source may answer about the first names only, if it gets too long. */
int
weft__reconcile_take_changes(
    struct weft__reconcile *reconcile, struct weft__wire *wire)
{
	size_t taken = 0;
	int code = 0;

	while (!code && wire->size && taken < reconcile->asked)
		code = take_name(reconcile, wire, taken++);
	if (code || taken == 0)
		return code ? code : WEFT_EINVAL;
	reconcile->named += taken;
	reconcile->state = WEFT__RECONCILE_DONE;
	return 0;
}

bool
weft__reconcile_read(struct weft__reconcile *reconcile)
{
	const size_t left = reconcile->names.length - reconcile->named;
	const size_t most = WEFT_LIMIT_RECONCILE_NAMES;

	assert(reconcile->state == WEFT__RECONCILE_DONE);
	weft_change_list_clear(&reconcile->changes);
	weft__arena_clear(&reconcile->arena);
	if (reconcile->outcome != WEFT__RECONCILE_DIFFER || !left)
		return false;
	reconcile->asked = left < most ? left : most;
	weft__free(reconcile->ids);
	weft__free(reconcile->known);
	reconcile->ids =
	    weft__calloc(reconcile->asked, sizeof *reconcile->ids);
	reconcile->known =
	    weft__calloc(reconcile->asked, sizeof *reconcile->known);
	if (!reconcile->ids || !reconcile->known)
		weft__reconcile_fail(reconcile, WEFT_ENOMEM, NULL);
	else if (reconcile->options.traces ||
	    (source_of(reconcile) == PEER && !reconcile->options.descend))
		reconcile->state = WEFT__RECONCILE_IDS;
	else
		reconcile->state = WEFT__RECONCILE_CHANGES;
	return true;
}
