/*
 * What a viewer's changes are to records that were taken from him.  One that he
 * cannot see is deleted for him: what he has made of it meanwhile is in
 * conflict with that, or it would be lost without a word.  Of others that he
 * cannot see he is told nothing.
 *
 * One that he has again is still deleted at a client which has not asked since.
 * That deletion is none of his: it would take the record from everybody.
 */
#include "core/base/alloc.h"
#include "models/record/record.h"
#include "models/source/viewed.h"

/* What a deletion is based on if the viewer never saw the last revision. */
#define UNSEEN "0000000000000000000000000000000000000000"

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

/*
 * When the record went from the viewer by this entry: it left the group, or he
 * did, whichever came first; 0: he never had it so.
 */
static uint64_t
went_at(const struct look *look, const struct weft__visible_entry *entry)
{
	const struct weft__visible_group *group =
	    weft__visible_groups_find(&look->groups, entry->key);
	bool is_first = entry->is_live || (group && entry->seq > group->seq);

	if (!group)
		return weft__viewer_has(look->viewer, entry->key) ? entry->seq
								   : 0;
	if (group->is_held) /* since then */
		return is_first ? entry->seq : 0;
	return is_first ? group->seq : entry->seq;
}

/* The entry by which the viewer had the record last; NULL: he never had it. */
static const struct weft__visible_entry *
find_last(const struct look *look, const struct weft__visible_keys *keys)
{
	const struct weft__visible_entry *last = NULL;
	uint64_t at = 0;

	for (size_t i = 0; i < keys->length; i++) {
		uint64_t went = went_at(look, &keys->list[i]);

		if (went > at) {
			last = &keys->list[i];
			at = went;
		}
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

/* Whether the viewer's deletion, by this entry of the record, is the one that
 * he was told when it was taken from him. */
static bool
is_told(const struct look *look, const struct weft_change *deletion,
    const struct weft__visible_entry *entry, const struct weft__track *track)
{
	const struct weft__revtree *tree = &track->tree;
	const struct weft__visible_group *group =
	    weft__visible_groups_find(&look->groups, entry->key);
	int last;

	if (group && group->is_untold)
		return true;
	if (!entry->left || !deletion->prev.data)
		return false;
	last = weft__revtree_find(tree, entry->rev, tree->length);
	return last >= 0 &&
	       weft__revtree_find(tree, deletion->prev, last + 1) >= 0;
}

/* What a deletion of a record that the viewer sees is. */
static enum weft__loss
judge_deletion(const struct look *look, const struct weft_change *deletion,
    const struct weft__visible_keys *keys, const struct weft__track *track)
{
	for (size_t i = 0; i < keys->length; i++)
		if (keys->list[i].is_live &&
		    weft__viewer_has(look->viewer, keys->list[i].key) &&
		    !is_told(look, deletion, &keys->list[i], track))
			return WEFT__LOSS_NONE;
	return WEFT__LOSS_OF_PAST;
}

struct weft_change
weft__viewed_deletion(const struct weft_model *model, struct weft_slice id,
    const struct weft__track *track, struct weft_slice prev)
{
	const struct weft__revtree *tree = &track->tree;
	int last = weft__revtree_find(tree, prev, tree->length);

	return (struct weft_change){
	    .model = weft_slice(weft_model_name(model)),
	    .model_id = id,
	    .prev = weft_slice_equal(prev, weft_slice("-"))
		? weft_slice(UNSEEN) : prev,
	    .has_prev = true,
	    .checkpoint = track->checkpoint,
	    .generation = last < 0 ? 0 : tree->nodes[last].generation + 1,
	};
}

/* The last revision that the viewer had, as far as it is known. */
static struct weft_slice
prev_of(const struct look *look, const struct weft__visible_entry *entry,
    const struct weft__track *track)
{
	if (!entry->is_live)
		return entry->rev;
	return track->seq <= went_at(look, entry)
		   ? weft__rev_slice(&track->rev)
		   : weft_slice("-");
}

/* Tells the record's deletion, as it is for him alone. */
static int
add_deletion(const struct look *look, const struct weft_change *change,
    const struct weft__visible_entry *entry, const struct weft__track *track,
    struct weft_error *error)
{
	const struct weft_change deletion =
	    weft__viewed_deletion(look->model, change->model_id, track,
		prev_of(look, entry, track));

	return look->deletions &&
		weft_change_list_append(look->deletions, &deletion)
	    ? weft_error_set(error, WEFT_ENOMEM, "out of memory") : 0;
}

/* What a change of a record that the viewer cannot see is. */
static int
look_at_hidden(const struct look *look, size_t index,
    const struct weft__visible_keys *keys, const struct weft__track *track,
    struct weft_error *error)
{
	const struct weft_change *change = &look->changes[index];
	const struct weft__visible_entry *entry = find_last(look, keys);

	if (!entry)
		return 0;
	look->losses[index] = judge(change, entry, track);
	return look->losses[index] == WEFT__LOSS_OF_EDIT
	    ? add_deletion(look, change, entry, track, error) : 0;
}

static int
look_at(struct weft_transaction *transaction, const struct look *look,
    size_t index, struct weft_error *error)
{
	const struct weft_change *change = &look->changes[index];
	struct weft__visible_keys keys = {0};
	struct weft__current current;
	int code = weft__visible_keys_load(
	    &keys, transaction, look->model, change->model_id, error);

	if (!code)
		code = weft__tracker_load(transaction, look->model,
		    change->model_id, &current, error);
	if (!code && look->sights[index] == WEFT__SIGHT_HIDDEN)
		code = look_at_hidden(
		    look, index, &keys, &current.track, error);
	else if (!code && current.exists)
		look->losses[index] =
		    judge_deletion(look, change, &keys, &current.track);
	weft__visible_keys_fini(&keys);
	return code;
}

/* Whether the change may be of a record that was taken from the viewer. */
static bool
is_due(const struct look *look, size_t index)
{
	return look->sights[index] == WEFT__SIGHT_HIDDEN ||
	       !look->changes[index].rev.data;
}

static int
look_at_due(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	const struct look *look = context;
	int code = 0;

	for (size_t i = 0; i < look->length && !code; i++)
		if (is_due(look, i))
			code = look_at(transaction, look, i, error);
	return code;
}

static bool
has_due(const struct look *look)
{
	for (size_t i = 0; i < look->length; i++)
		if (is_due(look, i))
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
	if (!has_due(&look))
		return 0;
	code = weft__visible_groups_update(
	    &look.groups, model->datasource, look.viewer, error);
	if (!code)
		code = weft__datasource_read(
		    model->datasource, look_at_due, &look, error);
	weft__visible_groups_fini(&look.groups);
	if (code) {
		weft__free(*losses);
		*losses = NULL;
	}
	return code;
}
