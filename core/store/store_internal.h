/*
 * What the files that make up the store share.
 */
#ifndef CORE_STORE_STORE_INTERNAL_H
#define CORE_STORE_STORE_INTERNAL_H

#include "core/store/file.h"
#include "core/store/name.h"
#include "core/store/objects.h"
#include "core/store/store.h"

struct weft__store {
	struct weft__directory directory;
	struct weft__objects *objects;
	char *source;
	char ref[WEFT__REF_ROOM];    /* the tip */
	char branch[WEFT__REF_ROOM]; /* the same for plain `git clone` */
	bool is_writable;
	bool is_locked;
	int lock_fd;
	bool must_recover; /* a write has failed */
	bool must_have_tip;
};

/* The folders of a model. */
#define WEFT__FOLDER_LIVE "r"
#define WEFT__FOLDER_DELETED "d"

/* The id of the tip, whether it can be read or not; or WEFT_ENOTFOUND. */
WEFT_MUST_CHECK int weft__store_tip_id(struct weft__store *store,
    struct weft__oid *oid, struct weft_error *error);

/* The folder of this name in a tree (may be empty); zero if there is none. */
WEFT_MUST_CHECK int weft__store_folder(struct weft__store *store,
    const struct weft__oid *tree, struct weft_slice name,
    struct weft__oid *folder, struct weft_error *error);

/* Removes what an own failure has left, if there was one. */
WEFT_MUST_CHECK int weft__store_recover(
    struct weft__store *store, struct weft_error *error);

/*
 * Makes the branch equal to the tip, if it can: it is there for people, and
 * what they did to it must not stop us.
 */
void weft__store_show_tip(
    struct weft__store *store, const struct weft__oid *commit);

/*
 * Reads the parent, which the commit must have, in its place.
 * Returns 0; WEFT_EGONE: the history was cut meanwhile; WEFT_EDAMAGED: the
 * parent is missing in it, or cannot be read.
 * Cost: one read; a walk over the history if it fails.
 */
WEFT_MUST_CHECK int weft__store_parent(struct weft__store *store,
    struct weft__store_commit *commit, struct weft_error *error);

#endif
