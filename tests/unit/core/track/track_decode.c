/* Tests of core/track/track_decode.c: what was encoded comes back. */
#include "tests/unit/core/track/writes.h"

#include "tests/lib/random.h"

static void
assert_same_node(
    const struct weft__revnode *a, const struct weft__revnode *b)
{
	assert_int_equal(a->generation, b->generation);
	assert_int_equal(a->parent, b->parent);
	assert_int_equal(a->flags, b->flags);
	assert_true(weft__rev_equal(&a->rev, &b->rev));
	assert_true(weft__oid_equal(&a->hash, &b->hash));
	assert_memory_equal(a->blob, b->blob, sizeof a->blob);
}

static void
assert_same(const struct weft__track *a, const struct weft__track *b)
{
	assert_true(weft__rev_equal(&a->rev, &b->rev));
	assert_true(weft__rev_equal(&a->prev, &b->prev));
	assert_int_equal(a->has_prev, b->has_prev);
	assert_int_equal(a->checkpoint, b->checkpoint);
	assert_int_equal(a->created_seq, b->created_seq);
	assert_int_equal(a->seq, b->seq);
	assert_int_equal(a->tree.length, b->tree.length);
	assert_int_equal(a->tree.current, b->tree.current);
	for (int i = 0; i < a->tree.length; i++)
		assert_same_node(&a->tree.nodes[i], &b->tree.nodes[i]);
}

static void
assert_round_trip(const struct weft__track *track)
{
	struct weft_buf row = WEFT_BUF_INIT(4096);
	struct weft__track copy;

	/* Nothing may depend on what was in the memory before. */
	memset(&copy, 0xa5, sizeof copy);
	assert_int_equal(weft__track_encode(track, &row), 0);
	assert_int_equal(
	    weft__track_decode(weft_buf_slice(&row), &copy, NULL), 0);
	assert_same(track, &copy);
	assert_int_equal(
	    weft__track_peek_seq(weft_buf_slice(&row)), track->seq);
	weft_buf_fini(&row);
}

static void
track_decode__gives_back_each_row_of_the_table(void **state)
{
	static const char *const writes[] = {"", "a", "ab", "ab|c", "ab|cd",
	    "ab|cdb", "ab|-", "ab|-e", "ab|-e|-", "ab|-e|-|f", "a-", "a-|b"};
	struct weft__track track;

	for (size_t i = 0; i < sizeof writes / sizeof *writes; i++) {
		write_all(&track, writes[i]);
		assert_round_trip(&track);
	}
}

static void
track_decode__gives_back_the_largest_numbers(void **state)
{
	struct weft__track track;

	write_all(&track, "a|b");
	track.seq = UINT64_MAX;
	track.created_seq = 0;
	track.checkpoint = UINT64_MAX;
	track.tree.nodes[1].generation = UINT32_MAX;
	assert_round_trip(&track);
}

static void
track_decode__gives_back_branches(void **state)
{
	struct weft__track track;

	write_all(&track, "abcdef");
	track.tree.nodes[2].parent = 0;
	track.tree.nodes[2].generation = 2;
	track.tree.nodes[4].parent = -1;
	track.tree.nodes[4].generation = 7;
	track.tree.nodes[4].flags = WEFT__REVNODE_MISSING;
	track.tree.nodes[5].parent = 3;
	track.tree.current = 3;
	track.rev = track.tree.nodes[3].rev;
	assert_round_trip(&track);
}

/* A revision of a random protocol: hex, text, or a named deletion. */
static void
random_write(struct random *random, struct weft__track *track)
{
	char text[WEFT_LIMIT_REV_SIZE];
	struct weft__oid hash;
	struct weft__rev rev;
	struct weft__track_write write = {
	    .checkpoint = track->checkpoint + random_below(random, 2),
	    .seq = track->seq + 1 + random_below(random, 1000),
	};

	if (random_below(random, 5) > 0) {
		size_t size = 1 + random_below(random, 20);

		memset(text, 'a' + (int)random_below(random, 26), size);
		weft__sha1(text, size, &hash);
		if (random_below(random, 2))
			rev = *rev_of(text[0]);
		else
			assert_true(weft__rev_parse(
			    weft_slice_of(text, size), &rev));
		write.rev = &rev;
		write.hash = &hash;
		write.blob = &hash;
	}
	weft__track_apply(track, &write);
	assert_int_equal(!track->rev.size,
	    !write.rev || track->tree.current < 0);
}

/* The seed that is being run: what fails says which one it was. */
static uint64_t running = UINT64_MAX;

static int
tell_seed(void **state)
{
	if (running != UINT64_MAX)
		print_error("# WEFT_SEED=%llu\n", (unsigned long long)running);
	return 0;
}

