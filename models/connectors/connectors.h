/*
 * The connectors that come with weft.
 */
#ifndef MODELS_CONNECTORS_CONNECTORS_H
#define MODELS_CONNECTORS_CONNECTORS_H

#include <weft/sys/connector.h>

/* In memory; lost at the end. */
extern const struct weft_connector_ops weft__connector_memory;

/* A SQLite file.  Settings: "file", its name. */
extern const struct weft_connector_ops weft__connector_sqlite;

/* A server in place of a database.  Settings: "url". */
extern const struct weft_connector_ops weft__connector_remote;

/*
 * The connector of this name, as datasources.json gives it: "memory",
 * "sqlite" or "sqlite3", "remote" or "loopback-connector-remote"; NULL if
 * there is none.
 */
const struct weft_connector_ops *weft__connector_find(const char *name);

#endif
