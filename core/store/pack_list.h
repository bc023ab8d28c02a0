/*
 * The open packs of a repository, which come and go as others merge them.
 */
#ifndef CORE_STORE_PACK_LIST_H
#define CORE_STORE_PACK_LIST_H

#include "core/base/map.h"
#include "core/store/node_cache.h"
#include "core/store/objects_git.h"
#include "core/store/pack_map.h"

/* An open pack, kept by its list and by the objects in its map. */
struct weft__pack_file {
	struct weft__pack_file *next;
	struct weft__pack_map map;
	struct weft__git_pack *git; /* for what is not in the map as it is */
	size_t holders;
	char index[]; /* path */
};

struct weft__objects {
	const struct weft__directory *directory;
	struct weft__pack_file *packs; /* those found last come first */
	struct weft__map known;        /* names of their indexes */
	struct weft__node_cache nodes;
	char damaged[256];             /* an index that was left out, or "" */
	bool has_moved; /* packs came or went during the last listing */
};

/*
 * Adds the packs that are not yet known, and counts all there are.  While
 * others merge packs, a list of the folder may have neither a pack nor the one
 * that took its place: then it is read once more.
 * Returns 0; WEFT_EIO; WEFT_ENOMEM: those that were added stay.
 */
WEFT_MUST_CHECK int weft__pack_list_add(struct weft__objects *objects,
    size_t *count, struct weft_error *error);

/*
 * Adds a pack by its name, unless it is known.  One that cannot be opened is
 * looked for when something is missing.
 */
void weft__pack_list_add_one(
    struct weft__objects *objects, const struct weft__oid *name);

/* Forgets all packs; objects that are held stay as they are. */
void weft__pack_list_forget(struct weft__objects *objects);

/* One holder of the pack less; the last one closes it. */
void weft__pack_list_drop(struct weft__pack_file *file);

#endif
