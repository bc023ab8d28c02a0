#include "core/track/trace.h"

/* The deletion, and the revision before it, in a row that was recalled. */
static const struct weft__revnode *
deletion_of(const struct weft__track *track)
{
	return &track->tree.nodes[track->tree.current];
}

static const struct weft__revnode *
last_of(const struct weft__track *track)
{
	return &track->tree.nodes[deletion_of(track)->parent];
}

/* Appends a revision that is known by name only, or a deletion (NULL). */
static void
append(struct weft__revtree *tree, const struct weft__rev *rev,
    uint32_t generation)
{
	struct weft__revnode node = {0};

	if (rev)
		node = (struct weft__revnode){
		    .rev = *rev, .flags = WEFT__REVNODE_MISSING};
	else
		node.flags = WEFT__REVNODE_DELETED;
	weft__revtree_append(tree, &node);
	tree->nodes[tree->current].generation = generation;
}

bool
weft__trace_of(const struct weft__track *track, struct weft__trace *trace)
{
	const struct weft__revnode *nodes = track->tree.nodes, *deletion;

	if (!weft__track_deleted(track))
		return false;
	deletion = &nodes[track->tree.current];
	trace->generation = deletion->generation;
	return deletion->parent >= 0 && deletion->generation > 1 &&
	    weft__oid_parse(
		weft__rev_slice(&nodes[deletion->parent].rev), &trace->rev);
}

void
weft__trace_encode(
    const struct weft__trace *trace, unsigned char bytes[WEFT__TRACE_SIZE])
{
	memcpy(bytes, trace->rev.bytes, WEFT__OID_SIZE);
	for (int i = 0; i < 4; i++)
		bytes[WEFT__OID_SIZE + i] =
		    (unsigned char)(trace->generation >> (24 - 8 * i));
}

bool
weft__trace_decode(struct weft_slice bytes, struct weft__trace *trace)
{
	const unsigned char *at = (const unsigned char *)bytes.data;

	if (bytes.size != WEFT__TRACE_SIZE)
		return false;
	memcpy(trace->rev.bytes, at, WEFT__OID_SIZE);
	trace->generation = 0;
	for (int i = 0; i < 4; i++)
		trace->generation =
		    trace->generation << 8 | at[WEFT__OID_SIZE + i];
	return trace->generation > 1;
}

void
weft__trace_recall(const struct weft__trace *trace, uint64_t checkpoint,
    struct weft__track *track)
{
	weft__track_init(track);
	track->prev.size = WEFT__OID_HEX;
	weft__oid_format(&trace->rev, track->prev.text);
	track->has_prev = true;
	track->checkpoint = checkpoint;
	append(&track->tree, &track->prev, trace->generation - 1);
	append(&track->tree, NULL, trace->generation);
}

/* The same content with a later generation was written anew. */
bool
weft__trace_has(
    const struct weft__track *track, const struct weft_change *change)
{
	if (change->has_prev && !change->prev.data && !change->generation)
		return false; /* it may have been made from the deletion */
	return weft_slice_equal(
		   change->rev, weft__rev_slice(&last_of(track)->rev)) &&
	    change->generation < deletion_of(track)->generation;
}

void
weft__trace_learn(struct weft__track *track, const struct weft_change *change)
{
	struct weft__revtree *tree = &track->tree;
	const struct weft__rev last = last_of(track)->rev;
	const uint32_t generation = deletion_of(track)->generation;
	struct weft__rev prev;

	if (!change->prev.data || !weft__trace_has(track, change) ||
	    !weft__rev_parse(change->prev, &prev) ||
	    weft__rev_equal(&prev, &last))
		return;
	weft__revtree_init(tree);
	append(tree, &prev, generation > 2 ? generation - 2 : 1);
	append(tree, &last, generation - 1);
	append(tree, NULL, generation);
}
