#include "core/repl/sketch.h"

#include <math.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"

/* What is sent at first, if few symbols differ.  The estimate of one record
 * that changed, two symbols, is nearly never above this. */
#define FIRST_CELLS 6
#define FEW 5

/* Of sums: the largest prime below 2^32, and the bits of a part of an id; the
 * last one has what is left. */
#define PRIME UINT32_C(4294967291)
#define PART_BITS 22
#define LAST_BITS (64 - (WEFT__SKETCH_PARTS - 1) * PART_BITS)

/*
 * Where symbols go
 */

static uint64_t
mix(uint64_t value)
{
	value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
	return value ^ value >> 31;
}

/*
 * Not keyed: both sides must agree on it before they meet.  Whoever can make
 * records with equal hashes can make a decoding fail; the trie is then
 * descended instead.
 */
static uint64_t
hash_symbol(const struct weft__symbol *symbol)
{
	return mix(mix(symbol->id) + symbol->rev);
}

static uint32_t
check_of(uint64_t hash)
{
	return (uint32_t)hash;
}

/* A symbol's way along the row: it is in cell 'index'. */
struct way {
	uint64_t state;
	uint64_t index;
};

static struct way
way_start(uint64_t hash)
{
	return (struct way){.state = hash, .index = 0};
}

/*
 * Goes on to the next cell.  A symbol is in cell i with the probability
 * 2 / (i + 2), so it passes over all cells from i + 1 to j with
 * (i + 1) (i + 2) / ((j + 1) (j + 2)); a random number u says which j is next:
 * the first where this is below u.
 *
 * Each operation on doubles is exact, or rounded as IEEE 754 says, and none
 * can be fused with another: every machine comes to the same cells.
 */
static void
way_next(struct way *way)
{
	double u, product, past;

	way->state += UINT64_C(0x9e3779b97f4a7c15);
	u = (double)((mix(way->state) >> 32) + 1) / 4294967296.0;
	product = (double)((way->index + 1) * (way->index + 2)) / u;
	past = sqrt(product + 0.25) - 1.5;
	way->index = past < WEFT_LIMIT_SKETCH_CELLS ?
	    (uint64_t)past + 1 : UINT64_MAX;
}

/*
 * Sketches
 */

int
weft__sketch_init(struct weft__sketch *sketch, uint32_t length)
{
	*sketch = (struct weft__sketch){
	    .cells = weft__calloc(length, sizeof *sketch->cells)};
	sketch->length = sketch->cells ? length : 0;
	return sketch->cells ? 0 : WEFT_ENOMEM;
}

void
weft__sketch_fini(struct weft__sketch *sketch)
{
	weft__free(sketch->cells);
	*sketch = (struct weft__sketch){.cells = NULL};
}

void
weft__sketch_cut(struct weft__sketch *sketch, uint32_t length)
{
	struct weft__cell *cells =
	    weft__realloc(sketch->cells, length * sizeof *cells);

	if (cells)
		sketch->cells = cells;
	sketch->length = length;
}

/* Adds the symbol 'sign' times (1 or -1) to its cells from 'first' on. */
static void
apply(struct weft__cell *cells, uint64_t first, uint64_t length,
    const struct weft__symbol *symbol, uint32_t sign)
{
	const uint64_t hash = hash_symbol(symbol);

	for (struct way way = way_start(hash); way.index < length;
	     way_next(&way)) {
		struct weft__cell *cell = &cells[way.index];

		if (way.index < first)
			continue;
		cell->id ^= symbol->id;
		cell->rev ^= symbol->rev;
		cell->check ^= check_of(hash);
		cell->count += sign;
	}
}

/*
 * Sums
 */

/* a + b * c */
static uint32_t
add_product(uint32_t a, uint32_t b, uint32_t c)
{
	return (uint32_t)((a + (uint64_t)b * c) % PRIME);
}

/* The check is of the hash's other half. */
static uint32_t
weight_of(const struct weft__symbol *symbol)
{
	return (uint32_t)((hash_symbol(symbol) >> 32) % PRIME);
}

