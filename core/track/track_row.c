#include "core/track/track_row.h"

void
weft__track_init(struct weft__track *track)
{
	track->rev.size = 0;
	track->prev.size = 0;
	track->has_prev = false;
	track->checkpoint = 0;
	track->created_seq = 0;
	track->seq = 0;
	weft__revtree_init(&track->tree);
}

static bool
was_written(const struct weft__track *track)
{
	return track->tree.current >= 0;
}

bool
weft__track_deleted(const struct weft__track *track)
{
	return was_written(track) && !track->rev.size;
}

/* Sets the node's content hash, unless the revision's name says it already. */
static void
set_hash(struct weft__revnode *node, const struct weft__oid *hash)
{
	struct weft__oid named;

	if (!weft__oid_parse(weft__rev_slice(&node->rev), &named) ||
	    !weft__oid_equal(&named, hash))
		node->hash = *hash;
}

static void
append_node(struct weft__revtree *tree, const struct weft__track_write *write)
{
	struct weft__revnode node = {0};

	if (write->rev)
		node.rev = *write->rev;
	else
		node.flags = WEFT__REVNODE_DELETED;
	if (write->hash)
		set_hash(&node, write->hash);
	if (write->blob)
		memcpy(node.blob, write->blob->bytes, sizeof node.blob);
	if (write->replicated) {
		node.flags |= WEFT__REVNODE_REPLICATED;
		weft__revtree_learn(
		    tree, write->history, write->generation);
	}
	weft__revtree_append(tree, &node);
	if (write->generation > tree->nodes[tree->current].generation)
		tree->nodes[tree->current].generation = write->generation;
}

static bool
changes_nothing(const struct weft__track *track,
    const struct weft__track_write *write)
{
	if (!write->rev)
		return !track->rev.size;
	return weft__rev_equal(&track->rev, write->rev);
}

/*
 * Writes within one checkpoint are one change: prev stays what was current
 * when the checkpoint began.  A record's first write leaves prev absent,
 * since there was nothing.
 */
static bool
begins_a_change(const struct weft__track *track,
    const struct weft__track_write *write)
{
	const struct weft__revnode *current;

	if (!was_written(track))
		return false;
	current = &track->tree.nodes[track->tree.current];
	return track->checkpoint != write->checkpoint ||
	    (current->flags & WEFT__REVNODE_REPLICATED && !write->replicated);
}

static uint32_t
generation_of(const struct weft__track *track)
{
	return was_written(track)
	    ? track->tree.nodes[track->tree.current].generation : 0;
}

/* Takes in what led to the current revision at a peer, if that is more. */
static bool
learn(struct weft__track *track, const struct weft__track_write *write)
{
	const struct weft__revnode *nodes = track->tree.nodes, *before;

	if (!write->replicated || write->generation <= generation_of(track))
		return false;
	append_node(&track->tree, write);
	track->checkpoint = write->checkpoint;
	track->seq = write->seq;
	if (nodes[track->tree.current].parent < 0)
		return true;
	before = &nodes[nodes[track->tree.current].parent];
	if (!weft__rev_equal(&before->rev, &track->rev)) {
		track->prev = before->rev;
		track->has_prev = true;
	}
	return true;
}

bool
weft__track_apply(
    struct weft__track *track, const struct weft__track_write *write)
{
	if (changes_nothing(track, write))
		return learn(track, write);
	if (begins_a_change(track, write)) {
		track->prev = track->rev;
		track->has_prev = true;
	}
	if (!track->rev.size)
		track->created_seq = write->seq;
	if (write->rev)
		track->rev = *write->rev;
	else
		track->rev.size = 0;
	track->checkpoint = write->checkpoint;
	track->seq = write->seq;
	append_node(&track->tree, write);
	return true;
}

bool
weft__track_rebase(struct weft__track *track, struct weft_slice prev,
    bool has_prev, uint32_t generation, struct weft_slice history)
{
	struct weft__revtree *tree = &track->tree;
	struct weft__rev rev = {0};

	if (prev.data && !weft__rev_parse(prev, &rev))
		return false;
	track->prev = rev;
	track->has_prev = has_prev || prev.data;
	if (track->has_prev && was_written(track) &&
	    weft__revtree_find(tree, prev, tree->length) < 0) {
		weft__revtree_insert_history(tree, history);
		weft__revtree_insert_missing(tree, &rev);
	}
	if (was_written(track) && generation < UINT32_MAX &&
	    tree->nodes[tree->current].generation <= generation)
		tree->nodes[tree->current].generation = generation + 1;
	return true;
}

int
weft__track_history(const struct weft__track *track, struct weft_buf *history)
{
	const struct weft__revnode *nodes = track->tree.nodes;
	int code = 0, i = track->tree.current;

	while (!code && i >= 0 && (i = nodes[i].parent) >= 0) {
		code = weft_buf_append_slice(
		    history, weft__rev_slice(&nodes[i].rev));
		if (!code)
			code = weft_buf_append(history, "\n", 1);
	}
	return code;
}

/*
 * The revision that the last but one deletion took away; no value: it is not
 * known.
 */
static struct weft_slice
deleted_before(const struct weft__track *track)
{
	const struct weft__revnode *nodes = track->tree.nodes;
	bool deleted = false;
	int i = track->tree.current;

	while (i >= 0 && (i = nodes[i].parent) >= 0) {
		if (nodes[i].flags & WEFT__REVNODE_DELETED)
			deleted = true;
		else if (deleted)
			return weft__rev_slice(&nodes[i].rev);
	}
	return weft_slice_of(NULL, 0);
}

void
weft__track_change(const struct weft__track *track, struct weft_slice model,
    struct weft_slice model_id, struct weft_change *change)
{
	*change = (struct weft_change){
	    .model = model,
	    .model_id = model_id,
	    .rev = weft__rev_slice(&track->rev),
	    .prev = weft__rev_slice(&track->prev),
	    .has_prev = track->has_prev,
	    .checkpoint = track->checkpoint,
	};
	if (was_written(track))
		change->generation =
		    track->tree.nodes[track->tree.current].generation;
	/* Deleted, then made and deleted anew within one checkpoint: LoopBack
	 * has nothing to tell then, and a peer that did not hear of the first
	 * deletion keeps the record for ever. */
	if (!change->rev.data && change->has_prev && !change->prev.data)
		change->prev = deleted_before(track);
}

bool
weft__track_is_echo(
    const struct weft__track *track, const struct weft_change *change)
{
	const struct weft__revtree *tree = &track->tree;
	int rev = weft__revtree_find(tree, change->rev, tree->length);
	int prev;

	if (rev < 0 || rev == tree->current ||
	    change->generation >= tree->nodes[tree->current].generation)
		return false;
	if (!change->has_prev)
		return weft__revtree_find(tree, change->rev, rev) < 0;
	prev = weft__revtree_find(tree, change->prev, tree->length);
	return prev >= 0 && prev < rev;
}
