/*
 * Random numbers that can be had again: a test prints its seed, and
 * WEFT_SEED=<seed> in the environment repeats it.
 */
#ifndef TESTS_LIB_RANDOM_H
#define TESTS_LIB_RANDOM_H

#include <stdint.h>
#include <stdlib.h>

struct random {
	uint64_t state;
};

/* The next number: splitmix64. */
static inline uint64_t
random_next(struct random *random)
{
	uint64_t mixed = random->state += UINT64_C(0x9e3779b97f4a7c15);

	mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
	return mixed ^ (mixed >> 31);
}

/* A number below 'bound', which is not 0. */
static inline uint64_t
random_below(struct random *random, uint64_t bound)
{
	return random_next(random) % bound;
}

/*
 * The seed of the environment as '*seed', or 'seed' as it was.  Returns
 * whether there is one: then it is the only one to be run.
 */
static inline int
random_seed_given(uint64_t *seed)
{
	const char *text = getenv("WEFT_SEED");

	if (text)
		*seed = strtoull(text, NULL, 0);
	return text != NULL;
}

#endif
