/*
 * Packs as an attacker makes them: entries of any bytes, with an index that
 * names them as it likes, and checksums that are right.
 */
#ifndef TESTS_LIB_FORGED_PACK_H
#define TESTS_LIB_FORGED_PACK_H

#include <weft/buf.h>

#include "core/base/hash.h"

/* Types of entries beside those of weft__object_type. */
enum { FORGED_TAG = 4, FORGED_OFFSET_DELTA = 6, FORGED_REF_DELTA = 7 };

#define FORGED_MOST 6000 /* entries */

struct forged_pack {
	struct weft_buf bytes; /* of the pack, so far */
	struct {
		struct weft__oid oid;
		uint32_t offset;
	} entries[FORGED_MOST];
	size_t count;
};

void forged_pack_init(struct forged_pack *pack);
void forged_pack_fini(struct forged_pack *pack);

/* Begins an entry that the index names 'oid': its type and declared size. */
void forged_pack_entry(struct forged_pack *pack, const struct weft__oid *oid,
    unsigned type, uint64_t size);

/* What follows the header of an offset delta: the way back to its base. */
void forged_pack_distance(struct forged_pack *pack, uint64_t distance);

/* Appends bytes as they are, or deflated. */
void forged_pack_raw(struct forged_pack *pack, const void *data, size_t size);
void forged_pack_deflated(
    struct forged_pack *pack, const void *data, size_t size);

/* Appends a deflated run of zeros of any length. */
void forged_pack_zeros(struct forged_pack *pack, uint64_t size);

/* Where the next entry will begin. */
uint64_t forged_pack_offset(const struct forged_pack *pack);

/* Writes pack and index into a repository's objects/pack. */
void forged_pack_write(struct forged_pack *pack, const char *repository);

#endif
