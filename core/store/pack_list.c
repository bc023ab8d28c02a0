#include "core/store/pack_list.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/store/pack.h"

/* How often a folder is read that others write into all the time. */
#define LISTINGS 100

void
weft__pack_list_drop(struct weft__pack_file *file)
{
	if (--file->holders)
		return;
	weft__git_pack_close(file->git);
	weft__pack_map_close(&file->map);
	weft__free(file);
}

/* Opens a pack; 'name' is that of its index, from the repository. */
static int
open_file(const struct weft__directory *directory, const char *name,
    struct weft__pack_file **file, struct weft_error *error)
{
	size_t room = strlen(directory->path) + strlen(name) + 2;
	struct weft__pack_file *opened =
	    weft__calloc(1, sizeof *opened + room);
	int code;

	if (!opened)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	snprintf(opened->index, room, "%s/%s", directory->path, name);
	opened->holders = 1;
	code = weft__pack_map_open(&opened->map, directory, name, error);
	if (code)
		weft__free(opened);
	else
		*file = opened;
	return code;
}

/* Adds a pack by the name of its index. */
static int
add_pack(struct weft__objects *objects, const char *index,
    struct weft_error *error)
{
	struct weft__pack_file *file = NULL;
	char name[300];
	int code;

	snprintf(name, sizeof name, "objects/pack/%s", index);
	code = open_file(objects->directory, name, &file, error);
	if (code == WEFT_ENOTFOUND) {
		objects->has_moved = true; /* it was merged meanwhile */
		return 0;
	}
	if (code == WEFT_EDAMAGED) {
		/* Not noted as known: it may be written anew. */
		snprintf(objects->damaged, sizeof objects->damaged, "%s",
		    index);
		return 0;
	}
	if (code)
		return code;
	file->next = objects->packs;
	objects->packs = file;
	return weft__map_put(&objects->known, weft_slice(index), objects)
	    ? weft_error_set(error, WEFT_ENOMEM, "out of memory")
	    : 0;
}

static bool
is_index(const char *name)
{
	size_t size = strlen(name);

	return size > 4 && size < 200 && !strcmp(name + size - 4, ".idx");
}

/* Adds the packs of the folder that are not yet known, and counts them. */
static int
list_packs(struct weft__objects *objects, DIR *list, size_t *count,
    struct weft_error *error)
{
	const struct dirent *entry;
	struct stat before, after;
	int code = 0;

	*count = 0;
	objects->has_moved = fstat(dirfd(list), &before) != 0;
	while (!code && (entry = readdir(list))) {
		if (!is_index(entry->d_name))
			continue;
		++*count;
		if (!weft__map_find(
		        &objects->known, weft_slice(entry->d_name)))
			code = add_pack(objects, entry->d_name, error);
	}
	if (fstat(dirfd(list), &after) ||
	    memcmp(&before.st_mtim, &after.st_mtim, sizeof before.st_mtim))
		objects->has_moved = true;
	return code;
}

int
weft__pack_list_add(struct weft__objects *objects, size_t *count,
    struct weft_error *error)
{
	int code = 0, fd = openat(objects->directory->fd, "objects/pack",
	                  O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);

	objects->damaged[0] = '\0';
	objects->has_moved = true;
	*count = 0;
	if (!list) {
		code = weft__file_error(
		    objects->directory, "objects/pack", "read", error);
		if (fd >= 0)
			close(fd);
		return code;
	}
	for (int i = 0; !code && objects->has_moved && i < LISTINGS; i++) {
		rewinddir(list);
		code = list_packs(objects, list, count, error);
	}
	closedir(list);
	return code;
}

void
weft__pack_list_add_one(
    struct weft__objects *objects, const struct weft__oid *name)
{
	char path[WEFT__PACK_NAME_ROOM];
	const char *index;

	weft__pack_name(name, "idx", path);
	index = strrchr(path, '/') + 1;
	if (!weft__map_find(&objects->known, weft_slice(index)))
		(void)!add_pack(objects, index, NULL);
}

void
weft__pack_list_forget(struct weft__objects *objects)
{
	struct weft__pack_file *file;

	weft__node_cache_fini(&objects->nodes);
	while ((file = objects->packs)) {
		objects->packs = file->next;
		weft__pack_list_drop(file);
	}
	weft__map_fini(&objects->known, NULL);
	objects->damaged[0] = '\0';
}
