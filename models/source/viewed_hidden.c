/*
 * What a viewer's changes are to records that he cannot see.  Those that he
 * had are deleted for him: what he has made of one meanwhile is in conflict
 * with that, or it would be lost without a word.  Of the others he is told
 * nothing.
 */
#include "core/base/alloc.h"
#include "models/record/record.h"
#include "models/source/viewed.h"

struct look {
	const struct weft__viewer *viewer;
	struct weft_model *model;
	const struct weft_change *changes;
	size_t length;
	const enum weft__sight *sights;
	enum weft__loss *losses;
	struct weft_change_list *deletions; /* NULL: they are not wanted */
	struct weft__visible_groups groups;
};

/* The group, if the viewer had it and has it no more. */
static const struct weft__visible_group *
find_lost(const struct look *look, struct weft_slice key)
{
	const struct weft__visible_group *group =
	    weft__visible_groups_find(&look->groups, key);

	return group && !group->is_held ? group : NULL;
}

/* The entry by which the viewer had the record last; NULL: he never had it. */
static const struct weft__visible_entry *
find_last(const struct look *look, const struct weft__visible_keys *keys)
{
	const struct weft__visible_entry *last = NULL;

	for (size_t i = 0; i < keys->length; i++) {
		const struct weft__visible_entry *entry = &keys->list[i];

		if (last && entry->seq <= last->seq)
			continue;
		if (find_lost(look, entry->key) ||
		    weft__viewer_has(look->viewer, entry->key))
			last = entry;
	}
	return last;
}

/*
 * Whether the viewer has a revision that the record had when he could see it:
 * up to that of the entry if it went, else, of a group that he has lost, up to
 * now.  One that came before the one he had has been put back by him.  The
 * generation tells nothing: he counts deletions that were for him alone.
 */
static bool
is_past(const struct weft_change *change,
    const struct weft__visible_entry *entry, const struct weft__track *track)
{
	const struct weft__revtree *tree = &track->tree;
	int last = entry->is_live
	    ? tree->current
	    : weft__revtree_find(tree, entry->rev, tree->length);
	int rev = weft__revtree_find(tree, change->rev, last + 1);
	int prev;

	if (last < 0 || rev < 0)
		return false;
	if (rev == last || !change->prev.data)
		return true;
	prev = weft__revtree_find(tree, change->prev, last + 1);
	return prev >= 0 && prev < rev;
}

/* What the change of a record that is hidden is: no conflict where it is a
 * deletion, too, or where the viewer has settled that by rebasing it on null. */
static enum weft__loss
judge(const struct weft_change *change,
    const struct weft__visible_entry *entry, const struct weft__track *track)
{
	bool is_settled = change->has_prev && !change->prev.data;

	return !change->rev.data || is_settled || is_past(change, entry, track)
	    ? WEFT__LOSS_OF_PAST : WEFT__LOSS_OF_EDIT;
}

/* The last revision that the viewer had, as far as it is known. */
static struct weft_slice
prev_of(const struct look *look, const struct weft__visible_entry *entry,
    const struct weft__track *track)
{
	if (!entry->is_live)
		return weft__viewed_prev(entry->rev);
	return track->seq <= find_lost(look, entry->key)->seq
		   ? weft__rev_slice(&track->rev)
		   : weft__viewed_prev(weft_slice("-"));
}

/* Tells the record's deletion, as it is for him alone. */
static int
add_deletion(const struct look *look, const struct weft_change *change,
    const struct weft__visible_entry *entry, const struct weft__track *track,
    struct weft_error *error)
{
	const struct weft_change deletion = {
	    .model = weft_slice(weft_model_name(look->model)),
	    .model_id = change->model_id,
	    .prev = prev_of(look, entry, track),
	    .has_prev = true,
	    .checkpoint = track->checkpoint,
	};

	return look->deletions &&
		weft_change_list_append(look->deletions, &deletion)
	    ? weft_error_set(error, WEFT_ENOMEM, "out of memory") : 0;
}

static int
look_at(struct weft_transaction *transaction, const struct look *look,
    size_t index, struct weft_error *error)
{
	const struct weft_change *change = &look->changes[index];
	const struct weft__visible_entry *entry;
	struct weft__visible_keys keys = {0};
	struct weft__current current;
	int code = weft__visible_keys_load(
	    &keys, transaction, look->model, change->model_id, error);

	if (!code)
		code = weft__tracker_load(transaction, look->model,
		    change->model_id, &current, error);
	entry = code ? NULL : find_last(look, &keys);
	if (entry)
		look->losses[index] = judge(change, entry, &current.track);
	if (entry && look->losses[index] == WEFT__LOSS_OF_EDIT)
		code = add_deletion(
		    look, change, entry, &current.track, error);
	weft__visible_keys_fini(&keys);
	return code;
}

static int
look_at_hidden(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	const struct look *look = context;
	int code = 0;

	for (size_t i = 0; i < look->length && !code; i++)
		if (look->sights[i] == WEFT__SIGHT_HIDDEN)
			code = look_at(transaction, look, i, error);
	return code;
}

static bool
has_hidden(const enum weft__sight *sights, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (sights[i] == WEFT__SIGHT_HIDDEN)
			return true;
	return false;
}

int
weft__viewed_look_back(struct weft_source *source, struct weft_model *model,
    const struct weft_change *changes, size_t length,
    const enum weft__sight *sights, enum weft__loss **losses,
    struct weft_change_list *deletions, struct weft_error *error)
{
	struct look look = {
	    .viewer = &weft__viewed(source)->viewer,
	    .model = model,
	    .changes = changes,
	    .length = length,
	    .sights = sights,
	    .losses = weft__calloc(length, sizeof *look.losses),
	    .deletions = deletions,
	};
	int code = 0;

	*losses = look.losses;
	if (!look.losses)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	if (!has_hidden(sights, length))
		return 0;
	code = weft__visible_groups_update(
	    &look.groups, model->datasource, look.viewer, error);
	if (!code)
		code = weft__datasource_read(
		    model->datasource, look_at_hidden, &look, error);
	weft__visible_groups_fini(&look.groups);
	if (code) {
		weft__free(*losses);
		*losses = NULL;
	}
	return code;
}
