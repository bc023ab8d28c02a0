/*
 * The repository's directory: making it, the writer's lock, and tidying up
 * after a writer that died.
 */
#ifndef CORE_STORE_REPOSITORY_H
#define CORE_STORE_REPOSITORY_H

#include "core/store/file.h"

/*
 * Opens a bare repository.
 * Returns 0; WEFT_ENOTFOUND: nothing there, or what an interrupted creation
 * has left; WEFT_EINVAL: something else is, or a repository of another format.
 */
WEFT_MUST_CHECK int weft__repository_open(const char *path,
    struct weft__directory *directory, struct weft_error *error);

/*
 * The same, and makes the repository if the path is free, an empty directory,
 * or what an earlier call has left incomplete.  'branch' is the full name of
 * the branch that its HEAD will name.
 */
WEFT_MUST_CHECK int weft__repository_create(const char *path,
    const char *branch, struct weft__directory *directory,
    struct weft_error *error);

/*
 * Takes the writer's lock: an flock() on weft/lock, in which the holder's name
 * stands.  '*fd' keeps it until closed.
 * Returns 0; WEFT_ELOCKED: another has it.
 */
WEFT_MUST_CHECK int weft__repository_lock(
    const struct weft__directory *directory, const char *holder, int *fd,
    struct weft_error *error);

/*
 * Removes what an interrupted writer has left: files under weft/, packs
 * without an index, and our .keep files.  A complete pack stays: `git gc` may
 * have dropped other copies of its objects meanwhile.
 * The caller holds the lock.
 */
WEFT_MUST_CHECK int weft__repository_recover(
    const struct weft__directory *directory, struct weft_error *error);

#endif
