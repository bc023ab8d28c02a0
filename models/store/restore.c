#include "models/store/restore.h"

#include <inttypes.h>

#include "core/base/log.h"
#include "models/tracking/relist.h"
#include "models/transaction.h"

/*
 * What may have been given out after the backup was made, and is not known
 * here: more than any machine writes until somebody restores it, and little
 * beside the 2^53 that JavaScript counts to.
 */
#define SEQ_MARGIN ((uint64_t)1 << 40)
#define CHECKPOINT_MARGIN ((uint64_t)1 << 32)

/* No checkpoint is above this. */
#define CHECKPOINT_MOST ((uint64_t)1 << 52)

static uint64_t
higher(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* Writes the epoch and the counters that it begins with. */
static int
begin_epoch(struct weft_transaction *transaction, char *epoch, uint64_t seq,
    uint64_t checkpoint, struct weft_error *error)
{
	struct weft_datasource *datasource = transaction->datasource;
	const struct weft__counters *counters = &transaction->counters;
	int code;

	weft__uuid(datasource->clock, epoch);
	code = weft__transaction_meta_put(transaction, WEFT__META_EPOCH,
	    weft_slice(epoch), error);
	if (!code)
		code = weft__transaction_jump(transaction,
		    higher(seq, counters->seq) + SEQ_MARGIN,
		    higher(checkpoint, counters->checkpoint) +
			CHECKPOINT_MARGIN, error);
	return code ? code : weft__relist_request(transaction, error);
}

/* The place for the next epoch's name: the present one may be in use. */
static char *
next_epoch(struct weft_datasource *datasource)
{
	return datasource->epochs[datasource->epoch == datasource->epochs[0]];
}

int
weft__restore_restart(struct weft_transaction *transaction, uint64_t seq,
    uint64_t checkpoint, struct weft_error *error)
{
	struct weft_datasource *datasource = transaction->datasource;
	char *epoch = next_epoch(datasource);
	int code = begin_epoch(transaction, epoch, seq, checkpoint, error);

	if (!code)
		datasource->epoch = epoch;
	return code;
}

int
weft__restore_check_backup(
    struct weft_transaction *transaction, struct weft_error *error)
{
	struct weft_slice value;
	int code = weft__transaction_meta_get(
	    transaction, WEFT__META_BACKUP, &value, error);

	if (code)
		return code == WEFT_ENOTFOUND ? 0 : code;
	weft__log(WEFT_LOG_INFO, "datasource",
	    "%s: restored from a backup: a new epoch begins",
	    transaction->datasource->name);
	code = weft__transaction_meta_put(transaction, WEFT__META_BACKUP,
	    weft_slice_of(NULL, 0), error);
	return code ? code : weft__restore_restart(transaction, 0, 0, error);
}

/* A new epoch in an open datasource. */
struct notice {
	char *epoch;
	uint64_t checkpoint;
};

/* Several may notice at a time; transactions come one after the other. */
static int
begin_noticed(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct weft_datasource *datasource = transaction->datasource;
	struct notice *notice = context;
	int code;

	if (datasource->is_restarted)
		return weft_error_set(error, WEFT_EINVAL,
		    "datasource %s: it began a new epoch already",
		    datasource->name);
	notice->epoch = next_epoch(datasource);
	code = begin_epoch(
	    transaction, notice->epoch, 0, notice->checkpoint, error);
	datasource->is_restarted = !code;
	return code;
}

int
weft__restore_noticed(struct weft_datasource *datasource,
    uint64_t checkpoint, struct weft_error *error)
{
	struct notice notice = {NULL, checkpoint};
	int code;

	if (checkpoint > CHECKPOINT_MOST)
		return weft_error_set(error, WEFT_EINVAL,
		    "datasource %s: there was no checkpoint %" PRIu64,
		    datasource->name, checkpoint);
	code = weft_datasource_transaction(
	    datasource, begin_noticed, &notice, error);
	if (code)
		return code;
	datasource->epoch = notice.epoch;
	weft__log(WEFT_LOG_WARNING, "datasource",
	    "%s: a peer remembers more than checkpoint %" PRIu64 ", which is "
	    "unknown here: the database was restored from a backup, and a new "
	    "epoch begins", datasource->name, checkpoint);
	return 0;
}
