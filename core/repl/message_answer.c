/*
 * Answers: nodes of a trie, and changes.
 */
#include "core/base/limits.h"
#include "core/repl/message.h"

/* A node's first byte. */
enum {
	IS_LEAF,
	IS_INNER
};

/* Bits of a change's first byte. */
enum {
	REV_SHA1 = 1, /* 20 bytes follow */
	REV_TEXT = 2, /* a text follows; neither: no value */
	PREV_NULL = 4,
	PREV_SHA1 = 8,
	PREV_TEXT = 16, /* none of the three: absent */
	HAS_ID = 32,
	HAS_MORE = 64,
	IS_NONE = 128 /* nothing follows */
};

/*
 * Nodes
 */

static int
put_symbols(struct weft_buf *buf, const struct weft__node *node)
{
	int code = weft__wire_put_number(buf, node->length);

	for (size_t i = 0; i < node->length && !code; i++) {
		code = weft__wire_put_fixed(buf, 8, node->symbols[i].id);
		if (!code)
			code = weft__wire_put_fixed(
			    buf, 8, node->symbols[i].rev);
	}
	return code;
}

/* A bit for each of the children that is of this kind. */
static uint64_t
mask_of(const struct weft__node *node, enum weft__node_kind kind)
{
	uint64_t mask = 0;

	for (int i = 0; i < 16; i++)
		mask |= (uint64_t)(node->children[i].kind == kind) << i;
	return mask;
}

static int
put_child(struct weft_buf *buf, const struct weft__node_child *child,
    uint8_t digest_size)
{
	int code;

	if (child->kind == WEFT__NODE_NONE)
		return 0;
	if (child->kind == WEFT__NODE_LEAF)
		return weft_buf_append(buf, child->digest.bytes, digest_size);
	code = weft__wire_put_fixed(buf, 2, child->mask);
	for (int i = 0; i < 16 && !code; i++)
		if (child->mask >> i & 1)
			code = weft_buf_append(
			    buf, child->digests[i].bytes, digest_size);
	return code;
}

int
weft__tell_node(struct weft_buf *buf, const struct weft__node *node,
    uint8_t digest_size)
{
	int code = weft__wire_put_byte(buf, node->is_leaf ? IS_LEAF : IS_INNER);

	if (!code && node->is_leaf)
		return put_symbols(buf, node);
	if (!code)
		code = weft__wire_put_fixed(
		    buf, 2, mask_of(node, WEFT__NODE_LEAF));
	if (!code)
		code = weft__wire_put_fixed(
		    buf, 2, mask_of(node, WEFT__NODE_INNER));
	for (int i = 0; i < 16 && !code; i++)
		code = put_child(buf, &node->children[i], digest_size);
	return code;
}

static bool
take_symbol(struct weft__wire *wire, struct weft__path path,
    const struct weft__symbol *last, struct weft__symbol *symbol)
{
	return weft__wire_fixed(wire, 8, &symbol->id) &&
	    weft__wire_fixed(wire, 8, &symbol->rev) &&
	    weft__path_leads(path, symbol->id) &&
	    (!last || last->id <= symbol->id);
}

static int
take_symbols(struct weft__wire *wire, struct weft__path path,
    struct weft__arena *arena, struct weft__node *node)
{
	uint64_t length;

	if (!weft__wire_number(wire, &length) || length > wire->size / 16)
		return WEFT_EINVAL;
	node->is_leaf = true;
	node->length = (size_t)length;
	node->symbols = weft__arena_alloc(
	    arena, node->length * sizeof *node->symbols);
	if (!node->symbols)
		return WEFT_ENOMEM;
	for (size_t i = 0; i < node->length; i++)
		if (!take_symbol(wire, path,
			i ? &node->symbols[i - 1] : NULL, &node->symbols[i]))
			return WEFT_EINVAL;
	return 0;
}

static bool
take_child(struct weft__wire *wire, uint8_t digest_size,
    struct weft__node_child *child)
{
	uint64_t mask;

	if (child->kind == WEFT__NODE_LEAF)
		return weft__wire_bytes(
		    wire, child->digest.bytes, digest_size);
	if (!weft__wire_fixed(wire, 2, &mask))
		return false;
	child->mask = (uint16_t)mask;
	for (int i = 0; i < 16; i++)
		if (mask >> i & 1 && !weft__wire_bytes(wire,
			child->digests[i].bytes, digest_size))
			return false;
	return true;
}

static bool
take_children(struct weft__wire *wire, uint8_t digest_size,
    struct weft__node *node)
{
	uint64_t leaves, inner;

	if (!weft__wire_fixed(wire, 2, &leaves) ||
	    !weft__wire_fixed(wire, 2, &inner) || leaves & inner)
		return false;
	for (int i = 0; i < 16; i++) {
		struct weft__node_child *child = &node->children[i];

		if (leaves >> i & 1)
			child->kind = WEFT__NODE_LEAF;
		else if (inner >> i & 1)
			child->kind = WEFT__NODE_INNER;
		else
			continue;
		if (!take_child(wire, digest_size, child))
			return false;
	}
	return true;
}

