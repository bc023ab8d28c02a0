/* Tests of models/connectors/slab.c. */
#include "tests/lib/test.h"

#include "core/base/alloc.h"
#include "models/connectors/slab.h"
#include "tests/lib/random.h"

#define PIECES 5000

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
	struct weft__slab slab = {{NULL}};
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

static void
slab_give__frees_chunks_without_a_piece_in_use(void **state)
{
	static char *pieces[PIECES];
	struct weft__slab slab = {{NULL}};
	uint64_t first, again;

	weft__alloc_fail_after(UINT32_MAX, false);
	for (int i = 0; i < PIECES; i++)
		pieces[i] = take(&slab, 1);
	first = weft__alloc_count();
	for (int i = 0; i < PIECES; i++)
		give(&slab, 1, pieces[i]);
	for (int i = 0; i < PIECES; i++)
		pieces[i] = take(&slab, 1);
	again = weft__alloc_count() - first;
	weft__alloc_fail_never();
	/* Exactly one had stayed. */
	assert_int_equal(again, WEFT__SLAB_LARGEST ? first - 1 : first);
	assert_true(WEFT__SLAB_LARGEST == 0 || first < PIECES / 100);
	for (int i = 0; i < PIECES; i++)
		give(&slab, 1, pieces[i]);
	weft__slab_fini(&slab);
}

static void
slab_take__fails_without_memory(void **state)
{
	struct weft__slab slab = {{NULL}};

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
	    cmocka_unit_test(slab_take__fails_without_memory),
	};

	return cmocka_run_group_tests_name("slab", tests, NULL, NULL);
}
