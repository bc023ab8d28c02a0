/*
 * Refs: the files that say which commit is the tip.
 *
 * Written as git writes them (a lock beside the ref, then renamed over it), so
 * that both can work on one repository.  A lock that a dead writer left is
 * recognised, for it is another name of a file under weft/, and removed; so is
 * one that holds an id and does not go away within half a second.
 *
 * ref.c reads, ref_write.c sets.
 */
#ifndef CORE_STORE_REF_H
#define CORE_STORE_REF_H

#include "core/base/hash.h"
#include "core/store/file.h"

/*
 * Reads a ref, from its own file or from packed-refs.
 * Returns 0; WEFT_ENOTFOUND: no such ref; WEFT_EDAMAGED: it holds no id.
 */
WEFT_MUST_CHECK int weft__ref_read(const struct weft__directory *directory,
    const char *ref, struct weft__oid *oid, struct weft_error *error);

/*
 * Sets a ref.  If not 'durable', a power failure may bring the old value back;
 * nothing else.  The caller holds the writer's lock.
 * Returns 0; WEFT_ELOCKED: git holds the ref's lock.  On failure the ref is as
 * it was, unless it was the last step that failed, the folder's sync.
 */
WEFT_MUST_CHECK int weft__ref_write(const struct weft__directory *directory,
    const char *ref, const struct weft__oid *oid, bool durable,
    struct weft_error *error);

/*
 * Gives a ref the value of another one, which differs, by making it a second
 * name of that one's file: nothing is written, nor waited for.  No writer of
 * refs, git's neither, changes a file with a second name in its place.  A
 * power failure may bring the old value back.
 * Returns as weft__ref_write(), and WEFT_ENOTFOUND: the other has no file of
 * its own, as git has packed it.
 */
WEFT_MUST_CHECK int weft__ref_share(const struct weft__directory *directory,
    const char *ref, const char *other, struct weft_error *error);

/*
 * Calls 'visit' with the full name of each ref in a folder ("refs/...",
 * without a slash at its end), but not in folders below it.  Anything but 0
 * from 'visit' ends it and is returned.
 * Returns 0, also if there is no such folder.
 */
WEFT_MUST_CHECK int weft__ref_each(const struct weft__directory *directory,
    const char *folder, int (*visit)(const char *ref, void *context),
    void *context, struct weft_error *error);

#endif
