/*
 * Looking at a pack's index before libgit2 does.
 *
 * libgit2 (seen in 1.5.1) takes the offsets of an index as they are, and maps
 * memory beyond the end of the pack: a crash for one wrong bit.
 */
#ifndef CORE_STORE_PACK_CHECK_H
#define CORE_STORE_PACK_CHECK_H

#include "core/store/file.h"

/*
 * Whether the index (its name ends with ".idx") leads to no place outside its
 * pack, and to none outside itself.
 * Returns 0; WEFT_ENOTFOUND: there is no index; WEFT_EDAMAGED, also if there
 * is no pack; WEFT_EIO.  Cost: one pass over 4 bytes per object.
 */
WEFT_MUST_CHECK int weft__pack_check(const struct weft__directory *directory,
    const char *index, struct weft_error *error);

#endif