static void
add_to_sums(struct weft__sums *sums, uint64_t id, uint32_t weight)
{
	for (int i = 0; i < WEFT__SKETCH_PARTS; i++) {
		const uint64_t part = id >> i * PART_BITS;

		sums->parts[i] = add_product(sums->parts[i], weight,
		    (uint32_t)(part & ((1u << PART_BITS) - 1)));
	}
	sums->weight = add_product(sums->weight, weight, 1);
}

/* a - b, whatever a peer says that they are */
static uint32_t
subtract(uint32_t a, uint32_t b)
{
	return (uint32_t)((a + 2 * (uint64_t)PRIME - b) % PRIME);
}

/* 1 / a, as Fermat says; 0 for 0. */
static uint32_t
invert(uint32_t a)
{
	uint32_t inverse = 1;

	for (uint32_t bits = PRIME - 2; bits; bits >>= 1) {
		if (bits & 1)
			inverse = add_product(0, inverse, a);
		a = add_product(0, a, a);
	}
	return inverse;
}

/* Symbols of one id have sums of parts that are its parts times the sum of
 * their weights. */
bool
weft__sums_single(const struct weft__sums *a, const struct weft__sums *b,
    uint64_t *id)
{
	const uint32_t weight = subtract(a->weight, b->weight);
	const uint32_t inverse = invert(weight);
	unsigned bits = LAST_BITS;

	*id = 0;
	for (int i = WEFT__SKETCH_PARTS - 1; i >= 0; i--) {
		const uint32_t part = add_product(
		    0, subtract(a->parts[i], b->parts[i]), inverse);

		if (part >> bits)
			return false;
		*id = *id << bits | part;
		bits = PART_BITS;
	}
	return weight != 0;
}

void
weft__sketch_add(struct weft__sketch *sketch, const struct weft__symbol *symbol)
{
	apply(sketch->cells, 0, sketch->length, symbol, 1);
	add_to_sums(&sketch->sums, symbol->id, weight_of(symbol));
}

void
weft__sketch_remove(
    struct weft__sketch *sketch, const struct weft__symbol *symbol)
{
	apply(sketch->cells, 0, sketch->length, symbol, UINT32_MAX);
	add_to_sums(&sketch->sums, symbol->id, PRIME - weight_of(symbol));
}

uint64_t
weft__sketch_expect(uint64_t count, uint32_t index)
{
	const uint64_t divisor = (uint64_t)index + 2;

	/* 2 * count / divisor, but for counts that peers make up. */
	return count / divisor * 2 + count % divisor * 2 / divisor;
}

/*
 * Each symbol that differs is in a cell or not, by itself, with the
 * probability p: the difference of the counts has the mean surplus * p, and
 * the variance differences * p * (1 - p).  So this is the number of
 * differences, on average.
 */
static double
guess(double surplus, uint32_t index, double difference)
{
	const double p = 2 / ((double)index + 2);
	const double off = difference - surplus * p;

	return off * off / (p * (1 - p));
}

double
weft__sketch_estimate(
    int64_t surplus, const int64_t *differences, uint32_t length)
{
	double sum = 0;

	for (uint32_t i = 0; i < length; i++)
		sum += guess((double)surplus, i + 1, (double)differences[i]);
	if (length)
		sum /= length;
	return fmax(sum, fabs((double)surplus));
}

uint32_t
weft__sketch_need(double differences)
{
	const double cells = 1.35 * differences + 3 * sqrt(differences) + 4;

	return cells < WEFT_LIMIT_SKETCH_CELLS ? (uint32_t)cells
					       : WEFT_LIMIT_SKETCH_CELLS;
}

uint32_t
weft__sketch_plan(double differences, uint64_t count)
{
	const uint32_t need = weft__sketch_need(differences);

	/* 30 bytes for a difference, or 17 for each record in a descent. */
	if (need == WEFT_LIMIT_SKETCH_CELLS || differences > (double)count / 2)
		return 0;
	if (differences <= FEW)
		return FIRST_CELLS;
	return need * 3 / 5 > FIRST_CELLS ? need * 3 / 5 : FIRST_CELLS;
}

