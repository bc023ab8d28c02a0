/*
 * The daemon's log: one line for each message or request, on standard error,
 * as key=value pairs or as JSON.  Whoever starts the daemon keeps it.
 */
#ifndef TOOLS_WEFTD_LOGS_H
#define TOOLS_WEFTD_LOGS_H

#include <weft/log.h>

#include "tools/weftd/settings.h"
#include "transports/http/server.h"

/*
 * From here on the library's messages, and ours, go to standard error in this
 * form; before it only ours do, as "weftd: text".  Thread: before others
 * start.
 */
void logs_start(enum weft_log_level level, enum log_format format);

/* Sets level and form anew.  Thread: any. */
void logs_set(enum weft_log_level level, enum log_format format);

/* Logs a message of the daemon's own.  Thread: any. */
void logs_say(enum weft_log_level level, const char *format, ...)
    WEFT_PRINTF(2, 3);

/*
 * Logs a request.  The entry has no query, header or body.  Thread: any.
 */
void logs_request(const struct weft__http_entry *entry);

#endif
