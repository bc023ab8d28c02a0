/*
 * What a replication with a peer would find to do, as far as the database can
 * tell without asking the peer: by the remembered positions and the journal.
 */
#ifndef MODELS_REPLICATE_PENDING_H
#define MODELS_REPLICATE_PENDING_H

#include <stdbool.h>
#include <stdint.h>

#include <weft/error.h>

struct weft_transaction;

struct weft__pending {
	bool has_sent;        /* a position of something sent is remembered */
	bool knows_to_send;   /* the journal reaches back to it */
	uint64_t to_send;     /* writes since, which are not the peer's own, of
	                         the models that were sent */
	uint64_t received_to; /* the peer's checkpoint up to which all that was
	                         received is here; 0: nothing was */
};

/*
 * Finds out about the peer whose epoch this is.  Positions that cannot be
 * read are none.  Cost: O(writes since).
 * Returns 0; WEFT_ENOMEM; what the database returns.
 */
WEFT_MUST_CHECK int weft__pending_count(struct weft_transaction *transaction,
    const char *epoch, struct weft__pending *pending,
    struct weft_error *error);

#endif
