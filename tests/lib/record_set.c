#include "tests/lib/record_set.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/limits.h"
#include "core/store/tree.h"

void
record_set_fini(struct record_set *set)
{
	free(set->records);
}

/* Where the hash is, or belongs. */
static size_t
find_place(const struct record_set *set, const struct weft__oid *hash)
{
	size_t low = 0, high = set->length;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (memcmp(set->records[middle].hash.bytes, hash->bytes,
			WEFT__OID_SIZE) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct set_record *
record_set_find(struct record_set *set, const char *id)
{
	struct weft__oid hash;
	size_t place;

	weft__sha1(id, strlen(id), &hash);
	place = find_place(set, &hash);
	if (place < set->length &&
	    weft__oid_equal(&set->records[place].hash, &hash))
		return &set->records[place];
	return NULL;
}

static struct set_record *
find_or_add(struct record_set *set, const char *id)
{
	struct set_record *found = record_set_find(set, id);
	struct weft__oid hash;
	size_t place;

	if (found)
		return found;
	if (set->length == set->capacity) {
		set->capacity = set->capacity ? 2 * set->capacity : 64;
		set->records = realloc(set->records,
		    set->capacity * sizeof *set->records);
		assert_non_null(set->records);
	}
	weft__sha1(id, strlen(id), &hash);
	place = find_place(set, &hash);
	memmove(&set->records[place + 1], &set->records[place],
	    (set->length++ - place) * sizeof *set->records);
	found = &set->records[place];
	memset(found, 0, sizeof *found);
	snprintf(found->id, sizeof found->id, "%s", id);
	found->hash = hash;
	return found;
}

void
record_set_put(struct record_set *set, const char *id, unsigned state)
{
	struct set_record *record = find_or_add(set, id);
	char body[64];
	int size = snprintf(body, sizeof body, "%s %u", id, state);

	weft__object_id("blob", body, (size_t)size, &record->blob);
	record->deleted = false;
}

void
record_set_delete(struct record_set *set, const char *id)
{
	find_or_add(set, id)->deleted = true;
}

/* Live records under the path. */
static size_t
count_under(const struct record_set *set, struct weft__path path)
{
	size_t count = 0;

	for (size_t i = 0; i < set->length; i++)
		count += !set->records[i].deleted &&
		    weft__path_leads(
			path, weft__oid_prefix(&set->records[i].hash));
	return count;
}

static bool
is_leaf(const struct record_set *set, struct weft__path path)
{
	return path.depth == WEFT__PATH_MAX ||
	    count_under(set, path) <= WEFT_LIMIT_TRIE_LEAF;
}

/* The digest of the node at the path; zero if it has no record. */
static void
digest(const struct record_set *set, struct weft__path path,
    struct weft__oid *oid)
{
	struct weft__sha1_stream stream;
	struct weft__oid child;

	*oid = (struct weft__oid){{0}};
	if (!count_under(set, path))
		return;
	weft__sha1_start(&stream);
	if (is_leaf(set, path)) {
		for (size_t i = 0; i < set->length; i++)
			if (!set->records[i].deleted && weft__path_leads(path,
				weft__oid_prefix(&set->records[i].hash)))
				weft__sha1_add(&stream,
				    set->records[i].hash.bytes,
				    2 * WEFT__OID_SIZE);
	} else {
		for (unsigned i = 0; i < 16; i++) {
			digest(set, weft__path_child(path, i), &child);
			weft__sha1_add(&stream, child.bytes, WEFT__OID_SIZE);
		}
	}
	weft__sha1_finish(&stream, oid);
}

void
record_set_root(const struct record_set *set, struct weft__oid *root)
{
	digest(set, (struct weft__path){0, 0}, root);
	if (weft__oid_is_zero(root))
		*root = weft__tree_empty;
}

static void
tell_leaf(const struct record_set *set, struct weft__path path,
    struct weft_buf *answer)
{
	struct weft__node node = {.is_leaf = true};

	node.symbols = malloc((set->length + 1) * sizeof *node.symbols);
	assert_non_null(node.symbols);
	for (size_t i = 0; i < set->length; i++)
		if (!set->records[i].deleted &&
		    weft__path_leads(
			path, weft__oid_prefix(&set->records[i].hash)))
			node.symbols[node.length++] = weft__symbol_of(
			    &set->records[i].hash, &set->records[i].blob);
	assert_int_equal(
	    weft__tell_node(answer, &node, WEFT__DIGEST_SIZE), 0);
	free(node.symbols);
}

static void
tell_inner(const struct record_set *set, struct weft__path path,
    uint8_t digest_size, struct weft_buf *answer)
{
	struct weft__node node = {.is_leaf = false};

	for (unsigned i = 0; i < 16; i++) {
		const struct weft__path below = weft__path_child(path, i);
		struct weft__node_child *child = &node.children[i];

		if (!count_under(set, below))
			continue;
		digest(set, below, &child->digest);
		child->kind = is_leaf(set, below) ? WEFT__NODE_LEAF
						  : WEFT__NODE_INNER;
		for (unsigned j = 0;
		     j < 16 && child->kind == WEFT__NODE_INNER; j++) {
			digest(set, weft__path_child(below, j),
			    &child->digests[j]);
			if (!weft__oid_is_zero(&child->digests[j]))
				child->mask |= (uint16_t)(1u << j);
		}
	}
	assert_int_equal(weft__tell_node(answer, &node, digest_size), 0);
}

static void
tell_nodes(const struct record_set *set,
    const struct weft__question *question, struct weft_buf *answer)
{
	struct weft__wire paths = question->rest;
	struct weft__path path;

	while (weft__take_path(&paths, &path)) {
		if (is_leaf(set, path))
			tell_leaf(set, path, answer);
		else
			tell_inner(set, path, question->digest_size, answer);
	}
}

static void
tell_cells(struct record_set *set, uint32_t first, uint32_t length,
    struct weft_buf *answer)
{
	struct weft__sketch sketch;
	uint64_t count = 0;

	assert_int_equal(weft__sketch_init(&sketch, first + length), 0);
	for (size_t i = 0; i < set->length; i++) {
		struct weft__symbol symbol = weft__symbol_of(
		    &set->records[i].hash, &set->records[i].blob);

		if (set->records[i].deleted)
			continue;
		weft__sketch_add(&sketch, &symbol);
		count++;
	}
	set->cells += length;
	assert_int_equal(weft__tell_cells(
	    answer, count, &sketch, first, length), 0);
	weft__sketch_fini(&sketch);
}

/* As many cells as the differing counts make of it. */
static void
tell_open(struct record_set *set, const struct weft__question *question,
    struct weft_buf *answer)
{
	struct weft_buf first = WEFT_BUF_INIT(4096);
	struct weft__wire wire;
	struct weft__sketch cells;
	struct weft__oid root;
	int64_t differences[WEFT__OPEN_COUNTS];
	uint64_t count;

	record_set_root(set, &root);
	assert_int_equal(weft__tell_root(answer, &root), 0);
	if (question->ask == WEFT__ASK_ROOT ||
	    weft__oid_equal(&root, &question->root))
		return;
	tell_cells(set, 0, WEFT__OPEN_COUNTS + 1, &first);
	set->cells -= WEFT__OPEN_COUNTS + 1;
	wire = weft__wire_of(weft_buf_slice(&first));
	assert_int_equal(weft__take_cells(
	    &wire, 0, WEFT__OPEN_COUNTS + 1, &count, &cells), 0);
	for (uint32_t i = 0; i < WEFT__OPEN_COUNTS; i++)
		differences[i] = (int64_t)cells.cells[i + 1].count -
		    question->counts[i] -
		    (int64_t)weft__sketch_expect(question->count, i + 1);
	tell_cells(set, 0, weft__sketch_plan(
	    weft__sketch_estimate((int64_t)(count - question->count),
		differences, WEFT__OPEN_COUNTS), count), answer);
	weft__sketch_fini(&cells);
	weft_buf_fini(&first);
}

static void
tell_change(const struct set_record *record, bool with_id,
    struct weft_buf *answer)
{
	char rev[WEFT__OID_HEX + 1];
	struct weft_change change = {
	    .model_id = weft_slice(record->id),
	    .has_prev = true,
	    .checkpoint = 1,
	    .generation = 1,
	};

	weft__oid_format(&record->blob, rev);
	if (record->deleted)
		change.prev = weft_slice(rev);
	else
		change.rev = weft_slice(rev);
	assert_int_equal(
	    weft__tell_change(answer, &change, with_id, false), 0);
}

static void
tell_names(const struct record_set *set,
    const struct weft__question *question, struct weft_buf *answer)
{
	struct weft__wire hashes = question->rest;
	uint64_t hash;

	for (size_t i = 0; weft__wire_fixed(&hashes, 8, &hash); i++) {
		const struct set_record *found = NULL;
		bool changes = question->ask == WEFT__ASK_CHANGES;

		if (changes && set->changes_limit && i == set->changes_limit)
			return;
		for (size_t j = 0; j < set->length && !found; j++)
			if (weft__oid_prefix(&set->records[j].hash) == hash &&
			    (changes || !set->records[j].deleted))
				found = &set->records[j];
		if (found && changes)
			tell_change(found,
			    !weft__question_knows(question, i), answer);
		else if (changes)
			assert_int_equal(weft__tell_no_change(answer), 0);
		else
			assert_int_equal(weft__wire_put_number(
			    answer, found != NULL), 0);
		if (found && !changes)
			assert_int_equal(weft__wire_put_text(
			    answer, weft_slice(found->id)), 0);
	}
}

static int
reconcile(struct weft_source *source, const char *model,
    struct weft_slice bytes, struct weft_buf *answer, struct weft_error *error)
{
	struct record_set *set = (struct record_set *)source;
	struct weft__question question;
	int code = weft__question_parse(bytes, &question, error);

	(void)model;
	if (code)
		return code;
	set->questions++;
	set->asked = question.length;
	switch (question.ask) {
	case WEFT__ASK_ROOT:
	case WEFT__ASK_OPEN:
		tell_open(set, &question, answer);
		break;
	case WEFT__ASK_CELLS:
		tell_cells(set, question.first, question.length, answer);
		break;
	case WEFT__ASK_NODES:
		tell_nodes(set, &question, answer);
		break;
	case WEFT__ASK_IDS:
	case WEFT__ASK_CHANGES:
		tell_names(set, &question, answer);
		break;
	}
	return set->mangle ? set->mangle(set, question.ask, answer) : 0;
}

void
record_set_init(struct record_set *set)
{
	static const struct weft__source_ops ops = {
	    .version = 1, .reconcile = reconcile};

	*set = (struct record_set){.source = {&ops}};
}
