/*
 * What the two forms of updates share.
 */
#ifndef TRANSPORTS_WEFT_WIRE_UPDATE_PRIVATE_H
#define TRANSPORTS_WEFT_WIRE_UPDATE_PRIVATE_H

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/repl/wire.h"
#include "transports/weft/wire/update.h"

/* Bytes of the longest past, as text. */
#define WEFT__REPL_PAST_SIZE \
	(WEFT_LIMIT_REVTREE_NODES * (WEFT_LIMIT_REV_SIZE + 1))

/* Takes the first revision of a past (struct weft_update); empty: a deletion.
 * False: there is none. */
bool weft__repl_next_rev(struct weft_slice *past, struct weft_slice *rev);

/* Whether a text may be a revision; sets 'error' if not. */
WEFT_MUST_CHECK int weft__repl_check_rev(
    struct weft_slice rev, struct weft_error *error);

/* Appends an update to the list after its type was set and it was checked. */
WEFT_MUST_CHECK int weft__repl_add_update(struct weft_update_list *list,
    struct weft_update *update, struct weft_error *error);

/* update_binary.c and update_json.c */
WEFT_MUST_CHECK int weft__repl_put_update(struct weft_buf *out,
    const struct weft_update *update, unsigned past);
WEFT_MUST_CHECK int weft__repl_print_update(struct weft_buf *out,
    const struct weft_update *update, unsigned past);
WEFT_MUST_CHECK int weft__repl_take_updates(struct weft__wire *wire,
    struct weft_slice model, struct weft_update_list *list,
    struct weft_error *error);
WEFT_MUST_CHECK int weft__repl_parse_updates(struct weft_slice token,
    struct weft_slice model, struct weft_update_list *list,
    struct weft_error *error);

#endif
