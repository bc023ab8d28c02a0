#include "core/store/objects.h"

#include <dirent.h>
#include <fcntl.h>
#include <git2.h>
#include <git2/sys/odb_backend.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/map.h"
#include "core/store/pack_check.h"

/* Bounds of libgit2's memory maps: its own are 1 GiB, 8 GiB and none. */
#define WINDOW_SIZE (32u * 1024 * 1024)
#define MAPPED_SIZE (256u * 1024 * 1024)
#define OPEN_FILES 64

struct weft__objects {
	const struct weft__directory *directory;
	git_odb *odb;           /* a backend for each pack */
	struct weft__map packs; /* names of their indexes */
	int next_priority;      /* of a backend: later ones are asked first */
	char damaged[256];      /* an index that was left out, or "" */
};

/*
 * Its cache of objects costs more than it saves: a fifth of the time of
 * projecting into a million records went into looking things up in it.
 */
static int
set_options(void)
{
	int code = git_libgit2_opts(
	    GIT_OPT_SET_MWINDOW_SIZE, (size_t)WINDOW_SIZE);

	if (!code)
		code = git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT,
		    (size_t)MAPPED_SIZE);
	if (!code)
		code = git_libgit2_opts(
		    GIT_OPT_SET_MWINDOW_FILE_LIMIT, (size_t)OPEN_FILES);
	if (!code)
		code = git_libgit2_opts(GIT_OPT_ENABLE_CACHING, 0);
	if (!code)
		code = git_libgit2_opts(
		    GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0);
	return code;
}

/* libgit2's options are not synchronised: set them once, before any use. */
static int start_code;

static void
start(void)
{
	start_code = git_libgit2_init() < 0 || set_options() < 0;
}

const char *
weft__object_type_name(enum weft__object_type type)
{
	static const char *const names[] = {
	    [WEFT__OBJECT_COMMIT] = "commit",
	    [WEFT__OBJECT_TREE] = "tree",
	    [WEFT__OBJECT_BLOB] = "blob",
	};

	return names[type];
}

/* Our code for libgit2's, with its text. */
static int
git_failure(int git_code, const char *what, struct weft_error *error)
{
	const git_error *detail = git_error_last();
	int code = WEFT_EDAMAGED;

	if (git_code == GIT_ENOTFOUND || git_code == GIT_EAMBIGUOUS)
		code = WEFT_ENOTFOUND;
	else if (detail && detail->klass == GIT_ERROR_NOMEMORY)
		code = WEFT_ENOMEM;
	else if (detail && detail->klass == GIT_ERROR_OS)
		code = WEFT_EIO;
	return weft_error_set(error, code, "%s: %s", what,
	    detail ? detail->message : "unknown failure of libgit2");
}

/* Adds a pack by the name of its index. */
static int
add_pack(struct weft__objects *objects, const char *index,
    struct weft_error *error)
{
	const struct weft__directory *directory = objects->directory;
	git_odb_backend *backend = NULL;
	char name[300], path[4096];
	int code;

	snprintf(name, sizeof name, "objects/pack/%s", index);
	code = weft__pack_check(directory, name, error);
	if (code == WEFT_ENOTFOUND)
		return 0; /* somebody has merged it since */
	if (weft__map_put(&objects->packs, weft_slice(index), objects))
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	if (code) {
		snprintf(objects->damaged, sizeof objects->damaged, "%s",
		    index);
		return 0;
	}
	snprintf(path, sizeof path, "%s/%s", directory->path, name);
	code = git_odb_backend_one_pack(&backend, path);
	if (!code) {
		code = git_odb_add_backend(
		    objects->odb, backend, ++objects->next_priority);
		if (code)
			backend->free(backend);
	}
	return code ? git_failure(code, path, error) : 0;
}

static bool
is_index(const char *name)
{
	size_t size = strlen(name);

	return size > 4 && size < 200 && !strcmp(name + size - 4, ".idx");
}

/* Adds the packs that are not yet known, and counts all there are. */
static int
add_packs(struct weft__objects *objects, size_t *count,
    struct weft_error *error)
{
	const struct dirent *entry;
	int code = 0, fd = openat(objects->directory->fd, "objects/pack",
	                  O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);

	*count = 0;
	if (!list) {
		code = weft__file_error(
		    objects->directory, "objects/pack", "read", error);
		if (fd >= 0)
			close(fd);
		return code;
	}
	while (!code && (entry = readdir(list))) {
		if (!is_index(entry->d_name))
			continue;
		++*count;
		if (!weft__map_find(
		        &objects->packs, weft_slice(entry->d_name)))
			code = add_pack(objects, entry->d_name, error);
	}
	closedir(list);
	return code;
}

/* Forgets all packs. */
static int
forget_packs(struct weft__objects *objects, struct weft_error *error)
{
	git_odb *odb;
	int code = git_odb_new(&odb);

	if (code)
		return git_failure(code, objects->directory->path, error);
	git_odb_free(objects->odb);
	objects->odb = odb;
	weft__map_fini(&objects->packs, NULL);
	objects->damaged[0] = '\0';
	return 0;
}

/*
 * Looks for new packs; '*changed' if there are any.  When packs have gone, all
 * are opened anew, or their disk space would not be freed.
 */
