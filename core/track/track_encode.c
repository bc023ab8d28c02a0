#include <assert.h>

#include "core/track/track_format.h"
#include "core/track/track_row.h"

#define VARINT_SIZE 10
#define NODE_SIZE (1 + 2 * VARINT_SIZE + 1 + WEFT_LIMIT_REV_SIZE + \
    WEFT__OID_SIZE + WEFT__REVNODE_BLOB_SIZE)
#define ROW_SIZE (1 + 3 * VARINT_SIZE + 2 + WEFT_LIMIT_REVTREE_SIZE + \
    NODE_SIZE + 2 + WEFT_LIMIT_REV_SIZE)

/* Where the next byte goes.  Every writer has room: ROW_SIZE is enough. */
static unsigned char *
write_varint(unsigned char *at, uint64_t value)
{
	while (value >= 0x80) {
		*at++ = (unsigned char)(value | 0x80);
		value >>= 7;
	}
	*at++ = (unsigned char)value;
	return at;
}

static unsigned char *
write_bytes(unsigned char *at, const void *bytes, size_t size)
{
	memcpy(at, bytes, size);
	return at + size;
}

static unsigned char *
write_text(unsigned char *at, const struct weft__rev *rev)
{
	*at++ = rev->size;
	return write_bytes(at, rev->text, rev->size);
}

static bool
is_zero(const unsigned char *bytes, size_t size)
{
	while (size > 0 && !bytes[size - 1])
		size--;
	return size == 0;
}

/* The revision's name, the shorter way if it can be; sets the bit for it. */
static unsigned char *
write_name(unsigned char *at, const struct weft__rev *rev, unsigned *bits)
{
	struct weft__oid oid;

	if (!rev->size)
		return at;
	if (weft__oid_parse(weft__rev_slice(rev), &oid)) {
		*bits |= NODE_HEX;
		return write_bytes(at, oid.bytes, sizeof oid.bytes);
	}
	*bits |= NODE_TEXT;
	return write_text(at, rev);
}

static bool
parent_follows(const struct weft__revtree *tree, int index)
{
	const struct weft__revnode *node = &tree->nodes[index];

	return index > 0 && node->parent == index - 1 &&
	    node->generation == tree->nodes[index - 1].generation + 1;
}

/*
 * Writes one node.  '*line' says, in and out, whether the node before it (its
 * newer neighbour) gave its generation already.  The oldest node has no
 * parent here, which NODE_LINE says as well: then nothing follows it.
 */
static unsigned char *
write_node(unsigned char *at, const struct weft__revtree *tree, int index,
    bool *line)
{
	const struct weft__revnode *node = &tree->nodes[index];
	unsigned char *first = at++;
	unsigned bits = node->flags;

	if (!*line)
		at = write_varint(at, node->generation);
	*line = index == 0 || parent_follows(tree, index);
	if (*line)
		bits |= NODE_LINE;
	else
		*at++ = (unsigned char)(node->parent < 0 ? 0 :
		    index - node->parent);
	at = write_name(at, &node->rev, &bits);
	if (!weft__oid_is_zero(&node->hash)) {
		bits |= NODE_HASH;
		at = write_bytes(at, node->hash.bytes,
		    sizeof node->hash.bytes);
	}
	if (!is_zero(node->blob, sizeof node->blob)) {
		bits |= NODE_BLOB;
		at = write_bytes(at, node->blob, sizeof node->blob);
	}
	*first = (unsigned char)bits;
	return at;
}

/* The nodes that fit into a row: 'count' from index 'newest' downwards. */
struct kept {
	int newest;
	int count;
};

/* Writes nodes from 'newest' down to 'oldest' while there is room. */
static unsigned char *
write_nodes(unsigned char *at, const struct weft__revtree *tree, int newest,
    int oldest, struct kept *kept)
{
	const unsigned char *start = at;
	bool line = false;

	kept->newest = newest;
	kept->count = 0;
	for (int i = newest; i >= oldest; i--) {
		unsigned char *next = write_node(at, tree, i, &line);

		if (next - start > WEFT_LIMIT_REVTREE_SIZE)
			break;
		at = next;
		kept->count++;
	}
	return at;
}

static unsigned char *
write_tree(unsigned char *at, const struct weft__revtree *tree,
    struct kept *kept)
{
	int current = tree->current;
	unsigned char *end;

	if (current < 0) {
		*kept = (struct kept){-1, 0};
		*at = 0;
		return at + 1;
	}
	end = write_nodes(at + 2, tree, tree->length - 1, 0, kept);
	if (current <= kept->newest - kept->count) {
		/* Newer branches fill the row, but the current node must be
		 * in it: better alone than not at all. */
		end = write_nodes(at + 2, tree, current, current, kept);
	}
	at[0] = (unsigned char)kept->count;
	at[1] = (unsigned char)(kept->newest - current);
	return end;
}

/* prev is nearly always the revision of a node that was just written. */
static unsigned char *
write_prev(unsigned char *at, const struct weft__track *track,
    const struct kept *kept)
{
	const struct weft__revnode *nodes = track->tree.nodes;

	if (!track->prev.size) {
		*at = track->has_prev ? PREV_NULL : PREV_ABSENT;
		return at + 1;
	}
	for (int i = 0; i < kept->count; i++) {
		if (weft__rev_equal(
			&nodes[kept->newest - i].rev, &track->prev)) {
			*at = (unsigned char)(PREV_NODE + i);
			return at + 1;
		}
	}
	*at++ = PREV_TEXT;
	return write_text(at, &track->prev);
}

/* Invariants T1 and T2, which the row relies on: rev is not written. */
static bool
is_sound(const struct weft__track *track)
{
	const struct weft__revtree *tree = &track->tree;
	const struct weft__revnode *current;

	if (track->created_seq > track->seq ||
	    (track->prev.size && !track->has_prev))
		return false;
	if (tree->current < 0)
		return !track->rev.size;
	current = &tree->nodes[tree->current];
	if (current->flags & WEFT__REVNODE_DELETED)
		return !track->rev.size;
	return track->rev.size && weft__rev_equal(&current->rev, &track->rev);
}

int
weft__track_encode(const struct weft__track *track, struct weft_buf *out)
{
	unsigned char row[ROW_SIZE], *at = row;
	struct kept kept;

	assert(is_sound(track));
	*at++ = TRACK_VERSION;
	at = write_varint(at, track->seq);
	at = write_varint(at, track->seq - track->created_seq);
	at = write_varint(at, track->checkpoint);
	at = write_tree(at, &track->tree, &kept);
	at = write_prev(at, track, &kept);
	return weft_buf_append(out, row, (size_t)(at - row));
}
