/*
 * Names in the store: how any text becomes a name that git, its checks and
 * every file system take.  docs/store-format.md, "Names", is the contract.
 */
#ifndef CORE_STORE_NAME_H
#define CORE_STORE_NAME_H

#include <weft/types.h>

#include "core/base/hash.h"

/* Bytes of an escaped text beyond which an id gets a hashed name. */
#define WEFT__NAME_MAX 200

/* Room for what is escaped: texts of up to WEFT__NAME_MAX bytes, and a NUL. */
#define WEFT__NAME_ROOM (3 * WEFT__NAME_MAX + 1)

/* A hashed name: "%h" and 40 hex digits. */
#define WEFT__NAME_HASHED_SIZE 42

/* The name of the entry after a hashed one, which holds the id: + ".id". */
#define WEFT__NAME_ID_SUFFIX ".id"

/* Room for the name of any ref of ours. */
#define WEFT__REF_ROOM 512

/*
 * Writes the escaped text, of at most WEFT__NAME_MAX bytes, and a NUL; returns
 * its size.  No two texts give the same.
 */
size_t weft__name_escape(
    struct weft_slice text, char escaped[WEFT__NAME_ROOM]);

/*
 * As weft__name_escape() for an id of any size, but a hashed name if that
 * would be longer than WEFT__NAME_MAX.  'hash' is the id's SHA-1.
 */
size_t weft__name_of_id(struct weft_slice id, const struct weft__oid *hash,
    char name[WEFT__NAME_ROOM]);

/* Whether this is a hashed name. */
bool weft__name_is_hashed(struct weft_slice name);

/*
 * The text that weft__name_escape() made this name from.
 * Returns 0, or WEFT_EDAMAGED if it makes no such name.
 */
WEFT_MUST_CHECK int weft__name_unescape(struct weft_slice name,
    char text[WEFT__NAME_ROOM], size_t *size);

/* Writes "<prefix><source>"; prefix: "refs/weft/" or "refs/heads/". */
void weft__name_ref(const char *prefix, struct weft_slice source,
    char ref[WEFT__REF_ROOM]);

/* Writes "refs/weft/peer/<source>/<peer>". */
void weft__name_peer_ref(struct weft_slice source, struct weft_slice peer,
    char ref[WEFT__REF_ROOM]);

#endif