int
weft__take_node(struct weft__wire *wire, struct weft__path path,
    uint8_t digest_size, struct weft__arena *arena, struct weft__node *node)
{
	uint8_t kind;

	*node = (struct weft__node){.is_leaf = false};
	if (!weft__wire_byte(wire, &kind))
		return WEFT_EINVAL;
	if (kind == IS_LEAF)
		return take_symbols(wire, path, arena, node);
	/* The deepest node is a leaf whatever it holds. */
	if (kind != IS_INNER || path.depth == WEFT__PATH_MAX)
		return WEFT_EINVAL;
	return take_children(wire, digest_size, node) ? 0 : WEFT_EINVAL;
}

/*
 * Changes
 */

/* Which of the bits the revision needs; 0 for no value. */
static uint8_t
rev_bit(struct weft_slice rev, uint8_t sha1, uint8_t text,
    struct weft__oid *hash)
{
	if (!rev.data)
		return 0;
	return weft__oid_parse(rev, hash) ? sha1 : text;
}

static int
put_rev(struct weft_buf *buf, uint8_t bits, uint8_t sha1, uint8_t text,
    const struct weft__oid *hash, struct weft_slice rev)
{
	if (bits & sha1)
		return weft__tell_root(buf, hash);
	return bits & text ? weft__wire_put_text(buf, rev) : 0;
}

/* The change's first byte, and its revisions as bytes if they are hashes. */
static uint8_t
change_bits(const struct weft_change *change, bool with_id, bool more,
    struct weft__oid *rev, struct weft__oid *prev)
{
	uint8_t bits = rev_bit(change->rev, REV_SHA1, REV_TEXT, rev);

	bits |= rev_bit(change->prev, PREV_SHA1, PREV_TEXT, prev);
	if (change->has_prev && !change->prev.data)
		bits |= PREV_NULL;
	return bits | (uint8_t)((with_id ? HAS_ID : 0) | (more ? HAS_MORE : 0));
}

int
weft__tell_change(struct weft_buf *buf, const struct weft_change *change,
    bool with_id, bool more)
{
	struct weft__oid rev, prev;
	const uint8_t bits = change_bits(change, with_id, more, &rev, &prev);
	int code = weft__wire_put_byte(buf, bits);

	if (!code && with_id)
		code = weft__wire_put_text(buf, change->model_id);
	if (!code)
		code = put_rev(
		    buf, bits, REV_SHA1, REV_TEXT, &rev, change->rev);
	if (!code)
		code = put_rev(
		    buf, bits, PREV_SHA1, PREV_TEXT, &prev, change->prev);
	if (!code)
		code = weft__wire_put_number(buf, change->checkpoint);
	return code ? code : weft__wire_put_number(buf, change->generation);
}

int
weft__tell_no_change(struct weft_buf *buf)
{
	return weft__wire_put_byte(buf, IS_NONE);
}

static bool
take_rev(struct weft__wire *wire, uint8_t bits, uint8_t sha1, uint8_t text,
    char hex[WEFT__OID_HEX + 1], struct weft_slice *rev)
{
	struct weft__oid hash;

	*rev = weft_slice(NULL);
	if ((bits & sha1) && (bits & text))
		return false;
	if (bits & text)
		return weft__wire_text(wire, rev) &&
		    rev->size <= WEFT_LIMIT_REV_SIZE;
	if (!(bits & sha1))
		return true;
	if (!weft__take_root(wire, &hash))
		return false;
	weft__oid_format(&hash, hex);
	*rev = weft_slice_of(hex, WEFT__OID_HEX);
	return true;
}

static bool
take_id(struct weft__wire *wire, uint8_t bits, struct weft_slice *id)
{
	*id = weft_slice(NULL);
	if (!(bits & HAS_ID))
		return true;
	return weft__wire_text(wire, id) && id->size <= WEFT_LIMIT_ID_SIZE;
}

bool
weft__take_change(struct weft__wire *wire, struct weft__told *told)
{
	struct weft_change *change = &told->change;
	uint64_t generation;
	uint8_t bits;

	*change = (struct weft_change){.checkpoint = 0};
	if (!weft__wire_byte(wire, &bits))
		return false;
	told->none = bits & IS_NONE;
	told->more = bits & HAS_MORE;
	if (told->none)
		return bits == IS_NONE;
	change->has_prev = bits & (PREV_NULL | PREV_SHA1 | PREV_TEXT);
	if (!take_id(wire, bits, &change->model_id) ||
	    !take_rev(wire, bits, REV_SHA1, REV_TEXT, told->revs[0],
		&change->rev) ||
	    !take_rev(wire, bits, PREV_SHA1, PREV_TEXT, told->revs[1],
		&change->prev) ||
	    !weft__wire_number(wire, &change->checkpoint) ||
	    !weft__wire_number(wire, &generation) || generation > UINT32_MAX)
		return false;
	change->generation = (uint32_t)generation;
	return true;
}
