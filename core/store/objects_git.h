/*
 * Reading entries of packs that git has written: compressed, or as deltas.
 * The only part that knows libgit2.
 *
 * libgit2's options are global: the first open bounds the number of its open
 * files, and turns off its cache and its hash check (SHA1DC on each read
 * doubles the cost of a walk).
 */
#ifndef CORE_STORE_OBJECTS_GIT_H
#define CORE_STORE_OBJECTS_GIT_H

#include "core/store/objects.h"

struct weft__git_pack;

/* Opens the pack of an index whose path is given.  WEFT_EIO, WEFT_ENOMEM. */
WEFT_MUST_CHECK int weft__git_pack_open(const char *index,
    struct weft__git_pack **pack, struct weft_error *error);
void weft__git_pack_close(struct weft__git_pack *pack);

/*
 * Reads an object of the pack; '*handle' holds the content, even after the
 * pack is closed, until it is released.
 * Returns 0; WEFT_EDAMAGED; WEFT_EIO; WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__git_pack_read(struct weft__git_pack *pack,
    const struct weft__oid *oid, enum weft__object_type *type,
    struct weft_slice *content, void **handle, struct weft_error *error);

/* One holder of the content more, or less. */
void weft__git_handle_share(void *handle);
void weft__git_handle_release(void *handle);

#endif
