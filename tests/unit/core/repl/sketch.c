/*
 * Tests of core/repl/sketch.h.
 */
#include "tests/lib/test.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/limits.h"
#include "core/repl/sketch.h"
#include "tests/lib/random.h"

static struct weft__symbol
random_symbol(struct random *random)
{
	struct weft__symbol symbol;

	symbol.id = random_next(random);
	symbol.rev = random_next(random);
	return symbol;
}

static struct weft__sketch
make_sketch(uint32_t length)
{
	struct weft__sketch sketch;

	assert_int_equal(weft__sketch_init(&sketch, length), 0);
	return sketch;
}

/* Two sets that share 'shared' symbols, with 'a' and 'b' of their own. */
struct sets {
	struct weft__sketch sketches[2];
	struct weft__symbol *own[2];
	size_t lengths[2];
};

static struct sets
make_sets(uint64_t seed, uint32_t cells, size_t shared, size_t a, size_t b)
{
	struct random random = {seed};
	struct sets sets = {{make_sketch(cells), make_sketch(cells)},
	    {malloc((a + 1) * sizeof(struct weft__symbol)),
		malloc((b + 1) * sizeof(struct weft__symbol))},
	    {a, b}};

	for (size_t i = 0; i < shared; i++) {
		struct weft__symbol symbol = random_symbol(&random);

		weft__sketch_add(&sets.sketches[0], &symbol);
		weft__sketch_add(&sets.sketches[1], &symbol);
	}
	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < sets.lengths[side]; i++) {
			sets.own[side][i] = random_symbol(&random);
			weft__sketch_add(
			    &sets.sketches[side], &sets.own[side][i]);
		}
	return sets;
}

static void
free_sets(struct sets *sets)
{
	for (int side = 0; side < 2; side++) {
		weft__sketch_fini(&sets->sketches[side]);
		free(sets->own[side]);
	}
}

static bool
was_found(const struct weft__decoder *decoder,
    const struct weft__symbol *symbol, bool in_b)
{
	for (size_t i = 0; i < decoder->found_length; i++)
		if (decoder->found[i].symbol.id == symbol->id &&
		    decoder->found[i].symbol.rev == symbol->rev)
			return decoder->found[i].in_b == in_b;
	return false;
}

static void
assert_found_all(const struct sets *sets, const struct weft__decoder *decoder)
{
	assert_int_equal(
	    decoder->found_length, sets->lengths[0] + sets->lengths[1]);
	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < sets->lengths[side]; i++)
			assert_true(was_found(
			    decoder, &sets->own[side][i], side == 1));
}

/* The wire form: another implementation must come to the same cells. */
static void
sketch_add__puts_a_symbol_where_it_always_was(void **state)
{
	static const struct weft__symbol symbol = {
	    UINT64_C(0x0123456789abcdef), UINT64_C(0xfedcba9876543210)};
	struct weft__sketch sketch = make_sketch(WEFT_LIMIT_SKETCH_CELLS);
	static const uint32_t expected[] = {0, 2, 3, 8, 10, 20, 21, 25,
	    46, 50, 81, 86, 88, 124, 142, 212, 214, 421, 1003, 1665, 2774,
	    3165, 5332, 6149, 11983, 23772, 32472, 38177, 38765, 50822, 58204};
	static const struct weft__sums sums = {
	    {UINT32_C(1309192337), UINT32_C(1632991174), UINT32_C(3740733095)},
	    UINT32_C(825694519)};
	uint32_t found[64];
	size_t count = 0;

	weft__sketch_add(&sketch, &symbol);
	for (uint32_t i = 0; i < sketch.length; i++) {
		if (!sketch.cells[i].count)
			continue;
		assert_int_equal(sketch.cells[i].count, 1);
		assert_true(sketch.cells[i].id == symbol.id);
		assert_true(sketch.cells[i].rev == symbol.rev);
		assert_int_equal(sketch.cells[i].check, 0x0bd81951);
		assert_true(count < 64);
		found[count++] = i;
	}
	assert_int_equal(count, sizeof expected / sizeof *expected);
	assert_memory_equal(found, expected, sizeof expected);
	assert_memory_equal(&sketch.sums, &sums, sizeof sums);
	weft__sketch_fini(&sketch);
}

static void
sketch_remove__undoes_add(void **state)
{
	static const struct weft__cell empty;
	static const struct weft__sums no_sums;
	struct weft__sketch sketch = make_sketch(500);
	struct random random = {1};

	for (int i = 0; i < 1000; i++) {
		struct weft__symbol symbol = random_symbol(&random);

		weft__sketch_add(&sketch, &symbol);
	}
	random.state = 1;
	for (int i = 0; i < 1000; i++) {
		struct weft__symbol symbol = random_symbol(&random);

		weft__sketch_remove(&sketch, &symbol);
	}
	for (uint32_t i = 0; i < sketch.length; i++)
		assert_memory_equal(&sketch.cells[i], &empty, sizeof empty);
	assert_memory_equal(&sketch.sums, &no_sums, sizeof no_sums);
	weft__sketch_fini(&sketch);
}

