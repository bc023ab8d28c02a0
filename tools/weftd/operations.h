/*
 * What those who run the daemon ask it: /healthz, /readyz, /metrics,
 * /openapi.json; and who replicates, by /replicate.  Files for browsers are
 * answered here too, all else goes on to the API.
 */
#ifndef TOOLS_WEFTD_OPERATIONS_H
#define TOOLS_WEFTD_OPERATIONS_H

#include <stdatomic.h>

#include "tools/weftd/metrics.h"
#include "tools/weftd/settings.h"
#include "transports/http/files.h"
#include "transports/net/workers.h"

struct weft__repl_server;

struct operations {
	atomic_int metrics_access; /* enum metrics_access */
	struct weft_registry *registry;
	struct weft__workers *workers;
	struct metrics *metrics;
	struct weft__http_server *server; /* set before it starts */
	struct weft__http_files *files;   /* asked next; NULL: none */
	struct weft__http_handler api;    /* for all other paths */
	struct weft__repl_server *repl;   /* NULL: not served */
	struct weft_slice openapi;        /* JSON */
	atomic_bool is_ready;             /* else /readyz answers 503 */
};

/* The handler that serves it; 'operations' is kept. */
struct weft__http_handler operations_handler(struct operations *operations);

#endif
