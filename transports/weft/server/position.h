/*
 * Positions as clients keep them: a source's place as text, bound to what it
 * is a place in.  Nothing is secret: a position that somebody has made up
 * gives him what he may see anyway.
 */
#ifndef TRANSPORTS_WEFT_SERVER_POSITION_H
#define TRANSPORTS_WEFT_SERVER_POSITION_H

#include "core/repl/source.h"

#define WEFT__REPL_POSITION_SIZE 128 /* bytes of the text, with a NUL */

/* What a position is in. */
struct weft__repl_scope {
	struct weft_slice epoch, model;
	struct weft_slice view;   /* whose view; empty: everybody's */
	struct weft_slice filter; /* JSON; no value: none */
};

/* Writes the text. */
void weft__repl_position_write(const struct weft__repl_scope *scope,
    const struct weft__place *place, char text[WEFT__REPL_POSITION_SIZE]);

/*
 * Reads it.  Returns NULL, or why it is none to go on from: "bad", "epoch" or
 * "other"; static.
 */
const char *weft__repl_position_read(const struct weft__repl_scope *scope,
    struct weft_slice text, struct weft__place *place);

#endif
