/*
 * Tests of replication among three: what one has heard of holds, whatever
 * comes to it later, and from whom.
 */
#include "tests/lib/test.h"

#include "tests/lib/pair.h"

struct ring {
	struct party a, b, c;
};

static void
ring_open(struct ring *ring)
{
	party_open(&ring->a, FIXTURE_SQLITE);
	party_open(&ring->b, FIXTURE_MEMORY);
	party_open(&ring->c, FIXTURE_MEMORY);
}

static void
ring_close(struct ring *ring)
{
	party_close(&ring->a);
	party_close(&ring->b);
	party_close(&ring->c);
}

static void
give(struct party *from, struct party *to)
{
	assert_int_equal(party_sync(from, to), 0);
}

/* All end with this title ("-": none), once a and b have met again. */
static void
assert_all(struct ring *ring, const char *title)
{
	assert_string_equal(party_title(&ring->b, "x"), title);
	give(&ring->b, &ring->a);
	give(&ring->a, &ring->b);
	give(&ring->b, &ring->c);
	assert_string_equal(party_title(&ring->a, "x"), title);
	assert_string_equal(party_title(&ring->b, "x"), title);
	assert_string_equal(party_title(&ring->c, "x"), title);
}

/* b hears of a record's deletion before it hears of the record. */
static void
replicate__a_deletion_holds_where_the_record_never_was(void **state)
{
	struct ring ring;

	ring_open(&ring);
	party_put(&ring.a, "x", "1");
	give(&ring.a, &ring.c);
	party_delete(&ring.a, "x");
	give(&ring.a, &ring.b);
	give(&ring.c, &ring.b);
	assert_all(&ring, "-");
	ring_close(&ring);
}

/* To b the second deletion looks like the first. */
static void
replicate__a_second_deletion_holds_where_the_first_is_known(void **state)
{
	struct ring ring;

	ring_open(&ring);
	party_put(&ring.a, "x", "1");
	give(&ring.a, &ring.b);
	party_delete(&ring.a, "x");
	give(&ring.a, &ring.b);
	party_put(&ring.a, "x", "2");
	give(&ring.a, &ring.c);
	party_delete(&ring.a, "x");
	give(&ring.a, &ring.b);
	give(&ring.c, &ring.b);
	assert_all(&ring, "-");
	ring_close(&ring);
}

/* To b nothing has changed. */
static void
replicate__what_was_set_back_holds(void **state)
{
	struct ring ring;

	ring_open(&ring);
	party_put(&ring.a, "x", "1");
	give(&ring.a, &ring.b);
	party_put(&ring.a, "x", "2");
	give(&ring.a, &ring.c);
	party_put(&ring.a, "x", "1");
	give(&ring.a, &ring.b);
	give(&ring.c, &ring.b);
	assert_all(&ring, "1");
	ring_close(&ring);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		replicate__a_deletion_holds_where_the_record_never_was),
	    cmocka_unit_test(
		replicate__a_second_deletion_holds_where_the_first_is_known),
	    cmocka_unit_test(replicate__what_was_set_back_holds),
	};

	return cmocka_run_group_tests_name("ring", tests, NULL, NULL);
}