static void
sketch_add__fills_cells_as_expected(void **state)
{
	struct sets sets = make_sets(5, 1000, 100000, 0, 0);
	const struct weft__cell *cells = sets.sketches[0].cells;

	assert_int_equal(weft__sketch_expect(100000, 0), 100000);
	assert_int_equal(weft__sketch_expect(100000, 1), 66666);
	assert_true(weft__sketch_expect(UINT64_MAX, 0) == UINT64_MAX);
	assert_int_equal(cells[0].count, 100000);
	for (uint32_t i = 1; i < 1000; i++) {
		const double mean = (double)weft__sketch_expect(100000, i);

		assert_true(fabs(cells[i].count - mean) < 5 * sqrt(mean));
	}
	free_sets(&sets);
}

static void
sketch_cut__keeps_the_first_cells(void **state)
{
	struct sets sets = make_sets(2, 300, 50, 0, 0);
	struct weft__cell first[10];

	memcpy(first, sets.sketches[0].cells, sizeof first);
	weft__sketch_cut(&sets.sketches[0], 10);
	assert_int_equal(sets.sketches[0].length, 10);
	assert_memory_equal(sets.sketches[0].cells, first, sizeof first);
	free_sets(&sets);
}

/* Differences of any number, given all cells that they nearly always need;
 * where these are not enough, some more are. */
static void
decoder_run__finds_any_difference(void **state)
{
	for (uint64_t seed = 1; seed <= 400; seed++) {
		struct random random = {seed * 1000};
		size_t most = 1 + random_below(&random, seed < 20 ? 3000 : 60);
		size_t a = random_below(&random, most);
		size_t b = random_below(&random, most);
		uint32_t need = weft__sketch_need((double)(a + b));
		struct sets sets = make_sets(seed, 2 * need + 64, 20, a, b);
		struct weft__decoder decoder = {NULL};
		bool complete = false;

		for (uint32_t at = 0; !complete; at = decoder.length) {
			const uint32_t more = at ? need / 4 + 4 : need;

			assert_true(at + more <= 2 * need + 64);
			assert_int_equal(weft__decoder_extend(&decoder,
			    sets.sketches[0].cells + at,
			    sets.sketches[1].cells + at, more), 0);
			assert_int_equal(
			    weft__decoder_run(&decoder, &complete), 0);
		}
		assert_found_all(&sets, &decoder);
		weft__decoder_fini(&decoder);
		free_sets(&sets);
	}
}

static void
decoder_run__needs_no_cells_for_what_both_have(void **state)
{
	struct sets sets = make_sets(3, 64, 200000, 3, 4);
	struct weft__decoder decoder = {NULL};
	bool complete;

	assert_int_equal(weft__decoder_extend(&decoder,
	    sets.sketches[0].cells, sets.sketches[1].cells, 40), 0);
	assert_int_equal(weft__decoder_run(&decoder, &complete), 0);
	assert_true(complete);
	assert_found_all(&sets, &decoder);
	weft__decoder_fini(&decoder);
	free_sets(&sets);
}

static void
decoder_run__of_too_few_cells_is_incomplete(void **state)
{
	struct sets sets = make_sets(4, 100, 0, 100, 100);
	struct weft__decoder decoder = {NULL};
	bool complete = true;

	assert_int_equal(weft__decoder_run(&decoder, &complete), 0);
	assert_false(complete);
	assert_int_equal(weft__decoder_extend(&decoder,
	    sets.sketches[0].cells, sets.sketches[1].cells, 100), 0);
	assert_int_equal(weft__decoder_run(&decoder, &complete), 0);
	assert_false(complete);
	weft__decoder_fini(&decoder);
	free_sets(&sets);
}

/* A symbol in one of its cells only: taking it out there puts it into all
 * others, from where it is put back.  Work must end, whatever cells say. */
static void
decoder_run__refuses_cells_of_no_sets(void **state)
{
	struct weft__sketch none = make_sketch(500);
	struct weft__sketch forged = make_sketch(500);
	struct weft__decoder decoder = {NULL};
	struct random random = {1};
	struct weft__symbol symbol = random_symbol(&random);
	bool complete = true;

	weft__sketch_add(&forged, &symbol);
	memset(forged.cells, 0, sizeof *forged.cells);
	assert_int_equal(weft__decoder_extend(
	    &decoder, forged.cells, none.cells, 500), 0);
	assert_int_equal(
	    weft__decoder_run(&decoder, &complete), WEFT_EINVAL);
	assert_false(complete);
	assert_int_equal(decoder.found_length, 500);
	weft__decoder_fini(&decoder);
	weft__sketch_fini(&forged);
	weft__sketch_fini(&none);
}

