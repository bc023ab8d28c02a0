/*
 * Checkpoints that are given out without waiting for the disk.
 *
 * Each replication begins with a checkpoint, also one that finds nothing.
 * Nothing is lost with a checkpoint, but its number must never be given out
 * again: who has it since the first time would not hear of a change made
 * under it after the second.  So numbers are reserved, many at a time, by a
 * commit that waits for the disk; then each is given out by one that does not.
 * Only such commits are taken back when the machine fails, since one that
 * waits makes all before it durable; after that the database goes on above
 * what was reserved.
 *
 * That the machine has failed, or was only started again, is told by the
 * kernel's boot id, which is kept with the reservation.  A process that dies
 * takes nothing back.
 */
#ifndef MODELS_RESERVE_H
#define MODELS_RESERVE_H

#include "models/datasource.h"

/* Adds one to the checkpoint counter.  Returns what a commit returns. */
WEFT_MUST_CHECK int weft__reserve_checkpoint(
    struct weft_datasource *datasource, uint64_t *checkpoint,
    struct weft_error *error);

/* A weft_transaction_fn, to be run before anything else is written: goes on
 * above what was reserved before the machine was started. */
WEFT_MUST_CHECK int weft__reserve_recover(struct weft_transaction *transaction,
    void *context, struct weft_error *error);

/* Tests only: another boot id; NULL: the kernel's. */
void weft__reserve_set_boot(const char *boot);

#endif
