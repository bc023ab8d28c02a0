/*
 * The pages of a replication session, each on its way from the source to the
 * target.  For core/repl/session.c only.
 */
#ifndef CORE_REPL_SESSION_PAGE_H
#define CORE_REPL_SESSION_PAGE_H

#include "core/repl/session.h"

/* Frees what the page holds; it is free and usable. */
void weft__page_fini(struct weft__page *page);

/* Whether all pages are free. */
bool weft__pages_free(const struct weft__session *session);

/*
 * The oldest page's call that this side can make.  If there is none: a call
 * for the next page, if it is the source's turn and there is room.
 */
bool weft__page_next(struct weft__session *session, enum weft__side side,
    struct weft__call *call);

/*
 * Moves the page on after a call that went well.  Returns 0 or WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__page_answer(
    struct weft__session *session, const struct weft__call *call);

#endif
