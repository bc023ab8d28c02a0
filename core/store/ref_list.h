/*
 * All refs of a repository: weft's, and whatever people have added.
 */
#ifndef CORE_STORE_REF_LIST_H
#define CORE_STORE_REF_LIST_H

#include "core/base/arena.h"
#include "core/base/hash.h"
#include "core/store/file.h"

struct weft__ref {
	const char *name; /* "refs/...", or "HEAD"; the list's */
	struct weft__oid oid;
};

/* Zero-initialised is empty. */
struct weft__ref_list {
	struct weft__ref *refs;
	size_t length;
	size_t capacity;
	struct weft__arena arena; /* the names */
};

/*
 * Reads all refs, and HEAD if it names no branch; symbolic ones are left out,
 * for what they name is in the list.  Refs that git writes meanwhile may be
 * read before or after.
 * Returns 0; WEFT_EDAMAGED: a ref holds no id; WEFT_EIO; WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__ref_list_read(struct weft__ref_list *list,
    const struct weft__directory *directory, struct weft_error *error);

/* Frees; the list is empty. */
void weft__ref_list_fini(struct weft__ref_list *list);

#endif
