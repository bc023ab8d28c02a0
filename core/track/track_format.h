/*
 * The bytes of an encoded track row: docs/track-row.md.  Shared by the
 * encoder and the decoder, and by nothing else.
 */
#ifndef CORE_TRACK_TRACK_FORMAT_H
#define CORE_TRACK_TRACK_FORMAT_H

#include "core/track/revtree.h"

#define TRACK_VERSION 1

/* Bits of a node's first byte. */
enum {
	NODE_DELETED = WEFT__REVNODE_DELETED,
	NODE_MISSING = WEFT__REVNODE_MISSING,
	NODE_HEX = 4,   /* rev is 40 hex digits: 20 bytes follow */
	NODE_TEXT = 8,  /* rev is other text: size byte and bytes follow */
	NODE_HASH = 16, /* content hash: 20 bytes follow */
	NODE_BLOB = 32, /* blob: 8 bytes follow */
	NODE_LINE = 64, /* the node that follows is the parent, and its
	                   generation is one less */
	NODE_REPLICATED = WEFT__REVNODE_REPLICATED
};

/* How prev is written. */
enum {
	PREV_ABSENT = 0,
	PREV_NULL = 1,
	PREV_TEXT = 2, /* size byte and bytes follow */
	PREV_NODE = 3  /* and above: the revision of a node, newest first */
};

#endif
