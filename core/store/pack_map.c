#include "core/store/pack_map.h"

#include <errno.h>
#include <fcntl.h>
#include <libdeflate.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Sizes of an index of version 2, and of a pack without objects. */
#define FANOUT_AT 8
#define IDS_AT (FANOUT_AT + 256 * 4)
#define PER_OBJECT (WEFT__OID_SIZE + 4 + 4)
#define TRAILER_SIZE (20 + 20)
#define PACK_HEADER_SIZE 12
#define PACK_TRAILER_SIZE 20

static uint32_t
get_be32(const unsigned char *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
	    (uint32_t)at[2] << 8 | at[3];
}

/* How many ids begin with this byte or a lower one. */
static uint32_t
count_to(const struct weft__pack_map *map, unsigned byte)
{
	return get_be32(map->index + FANOUT_AT + (size_t)byte * 4);
}

/* Header, counts, and the size that follows from them. */
static bool
is_well_formed(struct weft__pack_map *map)
{
	uint32_t before = 0, count = 0;
	uint64_t least;

	if (map->index_size < IDS_AT + TRAILER_SIZE ||
	    memcmp(map->index, "\377tOc\0\0\0\2", FANOUT_AT) != 0)
		return false;
	for (unsigned i = 0; i < 256; i++, before = count) {
		count = count_to(map, i);
		if (count < before)
			return false;
	}
	map->count = count;
	least = IDS_AT + (uint64_t)count * PER_OBJECT + TRAILER_SIZE;
	if (map->index_size < least || (map->index_size - least) % 8 != 0)
		return false;
	map->large_count = (map->index_size - least) / 8;
	return true;
}

/* Where the object at a position begins in the pack; 0 if nowhere. */
static uint64_t
offset_of(const struct weft__pack_map *map, uint32_t position)
{
	const unsigned char *offsets =
	    map->index + IDS_AT + (size_t)map->count * (WEFT__OID_SIZE + 4);
	const unsigned char *large = offsets + (size_t)map->count * 4;
	uint64_t offset = get_be32(offsets + (size_t)position * 4);

	if (offset & 0x80000000) {
		offset &= 0x7fffffff;
		if (offset >= map->large_count)
			return 0;
		large += offset * 8;
		offset = (uint64_t)get_be32(large) << 32 | get_be32(large + 4);
	}
	return offset >= PACK_HEADER_SIZE &&
	        offset < map->pack_size - PACK_TRAILER_SIZE
	    ? offset
	    : 0;
}

static bool
has_good_offsets(const struct weft__pack_map *map)
{
	for (uint32_t i = 0; i < map->count; i++)
		if (!offset_of(map, i))
			return false;
	return true;
}

