#include "core/track/revtree.h"

/* Makes room for one more node: what was the oldest one's child is a root. */
static void
drop_oldest(struct weft__revtree *tree)
{
	tree->length--;
	memmove(tree->nodes, tree->nodes + 1,
	    tree->length * sizeof *tree->nodes);
	for (int i = 0; i < tree->length; i++)
		if (tree->nodes[i].parent >= 0)
			tree->nodes[i].parent--;
	if (tree->current >= 0)
		tree->current--;
}

void
weft__revtree_append(
    struct weft__revtree *tree, const struct weft__revnode *node)
{
	uint32_t generation = 0;
	struct weft__revnode *added;

	if (tree->current >= 0)
		generation = tree->nodes[tree->current].generation;
	if (tree->length == WEFT_LIMIT_REVTREE_NODES)
		drop_oldest(tree);
	added = &tree->nodes[tree->length];
	*added = *node;
	added->generation = generation + 1;
	added->parent = tree->current;
	tree->current = (int8_t)tree->length++;
}

static bool
has_revision(const struct weft__revnode *node, struct weft_slice rev)
{
	if (!rev.data)
		return node->flags & WEFT__REVNODE_DELETED;
	return node->rev.size == rev.size &&
	    memcmp(node->rev.text, rev.data, rev.size) == 0;
}

int
weft__revtree_find(
    const struct weft__revtree *tree, struct weft_slice rev, int from)
{
	for (int i = tree->current; i >= 0; i = tree->nodes[i].parent)
		if (i < from && has_revision(&tree->nodes[i], rev))
			return i;
	return -1;
}

static bool
same_state(const struct weft__revnode *a, const struct weft__revnode *b)
{
	const uint8_t deleted = WEFT__REVNODE_DELETED;

	return (a->flags & deleted) == (b->flags & deleted) &&
	    weft__rev_equal(&a->rev, &b->rev) &&
	    weft__oid_equal(&a->hash, &b->hash);
}

/* The newest node of a's main line that b's main line has too, or -1. */
static int
newest_shared(const struct weft__revtree *a, const struct weft__revtree *b)
{
	for (int i = a->current; i >= 0; i = a->nodes[i].parent)
		for (int j = b->current; j >= 0; j = b->nodes[j].parent)
			if (same_state(&a->nodes[i], &b->nodes[j]))
				return i;
	return -1;
}

int
weft__revtree_common(
    const struct weft__revtree *a, const struct weft__revtree *b)
{
	int in_a = newest_shared(a, b);
	int in_b = newest_shared(b, a);

	if (in_a < 0 || !same_state(&a->nodes[in_a], &b->nodes[in_b]))
		return -1;
	return in_a;
}
