/*
 * The projector's side of a datasource: its store, and the feed that the
 * store reads the journal from.
 */
#ifndef MODELS_STORE_PROJECT_H
#define MODELS_STORE_PROJECT_H

#include <jansson.h>

#include "models/datasource.h"

/*
 * Opens (and unless the datasource is read-only locks) the store that the
 * settings name; leaves datasource->store NULL if there is to be none, or if
 * it does not exist yet and may not be made.  If the options (may be
 * NULL) ask for it to be rebuilt, what is there is set aside before.
 * Returns 0; WEFT_ECONFIG; WEFT_ELOCKED naming the holder; what the store
 * returns.
 */
WEFT_MUST_CHECK int weft__project_open_store(
    struct weft_datasource *datasource, const json_t *settings,
    const char *directory, bool durable,
    const struct weft_registry_options *options, struct weft_error *error);

/*
 * After opening: makes database and store agree on how far the store is, and
 * notices when one of them was restored from a backup: the database then
 * starts a new epoch and lists all its records anew, and no position is given
 * out twice.
 */
WEFT_MUST_CHECK int weft__project_reconcile(
    struct weft_datasource *datasource, struct weft_error *error);

/*
 * Before and after writing into the store: of one that is shared the lock is
 * taken for that time alone.  Under 'store_mutex'.
 * Entering returns 0; WEFT_ELOCKED naming the holder; what the store returns.
 */
WEFT_MUST_CHECK int weft__project_enter(
    struct weft_datasource *datasource, struct weft_error *error);
void weft__project_leave(struct weft_datasource *datasource);

#endif