static int
refresh(struct weft__objects *objects, bool *changed,
    struct weft_error *error)
{
	size_t before = weft__map_count(&objects->packs), count;
	int code = add_packs(objects, &count, error);

	*changed = weft__map_count(&objects->packs) > before;
	if (code || weft__map_count(&objects->packs) <= count)
		return code;
	*changed = true;
	code = forget_packs(objects, error);
	return code ? code : add_packs(objects, &count, error);
}

int
weft__objects_open(const struct weft__directory *directory,
    struct weft__objects **objects, struct weft_error *error)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct weft__objects *opened;
	size_t count;
	int code;

	*objects = NULL;
	pthread_once(&once, start);
	if (start_code)
		return weft_error_set(error, WEFT_ENOMEM,
		    "libgit2 cannot be initialised");
	opened = weft__calloc(1, sizeof *opened);
	if (!opened)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	opened->directory = directory;
	code = forget_packs(opened, error);
	if (!code)
		code = add_packs(opened, &count, error);
	if (code)
		weft__objects_close(opened);
	else
		*objects = opened;
	return code;
}

void
weft__objects_close(struct weft__objects *objects)
{
	if (!objects)
		return;
	git_odb_free(objects->odb);
	weft__map_fini(&objects->packs, NULL);
	weft__free(objects);
}

/* Reads by the first 'digits' hex digits of the id. */
static int
read_object(struct weft__objects *objects, const git_oid *id, size_t digits,
    git_odb_object **found)
{
	if (digits == GIT_OID_HEXSZ)
		return git_odb_read(found, objects->odb, id);
	return git_odb_read_prefix(found, objects->odb, id, digits);
}

/*
 * Looks at the disk again after a failure: packs may have come, or merged into
 * another one and gone.  '*again' if it is worth another try.
 */
static int
look_again(struct weft__objects *objects, int git_code, bool *again,
    struct weft_error *error)
{
	size_t count;
	int code;

	*again = false;
	if (!git_code || git_code == GIT_EAMBIGUOUS)
		return 0;
	if (git_code == GIT_ENOTFOUND)
		return refresh(objects, again, error);
	code = forget_packs(objects, error);
	if (!code)
		code = add_packs(objects, &count, error);
	*again = !code;
	return code;
}

static int
find_object(struct weft__objects *objects, const git_oid *id, size_t digits,
    enum weft__object_type type, struct weft__object *object,
    struct weft_error *error)
{
	char what[400], hex[GIT_OID_HEXSZ + 1] = "";
	git_odb_object *found = NULL;
	bool again;
	int code = read_object(objects, id, digits, &found), looked;

	*object = (struct weft__object){{NULL, 0}, NULL};
	looked = look_again(objects, code, &again, error);
	if (looked)
		return looked;
	if (again)
		code = read_object(objects, id, digits, &found);
	git_oid_nfmt(hex, digits, id);
	snprintf(what, sizeof what, "%s%s%s %s", objects->damaged,
	    objects->damaged[0] ? " is damaged; " : "",
	    weft__object_type_name(type), hex);
	if (code)
		return git_failure(code, what, error);
	if ((int)git_odb_object_type(found) != (int)type) {
		git_odb_object_free(found);
		return weft_error_set(error, WEFT_EDAMAGED,
		    "%s: the object is of another type", what);
	}
	object->content = weft_slice_of(
	    git_odb_object_data(found), git_odb_object_size(found));
	object->handle = found;
	return 0;
}

int
weft__objects_get(struct weft__objects *objects, const struct weft__oid *oid,
    enum weft__object_type type, struct weft__object *object,
    struct weft_error *error)
{
	git_oid id;

	git_oid_fromraw(&id, oid->bytes);
	return find_object(objects, &id, GIT_OID_HEXSZ, type, object, error);
}

int
weft__objects_need(struct weft__objects *objects, const struct weft__oid *oid,
    enum weft__object_type type, struct weft__object *object,
    struct weft_error *error)
{
	char hex[WEFT__OID_HEX + 1];
	int code = weft__objects_get(objects, oid, type, object, error);

	if (code != WEFT_ENOTFOUND)
		return code;
	weft__oid_format(oid, hex);
	return weft_error_set(error, WEFT_EDAMAGED, "%s%s%s %s is missing",
	    objects->damaged, objects->damaged[0] ? " is damaged; " : "",
	    weft__object_type_name(type), hex);
}

int
weft__objects_find(struct weft__objects *objects,
    const unsigned char *prefix, size_t prefix_size,
    enum weft__object_type type, struct weft__object *object,
    struct weft__oid *oid, struct weft_error *error)
{
	unsigned char padded[WEFT__OID_SIZE] = {0};
	git_oid id;
	int code;

	memcpy(padded, prefix, prefix_size);
	git_oid_fromraw(&id, padded);
	code = find_object(
	    objects, &id, 2 * prefix_size, type, object, error);
	if (!code)
		memcpy(oid->bytes, git_odb_object_id(object->handle)->id,
		    WEFT__OID_SIZE);
	return code;
}

void
weft__object_release(struct weft__object *object)
{
	if (object->handle)
		git_odb_object_free(object->handle);
	*object = (struct weft__object){{NULL, 0}, NULL};
}
