/*
 * Commits: their text, and what it says.  docs/store-format.md, "Commits".
 */
#ifndef CORE_STORE_COMMIT_H
#define CORE_STORE_COMMIT_H

#include "core/store/objects.h"
#include "core/store/store.h"

/* Room for a commit's text. */
#define WEFT__COMMIT_ROOM 1024

/*
 * Writes the text of a commit from all members but 'oid', and sets that.
 * Returns the text's size.  Equal members give the same text.
 */
size_t weft__commit_format(
    struct weft__store_commit *commit, char text[WEFT__COMMIT_ROOM]);

/*
 * Reads all members but 'oid' from a commit's text.
 * Returns 0, or WEFT_EDAMAGED if it is not one of ours.
 */
WEFT_MUST_CHECK int weft__commit_parse(
    struct weft_slice text, struct weft__store_commit *commit);

/*
 * Reads a commit.  Returns 0; WEFT_ENOTFOUND: no such commit; WEFT_EDAMAGED:
 * not one of ours.
 */
WEFT_MUST_CHECK int weft__commit_read(struct weft__objects *objects,
    const struct weft__oid *oid, struct weft__store_commit *commit,
    struct weft_error *error);

/* Whether this is an epoch: 1 to 64 printable ASCII characters. */
bool weft__commit_is_epoch(const char *epoch);

#endif
