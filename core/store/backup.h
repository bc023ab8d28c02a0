/*
 * A copy of a repository as of one moment, while its writer goes on.
 *
 * The refs are read first; then the caller copies the database, which then has
 * at least what the refs name; then the packs are copied, which have all that
 * these refs lead to, and maybe more.
 */
#ifndef CORE_STORE_BACKUP_H
#define CORE_STORE_BACKUP_H

#include "core/store/ref_list.h"
#include "core/store/store.h"

/* Zero-initialised is none. */
struct weft__store_backup {
	struct weft__store *store; /* kept */
	struct weft__ref_list refs;
};

/* Notes the refs.  Returns 0, or as weft__ref_list_read(). */
WEFT_MUST_CHECK int weft__store_backup_begin(
    struct weft__store_backup *backup, struct weft__store *store,
    struct weft_error *error);

/*
 * Makes a repository at 'path', which must be free, with all packs and the
 * refs as they were noted, durable.  Other refs than weft's, to objects that
 * are in no pack, are left out.
 * Returns 0; WEFT_EEXISTS: something is at the path; WEFT_EDAMAGED: a pack is
 * not what its hash says; WEFT_ELOCKED: history was dropped meanwhile, and
 * what the refs named is gone; WEFT_EIO, WEFT_ENOSPACE.  On failure a part may
 * be left at the path.
 * Cost: each pack is read, hashed and written once.
 */
WEFT_MUST_CHECK int weft__store_backup_finish(
    const struct weft__store_backup *backup, const char *path,
    struct weft_error *error);

/* Frees. */
void weft__store_backup_fini(struct weft__store_backup *backup);

#endif
