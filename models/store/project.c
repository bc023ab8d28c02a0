#include "models/store/project.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "core/base/log.h"
#include "core/store/store.h"
#include "models/store/feed.h"
#include "models/store/restore.h"
#include "models/store/sketch.h"
#include "models/tracking/consumer.h"
#include "models/tracking/relist.h"
#include "models/transaction.h"

/* The path that the settings give the store, to be freed; "" for none. */
static int
store_path(const json_t *settings, const char *directory, bool durable,
    char **path, struct weft_error *error)
{
	const json_t *setting = json_object_get(settings, "store");
	const char *name = json_string_value(setting);
	const char *file = json_string_value(json_object_get(settings, "file"));
	struct weft_buf text = WEFT_BUF_INIT(4096);
	const char *suffix = "";
	int code;

	if (setting && !name && !json_is_false(setting))
		return weft_error_set(error, WEFT_ECONFIG,
		    "store: expected a directory's name, or false");
	if (!setting && durable && file) {
		name = file;
		suffix = ".git";
	}
	if (!name || !*name) {
		*path = weft__strdup("");
		return *path ? 0 : WEFT_ENOMEM;
	}
	if (name[0] != '/' && directory)
		code = weft_buf_printf(&text, "%s/%s%s", directory, name,
		    suffix);
	else
		code = weft_buf_printf(&text, "%s%s", name, suffix);
	*path = text.data; /* weft_buf allocates with weft__malloc() */
	return code;
}

/* Keeps what is there under another name. */
static int
set_aside(const char *path, const char *holder, struct weft_error *error)
{
	struct weft_buf kept = WEFT_BUF_INIT(4096);
	int code = weft__store_set_aside(path, holder, &kept, error);

	if (!code && kept.size)
		weft__log(WEFT_LOG_WARNING, "store",
		    "%s is made anew; the old one is kept as %s", path,
		    kept.data);
	weft_buf_fini(&kept);
	return code;
}

/* Opens what the path names, and locks it if it may be written. */
static int
open_store(struct weft_datasource *datasource, const char *path,
    struct weft_error *error)
{
	enum weft__store_mode mode = datasource->read_only
	    ? WEFT__STORE_READ : WEFT__STORE_CREATE;
	int code = weft__store_open(path, datasource->name, mode,
	    &datasource->store, error);

	if (!datasource->read_only)
		return code ? code : weft__project_enter(datasource, error);
	if (code != WEFT_ENOTFOUND)
		return code;
	/* Nothing is wrong if there was none yet: verify_store.c asks. */
	datasource->lost_store = weft__strdup(path);
	return datasource->lost_store
	    ? 0
	    : weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

/* Whether the options ask for the datasource's store to be made anew. */
static bool
is_rebuilt(const struct weft_datasource *datasource,
    const struct weft_registry_options *options)
{
	return !datasource->read_only && options && options->rebuild &&
	    strcmp(options->rebuild, datasource->name) == 0;
}

int
weft__project_open_store(struct weft_datasource *datasource,
    const json_t *settings, const char *directory, bool durable,
    const struct weft_registry_options *options, struct weft_error *error)
{
	char *path = NULL;
	int code = store_path(settings, directory, durable, &path, error);

	snprintf(datasource->holder, sizeof datasource->holder, "%s",
	    options && options->holder ? options->holder : "weft");
	if (!code && *path && is_rebuilt(datasource, options))
		code = set_aside(path, datasource->holder, error);
	if (!code && *path)
		code = open_store(datasource, path, error);
	weft__free(path);
	return code;
}

int
weft__project_enter(struct weft_datasource *datasource,
    struct weft_error *error)
{
	return weft__store_lock(
	    datasource->store, datasource->holder, error);
}

void
weft__project_leave(struct weft_datasource *datasource)
{
	if (datasource->store && datasource->shares_store)
		weft__store_unlock(datasource->store);
}

struct project_work {
	struct weft_datasource *datasource;
	struct weft__project_result result;
};

static int
project_snapshot(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct project_work *work = context;
	struct weft__feed feed;

	weft__feed_init(&feed, transaction);
	return weft__project(work->datasource->store, &feed,
	    work->datasource->epoch, &work->result, error);
}

/* Up to which seq nobody needs the journal: the store had it one projection
 * ago, every consumer is past it, and it is not among the rows that are kept
 * anyway. */
static int
find_horizon(struct weft_transaction *transaction, uint64_t *horizon,
    struct weft_error *error)
{
	const struct weft__counters *counters = &transaction->counters;
	uint64_t kept = transaction->datasource->journal_rows;
	uint64_t lowest;
	int code = weft__consumer_lowest(transaction, &lowest, error);

