/*
 * Tests of core/repl/message.h and wire.h: what is written is read, what is cut
 * off or out of bounds is not.
 */
#include "tests/lib/test.h"

#include <stdlib.h>

#include "core/base/limits.h"
#include "core/repl/message.h"

static struct weft__oid
some_oid(unsigned char first)
{
	struct weft__oid oid;

	for (size_t i = 0; i < sizeof oid.bytes; i++)
		oid.bytes[i] = (unsigned char)(first + i);
	return oid;
}

static void
wire_number__is_read_as_written(void **state)
{
	static const uint64_t numbers[] = {0, 1, 127, 128, 300, UINT32_MAX,
	    UINT64_MAX - 1, UINT64_MAX};
	static const int64_t signeds[] = {0, -1, 1, -64, 63, 64, INT64_MIN,
	    INT64_MAX};

	for (size_t i = 0; i < 8; i++) {
		struct weft_buf buf = WEFT_BUF_INIT(100);
		struct weft__wire wire;
		uint64_t number;
		int64_t value;

		assert_int_equal(weft__wire_put_number(&buf, numbers[i]), 0);
		assert_int_equal(weft__wire_put_signed(&buf, signeds[i]), 0);
		wire = weft__wire_of(weft_buf_slice(&buf));
		assert_true(weft__wire_number(&wire, &number));
		assert_true(number == numbers[i]);
		assert_true(weft__wire_signed(&wire, &value));
		assert_true(value == signeds[i]);
		assert_int_equal(wire.size, 0);
		assert_false(weft__wire_number(&wire, &number));
		weft_buf_fini(&buf);
	}
}

