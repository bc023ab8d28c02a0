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
static size_t
first_slot(const struct weft__oid_set *set, const struct weft__oid *oid)
{
	uint64_t key;

	memcpy(&key, oid->bytes, sizeof key);
	return (size_t)(key * set->multiplier >> (64 - set->bits));
}

/* The slot that has the hash, or the empty one where it belongs. */
static uint32_t *
find_slot(const struct weft__oid_set *set, const void *array, size_t stride,
    const struct weft__oid *oid)
{
	size_t mask = ((size_t)1 << set->bits) - 1;
	size_t slot = first_slot(set, oid);

	while (set->slots[slot] &&
	    !weft__oid_equal(
	        oid_at(array, stride, set->slots[slot] - 1), oid))
		slot = (slot + 1) & mask;
	return &set->slots[slot];
}

/* Twice the slots, or the first ones. */
static int
grow(struct weft__oid_set *set, const void *array, size_t stride)
{
	struct weft__oid_set larger = *set;
	size_t old = set->slots ? (size_t)1 << set->bits : 0;

	larger.bits = set->slots ? set->bits + 1 : FIRST_BITS;
	if (!set->slots)
		larger.multiplier = weft__hash_seeded("oid", 3) | 1;
	larger.slots = weft__calloc(
	    (size_t)1 << larger.bits, sizeof *larger.slots);
	if (!larger.slots)
		return WEFT_ENOMEM;
	for (size_t i = 0; i < old; i++)
		if (set->slots[i])
			*find_slot(&larger, array, stride,
			    oid_at(array, stride, set->slots[i] - 1)) =
			    set->slots[i];
	weft__free(set->slots);
	*set = larger;
	return 0;
}

int
weft__oid_set_add(struct weft__oid_set *set, const void *array, size_t stride,
    uint32_t index, uint32_t *same)
{
	uint32_t *slot;

	/* At most two thirds full. */
	if (!set->slots || set->count + set->count / 2 >= (size_t)1 << set->bits)
		if (grow(set, array, stride))
			return WEFT_ENOMEM;
	slot = find_slot(set, array, stride, oid_at(array, stride, index));
	if (!*slot) {
		*slot = index + 1;
		set->count++;
	}
	*same = *slot - 1;
	return 0;
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
