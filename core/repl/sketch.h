/*
 * A rateless invertible Bloom lookup table (Yang, Gilad, Alizadeh 2024): two
 * sides send each other a prefix of an endless row of cells; the difference of
 * the two prefixes gives the elements that only one side has, once they are
 * about 1.4 cells for each of these.  What both have takes no cells.
 *
 * The elements are symbols: the first 8 bytes of the SHA-1 of a record's id,
 * and the first 8 of its blob's name.  So a symbol says where in the trie its
 * record is.  Two records with the same symbol (by chance: never; on purpose:
 * some 2^33 hashes) make a decoding fail or pass over both: it is for whoever
 * uses the result to compare roots afterwards.
 *
 * Where a symbol goes is the same for all sides and for ever: it is part of
 * the wire form (docs/reconciliation.md).  Pure code; any thread.
 */
#ifndef CORE_REPL_SKETCH_H
#define CORE_REPL_SKETCH_H

#include <weft/error.h>

#include "core/base/symbol.h"

struct weft__cell {
	uint64_t id;    /* exclusive or over the symbols in it */
	uint64_t rev;
	uint32_t check; /* of a hash of each */
	uint32_t count; /* of symbols, modulo 2^32 */
};

/* Sums over a set, modulo a prime: of each symbol's weight, and of the weight
 * times each part of its id. */
#define WEFT__SKETCH_PARTS 3
struct weft__sums {
	uint32_t parts[WEFT__SKETCH_PARTS];
	uint32_t weight;
};

/* The first cells of a set's sketch, and its sums. */
struct weft__sketch {
	struct weft__cell *cells;
	uint32_t length;
	struct weft__sums sums;
};

/* The sketch of the empty set.  Returns 0 or WEFT_ENOMEM. */
WEFT_MUST_CHECK int weft__sketch_init(
    struct weft__sketch *sketch, uint32_t length);
void weft__sketch_fini(struct weft__sketch *sketch);

/* Drops all cells but the first 'length', of which there are as many. */
void weft__sketch_cut(struct weft__sketch *sketch, uint32_t length);

/*
 * Adds a symbol, or takes it out again.
 * Cost: about 2 ln(length) cells, 0.2 us for 4096.
 */
void weft__sketch_add(
    struct weft__sketch *sketch, const struct weft__symbol *symbol);
void weft__sketch_remove(
    struct weft__sketch *sketch, const struct weft__symbol *symbol);

/*
 * Whether all symbols that differ between two sets are of one id, which is
 * told: that of a record that one side changed, or has alone.  This takes
 * less than the cells of two symbols, and is never in vain.  Of other sets it
 * is wrongly true in one of 2^32.
 */
bool weft__sums_single(const struct weft__sums *a, const struct weft__sums *b,
    uint64_t *id);

/* How many of 'count' symbols are in cell 'index', on average. */
uint64_t weft__sketch_expect(uint64_t count, uint32_t index);

/*
 * About how many symbols differ between two sets, one of which has 'surplus'
 * symbols more, by the differences of the counts of cells 1 to 'length'.
 * The relative error is about sqrt(2 / length).
 */
double weft__sketch_estimate(
    int64_t surplus, const int64_t *differences, uint32_t length);

/* How many cells decode so many differences, 19 times of 20; at most
 * WEFT_LIMIT_SKETCH_CELLS. */
uint32_t weft__sketch_need(double differences);

/*
 * How many cells to send at first to somebody who differs in about so many of
 * 'count' symbols: enough for very few differences, and for many so few that
 * an estimate which is too high costs nothing.  0: too many for a sketch.
 */
uint32_t weft__sketch_plan(double differences, uint64_t count);

/* A symbol that only one side has. */
struct weft__difference {
	struct weft__symbol symbol;
	bool in_b; /* else in a */
};

/* The difference of two prefixes, being taken apart. */
struct weft__decoder {
	struct weft__cell *cells; /* of a, less b, less what was found */
	uint32_t length;
	size_t capacity;
	struct weft__difference *found;
	size_t found_length, found_capacity;
};

/* Zero-initialised is an empty decoder. */
void weft__decoder_fini(struct weft__decoder *decoder);

/*
 * Takes in the next cells of both sides, in the order of the row.
 * Returns 0 or WEFT_ENOMEM; WEFT_ELIMIT beyond WEFT_LIMIT_SKETCH_CELLS.
 */
WEFT_MUST_CHECK int weft__decoder_extend(struct weft__decoder *decoder,
    const struct weft__cell *a, const struct weft__cell *b, uint32_t length);

/*
 * Finds what the cells so far give.  '*complete' tells that nothing is left
 * in them: 'found' is then the whole difference.
 * Returns 0; WEFT_EINVAL: these are no cells of two sets; WEFT_ENOMEM.
 * Cost: O(length log length), whatever the cells hold.
 */
WEFT_MUST_CHECK int weft__decoder_run(
    struct weft__decoder *decoder, bool *complete);

/* About how many symbols differ in all, those found included. */
double weft__decoder_estimate(const struct weft__decoder *decoder);

#endif
