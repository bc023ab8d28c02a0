#include "core/store/pack_check.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Sizes of an index of version 2, and of a pack without objects. */
#define FANOUT_AT 8
#define IDS_AT (FANOUT_AT + 256 * 4)
#define PER_OBJECT (20 + 4 + 4)
#define TRAILER_SIZE (20 + 20)
#define PACK_HEADER_SIZE 12
#define PACK_TRAILER_SIZE 20

struct index {
	const unsigned char *data;
	uint64_t size;
	uint64_t count;
	uint64_t large_count; /* offsets of 64 bits */
	uint64_t pack_size;
};

static uint32_t
get_be32(const unsigned char *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
	    (uint32_t)at[2] << 8 | at[3];
}

/* Header, counts, and the size that follows from them. */
static bool
is_well_formed(struct index *index)
{
	uint32_t before = 0, count = 0;
	uint64_t least;

	if (index->size < IDS_AT + TRAILER_SIZE ||
	    memcmp(index->data, "\377tOc\0\0\0\2", FANOUT_AT) != 0)
		return false;
	for (unsigned i = 0; i < 256; i++, before = count) {
		count = get_be32(index->data + FANOUT_AT + (size_t)i * 4);
		if (count < before)
			return false;
	}
	index->count = count;
	least = IDS_AT + index->count * PER_OBJECT + TRAILER_SIZE;
	if (index->size < least || (index->size - least) % 8 != 0)
		return false;
	index->large_count = (index->size - least) / 8;
	return true;
}

static bool
is_inside(const struct index *index, uint64_t offset)
{
	return offset >= PACK_HEADER_SIZE &&
	    offset < index->pack_size - PACK_TRAILER_SIZE;
}

static bool
has_good_offsets(const struct index *index)
{
	const unsigned char *offsets =
	    index->data + IDS_AT + index->count * (20 + 4);
	const unsigned char *large = offsets + index->count * 4;

	for (uint64_t i = 0; i < index->count; i++) {
		uint64_t offset = get_be32(offsets + i * 4), high;

		if (offset & 0x80000000) {
			offset &= 0x7fffffff;
			if (offset >= index->large_count)
				return false;
			high = get_be32(large + offset * 8);
			offset = high << 32 | get_be32(large + offset * 8 + 4);
		}
		if (!is_inside(index, offset))
			return false;
	}
	return true;
}

/* The size of the pack beside the index, or 0. */
static uint64_t
find_pack_size(const struct weft__directory *directory, const char *name)
{
	struct stat status;
	char pack[512];

	snprintf(pack, sizeof pack, "%.*s.pack",
	    (int)(strlen(name) - strlen(".idx")), name);
	return fstatat(directory->fd, pack, &status, 0)
	    ? 0
	    : (uint64_t)status.st_size;
}

static bool
is_sound(struct index *index)
{
	return index->pack_size > PACK_HEADER_SIZE + PACK_TRAILER_SIZE &&
	    is_well_formed(index) && has_good_offsets(index);
}

int
weft__pack_check(const struct weft__directory *directory, const char *index,
    struct weft_error *error)
{
	struct index found = {.pack_size = find_pack_size(directory, index)};
	struct stat status;
	void *map = MAP_FAILED;
	bool sound = false;
	int fd = openat(directory->fd, index, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return weft__file_error(directory, index, "open", error);
	if (!fstat(fd, &status) && status.st_size > 0) {
		found.size = (uint64_t)status.st_size;
		map = mmap(NULL, (size_t)found.size, PROT_READ, MAP_SHARED,
		    fd, 0);
	}
	if (map != MAP_FAILED) {
		found.data = map;
		sound = is_sound(&found);
		munmap(map, (size_t)found.size);
	}
	close(fd);
	if (sound)
		return 0;
	return weft_error_set(error, WEFT_EDAMAGED,
	    "%s/%s does not fit its pack", directory->path, index);
}
