/*
 * What the daemon counts, in the text form that Prometheus reads.
 */
#ifndef TOOLS_WEFTD_METRICS_H
#define TOOLS_WEFTD_METRICS_H

#include <weft/model.h>

#include "transports/http/server.h"

struct metrics;
struct weft__repl_server;

/* Returns NULL: no memory. */
struct metrics *metrics_create(void);
void metrics_destroy(struct metrics *metrics);

/* Counts a request that was answered.  Thread: any. */
void metrics_count(
    struct metrics *metrics, const struct weft__http_entry *entry);

/*
 * Appends everything: requests, connections, who replicates ('repl' may be
 * NULL), this process, and how far each datasource of the registry is.  Reads
 * the databases: on a worker.
 * Returns 0; WEFT_ENOMEM; what a database returns.
 */
WEFT_MUST_CHECK int metrics_write(struct metrics *metrics,
    struct weft__http_server *server, const struct weft__repl_server *repl,
    struct weft_registry *registry, struct weft_buf *text,
    struct weft_error *error);

#endif
