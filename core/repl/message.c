/*
 * Questions, and the answers that are sketches.
 */
#include "core/repl/message.h"

#include "core/base/alloc.h"
#include "core/base/limits.h"

/*
 * Questions
 */

static int
put_head(struct weft_buf *buf, enum weft__ask ask, const struct weft__oid *root)
{
	int code = weft__wire_put_byte(buf, (uint8_t)ask);

	return code || !root ? code : weft__tell_root(buf, root);
}

int
weft__ask_root(struct weft_buf *buf)
{
	return put_head(buf, WEFT__ASK_ROOT, NULL);
}

int
weft__ask_open(struct weft_buf *buf, const struct weft__oid *root,
    uint64_t count, const int64_t *counts)
{
	int code = put_head(buf, WEFT__ASK_OPEN, root);

	if (!code)
		code = weft__wire_put_number(buf, count);
	for (int i = 0; i < WEFT__OPEN_COUNTS && !code; i++)
		code = weft__wire_put_signed(buf, counts[i]);
	return code;
}

int
weft__ask_cells(struct weft_buf *buf, const struct weft__oid *root,
    uint32_t first, uint32_t length)
{
	int code = put_head(buf, WEFT__ASK_CELLS, root);

	if (!code)
		code = weft__wire_put_number(buf, first);
	return code ? code : weft__wire_put_number(buf, length);
}

static int
put_path(struct weft_buf *buf, struct weft__path path)
{
	const size_t size = (path.depth + 1u) / 2;
	int code = weft__wire_put_byte(buf, path.depth);

	return code ? code : weft__wire_put_fixed(
	    buf, size, size ? path.digits >> (64 - 8 * size) : 0);
}

int
weft__ask_nodes(struct weft_buf *buf, const struct weft__oid *root,
    uint8_t digest_size, const struct weft__path *paths, size_t length)
{
	int code = put_head(buf, WEFT__ASK_NODES, root);

	if (!code)
		code = weft__wire_put_byte(buf, digest_size);
	for (size_t i = 0; i < length && !code; i++)
		code = put_path(buf, paths[i]);
	return code;
}

static int
put_names(struct weft_buf *buf, const struct weft__name *names, size_t length)
{
	int code = 0;

	for (size_t i = 0; i < length && !code; i++)
		code = weft__wire_put_fixed(buf, 8, names[i].id);
	return code;
}

int
weft__ask_ids(
    struct weft_buf *buf, const struct weft__name *names, size_t length)
{
	int code = put_head(buf, WEFT__ASK_IDS, NULL);

	if (!code)
		code = weft__wire_put_number(buf, length);
	return code ? code : put_names(buf, names, length);
}

static int
put_bits(struct weft_buf *buf, const bool *bits, size_t length)
{
	int code = 0;

	for (size_t i = 0; i < length && !code; i += 8) {
		uint8_t byte = 0;

		for (size_t j = 0; j < 8 && i + j < length && bits; j++)
			byte |= (uint8_t)(bits[i + j] << j);
		code = weft__wire_put_byte(buf, byte);
	}
	return code;
}

int
weft__ask_changes(struct weft_buf *buf, const struct weft__name *names,
    const bool *known, size_t length)
{
	int code = put_head(buf, WEFT__ASK_CHANGES, NULL);

	if (!code)
		code = weft__wire_put_number(buf, length);
	if (!code)
		code = put_bits(buf, known, length);
	return code ? code : put_names(buf, names, length);
}

/*
 * Reading questions
 */

static bool
take_open(struct weft__wire *wire, struct weft__question *question)
{
	bool good = weft__take_root(wire, &question->root) &&
	    weft__wire_number(wire, &question->count);

	for (int i = 0; i < WEFT__OPEN_COUNTS && good; i++)
		good = weft__wire_signed(wire, &question->counts[i]);
	return good && wire->size == 0;
}

static bool
take_range(struct weft__wire *wire, struct weft__question *question)
{
	uint64_t first, length;

	if (!weft__take_root(wire, &question->root) ||
	    !weft__wire_number(wire, &first) ||
	    !weft__wire_number(wire, &length) || wire->size)
		return false;
	if (first > WEFT_LIMIT_SKETCH_CELLS ||
	    length > WEFT_LIMIT_SKETCH_CELLS - first)
		return false;
	question->first = (uint32_t)first;
	question->length = (uint32_t)length;
	return true;
}

static bool
take_nodes(struct weft__wire *wire, struct weft__question *question)
{
	struct weft__path path;

	if (!weft__take_root(wire, &question->root) ||
	    !weft__wire_byte(wire, &question->digest_size) ||
	    question->digest_size < WEFT__DIGEST_SIZE ||
	    question->digest_size > WEFT__OID_SIZE)
		return false;
	question->rest = *wire;
	while (wire->size) {
		if (!weft__take_path(wire, &path) ||
		    ++question->length > WEFT_LIMIT_RECONCILE_NODES)
			return false;
	}
	return true;
}

static bool
take_names(struct weft__wire *wire, struct weft__question *question)
{
	const bool has_bits = question->ask == WEFT__ASK_CHANGES;
	uint64_t length;

	if (!weft__wire_number(wire, &length) ||
	    length > WEFT_LIMIT_RECONCILE_NAMES)
		return false;
	question->length = (uint32_t)length;
	if (has_bits && wire->size >= (length + 7) / 8) {
		question->known = wire->at;
		wire->at += (length + 7) / 8;
		wire->size -= (length + 7) / 8;
	}
	question->rest = *wire;
	return wire->size == 8 * length;
}

