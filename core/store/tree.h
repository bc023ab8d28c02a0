/*
 * Git's tree objects: a list of entries "<mode> <name>\0<20 bytes>".
 */
#ifndef CORE_STORE_TREE_H
#define CORE_STORE_TREE_H

#include <weft/buf.h>

#include "core/base/hash.h"

/* The only two modes the store uses. */
enum weft__tree_mode {
	WEFT__TREE_FILE, /* 100644: a blob */
	WEFT__TREE_FOLDER /* 40000: a tree */
};

struct weft__tree_entry {
	enum weft__tree_mode mode;
	struct weft_slice name;
	const struct weft__oid *oid;
};

/* The id of the tree without entries. */
extern const struct weft__oid weft__tree_empty;

/* Whether the id stands for no entries: the empty tree's, or zero. */
bool weft__tree_is_empty(const struct weft__oid *oid);

/*
 * Takes the first entry from '*rest', which is not empty.  The entry points
 * into it.  Returns 0, or WEFT_EDAMAGED if it is none the store would write.
 */
WEFT_MUST_CHECK int weft__tree_next(
    struct weft_slice *rest, struct weft__tree_entry *entry);

/* Appends an entry.  Returns as weft_buf_append(). */
WEFT_MUST_CHECK int weft__tree_append(struct weft_buf *tree,
    enum weft__tree_mode mode, struct weft_slice name,
    const struct weft__oid *oid);

/*
 * Appends a copy of 'tree' in which the folder 'name' is 'oid', added or
 * replaced; removed if 'oid' is empty.  Other entries stay as they are.
 * Returns as weft_buf_append(), or WEFT_EDAMAGED.
 */
WEFT_MUST_CHECK int weft__tree_with(struct weft_slice tree,
    struct weft_slice name, const struct weft__oid *oid,
    struct weft_buf *changed);

/*
 * Finds a folder: its id, or NULL (not there).
 * Returns 0, or WEFT_EDAMAGED.
 */
WEFT_MUST_CHECK int weft__tree_find(struct weft_slice tree,
    struct weft_slice name, const struct weft__oid **oid);

#endif