static void
decoder_extend__has_a_limit(void **state)
{
	struct weft__sketch sketch = make_sketch(WEFT_LIMIT_SKETCH_CELLS);
	struct weft__decoder decoder = {NULL};

	assert_int_equal(weft__decoder_extend(&decoder, sketch.cells,
	    sketch.cells, WEFT_LIMIT_SKETCH_CELLS - 1), 0);
	assert_int_equal(weft__decoder_extend(
	    &decoder, sketch.cells, sketch.cells, 2), WEFT_ELIMIT);
	assert_int_equal(weft__decoder_extend(
	    &decoder, sketch.cells, sketch.cells, 1), 0);
	weft__decoder_fini(&decoder);
	weft__sketch_fini(&sketch);
}

static void
estimate__is_near_the_truth(void **state)
{
	double worst = 0, sum = 0;

	for (uint64_t seed = 1; seed <= 50; seed++) {
		struct sets sets = make_sets(seed, 257, 1000, 700, 300);
		struct weft__decoder decoder = {NULL};
		double off;

		assert_int_equal(weft__decoder_extend(&decoder,
		    sets.sketches[0].cells, sets.sketches[1].cells, 257), 0);
		off = weft__decoder_estimate(&decoder) / 1000 - 1;
		sum += off;
		worst = fmax(worst, fabs(off));
		weft__decoder_fini(&decoder);
		free_sets(&sets);
	}
	assert_true(worst < 0.4);
	assert_true(fabs(sum / 50) < 0.05);
}

static void
estimate__is_never_below_the_surplus(void **state)
{
	static const int64_t as_expected[2] = {-66, -50};

	assert_true(weft__sketch_estimate(-100, as_expected, 2) == 100);
	assert_true(weft__sketch_estimate(7, NULL, 0) == 7);
}

/* A record that both have, or one side alone, whatever its id. */
static void
sums_single__finds_the_one_record(void **state)
{
	for (uint64_t seed = 1; seed <= 3000; seed++) {
		struct random random = {seed};
		struct sets sets = make_sets(seed, 8, 20, 0, 0);
		struct weft__symbol symbol = random_symbol(&random);
		uint64_t found = 0;

		if (seed % 10 == 0)
			symbol.id = seed % 20 ? 0 : UINT64_MAX;
		if (seed % 3 != 1)
			weft__sketch_add(&sets.sketches[0], &symbol);
		symbol.rev++;
		if (seed % 3 != 2)
			weft__sketch_add(&sets.sketches[1], &symbol);
		assert_true(weft__sums_single(&sets.sketches[0].sums,
		    &sets.sketches[1].sums, &found));
		assert_true(found == symbol.id);
		free_sets(&sets);
	}
}

static void
sums_single__is_false_unless_it_is_one(void **state)
{
	const struct weft__sums none = {{0}, 0};
	const struct weft__sums odd = {
	    {UINT32_MAX, UINT32_MAX, UINT32_MAX}, UINT32_C(4294967291)};
	uint64_t found;

	for (uint64_t seed = 1; seed <= 3000; seed++) {
		struct sets sets = make_sets(seed, 8, 20, seed % 4, seed % 3);
		bool one = sets.lengths[0] + sets.lengths[1] == 1;

		assert_int_equal(weft__sums_single(&sets.sketches[0].sums,
		    &sets.sketches[1].sums, &found), one);
		free_sets(&sets);
	}
	assert_false(weft__sums_single(&none, &none, &found));
	assert_false(weft__sums_single(&odd, &none, &found));
	assert_false(weft__sums_single(&none, &odd, &found));
}

static void
sketch_plan__sends_few_cells_and_none_if_too_much_differs(void **state)
{
	assert_int_equal(weft__sketch_plan(0, 1000000), 6);
	assert_int_equal(weft__sketch_plan(2, 1000000), 6);
	assert_true(weft__sketch_plan(200, 1000000) >
	    weft__sketch_need(200) / 2);
	assert_true(weft__sketch_plan(200, 1000000) < 200);
	assert_int_equal(weft__sketch_plan(501, 1000), 0);
	assert_int_equal(weft__sketch_plan(1e30, UINT64_MAX), 0);
	assert_int_equal(weft__sketch_need(1e30), WEFT_LIMIT_SKETCH_CELLS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sketch_add__puts_a_symbol_where_it_always_was),
	    cmocka_unit_test(sketch_remove__undoes_add),
	    cmocka_unit_test(sketch_add__fills_cells_as_expected),
	    cmocka_unit_test(sketch_cut__keeps_the_first_cells),
	    cmocka_unit_test(decoder_run__finds_any_difference),
	    cmocka_unit_test(decoder_run__needs_no_cells_for_what_both_have),
	    cmocka_unit_test(decoder_run__of_too_few_cells_is_incomplete),
	    cmocka_unit_test(decoder_run__refuses_cells_of_no_sets),
	    cmocka_unit_test(decoder_extend__has_a_limit),
	    cmocka_unit_test(estimate__is_near_the_truth),
	    cmocka_unit_test(estimate__is_never_below_the_surplus),
	    cmocka_unit_test(sums_single__finds_the_one_record),
	    cmocka_unit_test(sums_single__is_false_unless_it_is_one),
	    cmocka_unit_test(
		sketch_plan__sends_few_cells_and_none_if_too_much_differs),
	};

	return cmocka_run_group_tests_name("sketch", tests, NULL, NULL);
}
