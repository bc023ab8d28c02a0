/*
 * Which pack of the repository has an object.
 */
#include "core/store/objects.h"

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "core/base/map.h"
#include "core/store/node_cache.h"
#include "core/store/objects_git.h"
#include "core/store/pack_chain.h"
#include "core/store/pack_list.h"
#include "core/store/pack_map.h"

/* How often an object is looked for while packs are merged. */
#define TRIES 4

/* An object's place. */
struct place {
	struct weft__pack_file *file;
	uint32_t position;
};

/* No type in particular: for error texts. */
#define ANY ((enum weft__object_type)0)

const char *
weft__object_type_name(enum weft__object_type type)
{
	static const char *const names[] = {
	    [ANY] = "object",
	    [WEFT__OBJECT_COMMIT] = "commit",
	    [WEFT__OBJECT_TREE] = "tree",
	    [WEFT__OBJECT_BLOB] = "blob",
	    [WEFT__OBJECT_TAG] = "tag",
	};

	return names[type];
}

int
weft__objects_open(const struct weft__directory *directory,
    struct weft__objects **objects, struct weft_error *error)
{
	struct weft__objects *opened = weft__calloc(1, sizeof *opened);
	size_t count;
	int code;

	*objects = NULL;
	if (!opened)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	opened->directory = directory;
	opened->nodes.limit = WEFT_LIMIT_NODE_CACHE;
	code = weft__pack_list_add(opened, &count, error);
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
	weft__pack_list_forget(objects);
	weft__free(objects);
}

int
weft__objects_renew(struct weft__objects *objects, struct weft_error *error)
{
	size_t count;

	weft__pack_list_forget(objects);
	return weft__pack_list_add(objects, &count, error);
}

void
weft__objects_add(struct weft__objects *objects, const struct weft__oid *pack)
{
	weft__pack_list_add_one(objects, pack);
}

size_t
weft__objects_packs(const struct weft__objects *objects)
{
	return weft__map_count(&objects->known);
}

uint64_t
weft__objects_count(const struct weft__objects *objects)
{
	uint64_t count = 0;

	for (const struct weft__pack_file *file = objects->packs; file;
	     file = file->next)
		count += file->map.count;
	return count;
}

/*
 * Looks for new packs; '*changed' if there are any.  When packs have gone, all
 * are opened anew, or their disk space would not be freed.
 */
static int
refresh(struct weft__objects *objects, bool *changed,
    struct weft_error *error)
{
	size_t before = weft__map_count(&objects->known), count;
	int code = weft__pack_list_add(objects, &count, error);

	*changed = weft__map_count(&objects->known) > before;
	if (code || weft__map_count(&objects->known) <= count)
		return code;
	*changed = true;
	return weft__objects_renew(objects, error);
}

/*
 * Looks at the disk again after a failure: packs may have come, or merged into
 * another one and gone.  '*again' if it is worth another try.
 */
static int
look_again(struct weft__objects *objects, int failure, bool *again,
    struct weft_error *error)
{
	int code;

	*again = false;
	if (failure == WEFT_ENOTFOUND)
		return refresh(objects, again, error);
	code = weft__objects_renew(objects, error);
	*again = !code;
	return code;
}

/* Finds an object in the packs that are known. */
static bool
find(const struct weft__objects *objects, const struct weft__oid *oid,
    struct place *place)
{
	for (place->file = objects->packs; place->file;
	     place->file = place->file->next)
		if (weft__pack_map_find(
		        &place->file->map, oid, &place->position))
			return true;
	return false;
}

/* Opens a pack for libgit2, which finds ids that are in order only. */
static int
open_git(struct weft__pack_file *file, struct weft_error *error)
{
	if (file->git)
		return 0;
	if (!weft__pack_map_is_sorted(&file->map))
		return weft_error_set(error, WEFT_EDAMAGED,
		    "the ids of its index are not in order");
	return weft__git_pack_open(file->index, &file->git, error);
}

/* Reads an object that is not there as weft writes it. */
static int
read_other(const struct place *place, const struct weft__oid *oid,
    enum weft__object_type *type, struct weft__object *object,
    struct weft_error *error)
{
	struct weft__pack_file *file = place->file;
	int code;

	if (!weft__pack_chain_is_bounded(&file->map, place->position))
		return weft_error_set(error, WEFT_EDAMAGED,
		    "its entry has no end, or is larger than %u bytes",
		    WEFT_LIMIT_OBJECT_SIZE);
	code = open_git(file, error);
	return code
	    ? code
	    : weft__git_pack_read(file->git, oid, type, &object->content,
	          &object->handle, error);
}

/* Reads from the packs that are known. */
static int
read_object(struct weft__objects *objects, const struct weft__oid *oid,
    enum weft__object_type *type, struct weft__object *object,
    struct weft_error *error)
{
	struct place place;

	*object = (struct weft__object){{NULL, 0}, NULL, NULL};
	if (!find(objects, oid, &place))
		return weft_error_set(
		    error, WEFT_ENOTFOUND, "there is no such object");
	if (!weft__pack_map_stored(
	        &place.file->map, place.position, type, &object->content))
		return read_other(&place, oid, type, object, error);
	object->file = place.file;
	object->file->holders++;
	return 0;
}

/* Says of which object, and what else may be the cause. */
static int
describe(const struct weft__objects *objects, const struct weft__oid *oid,
    enum weft__object_type type, int code, const char *what,
    struct weft_error *error)
{
	char hex[WEFT__OID_HEX + 1];