static void
wire_number__beyond_64_bits_is_refused(void **state)
{
	const struct weft_slice bytes = weft_slice_of(
	    "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10);
	struct weft__wire wire = weft__wire_of(bytes);
	uint64_t number;

	assert_false(weft__wire_number(&wire, &number));
	assert_int_equal(wire.size, 10);
}

static void
wire_text__does_not_go_beyond_the_end(void **state)
{
	struct weft__wire wire = weft__wire_of(weft_slice_of("\x03" "ab", 3));
	struct weft_slice text;

	assert_false(weft__wire_text(&wire, &text));
	assert_int_equal(wire.size, 3);
}

/* Asserts that each beginning of the question is refused, and so is one with
 * something after its end, unless it is a list. */
static void
assert_only_whole(const struct weft_buf *buf, bool is_list)
{
	struct weft__question question;
	struct weft_error error;
	char longer[4096];

	assert_true(buf->size + 1 < sizeof longer);
	for (size_t size = 0; size < buf->size && !is_list; size++)
		assert_int_equal(weft__question_parse(
		    weft_slice_of(buf->data, size), &question, &error),
		    WEFT_EINVAL);
	memcpy(longer, buf->data, buf->size);
	longer[buf->size] = 99;
	assert_int_equal(weft__question_parse(
	    weft_slice_of(longer, buf->size + 1), &question, &error),
	    WEFT_EINVAL);
}

static void
question__is_read_as_asked(void **state)
{
	static const int64_t counts[WEFT__OPEN_COUNTS] = {1, -2, 300, -40000};
	const struct weft__oid root = some_oid(7);
	struct weft_buf buf = WEFT_BUF_INIT(4096);
	struct weft__question question;

	assert_int_equal(weft__ask_root(&buf), 0);
	assert_int_equal(weft__question_parse(
	    weft_buf_slice(&buf), &question, NULL), 0);
	assert_int_equal(question.ask, WEFT__ASK_ROOT);
	assert_only_whole(&buf, false);

	weft_buf_clear(&buf);
	assert_int_equal(weft__ask_open(&buf, &root, 1000000, counts), 0);
	assert_int_equal(weft__question_parse(
	    weft_buf_slice(&buf), &question, NULL), 0);
	assert_int_equal(question.ask, WEFT__ASK_OPEN);
	assert_true(weft__oid_equal(&question.root, &root));
	assert_int_equal(question.count, 1000000);
	assert_memory_equal(question.counts, counts, sizeof counts);
	assert_only_whole(&buf, false);

	weft_buf_clear(&buf);
	assert_int_equal(weft__ask_cells(&buf, &root, 7, 300), 0);
	assert_int_equal(weft__question_parse(
	    weft_buf_slice(&buf), &question, NULL), 0);
	assert_int_equal(question.ask, WEFT__ASK_CELLS);
	assert_int_equal(question.first, 7);
	assert_int_equal(question.length, 300);
	assert_only_whole(&buf, false);
	weft_buf_fini(&buf);
}

static void
question__of_nodes_is_read_as_asked(void **state)
{
	const struct weft__oid root = some_oid(9);
	struct weft__path path = {0, 0}, paths[3], found;
	struct weft_buf buf = WEFT_BUF_INIT(4096);
	struct weft__question question;

	paths[0] = path;
	paths[1] = weft__path_child(weft__path_child(
	    weft__path_child(path, 10), 0), 15);
	for (unsigned i = 0; i < WEFT__PATH_MAX; i++)
		path = weft__path_child(path, i + 1);
	paths[2] = path;
	assert_int_equal(weft__ask_nodes(&buf, &root, 8, paths, 3), 0);
	assert_int_equal(weft__question_parse(
	    weft_buf_slice(&buf), &question, NULL), 0);
	assert_int_equal(question.ask, WEFT__ASK_NODES);
	assert_int_equal(question.digest_size, 8);
	assert_int_equal(question.length, 3);
	for (int i = 0; i < 3; i++) {
		assert_true(weft__take_path(&question.rest, &found));
		assert_int_equal(found.depth, paths[i].depth);
		assert_true(found.digits == paths[i].digits);
	}
	assert_only_whole(&buf, true);
	weft_buf_fini(&buf);
}

static void
question__of_names_is_read_as_asked(void **state)
{
	static const struct weft__name names[9] = {{.id = 1}, {.id = 1 << 20},
	    {.id = 5}, {.id = 6}, {.id = 7}, {.id = 8}, {.id = 9}, {.id = 10},
	    {.id = UINT64_MAX}};
	static const bool known[9] = {
	    true, false, false, false, false, false, false, true, true};
	struct weft_buf buf = WEFT_BUF_INIT(4096);
	struct weft__question question;
	uint64_t hash;

	assert_int_equal(weft__ask_ids(&buf, names, 9), 0);
	assert_int_equal(weft__question_parse(
	    weft_buf_slice(&buf), &question, NULL), 0);
	assert_int_equal(question.ask, WEFT__ASK_IDS);
	assert_int_equal(question.length, 9);
	assert_only_whole(&buf, false);

	weft_buf_clear(&buf);
	assert_int_equal(weft__ask_changes(&buf, names, known, 9), 0);
	assert_int_equal(weft__question_parse(
	    weft_buf_slice(&buf), &question, NULL), 0);
	assert_int_equal(question.ask, WEFT__ASK_CHANGES);
	for (size_t i = 0; i < 9; i++) {
		assert_int_equal(
		    weft__question_knows(&question, i), known[i]);
		assert_true(weft__wire_fixed(&question.rest, 8, &hash));
		assert_true(hash == names[i].id);
	}
	assert_only_whole(&buf, false);

	weft_buf_clear(&buf);
	assert_int_equal(weft__ask_changes(&buf, names, NULL, 9), 0);
	assert_int_equal(weft__question_parse(
	    weft_buf_slice(&buf), &question, NULL), 0);
	for (size_t i = 0; i < 9; i++)
		assert_false(weft__question_knows(&question, i));
	weft_buf_fini(&buf);
}

static void
question__beyond_a_limit_is_refused(void **state)
{
	const struct weft__oid root = some_oid(1);
	const size_t nodes = WEFT_LIMIT_RECONCILE_NODES;
	const size_t most = WEFT_LIMIT_RECONCILE_NAMES;
	struct weft__path *paths = calloc(nodes + 1, sizeof *paths);
	struct weft__name *names = calloc(most + 1, sizeof *names);
	struct weft_buf buf = WEFT_BUF_INIT(1024 * 1024);
	struct weft__question question;

	assert_int_equal(weft__ask_nodes(&buf, &root, 20, paths, nodes), 0);
	assert_int_equal(weft__question_parse(
	    weft_buf_slice(&buf), &question, NULL), 0);
	assert_int_equal(question.length, nodes);
	weft_buf_clear(&buf);
	assert_int_equal(
	    weft__ask_nodes(&buf, &root, 20, paths, nodes + 1), 0);
	assert_int_equal(weft__question_parse(
	    weft_buf_slice(&buf), &question, NULL), WEFT_EINVAL);
	weft_buf_clear(&buf);
	assert_int_equal(weft__ask_nodes(&buf, &root, 21, paths, 1), 0);
	assert_int_equal(weft__question_parse(
	    weft_buf_slice(&buf), &question, NULL), WEFT_EINVAL);
	weft_buf_clear(&buf);
	assert_int_equal(weft__ask_changes(&buf, names, NULL, most), 0);
	assert_int_equal(weft__question_parse(
	    weft_buf_slice(&buf), &question, NULL), 0);
	weft_buf_clear(&buf);
	assert_int_equal(weft__ask_changes(&buf, names, NULL, most + 1), 0);
	assert_int_equal(weft__question_parse(
	    weft_buf_slice(&buf), &question, NULL), WEFT_EINVAL);
	weft_buf_clear(&buf);
	assert_int_equal(
	    weft__ask_cells(&buf, &root, WEFT_LIMIT_SKETCH_CELLS, 0), 0);
	assert_int_equal(weft__question_parse(
	    weft_buf_slice(&buf), &question, NULL), 0);
	weft_buf_clear(&buf);
	assert_int_equal(
	    weft__ask_cells(&buf, &root, WEFT_LIMIT_SKETCH_CELLS, 1), 0);
	assert_int_equal(weft__question_parse(
	    weft_buf_slice(&buf), &question, NULL), WEFT_EINVAL);
	weft_buf_fini(&buf);
	free(paths);
	free(names);
}

static void
cells__are_read_as_told(void **state)
{
	static struct weft__cell cells[11] = {
	    [8] = {1, 2, 3, 1000}, {UINT64_MAX, 5, UINT32_MAX, 0},
	    {7, 8, 9, UINT32_MAX}};
	const struct weft__sketch sketch = {cells, 11, {{4, 5, 6}, 7}};
	struct weft_buf buf = WEFT_BUF_INIT(4096);
	struct weft__sketch found;
	struct weft__wire wire;
	uint64_t count;

	assert_int_equal(weft__tell_cells(&buf, 5000, &sketch, 8, 3), 0);
	wire = weft__wire_of(weft_buf_slice(&buf));
	assert_int_equal(weft__take_cells(&wire, 8, 3, &count, &found), 0);
	assert_int_equal(wire.size, 0);
	assert_int_equal(count, 5000);
	assert_int_equal(found.length, 3);
	assert_memory_equal(found.cells, cells + 8, 3 * sizeof *cells);
	weft__sketch_fini(&found);

	wire = weft__wire_of(weft_buf_slice(&buf));
	assert_int_equal(
	    weft__take_cells(&wire, 8, 2, &count, &found), WEFT_EINVAL);
	weft__sketch_fini(&found);
	for (size_t size = 0; size < buf.size; size++) {
		wire = weft__wire_of(weft_slice_of(buf.data, size));
		assert_int_equal(weft__take_cells(
		    &wire, 8, 3, &count, &found), WEFT_EINVAL);
		weft__sketch_fini(&found);
	}
	weft_buf_fini(&buf);
}

/* They are the set's, so they are told once. */
static void
cells__begin_with_the_sums(void **state)
{
	static struct weft__cell cells[2] = {{1, 2, 3, 4}, {5, 6, 7, 8}};
	const struct weft__sketch sketch = {
	    cells, 2, {{1, UINT32_MAX, 3}, 0x12345678}};
	struct weft_buf buf = WEFT_BUF_INIT(4096);
	struct weft__sketch found;
	struct weft__wire wire;
	uint64_t count;

	assert_int_equal(weft__tell_cells(&buf, 9, &sketch, 0, 2), 0);
	for (size_t size = 0; size <= buf.size; size++) {
		wire = weft__wire_of(weft_slice_of(buf.data, size));
		assert_int_equal(weft__take_cells(&wire, 0, 2, &count, &found),
		    size < buf.size ? WEFT_EINVAL : 0);
		if (size == buf.size) {
			assert_memory_equal(&found.sums, &sketch.sums,
			    sizeof found.sums);
			assert_memory_equal(found.cells, cells, sizeof cells);
		}
		weft__sketch_fini(&found);
	}
	weft_buf_clear(&buf);
	assert_int_equal(weft__tell_cells(&buf, 9, &sketch, 0, 0), 0);
	assert_int_equal(buf.size, 2);
	weft_buf_fini(&buf);
}

/* What is expected to be in the cells takes a byte or two each. */
static void
cells__take_22_bytes_each(void **state)
{
	struct weft__sketch sketch;
	struct weft_buf buf = WEFT_BUF_INIT(64 * 1024);

	assert_int_equal(weft__sketch_init(&sketch, 300), 0);
	for (uint64_t i = 1; i <= 100000; i++) {
		struct weft__symbol symbol = {i, i};

		weft__sketch_add(&sketch, &symbol);
	}
	assert_int_equal(
	    weft__tell_cells(&buf, 100000, &sketch, 0, 300), 0);
	assert_true(buf.size <= 300 * 22);
	weft__sketch_fini(&sketch);
	weft_buf_fini(&buf);
}

static void
assert_node_refused(struct weft_slice bytes, struct weft__path path)
{
	struct weft__wire wire = weft__wire_of(bytes);
	struct weft__arena arena = {NULL};
	struct weft__node node;

	assert_int_equal(
	    weft__take_node(&wire, path, 8, &arena, &node), WEFT_EINVAL);
	weft__arena_fini(&arena);
}

static void
leaf__is_read_as_told(void **state)
{
	static struct weft__symbol symbols[2] = {
	    {UINT64_C(0xa100000000000000), 4},
	    {UINT64_C(0xa200000000000000), 3}};
	const struct weft__node leaf = {
	    .is_leaf = true, .symbols = symbols, .length = 2};
	const struct weft__path a = weft__path_child(
	    (struct weft__path){0, 0}, 10);
	const struct weft__path b = weft__path_child(
	    (struct weft__path){0, 0}, 11);
	struct weft_buf buf = WEFT_BUF_INIT(4096);
	struct weft__arena arena = {NULL};
	struct weft__node found;
	struct weft__wire wire;

	assert_int_equal(weft__tell_node(&buf, &leaf, 8), 0);
	wire = weft__wire_of(weft_buf_slice(&buf));
	assert_int_equal(weft__take_node(&wire, a, 8, &arena, &found), 0);
	assert_int_equal(wire.size, 0);
	assert_true(found.is_leaf);
	assert_int_equal(found.length, 2);
	assert_memory_equal(found.symbols, symbols, sizeof symbols);
	weft__arena_fini(&arena);
	assert_node_refused(weft_buf_slice(&buf), b); /* not under this path */
	for (size_t size = 0; size < buf.size; size++)
		assert_node_refused(weft_slice_of(buf.data, size), a);

	symbols[1].id = UINT64_C(0xa000000000000000); /* out of order */
	weft_buf_clear(&buf);
	assert_int_equal(weft__tell_node(&buf, &leaf, 8), 0);
	assert_node_refused(weft_buf_slice(&buf), a);
	weft_buf_fini(&buf);
}

static void
inner_node__is_read_as_told(void **state)
{
	static struct weft__node node;
	const struct weft__path root = {0, 0};
	const struct weft__path deepest = {0, WEFT__PATH_MAX};
	struct weft_buf buf = WEFT_BUF_INIT(16384);
	struct weft__arena arena = {NULL};
	struct weft__node found;
	struct weft__wire wire;

	node.children[0].kind = WEFT__NODE_LEAF;
	node.children[0].digest = some_oid(1);
	node.children[15].kind = WEFT__NODE_INNER;
	node.children[15].mask = 0x8001;
	node.children[15].digests[0] = some_oid(2);
	node.children[15].digests[15] = some_oid(3);
	assert_int_equal(weft__tell_node(&buf, &node, 20), 0);
	wire = weft__wire_of(weft_buf_slice(&buf));
	assert_int_equal(
	    weft__take_node(&wire, root, 20, &arena, &found), 0);
	assert_int_equal(wire.size, 0);
	assert_memory_equal(&found, &node, sizeof node);

	weft_buf_clear(&buf);
	assert_int_equal(weft__tell_node(&buf, &node, 8), 0);
	wire = weft__wire_of(weft_buf_slice(&buf));
	assert_int_equal(weft__take_node(&wire, root, 8, &arena, &found), 0);
	assert_memory_equal(found.children[0].digest.bytes,
	    node.children[0].digest.bytes, 8);
	assert_int_equal(found.children[0].digest.bytes[8], 0);
	for (size_t size = 0; size < buf.size; size++)
		assert_node_refused(weft_slice_of(buf.data, size), root);
	assert_node_refused(weft_buf_slice(&buf), deepest);
	/* A child that is both. */
	buf.data[2] = buf.data[4] = 1;
	assert_node_refused(weft_buf_slice(&buf), root);
	weft_buf_fini(&buf);
	weft__arena_fini(&arena);
}

static void
assert_same(const struct weft_change *a, const struct weft_change *b)
{
	assert_true(weft_slice_equal(a->model_id, b->model_id));
	assert_true(weft_slice_equal(a->rev, b->rev));
	assert_true(weft_slice_equal(a->prev, b->prev));
	assert_int_equal(a->has_prev, b->has_prev);
	assert_int_equal(a->checkpoint, b->checkpoint);
	assert_int_equal(a->generation, b->generation);
}

static void
change__is_read_as_told(void **state)
{
	const char *const sha1 = "0123456789012345678901234567890123456789";
	const struct weft_change changes[] = {
	    {.model_id = weft_slice("a"), .rev = weft_slice(sha1),
		.prev = weft_slice(sha1), .has_prev = true, .checkpoint = 7,
		.generation = 2},
	    {.model_id = weft_slice("a"), .rev = weft_slice("2-other"),
		.prev = weft_slice("1-text"), .has_prev = true},
	    {.model_id = weft_slice(""), .rev = weft_slice(sha1),
		.has_prev = true, .checkpoint = UINT64_MAX,
		.generation = UINT32_MAX},
	    {.model_id = weft_slice("b"), .rev = weft_slice(sha1)},
	    {.model_id = weft_slice("c"), .prev = weft_slice(sha1),
		.has_prev = true},
	};

	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		struct weft_buf buf = WEFT_BUF_INIT(4096);
		struct weft__told told;
		struct weft__wire wire;

		assert_int_equal(weft__tell_change(
		    &buf, &changes[i], true, i % 2), 0);
		wire = weft__wire_of(weft_buf_slice(&buf));
		assert_true(weft__take_change(&wire, &told));
		assert_int_equal(wire.size, 0);
		assert_false(told.none);
		assert_int_equal(told.more, i % 2);
		assert_same(&told.change, &changes[i]);
		for (size_t size = 0; size < buf.size; size++) {
			wire = weft__wire_of(weft_slice_of(buf.data, size));
			assert_false(weft__take_change(&wire, &told));
		}
		weft_buf_fini(&buf);
	}
}

