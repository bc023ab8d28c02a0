/*
 * Messages.  The library never prints: it calls back.
 */
#ifndef CORE_BASE_LOG_H
#define CORE_BASE_LOG_H

#include <weft/log.h>

/* Hands a formatted message to the installed callback, if its level asks. */
void weft__log(enum weft_log_level level, const char *module,
    const char *format, ...) WEFT_PRINTF(3, 4);

#endif