/*
 * Decoding
 */

void
weft__decoder_fini(struct weft__decoder *decoder)
{
	weft__free(decoder->cells);
	weft__free(decoder->found);
	*decoder = (struct weft__decoder){.cells = NULL};
}

int
weft__decoder_extend(struct weft__decoder *decoder, const struct weft__cell *a,
    const struct weft__cell *b, uint32_t length)
{
	const uint32_t before = decoder->length;

	if (length > WEFT_LIMIT_SKETCH_CELLS - before)
		return WEFT_ELIMIT;
	if (!weft__grow(&decoder->cells, &decoder->capacity, before + length,
		sizeof *decoder->cells))
		return WEFT_ENOMEM;
	for (uint32_t i = 0; i < length; i++)
		decoder->cells[before + i] = (struct weft__cell){
		    .id = a[i].id ^ b[i].id,
		    .rev = a[i].rev ^ b[i].rev,
		    .check = a[i].check ^ b[i].check,
		    .count = a[i].count - b[i].count,
		};
	decoder->length += length;
	for (size_t i = 0; i < decoder->found_length; i++)
		apply(decoder->cells, before, decoder->length,
		    &decoder->found[i].symbol,
		    decoder->found[i].in_b ? 1 : UINT32_MAX);
	return 0;
}

/* Whether the cell holds one symbol alone. */
static bool
is_single(const struct weft__decoder *decoder, uint32_t index,
    struct weft__symbol *symbol)
{
	const struct weft__cell *cell = &decoder->cells[index];
	struct way way;
	uint64_t hash;

	if (cell->count != 1 && cell->count != UINT32_MAX)
		return false;
	*symbol = (struct weft__symbol){cell->id, cell->rev};
	hash = hash_symbol(symbol);
	if (cell->check != check_of(hash))
		return false;
	for (way = way_start(hash); way.index < index;)
		way_next(&way);
	return way.index == index;
}

static int
take(struct weft__decoder *decoder, const struct weft__symbol *symbol,
    bool in_b)
{
	/* More symbols than cells never come of two sets. */
	if (decoder->found_length == decoder->length)
		return WEFT_EINVAL;
	if (!weft__grow(&decoder->found, &decoder->found_capacity,
		decoder->found_length + 1, sizeof *decoder->found))
		return WEFT_ENOMEM;
	decoder->found[decoder->found_length++] =
	    (struct weft__difference){*symbol, in_b};
	apply(decoder->cells, 0, decoder->length, symbol,
	    in_b ? 1 : UINT32_MAX);
	return 0;
}

static bool
is_empty(const struct weft__decoder *decoder)
{
	static const struct weft__cell empty;

	for (uint32_t i = 0; i < decoder->length; i++)
		if (memcmp(&decoder->cells[i], &empty, sizeof empty) != 0)
			return false;
	return decoder->length > 0;
}

/* Later cells have fewer symbols: what is alone there makes others alone
 * before them, so that few passes are needed. */
int
weft__decoder_run(struct weft__decoder *decoder, bool *complete)
{
	struct weft__symbol symbol;
	size_t before;
	int code = 0;

	do {
		before = decoder->found_length;
		for (uint32_t i = decoder->length; i-- > 0 && !code;)
			if (is_single(decoder, i, &symbol))
				code = take(decoder, &symbol,
				    decoder->cells[i].count != 1);
	} while (!code && decoder->found_length > before);
	*complete = !code && is_empty(decoder);
	return code;
}

double
weft__decoder_estimate(const struct weft__decoder *decoder)
{
	const struct weft__cell *cells = decoder->cells;
	const double surplus = decoder->length ? (int32_t)cells[0].count : 0;
	double sum = 0;

	for (uint32_t i = 1; i < decoder->length; i++)
		sum += guess(surplus, i, (int32_t)cells[i].count);
	if (decoder->length > 1)
		sum /= decoder->length - 1;
	return fmax(sum, fabs(surplus)) + (double)decoder->found_length;
}
