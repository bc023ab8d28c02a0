/*
 * The public face of a datasource's store: status, log.
 */
#include <weft/store.h>

#include <stdio.h>

#include "core/store/store.h"
#include "models/transaction.h"

static int
read_counters(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	struct weft_datasource_status *status = context;
	int code = weft__transaction_read_counters(transaction, error);

	if (code)
		return code;
	status->checkpoint = transaction->counters.checkpoint;
	status->seq = transaction->counters.seq;
	return session->ops->journal_range(session, &status->journal_first,
	    &status->journal_last, error);
}

int
weft_datasource_get_status(struct weft_datasource *datasource,
    struct weft_datasource_status *status, struct weft_error *error)
{
	struct weft__store_tip tip = {.exists = false};
	int code;

	*status = (struct weft_datasource_status){
	    .has_store = datasource->store};
	snprintf(status->epoch, sizeof status->epoch, "%s",
	    datasource->epoch);
	/* The store first: what it has then is in the database, too. */
	pthread_mutex_lock(&datasource->store_mutex);
	code = datasource->store ?
	    weft__store_tip(datasource->store, &tip, error) : 0;
	pthread_mutex_unlock(&datasource->store_mutex);
	status->is_damaged = code == WEFT_EDAMAGED;
	if (!code || status->is_damaged)
		code = weft__datasource_read(datasource, read_counters,
		    status, error);
	if (code || !datasource->store || status->is_damaged)
		return code;
	if (!tip.exists) {
		status->is_stored = status->seq == 0;
		return 0;
	}
	status->stored_seq = tip.commit.seq;
	status->is_stored = status->seq == tip.commit.seq &&
	    strcmp(tip.commit.epoch, datasource->epoch) == 0;
	weft__oid_format(&tip.commit.oid, status->commit);
	return 0;
}

const char *
weft_store_path(const struct weft_datasource *datasource)
{
	return datasource->store ? weft__store_path(datasource->store) : NULL;
}

/* A caller's function that hears of commits. */
struct listener {
	weft_store_commit_fn *commit;
	void *context;
};

static int
hand_on_commit(const struct weft__store_commit *commit, void *context)
{
	const struct listener *listener = context;
	struct weft_store_commit out = {
	    .seq = commit->seq,
	    .checkpoint_first = commit->checkpoint_first,
	    .checkpoint_last = commit->checkpoint_last,
	    .changes = commit->changes,
	    .time_ms = commit->time_ms,
	};

	weft__oid_format(&commit->oid, out.id);
	return listener->commit(&out, listener->context);
}

int
weft_store_log(struct weft_datasource *datasource, uint64_t max,
    weft_store_commit_fn *each, void *context, struct weft_error *error)
{
	struct listener listener = {.commit = each, .context = context};
	struct weft__store_tip tip;
	int code;

	if (!datasource->store)
		return 0;
	pthread_mutex_lock(&datasource->store_mutex);
	code = weft__store_tip(datasource->store, &tip, error);
	if (!code && tip.exists)
		code = weft__store_log(datasource->store, &tip.commit.oid,
		    max, hand_on_commit, &listener, error);
	pthread_mutex_unlock(&datasource->store_mutex);
	return code;
}
