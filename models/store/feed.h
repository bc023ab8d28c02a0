/*
 * The feed that the projector reads (core/store/feed.h), over one reading
 * transaction: the journal, and records as of a position in it.
 */
#ifndef MODELS_STORE_FEED_H
#define MODELS_STORE_FEED_H

#include "core/store/feed.h"
#include "models/datasource.h"

/* Makes '*feed' read through the transaction (kept while the feed is used). */
void weft__feed_init(
    struct weft__feed *feed, struct weft_transaction *transaction);

#endif
