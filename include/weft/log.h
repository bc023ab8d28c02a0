/*
 * Where the library's messages go.
 */
#ifndef WEFT_LOG_H
#define WEFT_LOG_H

#include <weft/types.h>

enum weft_log_level {
	WEFT_LOG_ERROR,   /* something failed that nobody else reports */
	WEFT_LOG_WARNING, /* it goes on, but somebody should look */
	WEFT_LOG_INFO,    /* starts, stops, replications */
	WEFT_LOG_DEBUG    /* each step */
};

/*
 * Receives one message: no newline, NUL-terminated, borrowed until return.
 * 'module' names the part that speaks, e.g. "store".  Called on the thread on
 * which the message arose, possibly several at once; must not call weft.
 */
typedef void weft_log_fn(enum weft_log_level level, const char *module,
    const char *text, void *context);

/*
 * Installs the receiver of messages up to 'level' (NULL: none, the default).
 * 'context' is kept and handed to each call.
 * Thread: call it before other threads use weft.
 */
WEFT_API void weft_log_set(weft_log_fn *receive, enum weft_log_level level,
    void *context);

/* Returns "error", "warning", "info" or "debug", static.  Thread: any. */
WEFT_API const char *weft_log_level_name(enum weft_log_level level);

#endif
