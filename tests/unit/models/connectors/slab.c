/* Tests of models/connectors/slab.c. */
#include "tests/lib/test.h"

#include "core/base/alloc.h"
#include "models/connectors/slab.h"
#include "tests/lib/random.h"

#define PIECES 5000
#define MANY 50000

static size_t
size_of(unsigned number)
{
	return 1 + number * 7 % (WEFT__SLAB_LARGEST + 200);
}

static char *
take(struct weft__slab *slab, unsigned number)
{
	char *piece = weft__slab_take(slab, size_of(number));

	assert_non_null(piece);
	memset(piece, (int)number, size_of(number));
	return piece;
}

static void
give(struct weft__slab *slab, unsigned number, char *piece)
{
	for (size_t i = 0; i < size_of(number); i++)
		assert_int_equal(piece[i], (char)number);
	weft__slab_give(slab, piece);
}

static void
slab_take__gives_pieces_that_do_not_overlap(void **state)
{
	static char *pieces[PIECES];
	struct weft__slab slab = {{{NULL, 0}}};
	struct random random = {1};

	for (int round = 0; round < 10 * PIECES; round++) {
		unsigned number = (unsigned)random_below(&random, PIECES);

		if (pieces[number])
			give(&slab, number, pieces[number]);
		pieces[number] =
		    pieces[number] ? NULL : take(&slab, number);
	}
	for (unsigned number = 0; number < PIECES; number++)
		if (pieces[number])
			give(&slab, number, pieces[number]);
	weft__slab_fini(&slab);
}

/* How many allocations it costs to take so many pieces, which stay. */
static uint64_t
take_all(struct weft__slab *slab, char **pieces, int count)
{
	uint64_t allocations;

	weft__alloc_fail_after(UINT32_MAX, false);
	for (int i = 0; i < count; i++)
		pieces[i] = take(slab, 1);
	allocations = weft__alloc_count();
	weft__alloc_fail_never();
	return allocations;
}

static void
give_all(struct weft__slab *slab, char **pieces, int count)
{
	for (int i = 0; i < count; i++)
		give(slab, 1, pieces[i]);
}

static void
slab_give__frees_chunks_without_a_piece_in_use(void **state)
{
	static char *pieces[PIECES];
	struct weft__slab slab = {{{NULL, 0}}};
	uint64_t first = take_all(&slab, pieces, PIECES);

	give_all(&slab, pieces, PIECES);
	/* The last one has stayed. */
	assert_int_equal(take_all(&slab, pieces, PIECES),
	    WEFT__SLAB_LARGEST ? first - 1 : first);
	give_all(&slab, pieces, PIECES);
	weft__slab_fini(&slab);
}

static void
slab_take__gets_many_of_a_size_from_large_chunks(void **state)
{
	static char *pieces[MANY];
	struct weft__slab slab = {{{NULL, 0}}};
	uint64_t few = take_all(&slab, pieces, PIECES);
	uint64_t rest = take_all(&slab, pieces + PIECES, MANY - PIECES);

	assert_in_range(rest, 1, WEFT__SLAB_LARGEST ? 4 * few : MANY);
	give_all(&slab, pieces, MANY);
	weft__slab_fini(&slab);
}

static void
slab_take__fails_without_memory(void **state)
{
	struct weft__slab slab = {{{NULL, 0}}};

	weft__alloc_fail_after(0, true);
	assert_null(weft__slab_take(&slab, 1));
	assert_null(weft__slab_take(&slab, 100000));
	weft__alloc_fail_never();
	weft__slab_fini(&slab);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(slab_take__gives_pieces_that_do_not_overlap),
	    cmocka_unit_test(slab_give__frees_chunks_without_a_piece_in_use),
	    cmocka_unit_test(slab_take__gets_many_of_a_size_from_large_chunks),
	    cmocka_unit_test(slab_take__fails_without_memory),
	};

	return cmocka_run_group_tests_name("slab", tests, NULL, NULL);
}
