/*
 * The daemon as a whole: databases, rights, API, server, stores.
 */
#ifndef TOOLS_WEFTD_DAEMON_H
#define TOOLS_WEFTD_DAEMON_H

#include "tools/weftd/settings.h"

struct daemon;

/*
 * Opens everything that the settings and the models' files name; nobody is
 * served yet.  'settings' is taken, and empty then.  With 'is_check' no
 * database is opened, and it cannot be started.
 * Returns 0; WEFT_ECONFIG, WEFT_ELOCKED and others that name what and where.
 * Thread: before others start.
 */
WEFT_MUST_CHECK int daemon_open(struct settings *settings, bool is_check,
    struct daemon **daemon, struct weft_error *error);

/*
 * Starts to serve; '*port' is where.  Returns 0; WEFT_EIO (the port is taken,
 * no thread); WEFT_EINVAL (no such host); WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int daemon_start(
    struct daemon *daemon, uint16_t *port, struct weft_error *error);

/*
 * Reads the directory's files again and takes over what may change while it
 * runs: settings, the models' rules, the certificate, the files for browsers.
 * What takes a restart is logged.
 * Returns 0; WEFT_ECONFIG, WEFT_EIO, WEFT_ENOMEM and others that name what: all
 * is as before, even if only one of them was bad.
 */
WEFT_MUST_CHECK int daemon_reload(
    struct daemon *daemon, struct weft_error *error);

/* The settings now: those that take a restart as they were read last. */
const struct settings *daemon_settings(const struct daemon *daemon);

/* Begins to end: /readyz says no, open requests are still answered. */
void daemon_drain(struct daemon *daemon);

/* How many connections are open. */
size_t daemon_connections(struct daemon *daemon);

/* Ends and frees; what is under way is broken off.  NULL is allowed. */
void daemon_close(struct daemon *daemon);

#endif