	weft__oid_format(oid, hex);
	return weft_error_set(error, code, "%s%s%s %s: %s", objects->damaged,
	    objects->damaged[0] ? " is damaged; " : "",
	    weft__object_type_name(type), hex, what);
}

/* Reads an object of whatever type, '*type'; that is told of in a failure. */
static int
get_any(struct weft__objects *objects, const struct weft__oid *oid,
    enum weft__object_type *type, struct weft__object *object,
    struct weft_error *error)
{
	enum weft__object_type wanted = *type;
	struct weft_error detail;
	bool again = false;
	int code = read_object(objects, oid, type, object, &detail), looked;

	/* Damage is looked at once more, in what may have come since. */
	for (int i = 0; code && i < TRIES; i++) {
		if (i && code != WEFT_ENOTFOUND)
			break;
		looked = look_again(objects, code, &again, error);
		if (looked)
			return looked;
		if (!again)
			break;
		code = read_object(objects, oid, type, object, &detail);
	}
	if (code)
		return describe(
		    objects, oid, wanted, code, detail.text, error);
	return 0;
}

int
weft__objects_get(struct weft__objects *objects, const struct weft__oid *oid,
    enum weft__object_type type, struct weft__object *object,
    struct weft_error *error)
{
	enum weft__object_type found = type;
	int code = get_any(objects, oid, &found, object, error);

	if (code)
		return code;
	if (found == type)
		return 0;
	weft__object_release(object);
	return describe(objects, oid, type, WEFT_EDAMAGED,
	    "the object is of another type", error);
}

int
weft__objects_need(struct weft__objects *objects, const struct weft__oid *oid,
    enum weft__object_type type, struct weft__object *object,
    struct weft_error *error)
{
	int code = weft__objects_get(objects, oid, type, object, error);

	return code == WEFT_ENOTFOUND ? describe(objects, oid, type,
	                                    WEFT_EDAMAGED, "it is missing",
	                                    error)
	                              : code;
}

int
weft__objects_need_any(struct weft__objects *objects,
    const struct weft__oid *oid, enum weft__object_type *type,
    struct weft__object *object, struct weft_error *error)
{
	int code;

	*type = ANY;
	code = get_any(objects, oid, type, object, error);
	return code == WEFT_ENOTFOUND ? describe(objects, oid, ANY,
	                                    WEFT_EDAMAGED, "it is missing",
	                                    error)
	                              : code;
}

int
weft__objects_node(struct weft__objects *objects, const struct weft__oid *oid,
    struct weft__object *object, struct weft_error *error)
{
	int code;

	if (weft__node_cache_get(&objects->nodes, oid, object))
		return 0;
	code = weft__objects_need(
	    objects, oid, WEFT__OBJECT_TREE, object, error);
	if (!code)
		weft__node_cache_put(&objects->nodes, oid, object);
	return code;
}

/* Notes the object at a position if it begins so; false: not the only one. */
static bool
take_match(const struct weft__pack_map *map, uint32_t position,
    struct weft_slice prefix, struct weft__oid *oid, bool *found)
{
	const struct weft__oid *there;

	if (position >= map->count)
		return true;
	there = weft__pack_map_id(map, position);
	if (memcmp(there->bytes, prefix.data, prefix.size) != 0)
		return true;
	if (*found && !weft__oid_equal(oid, there))
		return false;
	*found = true;
	*oid = *there;
	return true;
}

/* The one id that begins so; WEFT_ENOTFOUND if there is none, or another. */
static int
find_whole(const struct weft__objects *objects, struct weft_slice prefix,
    struct weft__oid *oid)
{
	const struct weft__pack_file *file;
	bool found = false;
	uint32_t at;

	for (file = objects->packs; file; file = file->next) {
		at = weft__pack_map_lower(&file->map,
		    (const unsigned char *)prefix.data, prefix.size);
		if (!take_match(&file->map, at, prefix, oid, &found) ||
		    !take_match(&file->map, at + 1, prefix, oid, &found))
			return WEFT_ENOTFOUND;
	}
	return found ? 0 : WEFT_ENOTFOUND;
}

int
weft__objects_find(struct weft__objects *objects,
    const unsigned char *prefix, size_t prefix_size,
    enum weft__object_type type, struct weft__object *object,
    struct weft__oid *oid, struct weft_error *error)
{
	struct weft_slice bytes = {(const char *)prefix, prefix_size};
	bool again = false;
	int code = find_whole(objects, bytes, oid), looked;

	*object = (struct weft__object){{NULL, 0}, NULL, NULL};
	if (code) {
		looked = look_again(objects, code, &again, error);
		if (looked)
			return looked;
	}
	if (again)
		code = find_whole(objects, bytes, oid);
	if (code)
		return weft_error_set(error, code,
		    "there is no %s that begins so, or more than one",
		    weft__object_type_name(type));
	return weft__objects_get(objects, oid, type, object, error);
}

struct weft__object
weft__object_share(const struct weft__object *object)
{
	if (object->file)
		object->file->holders++;
	if (object->handle)
		weft__git_handle_share(object->handle);
	return *object;
}

void
weft__object_release(struct weft__object *object)
{
	if (object->file)
		weft__pack_list_drop(object->file);
	if (object->handle)
		weft__git_handle_release(object->handle);
	*object = (struct weft__object){{NULL, 0}, NULL, NULL};
}