static void
change__of_a_known_id_takes_43_bytes(void **state)
{
	const char *const sha1 = "0123456789012345678901234567890123456789";
	const struct weft_change change = {.model_id = weft_slice("a"),
	    .rev = weft_slice(sha1), .prev = weft_slice(sha1),
	    .has_prev = true, .checkpoint = 7, .generation = 2};
	struct weft_buf buf = WEFT_BUF_INIT(4096);
	struct weft__told told;
	struct weft__wire wire;

	assert_int_equal(weft__tell_change(&buf, &change, false, false), 0);
	assert_int_equal(buf.size, 43);
	wire = weft__wire_of(weft_buf_slice(&buf));
	assert_true(weft__take_change(&wire, &told));
	assert_null(told.change.model_id.data);
	weft_buf_clear(&buf);
	assert_int_equal(weft__tell_no_change(&buf), 0);
	wire = weft__wire_of(weft_buf_slice(&buf));
	assert_true(weft__take_change(&wire, &told));
	assert_true(told.none);
	weft_buf_fini(&buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(wire_number__is_read_as_written),
	    cmocka_unit_test(wire_number__beyond_64_bits_is_refused),
	    cmocka_unit_test(wire_text__does_not_go_beyond_the_end),
	    cmocka_unit_test(question__is_read_as_asked),
	    cmocka_unit_test(question__of_nodes_is_read_as_asked),
	    cmocka_unit_test(question__of_names_is_read_as_asked),
	    cmocka_unit_test(question__beyond_a_limit_is_refused),
	    cmocka_unit_test(cells__are_read_as_told),
	    cmocka_unit_test(cells__begin_with_the_sums),
	    cmocka_unit_test(cells__take_22_bytes_each),
	    cmocka_unit_test(leaf__is_read_as_told),
	    cmocka_unit_test(inner_node__is_read_as_told),
	    cmocka_unit_test(change__is_read_as_told),
	    cmocka_unit_test(change__of_a_known_id_takes_43_bytes),
	};

	return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