/* Maps a file; NULL data if it is empty, or no file. */
static int
map_file(const struct weft__directory *directory, const char *name,
    const unsigned char **data, size_t *size, struct weft_error *error)
{
	struct stat status;
	void *map = MAP_FAILED;
	int code = 0, fd = openat(directory->fd, name,
	                  O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	*data = NULL;
	*size = 0;
	if (fd < 0)
		return weft__file_error(directory, name, "open", error);
	if (fstat(fd, &status)) {
		code = weft__file_error(directory, name, "read", error);
	} else if (S_ISREG(status.st_mode) && status.st_size > 0) {
		map = mmap(NULL, (size_t)status.st_size, PROT_READ,
		    MAP_SHARED, fd, 0);
		if (map == MAP_FAILED)
			code = weft__file_error(
			    directory, name, "map", error);
	}
	close(fd);
	if (map != MAP_FAILED) {
		*data = map;
		*size = (size_t)status.st_size;
	}
	return code;
}

/* Both files; a pack that is not there makes its index a damaged one. */
static int
map_both(struct weft__pack_map *map, const struct weft__directory *directory,
    const char *name, struct weft_error *error)
{
	char pack[512];
	int code = map_file(
	    directory, name, &map->index, &map->index_size, error);

	if (code)
		return code;
	snprintf(pack, sizeof pack, "%.*s.pack",
	    (int)(strlen(name) - strlen(".idx")), name);
	code = map_file(directory, pack, &map->pack, &map->pack_size, error);
	return code == WEFT_ENOTFOUND ? 0 : code;
}

int
weft__pack_map_open(struct weft__pack_map *map,
    const struct weft__directory *directory, const char *name,
    struct weft_error *error)
{
	int code;

	*map = (struct weft__pack_map){NULL};
	code = map_both(map, directory, name, error);
	if (!code &&
	    (map->pack_size <= PACK_HEADER_SIZE + PACK_TRAILER_SIZE ||
	        !is_well_formed(map) || !has_good_offsets(map)))
		code = weft_error_set(error, WEFT_EDAMAGED,
		    "%s/%s does not fit its pack", directory->path, name);
	if (code)
		weft__pack_map_close(map);
	return code;
}

void
weft__pack_map_close(struct weft__pack_map *map)
{
	if (map->index)
		munmap((void *)map->index, map->index_size);
	if (map->pack)
		munmap((void *)map->pack, map->pack_size);
	*map = (struct weft__pack_map){NULL};
}

const struct weft__oid *
weft__pack_map_id(const struct weft__pack_map *map, uint32_t position)
{
	return (const void *)(map->index + IDS_AT +
	    (size_t)position * WEFT__OID_SIZE);
}

uint32_t
weft__pack_map_crc(const struct weft__pack_map *map, uint32_t position)
{
	return get_be32(map->index + IDS_AT +
	    (size_t)map->count * WEFT__OID_SIZE + (size_t)position * 4);
}

static bool
is_below(const struct weft__pack_map *map, uint32_t position,
    const unsigned char *bytes, size_t size)
{
	return memcmp(weft__pack_map_id(map, position), bytes, size) < 0;
}

/* The distance from the guess at first: some ids in the same cache line. */
#define FIRST_STEP 8

/*
 * Ids are spread evenly, so that the next bytes tell about where one is: the
 * limits are drawn together from there.  Halving the whole range would touch
 * three times as much memory that is not in the cache.
 */
static void
guess(const struct weft__pack_map *map, const unsigned char *bytes,
    size_t size, uint32_t *low, uint32_t *high)
{
	uint64_t fraction = (uint64_t)bytes[1] << 8 | bytes[2];
	uint32_t at = *low + (uint32_t)((*high - *low) * fraction >> 16);
	uint32_t step = FIRST_STEP;

	if (is_below(map, at, bytes, size)) {
		for (*low = at + 1; *high - *low > step; step *= 2) {
			if (!is_below(map, *low + step, bytes, size)) {
				*high = *low + step;
				break;
			}
			*low += step + 1;
		}
		return;
	}
	for (*high = at; *high - *low > step; step *= 2) {
		if (is_below(map, *high - step, bytes, size)) {
			*low = *high - step + 1;
			break;
		}
		*high -= step;
	}
}

uint32_t
weft__pack_map_lower(const struct weft__pack_map *map,
    const unsigned char *bytes, size_t size)
{
	uint32_t low = bytes[0] ? count_to(map, bytes[0] - 1u) : 0;
	uint32_t high = count_to(map, bytes[0]);

	if (high - low > FIRST_STEP)
		guess(map, bytes, size, &low, &high);
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (is_below(map, middle, bytes, size))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool
weft__pack_map_find(const struct weft__pack_map *map,
    const struct weft__oid *oid, uint32_t *position)
{
	*position = weft__pack_map_lower(map, oid->bytes, WEFT__OID_SIZE);
	return *position < map->count &&
	    weft__oid_equal(weft__pack_map_id(map, *position), oid);
}

/* Takes type and size of an entry; where its data begins, or NULL. */
static const unsigned char *
take_header(const unsigned char *at, const unsigned char *end,
    unsigned *type, uint64_t *size)
{
	unsigned shift = 4;

	*type = *at >> 4 & 7;
	*size = *at & 15;
	while (*at++ & 128) {
		if (at == end || shift > 32)
			return NULL;
		*size |= (uint64_t)(*at & 127) << shift;
		shift += 7;
	}
	return at;
}

/* zlib's two bytes, then those before a stored block, which is the last. */
#define BLOCK_HEADER_SIZE 7
#define CHECKSUM_SIZE 4

bool
weft__pack_map_stored(const struct weft__pack_map *map, uint32_t position,
    enum weft__object_type *type, struct weft_slice *content)
{
	const unsigned char *end =
	    map->pack + map->pack_size - PACK_TRAILER_SIZE;
	const unsigned char *at = map->pack + offset_of(map, position);
	unsigned number;
	uint64_t size;

	at = take_header(at, end, &number, &size);
	if (!at || number < WEFT__OBJECT_COMMIT ||
	    number > WEFT__OBJECT_BLOB ||
	    (uint64_t)(end - at) <
	        BLOCK_HEADER_SIZE + size + CHECKSUM_SIZE ||
	    at[0] != 0x78 || at[1] != 0x01 || at[2] != 0x01 ||
	    (at[3] | (unsigned)at[4] << 8) != size ||
	    (at[5] | (unsigned)at[6] << 8) != (size ^ 0xffff))
		return false;
	at += BLOCK_HEADER_SIZE;
	*type = (enum weft__object_type)number;
	*content = weft_slice_of((const char *)at, (size_t)size);
	return libdeflate_adler32(1, at, (size_t)size) == get_be32(at + size);
}

uint64_t
weft__pack_map_offset(const struct weft__pack_map *map, uint32_t position)
{
	return offset_of(map, position);
}

bool
weft__pack_map_head(const struct weft__pack_map *map, uint64_t offset,
    struct weft__pack_head *head)
{
	uint64_t end = map->pack_size - PACK_TRAILER_SIZE;

	if (offset < PACK_HEADER_SIZE || offset >= end)
		return false;
	head->offset = offset;
	head->end = map->pack + end;
	head->data = take_header(
	    map->pack + offset, head->end, &head->type, &head->size);
	return head->data != NULL;
}

bool
weft__pack_map_is_sorted(const struct weft__pack_map *map)
{
	for (uint32_t i = 1; i < map->count; i++)
		if (memcmp(weft__pack_map_id(map, i - 1),
		        weft__pack_map_id(map, i), WEFT__OID_SIZE) >= 0)
			return false;
	return true;
}
