#include "models/history/moment.h"

#include <inttypes.h>

#include "models/transaction.h"

/* The search through the commits, newest first. */
struct search {
	const struct weft_point *point;
	struct weft__store_tip found;
	struct weft__store_commit newer; /* visited before */
	bool has_newer;
};

#define STOP 1

/* Whether a write of this checkpoint and time was made by the point. */
static bool
is_by_then(
    const struct weft_point *point, uint64_t checkpoint, uint64_t time_ms)
{
	if (point->type == WEFT_POINT_CHECKPOINT)
		return checkpoint <= point->value;
	return point->type == WEFT_POINT_NOW || time_ms <= point->value;
}

static int
visit_commit(const struct weft__store_commit *commit, void *context)
{
	struct search *search = context;

	if (is_by_then(
		search->point, commit->checkpoint_last, commit->time_ms)) {
		search->found.exists = true;
		search->found.commit = *commit;
		return STOP;
	}
	search->newer = *commit;
	search->has_newer = true;
	return 0;
}

static int
take_row(const struct weft_connector_journal_row *row, void *context)
{
	struct weft__moment *moment = context;

	moment->seq = row->seq;
	moment->checkpoint = row->checkpoint;
	moment->time_ms = row->time_ms;
	return 0;
}

/* Reads the tip, and what is known of the last write. */
static int
read_last(struct weft_transaction *transaction, struct weft__moment *moment,
    struct weft_error *error)
{
	struct weft_datasource *datasource = transaction->datasource;
	struct weft_connector_session *session = transaction->session;
	uint64_t first, last;
	int code = session->ops->journal_range(session, &first, &last, error);

	if (!code && datasource->store) {
		pthread_mutex_lock(&datasource->store_mutex);
		code = weft__store_tip(datasource->store, &moment->tip, error);
		pthread_mutex_unlock(&datasource->store_mutex);
	}
	moment->seq = moment->tip.commit.seq;
	moment->checkpoint = moment->tip.commit.checkpoint_last;
	moment->time_ms = moment->tip.commit.time_ms;
	if (code || !last)
		return code;
	return session->ops->journal_read(session, -1, last - 1, last, 1,
	    take_row, moment, error);
}

/* Searches the commits from the tip on. */
static int
search_commits(struct weft_transaction *transaction, struct search *search,
    const struct weft__moment *moment, struct weft_error *error)
{
	struct weft_datasource *datasource = transaction->datasource;
	int code;

	if (!datasource->store)
		return weft_error_set(error, WEFT_EUNSUPPORTED,
		    "datasource %s has no store, so no past",
		    datasource->name);
	if (!moment->tip.exists)
		return 0;
	pthread_mutex_lock(&datasource->store_mutex);
	code = weft__store_log(datasource->store, &moment->tip.commit.oid, 0,
	    visit_commit, search, error);
	pthread_mutex_unlock(&datasource->store_mutex);
	return code == STOP ? 0 : code;
}

/* The first write that the state does not have. */
static int
take_checkpoint(const struct weft_connector_journal_row *row, void *context)
{
	*(uint64_t *)context = row->checkpoint;
	return 0;
}

/* Takes over what was found, and whether the writes of the point's checkpoint
 * are all in it.  Before the first commit there was nothing, unless the history
 * was cut. */
static int
judge(struct weft_transaction *transaction, const struct search *search,
    struct weft__moment *moment, struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	const struct weft__store_commit *found = &search->found.commit;
	uint64_t next = search->newer.checkpoint_first;
	int code = 0;

	if (!search->has_newer)
		code = session->ops->journal_read(session, -1, found->seq,
		    UINT64_MAX, 1, take_checkpoint, &next, error);
	if (!code && !search->found.exists &&
	    !weft__oid_is_zero(&search->newer.cut))
		return weft_error_set(error, WEFT_EGONE, "the history of "
		    "datasource %s begins later, with checkpoint %" PRIu64,
		    transaction->datasource->name, next);
	moment->is_exact = search->point->type != WEFT_POINT_CHECKPOINT ||
	    next > search->point->value;
	moment->at = search->found;
	moment->seq = found->seq;
	moment->checkpoint = found->checkpoint_last;
	moment->time_ms = found->time_ms;
	return code;
}

int
weft__moment_find(struct weft_transaction *transaction,
    const struct weft_point *point, struct weft__moment *moment,
    struct weft_error *error)
{
	struct search search = {.point = point};
	int code;

	*moment = (struct weft__moment){.is_exact = true};
	code = read_last(transaction, moment, error);
	moment->is_now = is_by_then(
	    point, moment->checkpoint, moment->time_ms);
	if (code || moment->is_now)
		return code;
	if (point->type == WEFT_POINT_CHECKPOINT && !point->value) {
		moment->seq = moment->checkpoint = moment->time_ms = 0;
		return 0;
	}
	code = search_commits(transaction, &search, moment, error);
	return code ? code : judge(transaction, &search, moment, error);
}

struct asked {
	const struct weft_point *point;
	struct weft__moment moment;
};

static int
find_moment(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct asked *asked = context;

	return weft__moment_find(
	    transaction, asked->point, &asked->moment, error);
}

int
weft_moment_find(struct weft_datasource *datasource,
    const struct weft_point *point, struct weft_moment *moment,
    struct weft_error *error)
{
	struct asked asked = {.point = point};
	int code =
	    weft__datasource_read(datasource, find_moment, &asked, error);

	if (code)
		return code;
	*moment = (struct weft_moment){
	    .is_now = asked.moment.is_now,
	    .is_exact = asked.moment.is_exact,
	    .seq = asked.moment.seq,
	    .checkpoint = asked.moment.checkpoint,
	    .time_ms = asked.moment.time_ms,
	};
	if (asked.moment.at.exists)
		weft__oid_format(
		    &asked.moment.at.commit.oid, moment->commit);
	return 0;
}
