/*
 * All packs of a repository, as they were at one moment.
 *
 * Packs come and go while the folder is read, so that a new one may be missed
 * although those that it replaces are gone.  Two lists that are equal, with
 * all packs opened in between, are the state at that time: a pack that
 * replaced another one later is in the second list only.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/store/pack.h"
#include "core/store/pack_set.h"

#define HEADER_SIZE 12 /* of a pack */

/* How often to look until nothing changes meanwhile. */
#define TRIES 100

/* The names of the packs, sorted. */
struct names {
	struct weft__oid *list;
	size_t length, capacity;
	size_t foreign;
};

static int
compare_names(const void *a, const void *b)
{
	return memcmp(a, b, WEFT__OID_SIZE);
}

/* Takes "pack-<40 digits>.idx". */
static int
add_name(struct names *names, const char *file, struct weft_error *error)
{
	size_t size = strlen(file);
	struct weft__oid hash;

	if (size < 4 || strcmp(file + size - 4, ".idx") != 0)
		return 0;
	if (size != 5 + WEFT__OID_HEX + 4 || memcmp(file, "pack-", 5) != 0 ||
	    !weft__oid_parse(weft_slice_of(file + 5, WEFT__OID_HEX), &hash)) {
		names->foreign++;
		return 0;
	}
	if (!weft__grow(&names->list, &names->capacity, names->length + 1,
	        sizeof *names->list))
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	names->list[names->length++] = hash;
	return 0;
}

static int
read_names(const struct weft__directory *directory, struct names *names,
    struct weft_error *error)
{
	const struct dirent *entry;
	int code = 0, fd = openat(directory->fd, "objects/pack",
	                  O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);

	names->length = names->foreign = 0;
	if (!list) {
		code = weft__file_error(
		    directory, "objects/pack", "read", error);
		if (fd >= 0)
			close(fd);
		return code;
	}
	while (!code && (entry = readdir(list)))
		code = add_name(names, entry->d_name, error);
	closedir(list);
	if (names->length)
		qsort(names->list, names->length, sizeof *names->list,
		    compare_names);
	return code;
}

/*
 * An entry of ours is a zlib stream, 78 01, whose first block is stored.  A
 * look at the first entry tells our packs from git's; a merge looks at all.
 */
static bool
looks_ours(const struct weft__pack_map *map)
{
	const unsigned char *at = map->pack + HEADER_SIZE;
	const unsigned char *end = map->pack + map->pack_size - 4;

	if ((*at >> 4 & 7) > 3)
		return false;
	while (at < end && *at & 128)
		at++;
	return at < end && at[1] == 0x78 && at[2] == 0x01 && (at[3] & 6) == 0;
}

static int
open_pack(struct weft__pack_open *pack,
    const struct weft__directory *directory, const struct weft__oid *hash,
    struct weft_error *error)
{
	char name[WEFT__PACK_NAME_ROOM];
	int code;

	pack->hash = *hash;
	weft__pack_name(hash, "idx", name);
	code = weft__pack_map_open(&pack->map, directory, name, error);
	if (code)
		return code;
	weft__pack_name(hash, "keep", name);
	pack->is_kept = faccessat(directory->fd, name, F_OK, 0) == 0;
	pack->is_ours = looks_ours(&pack->map);
	return 0;
}

static int
open_packs(struct weft__pack_set *set,
    const struct weft__directory *directory, const struct names *names,
    struct weft_error *error)
{
	int code = 0;

	set->length = 0;
	if (!weft__grow(&set->packs, &set->capacity, names->length,
	        sizeof *set->packs))
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	for (size_t i = 0; !code && i < names->length; i++) {
		code = open_pack(&set->packs[set->length], directory,
		    &names->list[i], error);
		set->length += !code;
	}
	return code;
}

static void
close_packs(struct weft__pack_set *set)
{
	for (size_t i = 0; i < set->length; i++)
		weft__pack_map_close(&set->packs[i].map);
	set->length = 0;
}

static bool
same_names(const struct names *a, const struct names *b)
{
	return a->length == b->length &&
	    (a->length == 0 ||
	        memcmp(a->list, b->list, a->length * sizeof *a->list) == 0);
}

/* One try; '*stable' if nothing changed meanwhile. */
static int
try_open(struct weft__pack_set *set, const struct weft__directory *directory,
    struct names *before, struct names *after, bool *stable,
    struct weft_error *error)
{
	int code = read_names(directory, before, error), opened;

	*stable = false;
	if (code)
		return code;
	opened = open_packs(set, directory, before, error);
	set->foreign = before->foreign;
	code = read_names(directory, after, error);
	*stable = !code && same_names(before, after);
	/* A pack that goes loses its index first. */
	if (!code && *stable)
		code = opened;
	if (code || !*stable)
		close_packs(set);
	return code;
}

int
weft__pack_set_open(struct weft__pack_set *set,
    const struct weft__directory *directory, struct weft_error *error)
{
	struct names before = {NULL}, after = {NULL};
	bool stable = false;
	int code = 0;

	*set = (struct weft__pack_set){NULL};
	for (int i = 0; !code && !stable && i < TRIES; i++)
		code = try_open(
		    set, directory, &before, &after, &stable, error);
	if (!code && !stable)
		code = weft_error_set(error, WEFT_EIO,
		    "%s: packs come and go all the time", directory->path);
	weft__free(before.list);
	weft__free(after.list);
	if (code)
		weft__pack_set_close(set);
	return code;
}

void
weft__pack_set_close(struct weft__pack_set *set)
{
	close_packs(set);
	weft__free(set->packs);
	*set = (struct weft__pack_set){NULL};
}

int
weft__pack_set_count(const struct weft__directory *directory, size_t *count,
    struct weft_error *error)
{
	struct names names = {NULL};
	int code = read_names(directory, &names, error);

	*count = names.length + names.foreign;
	weft__free(names.list);
	return code;
}
