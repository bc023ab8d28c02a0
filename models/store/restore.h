/*
 * A database that was restored from a backup, and goes on from an older state
 * than its store or its peers know of it.  Its numbering gets a new name, an
 * epoch, and goes on far above all that was given out before; all records are
 * listed anew.  So a position of before is never mistaken for one of after.
 *
 * It is noticed by
 *   the value WEFT__META_BACKUP, which weft's own backups carry;
 *   the store, whose last commit is ahead (models/store/project.c);
 *   a peer, who remembers more than is here (models/replicate/position.c).
 */
#ifndef MODELS_STORE_RESTORE_H
#define MODELS_STORE_RESTORE_H

#include "models/datasource.h"

/* Name of the small value that a backup carries; its content is the time. */
#define WEFT__META_BACKUP "backup"

/*
 * Begins a new epoch, beyond these counters and the present ones; while the
 * datasource is being opened, when nobody has seen the old one yet.
 * Returns 0 or what the connector returns.
 */
WEFT_MUST_CHECK int weft__restore_restart(
    struct weft_transaction *transaction, uint64_t seq, uint64_t checkpoint,
    struct weft_error *error);

/*
 * The same if the database is a backup that is opened for the first time.
 */
WEFT_MUST_CHECK int weft__restore_check_backup(
    struct weft_transaction *transaction, struct weft_error *error);

/*
 * A peer remembers this checkpoint, which was not given out here: begins a
 * new epoch, once in the life of a datasource that is open.
 * Returns 0; WEFT_EREADONLY; WEFT_EINVAL (it was done already, or the number
 * cannot be true); what the connector returns.
 */
WEFT_MUST_CHECK int weft__restore_noticed(struct weft_datasource *datasource,
    uint64_t checkpoint, struct weft_error *error);

#endif
