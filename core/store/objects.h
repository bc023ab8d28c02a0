/*
 * Reading objects of the repository.
 *
 * Objects are found in packs only, never loose ones: the store writes none,
 * and libgit2 has open faults with forged ones.  What weft has written is read
 * where it lies in memory (pack_map.h); the rest, after git has packed the
 * repository anew, by libgit2 (objects_git.h).
 *
 * Every read checks zlib's Adler-32, but not the hash: records that leave the
 * store are hashed by weft__store_read_blob(), everything by verify.
 */
#ifndef CORE_STORE_OBJECTS_H
#define CORE_STORE_OBJECTS_H

#include "core/base/hash.h"
#include "core/store/file.h"

/* The numbers are those in packs. */
enum weft__object_type {
	WEFT__OBJECT_COMMIT = 1,
	WEFT__OBJECT_TREE = 2,
	WEFT__OBJECT_BLOB = 3,
	WEFT__OBJECT_TAG = 4 /* people make them, weft does not */
};

/* "commit", "tree", "blob", "tag": static. */
const char *weft__object_type_name(enum weft__object_type type);

struct weft__objects;

struct weft__pack_file;

/* An object's content, valid until weft__object_release(). */
struct weft__object {
	struct weft_slice content;
	struct weft__pack_file *file; /* private: it is in there, or */
	void *handle;                 /* private: libgit2's; or there is none */
};

/*
 * Opens the objects of a repository; 'directory' is kept.  Packs whose index
 * is damaged are left out; what is missing then says so.
 */
WEFT_MUST_CHECK int weft__objects_open(
    const struct weft__directory *directory, struct weft__objects **objects,
    struct weft_error *error);
void weft__objects_close(struct weft__objects *objects);

/*
 * Opens all packs anew: after some were removed, whose space is not free as
 * long as they are open.
 */
WEFT_MUST_CHECK int weft__objects_renew(
    struct weft__objects *objects, struct weft_error *error);

/*
 * Opens a pack that was just published, which would be searched for otherwise
 * when the first of its objects is read.
 */
void weft__objects_add(
    struct weft__objects *objects, const struct weft__oid *pack);

/* How many packs are open: not those that came since, but those gone since. */
size_t weft__objects_packs(const struct weft__objects *objects);

/* How many objects they have; one that is in two counts twice. */
uint64_t weft__objects_count(const struct weft__objects *objects);

/*
 * Reads one object; packs that appeared meanwhile are found by themselves.
 * Returns 0; WEFT_ENOTFOUND: no such object; WEFT_EDAMAGED: unreadable, or of
 * another type; WEFT_ENOMEM.  On failure there is nothing to release.
 */
WEFT_MUST_CHECK int weft__objects_get(struct weft__objects *objects,
    const struct weft__oid *oid, enum weft__object_type type,
    struct weft__object *object, struct weft_error *error);

/* As weft__objects_get() for an object that must be there: WEFT_EDAMAGED. */
WEFT_MUST_CHECK int weft__objects_need(struct weft__objects *objects,
    const struct weft__oid *oid, enum weft__object_type type,
    struct weft__object *object, struct weft_error *error);

/*
 * As weft__objects_need() for a node of a trie, or another tree: those read
 * last are kept, as many as fit into WEFT_LIMIT_NODE_CACHE bytes.
 */
WEFT_MUST_CHECK int weft__objects_node(struct weft__objects *objects,
    const struct weft__oid *oid, struct weft__object *object,
    struct weft_error *error);

/* The same for an object of any type, which goes to '*type'. */
WEFT_MUST_CHECK int weft__objects_need_any(struct weft__objects *objects,
    const struct weft__oid *oid, enum weft__object_type *type,
    struct weft__object *object, struct weft_error *error);

/* As weft__objects_get() by the first bytes (4 to 20) of the id. */
WEFT_MUST_CHECK int weft__objects_find(struct weft__objects *objects,
    const unsigned char *prefix, size_t prefix_size,
    enum weft__object_type type, struct weft__object *object,
    struct weft__oid *oid, struct weft_error *error);

/* The same content once more, to be released on its own. */
struct weft__object weft__object_share(const struct weft__object *object);

/* NULL content afterwards; nothing if it holds nothing. */
void weft__object_release(struct weft__object *object);

#endif
