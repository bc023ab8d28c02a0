/*
 * What changes while the daemon runs, and what does not.
 */
#ifndef TOOLS_WEFTD_RELOAD_H
#define TOOLS_WEFTD_RELOAD_H

#include "models/access/access.h"
#include "tools/weftd/settings.h"

/* Logs each setting that has changed and takes a restart. */
void reload_name_fixed(
    const struct settings *now, const struct settings *next);

/*
 * Takes over the rules ("acls") of the models' files in the directory; logs
 * which of the models have changed otherwise, come or gone: that takes a
 * restart.  Returns 0; WEFT_ECONFIG, WEFT_ENOMEM: all is as before.
 */
WEFT_MUST_CHECK int reload_rules(struct weft_registry *registry,
    struct weft__access *access, const char *directory,
    struct weft_error *error);

#endif