static void
run_random(uint64_t seed)
{
	struct random random = {seed};
	struct weft__track track;

	running = seed;
	weft__track_init(&track);
	for (int i = 0; i < 40; i++) {
		random_write(&random, &track);
		/* Rows of 32 long nodes are cut: not this test's theme. */
		if (track.tree.length < 15)
			assert_round_trip(&track);
	}
	running = UINT64_MAX;
}

static void
track_decode__gives_back_random_rows(void **state)
{
	uint64_t seed = 0;

	if (random_seed_given(&seed)) {
		run_random(seed);
		return;
	}
	for (seed = 0; seed < 500; seed++)
		run_random(seed);
}

static void
assert_damaged(const char *bytes, size_t size)
{
	struct weft_error error;
	struct weft__track track;

	assert_int_equal(weft__track_decode(weft_slice_of(bytes, size),
	    &track, &error), WEFT_EDAMAGED);
	assert_int_equal(error.code, WEFT_EDAMAGED);
	assert_int_equal(track.tree.length, 0);
	assert_int_equal(track.rev.size, 0);
}

static void
track_decode__refuses_every_part_of_a_row(void **state)
{
	struct weft_buf row = WEFT_BUF_INIT(4096);
	struct weft__track track;

	write_all(&track, "a|b|-|c");
	assert_int_equal(weft__track_encode(&track, &row), 0);
	for (size_t size = 0; size < row.size; size++)
		assert_damaged(row.data, size);
	assert_int_equal(weft_buf_append(&row, "x", 1), 0);
	assert_damaged(row.data, row.size);
	assert_damaged(NULL, 0);
	weft_buf_fini(&row);
}

static void
track_decode__refuses_what_cannot_be(void **state)
{
	/* version seq age checkpoint count behind (bits generation ...) prev */
	assert_damaged("\x02\x05\x01\x01\x00\x00", 6);
	assert_damaged("\x01\x05\x06\x01\x00\x00", 6);         /* age > seq */
	assert_damaged("\x01\x05\x01\x01\x21\x00", 6);         /* 33 nodes */
	assert_damaged("\x01\x05\x01\x01\x01\x01\x41\x01\x00", 9);
	assert_damaged("\x01\x05\x01\x01\x01\x00\x40\x01\x00", 9); /* no name */
	assert_damaged("\x01\x05\x01\x01\x01\x00\x41\x00\x00", 9); /* gen. 0 */
	assert_damaged("\x01\x05\x01\x01\x02\x00\x41\x01\x41\x00", 10);
	assert_damaged("\x01\x05\x01\x01\x01\x00\x41\x01\x04", 9); /* prev */
	assert_damaged("\x01\x05\x01\x01\x01\x00\x48\x01\x01\n\x00", 11);
	assert_damaged("\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02\x00"
	    "\x01\x00\x00", 15);
}

static void
track_decode__survives_any_byte_in_any_place(void **state)
{
	struct weft_buf row = WEFT_BUF_INIT(4096);
	struct weft__track track, copy;

	write_all(&track, "a|b|-|c");
	assert_int_equal(weft__track_encode(&track, &row), 0);
	for (size_t i = 0; i < row.size; i++) {
		char kept = row.data[i];

		for (int byte = 0; byte < 256; byte++) {
			row.data[i] = (char)byte;
			if (weft__track_decode(
				weft_buf_slice(&row), &copy, NULL) == 0)
				assert_round_trip(&copy);
		}
		row.data[i] = kept;
	}
	weft_buf_fini(&row);
}

static void
track_peek_seq__is_zero_for_a_damaged_row(void **state)
{
	assert_int_equal(
	    weft__track_peek_seq(weft_slice_of("\x01\x85\x02", 3)), 261);
	assert_int_equal(
	    weft__track_peek_seq(weft_slice_of("\x02\x05", 2)), 0);
	assert_int_equal(
	    weft__track_peek_seq(weft_slice_of("\x01\x85", 2)), 0);
	assert_int_equal(weft__track_peek_seq(weft_slice(NULL)), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(track_decode__gives_back_each_row_of_the_table),
	    cmocka_unit_test(track_decode__gives_back_the_largest_numbers),
	    cmocka_unit_test(track_decode__gives_back_branches),
	    cmocka_unit_test_teardown(
		track_decode__gives_back_random_rows, tell_seed),
	    cmocka_unit_test(track_decode__refuses_every_part_of_a_row),
	    cmocka_unit_test(track_decode__refuses_what_cannot_be),
	    cmocka_unit_test(track_decode__survives_any_byte_in_any_place),
	    cmocka_unit_test(track_peek_seq__is_zero_for_a_damaged_row),
	};

	return cmocka_run_group_tests_name("track_decode", tests, NULL, NULL);
}
