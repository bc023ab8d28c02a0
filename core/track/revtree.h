/*
 * The revision tree of one record: which revisions it had, each one's parent,
 * and the name of its body in the store.
 *
 * Content returns: A -> B -> A is two nodes of equal content and different
 * generation.  LoopBack uses the main line (from the current node to its
 * root); branches are for protocols that keep losing revisions.
 */
#ifndef CORE_TRACK_REVTREE_H
#define CORE_TRACK_REVTREE_H

#include "core/base/hash.h"
#include "core/base/limits.h"
#include "core/track/rev.h"

enum {
	WEFT__REVNODE_DELETED = 1,     /* the revision is a deletion */
	WEFT__REVNODE_MISSING = 2,     /* known by name only: no body here */
	WEFT__REVNODE_REPLICATED = 128 /* written for a peer, not by a user */
};

#define WEFT__REVNODE_BLOB_SIZE 8

struct weft__revnode {
	uint32_t generation;
	int8_t parent;  /* index in nodes, or -1 for a root */
	uint8_t flags;
	struct weft__rev rev;   /* size 0 if deleted without a name */
	/* Content hash (SHA-1 of the canonical body), if it is not rev itself;
	 * zero: it is rev, or there is no body. */
	struct weft__oid hash;
	/* The first bytes of the blob's id: a look-up by prefix, whose result
	 * is checked against the content hash. */
	unsigned char blob[WEFT__REVNODE_BLOB_SIZE];
};

/* Nodes from oldest to newest; a parent stands before its children. */
struct weft__revtree {
	struct weft__revnode nodes[WEFT_LIMIT_REVTREE_NODES];
	uint8_t length;
	int8_t current; /* index of the winning node, -1 if there is none */
};

/* Makes the tree empty.  Cheap: nodes are written when they are added. */
static inline void
weft__revtree_init(struct weft__revtree *tree)
{
	tree->length = 0;
	tree->current = -1;
}

/*
 * Adds a child of the current node (a root if there is none) and makes it
 * current; the oldest node goes when the tree is full.  Generation and parent
 * are set here, whatever 'node' says.
 */
void weft__revtree_append(
    struct weft__revtree *tree, const struct weft__revnode *node);

/*
 * Takes in what a peer tells of the past of the revision that is about to be
 * appended: 'history' as in struct weft_update.  What followed the current
 * revision there, and older ones that are not known here, become nodes known
 * by name.  Lines that are no revision are passed over.
 *
 * The nodes are below 'generation' (0: not known), that of the revision to be
 * appended, unless what is here is not: a side that counts higher than its
 * peer knows more, as it seems, and two could count each other up for ever.
 */
void weft__revtree_learn(struct weft__revtree *tree,
    struct weft_slice history, uint32_t generation);

/*
 * Puts a revision known by name (no value: a deletion) between the current
 * node, which there is, and its parent.
 */
void weft__revtree_insert_missing(
    struct weft__revtree *tree, const struct weft__rev *rev);

/*
 * As weft__revtree_insert_missing() for what a peer tells of the past of a
 * revision ('history' as in struct weft_update): what came there after the
 * newest revision that is known here, too.  At most half a tree, so that
 * nobody's past drives the other's out.
 */
void weft__revtree_insert_history(
    struct weft__revtree *tree, struct weft_slice history);

/*
 * The newest node on the main line with this revision (no value: a deletion),
 * starting below index 'from' (tree->length to start with the current one);
 * -1 if there is none.
 */
int weft__revtree_find(const struct weft__revtree *tree,
    struct weft_slice rev, int from);

#endif
