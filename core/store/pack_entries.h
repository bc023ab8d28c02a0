/*
 * The entries of a pack as they lie in it: what is copied into another pack.
 */
#ifndef CORE_STORE_PACK_ENTRIES_H
#define CORE_STORE_PACK_ENTRIES_H

#include "core/store/pack_set.h"

/* 'place' is the object's position in the index. */
typedef int weft__pack_entry_fn(
    uint32_t place, struct weft_slice entry, void *context);

/*
 * Calls 'each' with every entry, in the order in which they lie in the pack.
 * Returns 0; what 'each' returned; WEFT_EUNSUPPORTED ('error' untouched): the
 * pack is larger than any of ours; WEFT_ENOMEM.
 * Cost: 8 bytes of memory per object; nothing of the entries is read.
 */
WEFT_MUST_CHECK int weft__pack_each_entry(const struct weft__pack_open *pack,
    weft__pack_entry_fn *each, void *context, struct weft_error *error);

/*
 * Whether an entry can be copied as it is.
 * Returns 0; WEFT_EUNSUPPORTED ('error' untouched): it is a delta;
 * WEFT_EDAMAGED: its CRC is wrong.
 */
WEFT_MUST_CHECK int weft__pack_check_entry(
    const struct weft__directory *directory,
    const struct weft__pack_open *pack, uint32_t place,
    struct weft_slice entry, struct weft_error *error);

#endif
