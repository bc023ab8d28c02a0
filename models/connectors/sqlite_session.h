/*
 * The session members of the SQLite connector: see
 * include/weft/sys/connector.h for what each does.
 */
#ifndef MODELS_CONNECTORS_SQLITE_SESSION_H
#define MODELS_CONNECTORS_SQLITE_SESSION_H

#include <weft/sys/connector.h>

/* The members of those names; weft__sqlite_undo() does its "undo". */
int weft__sqlite_session_open(struct weft_connector *, bool writing,
    struct weft_connector_session **, struct weft_error *);
void weft__sqlite_session_close(struct weft_connector_session *);
int weft__sqlite_begin(struct weft_connector_session *, struct weft_error *);
int weft__sqlite_commit(struct weft_connector_session *, struct weft_error *);
void weft__sqlite_rollback(struct weft_connector_session *);
int weft__sqlite_mark(struct weft_connector_session *, struct weft_error *);
int weft__sqlite_undo(struct weft_connector_session *, struct weft_error *);
int weft__sqlite_keep(struct weft_connector_session *, struct weft_error *);

#endif
