/*
 * The writer: the only one who begins write transactions (D1), and commits
 * the transactions of concurrent threads together (group commit).
 *
 * While one commit waits for the disk, requests of other threads collect.  The
 * first of them then leads: it runs them all in queue order in one database
 * transaction, each between a mark and keep or undo, commits once, and gives
 * each its answer.  With one thread every transaction is its own group.
 */
#ifndef MODELS_WRITER_H
#define MODELS_WRITER_H

#include "models/datasource.h"

/* Returns 0 or what session_open() of the connector returns. */
WEFT_MUST_CHECK int weft__writer_create(struct weft_datasource *datasource,
    struct weft__writer **writer, struct weft_error *error);
void weft__writer_destroy(struct weft__writer *writer);

/*
 * Runs 'work' as weft_datasource_transaction() says.  'waits' false: what it
 * writes need not be on the disk when this returns, as long as it is there
 * before anything that is written later.
 */
WEFT_MUST_CHECK int weft__writer_run(struct weft__writer *writer,
    weft_transaction_fn *work, void *context, bool waits,
    struct weft_error *error);

/* As weft__datasource_others(). */
WEFT_MUST_CHECK int weft__writer_others(struct weft__writer *writer,
    uint64_t *number, struct weft_error *error);

#endif
