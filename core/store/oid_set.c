#include "core/store/oid_set.h"

#include <weft/error.h>

#include "core/base/alloc.h"
#include "core/base/map.h"

#define FIRST_BITS 6

static const struct weft__oid *
oid_at(const void *array, size_t stride, uint32_t index)
{
	return (const void *)((const char *)array + stride * index);
}

/*
 * Hashes are uniform unless somebody searched for ones that are not; a random
 * odd factor makes that search useless at the price of a multiplication.
 */
static uint32_t
mix(const struct weft__oid_set *set, const struct weft__oid *oid)
{
	uint64_t key;

	memcpy(&key, oid->bytes, sizeof key);
	return (uint32_t)(key * set->multiplier >> 32);
}

/*
 * A slot has 32 bits of the mixed hash beside the index: those place it, so
 * that growing does not look at the array, nor does a look at a slot that has
 * another hash, but once in 2^32.
 */
static uint64_t
make_slot(uint32_t mixed, uint32_t index)
{
	return (uint64_t)mixed << 32 | (index + 1);
}

static uint32_t
index_of(uint64_t slot)
{
	return (uint32_t)slot - 1;
}

static size_t
place_of(const struct weft__oid_set *set, uint32_t mixed)
{
	return mixed >> (32 - set->bits);
}

/* The slot that has the hash, or the empty one where it belongs. */
static uint64_t *
find_slot(const struct weft__oid_set *set, const void *array, size_t stride,
    uint32_t mixed, const struct weft__oid *oid)
{
	size_t mask = ((size_t)1 << set->bits) - 1;
	size_t place = place_of(set, mixed);
	uint64_t *slot = &set->slots[place];

	while (*slot && (*slot >> 32 != mixed ||
	        !weft__oid_equal(
	            oid_at(array, stride, index_of(*slot)), oid))) {
		place = (place + 1) & mask;
		slot = &set->slots[place];
	}
	return slot;
}

/* Puts back a slot of the smaller table. */
static void
move_slot(struct weft__oid_set *set, uint64_t slot)
{
	size_t mask = ((size_t)1 << set->bits) - 1;
	size_t place = place_of(set, (uint32_t)(slot >> 32));

	while (set->slots[place])
		place = (place + 1) & mask;
	set->slots[place] = slot;
}

/* So many empty slots; large tables in large pages, all of them. */
static uint64_t *
make_slots(unsigned bits)
{
	size_t size = sizeof(uint64_t) << bits;
	uint64_t *slots;

	if (size < WEFT__LARGE_PAGE)
		return weft__calloc(1, size);
	slots = weft__malloc_large(size);
	if (slots)
		memset(slots, 0, size);
	return slots;
}

/* Twice the slots, or the first ones. */
static int
grow(struct weft__oid_set *set)
{
	struct weft__oid_set larger = *set;
	size_t old = set->slots ? (size_t)1 << set->bits : 0;

	larger.bits = set->slots ? set->bits + 1 : FIRST_BITS;
	if (!set->slots)
		larger.multiplier = weft__hash_seeded("oid", 3) | 1;
	larger.slots = make_slots(larger.bits);
	if (!larger.slots)
		return WEFT_ENOMEM;
	for (size_t i = 0; i < old; i++)
		if (set->slots[i])
			move_slot(&larger, set->slots[i]);
	weft__free(set->slots);
	*set = larger;
	return 0;
}

int
weft__oid_set_add(struct weft__oid_set *set, const void *array, size_t stride,
    uint32_t index, uint32_t *same)
{
	const struct weft__oid *oid = oid_at(array, stride, index);
	uint64_t *slot;
	uint32_t mixed;

	/* At most two thirds full. */
	if (!set->slots ||
	    set->count + set->count / 2 >= (size_t)1 << set->bits)
		if (grow(set))
			return WEFT_ENOMEM;
	mixed = mix(set, oid);
	slot = find_slot(set, array, stride, mixed, oid);
	if (!*slot) {
		*slot = make_slot(mixed, index);
		set->count++;
	}
	*same = index_of(*slot);
	return 0;
}

void
weft__oid_set_prefetch(
    const struct weft__oid_set *set, const struct weft__oid *oid)
{
	if (set->slots)
		__builtin_prefetch(&set->slots[place_of(set, mix(set, oid))]);
}

void
weft__oid_set_clear(struct weft__oid_set *set)
{
	if (set->slots)
		memset(set->slots, 0, sizeof *set->slots << set->bits);
	set->count = 0;
}

void
weft__oid_set_fini(struct weft__oid_set *set)
{
	weft__free(set->slots);
	*set = (struct weft__oid_set){NULL};
}
