/*
 * Updates as the messages of weft.repl.v1 bring them: in binary form, and as
 * JSON.
 */
#ifndef TRANSPORTS_WEFT_WIRE_UPDATE_H
#define TRANSPORTS_WEFT_WIRE_UPDATE_H

#include <weft/change.h>

#include "core/base/arena.h"

/* Revisions of its past that an update in a batch has. */
#define WEFT__REPL_PAST 8

/* An update's least size in binary form: so many may be in a message. */
#define WEFT__REPL_UPDATE_SIZE 5

/*
 * Appends one update, or a list of updates, with at most 'past' revisions of
 * the past of each.  Data must be canonical.
 * Return 0; WEFT_EJSON; WEFT_ELIMIT; WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__repl_write_update(struct weft_buf *out,
    bool is_binary, const struct weft_update *update, unsigned past);
WEFT_MUST_CHECK int weft__repl_write_updates(struct weft_buf *out,
    bool is_binary, const struct weft_update *updates, size_t length,
    unsigned past);

/*
 * Appends the updates of a body, all of which it must be, to the list; their
 * model is 'model'.  A JSON body is canonical, as in a message that was read;
 * an update in it may have no revision where it has data, which then gives it.
 * That the data of a binary one is canonical JSON is not checked.
 * Returns 0; WEFT_EINVAL, WEFT_EJSON, WEFT_ELIMIT (it is none of ours);
 * WEFT_ENOMEM.  On failure the list may hold a part.
 */
WEFT_MUST_CHECK int weft__repl_read_updates(struct weft_slice body,
    bool is_binary, struct weft_slice model, struct weft_update_list *list,
    struct weft_error *error);

/* The updates of one model of a push. */
struct weft__repl_part {
	struct weft_slice model;
	struct weft_update_list updates;
};
struct weft__repl_parts {
	struct weft__repl_part *list;
	size_t length, capacity;
	struct weft__arena arena; /* private */
};

/* Reads the parts of a push; to be freed by _fini() in any case.  Returns as
 * weft__repl_read_updates(). */
WEFT_MUST_CHECK int weft__repl_parts_read(struct weft__repl_parts *parts,
    struct weft_slice body, bool is_binary, struct weft_error *error);
void weft__repl_parts_fini(struct weft__repl_parts *parts);

/* Appends one part.  Around all of them are their number (binary), or brackets
 * and commas.  Returns as weft__repl_write_updates(). */
WEFT_MUST_CHECK int weft__repl_write_part(struct weft_buf *out,
    bool is_binary, struct weft_slice model,
    const struct weft_update *updates, size_t length, unsigned past);

#endif