static bool
take_question(struct weft__wire *wire, struct weft__question *question)
{
	switch (question->ask) {
	case WEFT__ASK_ROOT:
		return wire->size == 0;
	case WEFT__ASK_OPEN:
		return take_open(wire, question);
	case WEFT__ASK_CELLS:
		return take_range(wire, question);
	case WEFT__ASK_NODES:
		return take_nodes(wire, question);
	case WEFT__ASK_IDS:
	case WEFT__ASK_CHANGES:
		return take_names(wire, question);
	}
	return false;
}

int
weft__question_parse(struct weft_slice bytes, struct weft__question *question,
    struct weft_error *error)
{
	struct weft__wire wire = weft__wire_of(bytes);
	uint8_t ask = 0;

	*question = (struct weft__question){.length = 0};
	if (weft__wire_byte(&wire, &ask)) {
		question->ask = (enum weft__ask)ask;
		if (take_question(&wire, question))
			return 0;
	}
	return weft_error_set(error, WEFT_EINVAL,
	    "a question of a reconciliation is malformed (kind %u)", ask);
}

bool
weft__take_path(struct weft__wire *wire, struct weft__path *path)
{
	uint64_t digits;
	size_t size;

	if (!weft__wire_byte(wire, &path->depth) ||
	    path->depth > WEFT__PATH_MAX)
		return false;
	size = (path->depth + 1u) / 2;
	if (!weft__wire_fixed(wire, size, &digits))
		return false;
	path->digits = size ? digits << (64 - 8 * size) : 0;
	return path->depth % 2 == 0 || (digits & 15) == 0;
}

/*
 * Roots and cells
 */

int
weft__tell_root(struct weft_buf *buf, const struct weft__oid *root)
{
	return weft_buf_append(buf, root->bytes, sizeof root->bytes);
}

bool
weft__take_root(struct weft__wire *wire, struct weft__oid *root)
{
	return weft__wire_bytes(wire, root->bytes, sizeof root->bytes);
}

static int
put_cell(struct weft_buf *buf, const struct weft__cell *cell, uint64_t expected)
{
	const uint32_t off = cell->count - (uint32_t)expected;
	int code = weft__wire_put_fixed(buf, 8, cell->id);

	if (!code)
		code = weft__wire_put_fixed(buf, 8, cell->rev);
	if (!code)
		code = weft__wire_put_fixed(buf, 4, cell->check);
	return code ? code : weft__wire_put_signed(buf, (int32_t)off);
}

static bool
take_cell(struct weft__wire *wire, uint64_t expected, struct weft__cell *cell)
{
	uint64_t check;
	int64_t off;

	if (!weft__wire_fixed(wire, 8, &cell->id) ||
	    !weft__wire_fixed(wire, 8, &cell->rev) ||
	    !weft__wire_fixed(wire, 4, &check) ||
	    !weft__wire_signed(wire, &off))
		return false;
	cell->check = (uint32_t)check;
	cell->count = (uint32_t)expected + (uint32_t)off;
	return true;
}

static int
put_sums(struct weft_buf *buf, const struct weft__sums *sums)
{
	int code = weft__wire_put_fixed(buf, 4, sums->weight);

	for (int i = 0; i < WEFT__SKETCH_PARTS && !code; i++)
		code = weft__wire_put_fixed(buf, 4, sums->parts[i]);
	return code;
}

static bool
take_sums(struct weft__wire *wire, struct weft__sums *sums)
{
	uint64_t sum;
	bool good = weft__wire_fixed(wire, 4, &sum);

	sums->weight = (uint32_t)sum;
	for (int i = 0; i < WEFT__SKETCH_PARTS && good; i++) {
		good = weft__wire_fixed(wire, 4, &sum);
		sums->parts[i] = (uint32_t)sum;
	}
	return good;
}

int
weft__tell_cells(struct weft_buf *buf, uint64_t count,
    const struct weft__sketch *sketch, uint32_t first, uint32_t length)
{
	int code = weft__wire_put_number(buf, count);

	if (!code)
		code = weft__wire_put_number(buf, length);
	if (!code && length && first == 0)
		code = put_sums(buf, &sketch->sums);
	for (uint32_t i = first; i < first + length && !code; i++)
		code = put_cell(buf, &sketch->cells[i],
		    weft__sketch_expect(count, i));
	return code;
}

int
weft__take_cells(struct weft__wire *wire, uint32_t first, uint32_t most,
    uint64_t *count, struct weft__sketch *cells)
{
	uint64_t length;

	*cells = (struct weft__sketch){.cells = NULL};
	if (!weft__wire_number(wire, count) ||
	    !weft__wire_number(wire, &length) || length > most)
		return WEFT_EINVAL;
	if (weft__sketch_init(cells, (uint32_t)length))
		return WEFT_ENOMEM;
	if (length && first == 0 && !take_sums(wire, &cells->sums))
		return WEFT_EINVAL;
	for (uint32_t i = 0; i < length; i++)
		if (!take_cell(wire, weft__sketch_expect(*count, first + i),
			&cells->cells[i]))
			return WEFT_EINVAL;
	return 0;
}
