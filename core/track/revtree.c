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
	added->generation = generation + (generation < UINT32_MAX);
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

/* Splits a history into lines; returns how many there are room for. */
static int
split_history(struct weft_slice history,
    struct weft_slice lines[WEFT_LIMIT_REVTREE_NODES])
{
	const char *at = history.data, *end = at + history.size, *newline;
	int count = 0;

	while (at < end && count < WEFT_LIMIT_REVTREE_NODES &&
	    (newline = memchr(at, '\n', (size_t)(end - at)))) {
		lines[count++] = weft_slice_of(
		    newline > at ? at : NULL, (size_t)(newline - at));
		at = newline + 1;
	}
	return count;
}

static struct weft__revnode
make_missing(const struct weft__rev *rev)
{
	struct weft__revnode node = {.flags = WEFT__REVNODE_MISSING};

	if (rev->size)
		node.rev = *rev;
	else
		node.flags |= WEFT__REVNODE_DELETED;
	return node;
}

/* Its generation is no higher than 'most', as far as it can be. */
static void
append_missing(
    struct weft__revtree *tree, struct weft_slice name, uint32_t most)
{
	uint32_t before = 1;
	struct weft__rev rev = {0};
	struct weft__revnode node, *added;

	if (name.data && !weft__rev_parse(name, &rev))
		return;
	if (tree->current >= 0)
		before = tree->nodes[tree->current].generation;
	node = make_missing(&rev);
	weft__revtree_append(tree, &node);
	added = &tree->nodes[tree->current];
	if (added->generation > most)
		added->generation = before > most ? before : most;
}

/* Where the history meets what is current here, or -1. */
static int
find_current(const struct weft__revtree *tree,
    const struct weft_slice *lines, int count)
{
	if (tree->current < 0)
		return -1;
	for (int i = 0; i < count; i++)
		if (has_revision(&tree->nodes[tree->current], lines[i]))
			return i;
	return -1;
}

void
weft__revtree_learn(struct weft__revtree *tree, struct weft_slice history,
    uint32_t generation)
{
	uint32_t most = generation ? generation - 1 : UINT32_MAX;
	struct weft_slice lines[WEFT_LIMIT_REVTREE_NODES];
	int count = history.data ? split_history(history, lines) : 0;
	int current = find_current(tree, lines, count);

	for (int i = count - 1; i >= 0; i--)
		if (i < current ||
		    weft__revtree_find(tree, lines[i], tree->length) < 0)
			append_missing(tree, lines[i], most);
}

void
weft__revtree_insert_missing(
    struct weft__revtree *tree, const struct weft__rev *rev)
{
	const struct weft__revnode current = tree->nodes[tree->current];
	struct weft__revnode missing = make_missing(rev);

	if (tree->current == tree->length - 1)
		tree->length--;
	tree->current = current.parent;
	weft__revtree_append(tree, &missing);
	tree->nodes[tree->current].generation = current.generation;
	weft__revtree_append(tree, &current);
}

void
weft__revtree_insert_history(
    struct weft__revtree *tree, struct weft_slice history)
{
	struct weft_slice lines[WEFT_LIMIT_REVTREE_NODES];
	int count = history.data ? split_history(history, lines) : 0;
	int unknown = 0;

	while (unknown < count && unknown < WEFT_LIMIT_REVTREE_NODES / 2 &&
	    weft__revtree_find(tree, lines[unknown], tree->length) < 0)
		unknown++;
	while (unknown-- > 0) {
		struct weft__rev rev = {0};

		if (!lines[unknown].data ||
		    weft__rev_parse(lines[unknown], &rev))
			weft__revtree_insert_missing(tree, &rev);
	}
}
