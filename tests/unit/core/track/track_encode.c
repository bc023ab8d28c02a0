/* Tests of core/track/track_encode.c: how large a row gets. */
#include "tests/unit/core/track/writes.h"

static size_t
encoded_size(const struct weft__track *track)
{
	struct weft_buf row = WEFT_BUF_INIT(4096);
	size_t size;

	assert_int_equal(weft__track_encode(track, &row), 0);
	size = row.size;
	weft_buf_fini(&row);
	return size;
}

/* A track of 'count' writes, each of other content. */
static void
write_many(struct weft__track *track, unsigned count)
{
	weft__track_init(track);
	for (unsigned i = 0; i < count; i++)
		write_letter(track, (char)('A' + i % 64), i + 1);
}

static void
track_encode__fresh_create_is_small(void **state)
{
	struct weft__track track;

	write_all(&track, "a");
	track.seq += 1000000;
	track.created_seq += 1000000;
	track.checkpoint += 1000;
	assert_int_equal(encoded_size(&track), 40);
}

static void
track_encode__each_further_revision_takes_29_bytes(void **state)
{
	struct weft__track track;

	write_many(&track, 5);
	assert_int_equal(encoded_size(&track), 37 + 4 * 29);
}

static void
track_encode__keeps_as_many_plain_nodes_as_the_tree_holds(void **state)
{
	struct weft__track track, copy;
	struct weft_buf row = WEFT_BUF_INIT(4096);

	write_many(&track, 100);
	assert_int_equal(track.tree.length, WEFT_LIMIT_REVTREE_NODES);
	assert_int_equal(weft__track_encode(&track, &row), 0);
	assert_true(row.size <= WEFT_LIMIT_REVTREE_SIZE);
	assert_int_equal(
	    weft__track_decode(weft_buf_slice(&row), &copy, NULL), 0);
	assert_int_equal(copy.tree.length, WEFT_LIMIT_REVTREE_NODES);
	weft_buf_fini(&row);
}

/* Writes a revision of another protocol, which has a hash besides. */
static void
write_long(struct weft__track *track, char letter, size_t size)
{
	char text[WEFT_LIMIT_REV_SIZE];
	struct weft__rev rev;
	struct weft__oid oid;
	struct weft__track_write write = {
	    &rev, &oid, &oid, track->checkpoint + 1, track->seq + 1};

	memset(text, letter, sizeof text);
	assert_true(weft__rev_parse(weft_slice_of(text, size), &rev));
	weft__sha1(&letter, 1, &oid);
	assert_true(weft__track_apply(track, &write));
}

static void
track_encode__drops_the_oldest_nodes_beyond_its_size(void **state)
{
	struct weft__track track, copy;
	struct weft_buf row = WEFT_BUF_INIT(4096);
	int kept = (WEFT_LIMIT_REVTREE_SIZE - 1) / (2 + 96 + 20 + 8);

	weft__track_init(&track);
	for (char letter = 'a'; letter < 'z'; letter++)
		write_long(&track, letter, 96);
	assert_int_equal(weft__track_encode(&track, &row), 0);
	assert_int_equal(
	    weft__track_decode(weft_buf_slice(&row), &copy, NULL), 0);
	assert_int_equal(copy.tree.length, kept);
	assert_int_equal(copy.tree.current, kept - 1);
	assert_int_equal(copy.tree.nodes[0].parent, -1);
	assert_int_equal(copy.tree.nodes[0].generation, 25 - kept + 1);
	assert_true(weft__rev_equal(&copy.rev, &track.rev));
	assert_true(weft__rev_equal(&copy.prev, &track.prev));
	weft_buf_fini(&row);
}

static void
track_encode__keeps_the_current_node_whatever_else_goes(void **state)
{
	struct weft__track track, copy;
	struct weft_buf row = WEFT_BUF_INIT(4096);

	weft__track_init(&track);
	for (char letter = 'a'; letter < 'z'; letter++)
		write_long(&track, letter, 96);
	/* All but the first are branches off it. */
	track.tree.current = 0;
	track.rev = track.tree.nodes[0].rev;
	assert_int_equal(weft__track_encode(&track, &row), 0);
	assert_int_equal(
	    weft__track_decode(weft_buf_slice(&row), &copy, NULL), 0);
	assert_int_equal(copy.tree.length, 1);
	assert_int_equal(copy.tree.current, 0);
	assert_true(weft__rev_equal(&copy.rev, &track.rev));
	assert_true(weft__rev_equal(&copy.prev, &track.prev));
	weft_buf_fini(&row);
}

static void
track_encode__keeps_to_the_buffers_limit(void **state)
{
	struct weft__track track;
	struct weft_buf row = WEFT_BUF_INIT(36), enough = WEFT_BUF_INIT(37);

	write_all(&track, "a");
	assert_int_equal(weft__track_encode(&track, &row), WEFT_ELIMIT);
	assert_int_equal(row.size, 0);
	assert_int_equal(weft__track_encode(&track, &enough), 0);
	weft_buf_fini(&enough);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(track_encode__fresh_create_is_small),
	    cmocka_unit_test(
		track_encode__each_further_revision_takes_29_bytes),
	    cmocka_unit_test(
		track_encode__keeps_as_many_plain_nodes_as_the_tree_holds),
	    cmocka_unit_test(
		track_encode__drops_the_oldest_nodes_beyond_its_size),
	    cmocka_unit_test(
		track_encode__keeps_the_current_node_whatever_else_goes),
	    cmocka_unit_test(track_encode__keeps_to_the_buffers_limit),
	};

	return cmocka_run_group_tests_name("track_encode", tests, NULL, NULL);
}
