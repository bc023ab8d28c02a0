#include "core/store/objects.h"

#include <git2.h>
#include <git2/sys/odb_backend.h>
#include <pthread.h>
#include <stdio.h>

#include "core/base/alloc.h"

/* Bounds of libgit2's memory maps: its own are 1 GiB, 8 GiB and none. */
#define WINDOW_SIZE (32u * 1024 * 1024)
#define MAPPED_SIZE (256u * 1024 * 1024)
#define OPEN_FILES 64

struct weft__objects {
	git_odb *odb;
	char *path; /* the repository's "objects" */
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

/* An odb of packs alone. */
static int
open_odb(const char *path, git_odb **odb, struct weft_error *error)
{
	git_odb_backend *packs = NULL;
	int code;

	*odb = NULL;
	code = git_odb_new(odb);
	if (!code)
		code = git_odb_backend_pack(&packs, path);
	if (!code)
		code = git_odb_add_backend(*odb, packs, 1);
	if (!code)
		return 0;
	if (packs)
		packs->free(packs);
	git_odb_free(*odb);
	*odb = NULL;
	return git_failure(code, path, error);
}

int
weft__objects_open(const char *path, struct weft__objects **objects,
    struct weft_error *error)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct weft__objects *opened;
	size_t room = strlen(path) + sizeof "/objects";
	int code;

	*objects = NULL;
	pthread_once(&once, start);
	if (start_code)
		return weft_error_set(error, WEFT_ENOMEM,
		    "libgit2 cannot be initialised");
	opened = weft__calloc(1, sizeof *opened);
	if (opened)
		opened->path = weft__malloc(room);
	if (!opened || !opened->path) {
		weft__free(opened);
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	}
	snprintf(opened->path, room, "%s/objects", path);
	code = open_odb(opened->path, &opened->odb, error);
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
	weft__free(objects->path);
	weft__free(objects);
}

int
weft__objects_reopen(struct weft__objects *objects, struct weft_error *error)
{
	git_odb *odb;
	int code = open_odb(objects->path, &odb, error);

	if (code)
		return code;
	git_odb_free(objects->odb);
	objects->odb = odb;
	return 0;
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
 * libgit2 itself looks for new packs before it says "not found".  Other
 * failures may come from a pack that another process has merged and removed
 * meanwhile: they count only on a fresh view.
 */
static int
find_object(struct weft__objects *objects, const git_oid *id, size_t digits,
    enum weft__object_type type, struct weft__object *object,
    struct weft_error *error)
{
	char what[96], hex[GIT_OID_HEXSZ + 1] = "";
	git_odb_object *found = NULL;
	int code = read_object(objects, id, digits, &found);

	*object = (struct weft__object){{NULL, 0}, NULL};
	if (code && code != GIT_ENOTFOUND && code != GIT_EAMBIGUOUS &&
	    !weft__objects_reopen(objects, NULL))
		code = read_object(objects, id, digits, &found);
	git_oid_nfmt(hex, digits, id);
	snprintf(what, sizeof what, "%s %s", weft__object_type_name(type), hex);
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
	return weft_error_set(error, WEFT_EDAMAGED, "%s %s is missing",
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