	*horizon = counters->seq > kept ? counters->seq - kept : 0;
	if (*horizon > counters->projected)
		*horizon = counters->projected;
	if (*horizon > lowest)
		*horizon = lowest;
	return code;
}

/* The store has everything up to 'seq': states that were kept for it are not
 * needed any more.  A record that is forgotten later must have none of them. */
static int
set_projected(struct weft_transaction *transaction, uint64_t seq,
    struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;

	transaction->counters.projected = seq;
	return session->ops->pending_prune(session, seq, error);
}

static int
note_projected(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	uint64_t seq = *(const uint64_t *)context, horizon;
	int code;

	if (seq == transaction->counters.projected)
		return 0;
	code = find_horizon(transaction, &horizon, error);
	if (code)
		return code;
	code = set_projected(transaction, seq, error);
	if (!code && horizon)
		code = session->ops->journal_prune(session, horizon, error);
	return code;
}

/* Projects what the journal has in one snapshot of it. */
static int
project_into_store(struct project_work *work, struct weft_error *error)
{
	struct weft_datasource *datasource = work->datasource;
	int code;

	pthread_mutex_lock(&datasource->store_mutex);
	code = weft__project_enter(datasource, error);
	if (!code) {
		code = weft__datasource_read(
		    datasource, project_snapshot, work, error);
		weft__sketches_follow(datasource);
		weft__project_leave(datasource);
	}
	pthread_mutex_unlock(&datasource->store_mutex);
	return code;
}

/* Brings the store up to the present. */
static int
project_all(struct weft_datasource *datasource, struct weft_error *error)
{
	struct project_work work = {.datasource = datasource};
	uint64_t seq;
	int code = weft__relist_run(datasource, error);

	if (code)
		return code;
	code = project_into_store(&work, error);
	seq = work.result.tip.commit.seq;
	if (work.result.commits && work.result.tip.exists) {
		int noted = weft_datasource_transaction(datasource,
		    note_projected, &seq, code ? NULL : error);

		code = code ? code : noted;
	}
	if (code && error)
		weft_error_wrap(error, "bring the store up to date");
	return code;
}

/* Does what the commits so far have left for later. */
static int
settle(struct weft_datasource *datasource, struct weft_error *error)
{
	struct weft_connector *connector = datasource->connector;

	if (datasource->read_only || !connector || !connector->ops->settle)
		return 0;
	return connector->ops->settle(connector, error);
}

int
weft_datasource_project(struct weft_datasource *datasource,
    struct weft_error *error)
{
	int code = settle(datasource, error);

