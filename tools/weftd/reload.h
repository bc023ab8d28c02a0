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

/* The rules ("acls") of the models' files, read again. */
struct reload_rules {
	struct weft_registry *registry; /* where they stand */
	struct weft__rules *rules;
};

/* Reads those of the directory into 'fresh', which is zero; to be dropped in
 * any case.  Returns 0; WEFT_ECONFIG; WEFT_EIO; WEFT_ENOMEM. */
WEFT_MUST_CHECK int reload_rules_read(const struct weft__access *access,
    const char *directory, struct reload_rules *fresh,
    struct weft_error *error);

/* Takes them over; logs which of the models have changed otherwise, come or
 * gone: that takes a restart. */
void reload_rules_take(struct weft_registry *registry,
    struct weft__access *access, struct reload_rules *fresh);

/* Frees what was read, taken or not. */
void reload_rules_drop(
    const struct weft__access *access, struct reload_rules *fresh);

#endif
