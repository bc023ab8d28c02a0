/*
 * Merging packs: their entries are copied as they are into one pack, and its
 * index is put together from theirs.
 *
 * Each entry's CRC is checked on the way, so that damage is never copied over
 * a sound pack, nor chosen where another pack has the object, too.
 */
#ifndef CORE_STORE_PACK_MERGE_H
#define CORE_STORE_PACK_MERGE_H

#include "core/store/pack_set.h"

/* One pack of a merge. */
struct weft__pack_part {
	const struct weft__pack_open *pack;
	const uint64_t *wanted; /* a bit for each place; NULL: all objects */
};

/* Whether the place is marked in a list of bits (NULL: all are). */
static inline bool
weft__pack_bit(const uint64_t *bits, uint32_t place)
{
	return !bits || bits[place / 64] >> place % 64 & 1;
}

/* Marks the place. */
static inline void
weft__pack_mark(uint64_t *bits, uint32_t place)
{
	bits[place / 64] |= (uint64_t)1 << place % 64;
}

/*
 * Writes the wanted objects of all parts, each once, into one pack of
 * 'directory', durable and visible, with a .keep file (see
 * core/store/pack.h).  '*hash' is its name: zero, and no pack, if nothing is
 * wanted.  It may be that of one of the parts: then that has all.
 *
 * Returns 0; WEFT_EDAMAGED: a CRC is wrong; WEFT_EUNSUPPORTED: a part has
 * deltas, '*odd' is its index; WEFT_ELIMIT: more than 2 GiB come together.
 * Cost: one pass over the bytes; memory 4 bytes per object and 8 bytes per
 * object of one part.
 */
WEFT_MUST_CHECK int weft__pack_merge(const struct weft__directory *directory,
    const struct weft__pack_part *parts, size_t length,
    struct weft__oid *hash, size_t *odd, struct weft_error *error);

#endif
