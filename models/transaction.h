/*
 * A transaction of a datasource: a connector's session with what every write
 * needs around it.
 */
#ifndef MODELS_TRANSACTION_H
#define MODELS_TRANSACTION_H

#include <weft/sys/connector.h>

#include "core/base/json.h"
#include "models/counters.h"
#include "models/datasource.h"

struct weft_transaction {
	struct weft_datasource *datasource;
	struct weft_connector_session *session;
	bool writing;
	struct weft__counters counters;  /* as they will be after the commit */
	struct weft__counters committed; /* as they are in the database */
	uint64_t now_ms;                 /* one time for all journal rows */
	bool knows_horizon;              /* it was read: tracking/trace.h */
	uint64_t horizon;
	struct weft_buf scratch;         /* an encoded track row */
	struct weft_buf old_body;        /* the body that is being replaced */
	struct weft__json json; /* for whoever works in the transaction */
};

/* Everything but the session. */
void weft__transaction_init(struct weft_transaction *transaction,
    struct weft_datasource *datasource, bool writing);
void weft__transaction_fini(struct weft_transaction *transaction);

/*
 * Reads the counters.  A writing transaction has them from the start; a
 * reading one, which may be there for a single record, asks if it needs them.
 */
WEFT_MUST_CHECK int weft__transaction_read_counters(
    struct weft_transaction *transaction, struct weft_error *error);

/* After begin() of a writing transaction: reads time and counters. */
WEFT_MUST_CHECK int weft__transaction_start(
    struct weft_transaction *transaction, struct weft_error *error);

/* Before commit(): writes the counters that moved. */
WEFT_MUST_CHECK int weft__transaction_finish(
    struct weft_transaction *transaction, struct weft_error *error);

/*
 * Lets both counters go on from these values, if they are below: positions
 * that were given out before a restore are never given out again.
 */
WEFT_MUST_CHECK int weft__transaction_jump(
    struct weft_transaction *transaction, uint64_t seq, uint64_t checkpoint,
    struct weft_error *error);

/* A small named value within a transaction; see weft__datasource_meta_get(),
 * but the value is borrowed until the session's next call. */
WEFT_MUST_CHECK int weft__transaction_meta_get(
    struct weft_transaction *transaction, const char *name,
    struct weft_slice *value, struct weft_error *error);
WEFT_MUST_CHECK int weft__transaction_meta_put(
    struct weft_transaction *transaction, const char *name,
    struct weft_slice value, struct weft_error *error);

#endif