	if (code || !datasource->store)
		return code;
	if (datasource->read_only)
		return weft_error_set(error, WEFT_EREADONLY,
		    "datasource %s is open for reading only",
		    datasource->name);
	return project_all(datasource, error);
}

/* What the database and the store say of each other when they are opened. */
struct agreement {
	struct weft__store_tip tip;
	bool relist;
};

/* The database goes on from an older state than the store has: a backup was
 * restored. */
static int
start_epoch(struct weft_transaction *transaction,
    const struct agreement *agreement, struct weft_error *error)
{
	const struct weft__store_commit *tip = &agreement->tip.commit;

	weft__log(WEFT_LOG_WARNING, "datasource", "%s: the database is older "
	    "than its store (seq %" PRIu64 " < %" PRIu64 "): a new epoch "
	    "begins", transaction->datasource->name,
	    transaction->counters.seq, tip->seq);
	return weft__restore_restart(
	    transaction, tip->seq, tip->checkpoint_last, error);
}

/* The store has nothing of what it had: it is lost, or made anew. */
static void
tell_of_loss(const struct weft_datasource *datasource, uint64_t projected)
{
	weft__log(WEFT_LOG_WARNING, "store", "%s has no commit, and the "
	    "database relies on it up to position %" PRIu64 ": it gets the "
	    "records anew, without their history",
	    weft__store_path(datasource->store), projected);
}

/* Decides how far the store is, as the database sees it. */
static int
agree(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct agreement *agreement = context;
	struct weft__counters *counters = &transaction->counters;
	const struct weft__store_commit *tip = &agreement->tip.commit;
	bool same = strcmp(tip->epoch, transaction->datasource->epoch) == 0;
	int code = 0;

	if (!agreement->tip.exists) {
		agreement->relist = counters->projected > 0;
		if (agreement->relist)
			tell_of_loss(transaction->datasource,
			    counters->projected);
		counters->projected = 0;
	} else if (!same || tip->seq > counters->seq) {
		agreement->relist = true;
		counters->projected = 0;
		if (same)
			code = start_epoch(transaction, agreement, error);
		if (!code)
			code = weft__transaction_jump(transaction, tip->seq,
			    tip->checkpoint_last + 1, error);
	} else {
		agreement->relist = tip->seq < counters->projected;
		code = set_projected(transaction, tip->seq, error);
	}
	if (!code && agreement->relist)
		code = weft__relist_request(transaction, error);
	return code;
}

static int
read_projected(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	int code = weft__transaction_read_counters(transaction, error);

	*(uint64_t *)context = transaction->counters.projected;
	return code;
}

/* The store has no tip that can be read: if the database relies on one, only
 * its ref may be gone or damaged. */
static int
find_lost_tip(struct weft_datasource *datasource, struct weft__store_tip *tip,
    struct weft_error *error)
{
	char hex[WEFT__OID_HEX + 1];
	uint64_t projected;
	bool found = false;
	int code = weft__datasource_read(
	    datasource, read_projected, &projected, error);

	if (!code && projected)
		code = weft__store_find_tip(datasource->store,
		    datasource->epoch, projected, &found, error);
	if (!code)
		code = weft__store_tip(datasource->store, tip, error);
	if (code || !found)
		return code;
	weft__oid_format(&tip->commit.oid, hex);
	weft__log(WEFT_LOG_WARNING, "store", "%s: the ref of its last commit "
	    "was gone, or damaged; it is set to %s, the newest one that is "
	    "complete", weft__store_path(datasource->store), hex);
	return 0;
}

/* A reader changes nothing, but takes no store without a tip for one without
 * history. */
static int
expect_tip(struct weft_datasource *datasource, struct weft_error *error)
{
	uint64_t projected;
	int code;

	if (!datasource->store && !datasource->lost_store)
		return 0;
	code = weft__datasource_read(
	    datasource, read_projected, &projected, error);
	if (code || !projected)
		return code;
	if (datasource->store)
		weft__store_must_have_tip(datasource->store);
	else
		weft__log(WEFT_LOG_WARNING, "store", "%s is no repository any "
		    "more: there is no history", datasource->lost_store);
	return 0;
}

int
weft__project_reconcile(struct weft_datasource *datasource,
    struct weft_error *error)
{
	struct agreement agreement = {.relist = false};
	int code;

	if (datasource->read_only)
		return expect_tip(datasource, error);
	if (!datasource->store)
		return 0;
	code = weft__store_tip(datasource->store, &agreement.tip, error);
	if (code == WEFT_EDAMAGED || (!code && !agreement.tip.exists))
		code = find_lost_tip(datasource, &agreement.tip, error);
	if (code == WEFT_EDAMAGED && error)
		weft_error_wrap(error, "the store's last commit cannot be "
		    "read (`weft verify --repair` makes the store anew)");
	return code ? code : weft_datasource_transaction(datasource, agree,
				 &agreement, error);
}
