/*
 * Checking packs and their indexes as whole files: each ends with the SHA-1 of
 * what is before it, and an index names its pack by that pack's.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "core/store/pack_map.h"
#include "core/store/verify.h"

#define FOLDER "objects/pack/"

struct packs {
	struct weft__verify *verify;
	const struct weft__directory *directory;
};

static int
report(const struct packs *packs, const char *name, const char *suffix,
    const char *text)
{
	char file[300];
	size_t before;
	int code;

	snprintf(file, sizeof file, "%s%s", name, suffix);
	before = weft__verify_enter(packs->verify, weft_slice(file));
	code = weft__verify_report(packs->verify, NULL, text);
	weft__verify_leave(packs->verify, before);
	return code;
}

/* 'name' and the suffix: whether there is such a file. */
static bool
exists(const struct packs *packs, const char *name, const char *suffix)
{
	char file[300];

	snprintf(file, sizeof file, "%s%s", name, suffix);
	return !faccessat(packs->directory->fd, file, F_OK, 0);
}

static bool
ends_with_hash(const unsigned char *data, size_t size)
{
	struct weft__oid hash;

	weft__sha1(data, size - WEFT__OID_SIZE, &hash);
	return memcmp(hash.bytes, data + size - WEFT__OID_SIZE,
	           WEFT__OID_SIZE) == 0;
}

static int
check_files(const struct packs *packs, const char *name,
    const struct weft__pack_map *map)
{
	static const char wrong[] =
	    "the file's content has another hash than its end says";
	bool is_index = ends_with_hash(map->index, map->index_size);
	bool is_pack = ends_with_hash(map->pack, map->pack_size);
	int code = 0;

	if (!is_index)
		code = report(packs, name, ".idx", wrong);
	if (!code && !is_pack)
		code = report(packs, name, ".pack", wrong);
	if (!is_index || !is_pack ||
	    memcmp(map->index + map->index_size - 2 * WEFT__OID_SIZE,
	        map->pack + map->pack_size - WEFT__OID_SIZE,
	        WEFT__OID_SIZE) == 0)
		return code;
	return report(packs, name, ".idx", "it is the index of another pack");
}

/*
 * An index, and the pack that it is of.  Without that it is of no use, and
 * does no harm: a power failure may leave it.  What is missing is told where
 * it is missed.
 */
static int
check_index(const struct packs *packs, const char *name)
{
	struct weft__pack_map map;
	struct weft_error why;
	char index[300];
	int code;

	snprintf(index, sizeof index, "%s.idx", name);
	code = weft__pack_map_open(&map, packs->directory, index, &why);
	if (code == WEFT_ENOTFOUND || !exists(packs, name, ".pack"))
		code = 0; /* or it was merged into another one meanwhile */
	else if (code == WEFT_EDAMAGED)
		code = report(packs, name, ".idx", "it does not fit its pack");
	else if (code)
		code = weft_error_set(
		    packs->verify->error, code, "%s", why.text);
	else
		code = check_files(packs, name, &map);
	if (!code)
		code = weft__verify_count(packs->verify, map.count);
	weft__pack_map_close(&map);
	return code;
}

/*
 * A pack without an index: git or a writer is about to make one, or was when
 * the power failed.  It is to blame only if something is missing.
 */
static int
check_pack(const struct packs *packs, const char *name)
{
	if (!packs->verify->problems || exists(packs, name, ".idx") ||
	    !exists(packs, name, ".pack"))
		return 0;
	return report(packs, name, ".pack", "it has no index");
}

static int
check_entry(const struct packs *packs, const char *entry)
{
	const char *suffix = strrchr(entry, '.');
	char name[280];

	if (!suffix || strlen(entry) > 200)
		return 0;
	snprintf(name, sizeof name, FOLDER "%.*s", (int)(suffix - entry),
	    entry);
	if (!strcmp(suffix, ".idx"))
		return check_index(packs, name);
	return strcmp(suffix, ".pack") ? 0 : check_pack(packs, name);
}

int
weft__verify_packs(
    struct weft__verify *verify, const struct weft__directory *directory)
{
	const struct packs packs = {verify, directory};
	int code = 0, fd = openat(directory->fd, FOLDER,
	                  O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!list) {
		code = weft__file_error(
		    directory, FOLDER, "read", verify->error);
		if (fd >= 0)
			close(fd);
		return code;
	}
	while (!code && (entry = readdir(list)))
		code = check_entry(&packs, entry->d_name);
	closedir(list);
	return code;
}
