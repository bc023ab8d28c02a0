#include "core/store/backup.h"

#include <fcntl.h>
#include <unistd.h>

#include "core/base/log.h"
#include "core/store/pack.h"
#include "core/store/pack_set.h"
#include "core/store/ref.h"
#include "core/store/repository.h"
#include "core/store/store_internal.h"

#define HEAD_SIZE 1024

int
weft__store_backup_begin(struct weft__store_backup *backup,
    struct weft__store *store, struct weft_error *error)
{
	backup->store = store;
	return weft__ref_list_read(&backup->refs, &store->directory, error);
}

void
weft__store_backup_fini(struct weft__store_backup *backup)
{
	weft__ref_list_fini(&backup->refs);
	backup->store = NULL;
}

/* Writes a file as it lies in memory, durably. */
static int
write_all(const struct weft__directory *directory, const char *name,
    const unsigned char *bytes, size_t size, struct weft_error *error)
{
	return weft__file_put(directory, name,
	    weft_slice_of((const char *)bytes, size), true, error);
}

static int
copy_pack(const struct weft__pack_open *pack,
    const struct weft__directory *from, const struct weft__directory *to,
    struct weft_error *error)
{
	const struct weft__pack_map *map = &pack->map;
	size_t size = map->pack_size - WEFT__OID_SIZE;
	char name[WEFT__PACK_NAME_ROOM];
	struct weft__oid hash;
	int code;

	weft__sha1(map->pack, size, &hash);
	weft__pack_name(&pack->hash, "pack", name);
	if (memcmp(map->pack + size, &hash, sizeof hash) != 0)
		return weft_error_set(error, WEFT_EDAMAGED,
		    "%s/%s is not what its hash says", from->path, name);
	code = write_all(
	    to, WEFT__PACK_FILE, map->pack, map->pack_size, error);
	if (!code)
		code = write_all(to, WEFT__INDEX_FILE, map->index,
		    map->index_size, error);
	return code ? code : weft__pack_expose(to, &pack->hash, error);
}

static int
copy_packs(const struct weft__store_backup *backup,
    const struct weft__directory *directory, struct weft_error *error)
{
	const struct weft__directory *from = &backup->store->directory;
	struct weft__pack_set set;
	int code = weft__pack_set_open(&set, from, error);

	for (size_t i = 0; !code && i < set.length; i++)
		code = copy_pack(&set.packs[i], from, directory, error);
	weft__pack_set_close(&set);
	if (!code)
		code = weft__directory_sync(directory, "objects/pack", error);
	/* Our .keep files. */
	return code ? code : weft__repository_recover(directory, error);
}

/* Whether a ref is one that a source needs. */
static bool
is_ours(const struct weft__ref *ref)
{
	return strncmp(ref->name, "refs/weft/", 10) == 0;
}

/*
 * What a ref of ours names is in none of the packs that were copied.  If the
 * ref has moved on since it was listed, history was dropped beside us; if not,
 * it was not there before either.
 */
static int
report_missing(const struct weft__store_backup *backup,
    const struct weft__ref *ref, struct weft_error *error)
{
	const struct weft__directory *from = &backup->store->directory;
	struct weft_error why;
	struct weft__oid now;
	int code = weft__ref_read(from, ref->name, &now, &why);

	if (code && code != WEFT_ENOTFOUND)
		return weft_error_set(error, code, "%s", why.text);
	if (code || !weft__oid_equal(&now, &ref->oid))
		return weft_error_set(error, WEFT_ELOCKED,
		    "%s: history was dropped meanwhile: try again",
		    ref->name);
	return weft_error_set(error, WEFT_EDAMAGED, "%s: %s names a commit "
	    "that cannot be read (`weft verify --repair` makes the store "
	    "anew)", from->path, ref->name);
}

static int
copy_ref(const struct weft__store_backup *backup,
    const struct weft__directory *directory, struct weft__objects *objects,
    const struct weft__ref *ref, struct weft_error *error)
{
	enum weft__object_type type;
	struct weft__object object;
	int code = weft__objects_need_any(
	    objects, &ref->oid, &type, &object, error);

	weft__object_release(&object);
	if (!code)
		return weft__ref_write(
		    directory, ref->name, &ref->oid, true, error);
	if (code != WEFT_EDAMAGED)
		return code;
	if (is_ours(ref))
		return report_missing(backup, ref, error);
	weft__log(WEFT_LOG_WARNING, "store",
	    "%s is not copied: what it names is in no pack", ref->name);
	return 0;
}

static int
copy_refs(const struct weft__store_backup *backup,
    const struct weft__directory *directory, struct weft_error *error)
{
	struct weft__objects *objects;
	int code = weft__objects_open(directory, &objects, error);

	for (size_t i = 0; !code && i < backup->refs.length; i++)
		if (strcmp(backup->refs.refs[i].name, "HEAD") != 0)
			code = copy_ref(backup, directory, objects,
			    &backup->refs.refs[i], error);
	weft__objects_close(objects);
	return code;
}

/* HEAD names a branch, the one that a clone checks out. */
static int
copy_head(const struct weft__store_backup *backup,
    const struct weft__directory *directory, struct weft_error *error)
{
	struct weft_buf head = WEFT_BUF_INIT(HEAD_SIZE);
	int code = weft__file_get(
	    &backup->store->directory, "HEAD", &head, error);

	if (!code)
		code = weft__file_put(directory, "HEAD.tmp",
		    weft_buf_slice(&head), true, error);
	if (!code)
		code = weft__file_rename(directory, "HEAD.tmp", "HEAD", error);
	weft_buf_fini(&head);
	return code ? code : weft__directory_sync(directory, ".", error);
}

int
weft__store_backup_finish(const struct weft__store_backup *backup,
    const char *path, struct weft_error *error)
{
	struct weft__directory directory;
	int code;

	if (faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return weft_error_set(
		    error, WEFT_EEXISTS, "%s: exists already", path);
	code = weft__repository_create(
	    path, backup->store->branch, &directory, error);
	if (code)
		return code;
	code = copy_packs(backup, &directory, error);
	if (!code)
		code = copy_refs(backup, &directory, error);
	if (!code)
		code = copy_head(backup, &directory, error);
	weft__directory_close(&directory);
	return code;
}
