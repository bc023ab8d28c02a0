#include "core/track/track_format.h"
#include "core/track/track_row.h"

/* Reads forward; once 'damaged', everything reads as 0. */
struct reader {
	const unsigned char *at;
	const unsigned char *end;
	bool damaged;
};

static struct reader
start_reading(struct weft_slice bytes)
{
	const char *first = bytes.data ? bytes.data : "";
	struct reader reader = {(const unsigned char *)first,
	    (const unsigned char *)first + bytes.size, false};

	return reader;
}

/* The next 'size' bytes, or NULL. */
static const unsigned char *
read_bytes(struct reader *reader, size_t size)
{
	const unsigned char *bytes = reader->at;

	if (reader->damaged || (size_t)(reader->end - bytes) < size) {
		reader->damaged = true;
		return NULL;
	}
	reader->at += size;
	return bytes;
}

static unsigned
read_byte(struct reader *reader)
{
	const unsigned char *byte = read_bytes(reader, 1);

	return byte ? *byte : 0;
}

static uint64_t
read_varint(struct reader *reader)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint64_t byte = read_byte(reader);

		if (shift == 63 && byte > 1)
			break;
		value |= (byte & 0x7f) << shift;
		if (byte < 0x80)
			return value;
	}
	reader->damaged = true;
	return 0;
}

static void
read_text(struct reader *reader, struct weft__rev *rev)
{
	size_t size = read_byte(reader);
	const unsigned char *bytes = read_bytes(reader, size);
	struct weft_slice text = {(const char *)bytes, size};

	rev->size = 0;
	if (!weft__rev_parse(text, rev))
		reader->damaged = true;
}

/* Reads 'size' bytes; what a damaged row does not have becomes zero. */
static void
read_into(struct reader *reader, void *to, size_t size)
{
	const unsigned char *bytes = read_bytes(reader, size);

	if (bytes)
		memcpy(to, bytes, size);
	else
		memset(to, 0, size);
}

static void
read_name(struct reader *reader, unsigned bits, struct weft__rev *rev)
{
	struct weft__oid oid;

	rev->size = 0;
	if (bits & NODE_TEXT) {
		read_text(reader, rev);
	} else if (bits & NODE_HEX) {
		read_into(reader, oid.bytes, sizeof oid.bytes);
		weft__oid_format(&oid, rev->text);
		rev->size = WEFT__OID_HEX;
	}
}

/* A node that is not a deletion has a name, and no node has two. */
static bool
is_possible(unsigned bits)
{
	const unsigned names = NODE_HEX | NODE_TEXT;

	return (bits & names) != names && bits & (names | NODE_DELETED);
}

/* A parent further back than the row goes was left out of it. */
static int8_t
read_parent(struct reader *reader, unsigned bits, int index)
{
	int distance = bits & NODE_LINE ? 1 : (int)read_byte(reader);

	return (int8_t)(distance && distance <= index ? index - distance : -1);
}

/* '*generation' is the newer neighbour's going in, if '*line' is set. */
static void
read_node(struct reader *reader, struct weft__revtree *tree, int index,
    bool *line, uint64_t *generation)
{
	struct weft__revnode *node = &tree->nodes[index];
	unsigned bits = read_byte(reader);

	*generation = *line ? *generation - 1 : read_varint(reader);
	*line = bits & NODE_LINE;
	if (!is_possible(bits) || !*generation || *generation > UINT32_MAX)
		reader->damaged = true;
	node->generation = (uint32_t)*generation;
	node->flags = bits & (NODE_DELETED | NODE_MISSING | NODE_REPLICATED);
	node->parent = read_parent(reader, bits, index);
	read_name(reader, bits, &node->rev);
	if (bits & NODE_HASH)
		read_into(reader, node->hash.bytes, sizeof node->hash.bytes);
	else
		memset(node->hash.bytes, 0, sizeof node->hash.bytes);
	if (bits & NODE_BLOB)
		read_into(reader, node->blob, sizeof node->blob);
	else
		memset(node->blob, 0, sizeof node->blob);
}

static void
read_tree(struct reader *reader, struct weft__revtree *tree)
{
	unsigned count = read_byte(reader), behind;
	uint64_t generation = 0;
	bool line = false;

	if (!count)
		return;
	behind = read_byte(reader);
	if (count > WEFT_LIMIT_REVTREE_NODES || behind >= count) {
		reader->damaged = true;
		return;
	}
	tree->length = (uint8_t)count;
	tree->current = (int8_t)(count - 1 - behind);
	for (int i = (int)count - 1; i >= 0 && !reader->damaged; i--)
		read_node(reader, tree, i, &line, &generation);
}

static void
read_prev(struct reader *reader, struct weft__track *track)
{
	unsigned how = read_byte(reader);

	track->has_prev = how != PREV_ABSENT;
	if (how == PREV_TEXT)
		read_text(reader, &track->prev);
	else if (how >= PREV_NODE + (unsigned)track->tree.length)
		reader->damaged = true;
	else if (how >= PREV_NODE)
		track->prev = track->tree.nodes[
		    track->tree.length - 1 - (how - PREV_NODE)].rev;
}

/* rev is that of the current node: invariant T1. */
static void
set_rev(struct weft__track *track)
{
	const struct weft__revnode *current;

	if (track->tree.current < 0)
		return;
	current = &track->tree.nodes[track->tree.current];
	if (!(current->flags & WEFT__REVNODE_DELETED))
		track->rev = current->rev;
}

int
weft__track_decode(struct weft_slice bytes, struct weft__track *track,
    struct weft_error *error)
{
	struct reader reader = start_reading(bytes);
	uint64_t since_created;

	weft__track_init(track);
	if (read_byte(&reader) != TRACK_VERSION)
		reader.damaged = true;
	track->seq = read_varint(&reader);
	since_created = read_varint(&reader);
	track->checkpoint = read_varint(&reader);
	read_tree(&reader, &track->tree);
	if (!reader.damaged)
		read_prev(&reader, track);
	if (reader.damaged || reader.at != reader.end ||
	    since_created > track->seq) {
		weft__track_init(track);
		return weft_error_set(error, WEFT_EDAMAGED,
		    "track row is damaged %zu bytes before its end",
		    (size_t)(reader.end - reader.at));
	}
	track->created_seq = track->seq - since_created;
	set_rev(track);
	return 0;
}

uint64_t
weft__track_peek_seq(struct weft_slice bytes)
{
	struct reader reader = start_reading(bytes);
	bool known = read_byte(&reader) == TRACK_VERSION;
	uint64_t seq = read_varint(&reader);

	return known && !reader.damaged ? seq : 0;
}
