/*
 * Reading one pack: its index, and those of its entries that are written as
 * weft writes them, in the place where they lie in memory.
 *
 * All that is read is checked against the sizes of the files first: a wrong
 * bit leads to a wrong answer at most, never outside.  (libgit2 1.5.1 takes the
 * offsets of an index as they are, so it gets only packs that are open here.)
 */
#ifndef CORE_STORE_PACK_MAP_H
#define CORE_STORE_PACK_MAP_H

#include "core/base/hash.h"
#include "core/store/file.h"
#include "core/store/objects.h"

struct weft__pack_map {
	const unsigned char *index;
	size_t index_size;
	const unsigned char *pack;
	size_t pack_size;
	uint32_t count;       /* of objects */
	uint64_t large_count; /* of offsets with 64 bits */
};

/*
 * Maps the index 'name' (it ends with ".idx") and its pack into memory.
 * Returns 0; WEFT_ENOTFOUND: there is no index; WEFT_EDAMAGED: it leads
 * outside its pack or itself, or there is no pack; WEFT_EIO, WEFT_ENOMEM.
 * Cost: one pass over 4 bytes per object.
 */
WEFT_MUST_CHECK int weft__pack_map_open(struct weft__pack_map *map,
    const struct weft__directory *directory, const char *name,
    struct weft_error *error);
void weft__pack_map_close(struct weft__pack_map *map);

/*
 * The position of the first id that is not below these (at least 3) bytes, or
 * 'count'.
 */
uint32_t weft__pack_map_lower(const struct weft__pack_map *map,
    const unsigned char *bytes, size_t size);

/* The id at a position below 'count'. */
const struct weft__oid *weft__pack_map_id(
    const struct weft__pack_map *map, uint32_t position);

/* Finds an object's position; false: it is not in this pack. */
bool weft__pack_map_find(const struct weft__pack_map *map,
    const struct weft__oid *oid, uint32_t *position);

/*
 * The object at a position, if it is one stored block whose checksum is right
 * (otherwise false, and somebody who knows more must read it); the content is
 * valid until the map is closed.
 */
bool weft__pack_map_stored(const struct weft__pack_map *map,
    uint32_t position, enum weft__object_type *type,
    struct weft_slice *content);

/* The first bytes of an entry. */
struct weft__pack_head {
	unsigned type;             /* 1 to 3: an object; 6, 7: a delta */
	uint64_t size;             /* declared, of what is deflated */
	uint64_t offset;           /* in the pack */
	const unsigned char *data; /* what follows, */
	const unsigned char *end;  /* and where the pack's entries end */
};

/* The CRC-32 that the entry at a position had when it was written. */
uint32_t weft__pack_map_crc(
    const struct weft__pack_map *map, uint32_t position);

/* Where the entry at a position begins in the pack. */
uint64_t weft__pack_map_offset(
    const struct weft__pack_map *map, uint32_t position);

/* Reads the head of what is at an offset of the pack; false: there is none. */
bool weft__pack_map_head(const struct weft__pack_map *map, uint64_t offset,
    struct weft__pack_head *head);

/* Whether all ids rise from one to the next.  Cost: a pass over them. */
bool weft__pack_map_is_sorted(const struct weft__pack_map *map);

#endif
