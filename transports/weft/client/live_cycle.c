/*
 * What a live replication does, over and over: it sends what was written
 * here, takes what has come, and waits for more of either.  All of it is
 * ordinary replication (weft_replicate()); only the waiting is different.
 */
#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "core/base/clock.h"
#include "models/replicate/conflict.h"
#include "models/tracking/live.h"
#include "models/transaction.h"
#include "transports/weft/client/live.h"

#define LONGEST_RETRY_MS 60000

/* Rows of the journal that are looked at one by one. */
#define MOST_ROWS 1000

/* What ends a walk. */
#define ENOUGH 1

/* What a replication asks about now and then. */
static int
go_on(const struct weft_replication_progress *progress, void *context)
{
	weft__live_keep(context);
	return weft__live_is_stopping(context);
}

static void
count(struct weft_live *live, const struct weft_replication_result *result,
    bool is_sending)
{
	struct weft_live_status status;

	weft_live_status(live, &status);
	if (is_sending)
		status.sent += result->applied;
	else
		status.received += result->applied;
	pthread_mutex_lock(&live->lock);
	live->status = status;
	pthread_mutex_unlock(&live->lock);
}

/* They are kept, and counted there. */
static void
pass_over(struct weft_conflict *conflict, void *context)
{
	(void)conflict;
	(void)context;
}

/* Replicates one model, or all if it is NULL, in one direction. */
static int
replicate(struct weft_live *live, const char *model, bool is_sending,
    struct weft_error *error)
{
	struct weft_replication plan = WEFT_REPLICATION_INIT;
	struct weft_replication_result result;
	int code;

	plan.source = is_sending ? live->local : &live->remote->base;
	plan.target = is_sending ? &live->remote->base : live->local;
	plan.source_model = model;
	if (!is_sending && live->filter)
		plan.filter = weft_slice(live->filter);
	/* What is written meanwhile wakes the next one. */
	plan.attempts = 1;
	plan.without_roots = true;
	plan.policy = live->options.policy;
	plan.resolver = live->options.resolver;
	plan.resolver_context = live->options.resolver_context;
	plan.progress = go_on;
	plan.progress_context = live;
	plan.peer = live->url;
	plan.conflict = pass_over;
	code = weft_replicate(&plan, &result, error);
	count(live, &result, is_sending);
	weft_replication_result_fini(&result);
	return code;
}

static int
replicate_all(struct weft_live *live, bool is_sending, struct weft_error *error)
{
	int code = 0;

	if (!live->models)
		return replicate(live, NULL, is_sending, error);
	for (size_t i = 0; live->models[i] && !code; i++)
		code = replicate(live, live->models[i], is_sending, error);
	return code;
}

/* What is new in the journal. */
struct news {
	struct weft_slice server; /* its epoch: the origin of what it sent */
	uint64_t seen, tip;
	bool is_ours;             /* something is not the server's */
};

static int
judge_row(const struct weft_connector_journal_row *row, void *context)
{
	struct news *news = context;

	if (weft_slice_equal(row->origin, news->server))
		return 0;
	news->is_ours = true;
	return ENOUGH;
}

/* Reads the journal after 'seen', as far as it takes. */
static int
read_news(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	struct news *news = context;
	uint64_t first;
	int code = session->ops->journal_range(
	    session, &first, &news->tip, error);

	if (code || news->tip == news->seen)
		return code;
	news->is_ours = news->tip < news->seen || news->seen + 1 < first ||
	    news->tip - news->seen > MOST_ROWS || !news->server.size;
	if (!news->is_ours)
		code = session->ops->journal_read(session, -1, news->seen,
		    news->tip, MOST_ROWS, judge_row, news, error);
	return code == ENOUGH ? 0 : code;
}

/* All up to this row of the journal is at the server. */
static int
note_sent(struct weft_live *live, uint64_t tip, struct weft_error *error)
{
	int code = weft_consumer_set(
	    live->options.datasource, live->consumer, "", tip, error);

	if (code)
		return code;
	live->seen = live->noted = tip;
	live->has_sent = true;
	return 0;
}

/* Whether something was written here that was not sent; '*tip' is the
 * journal's last row.  What the server sent needs no look. */
static int
look(struct weft_live *live, uint64_t *tip, bool *is_new,
    struct weft_error *error)
{
	struct news news = {.seen = live->seen};
	int code;

	if (live->remote)
		news.server = weft_slice(
		    live->remote->base.ops->epoch(&live->remote->base));
	code = weft__datasource_read(
	    live->options.datasource, read_news, &news, error);
	*tip = news.tip;
	*is_new = !code && !live->options.only_receive &&
	    (news.is_ours || !live->has_sent);
	if (code || *is_new)
		return code;
	live->seen = news.tip;
	return live->has_sent && live->seen - live->noted > MOST_ROWS
	    ? note_sent(live, news.tip, error)
	    : 0;
}

/* Sends all that was written here so far. */
static int
send_all(struct weft_live *live, struct weft_error *error)
{
	uint64_t tip;
	bool is_new;
	int code = look(live, &tip, &is_new, error);

	if (code || !is_new)
		return code;
	code = replicate_all(live, true, error);
	return code ? code : note_sent(live, tip, error);
}

static int
receive_all(struct weft_live *live, struct weft_error *error)
{
	if (live->options.only_send)
		return 0;
	return replicate_all(live, false, error);
}

/* Conflicts with the server, being counted. */
struct counting {
	struct weft_live *live;
	uint64_t count;
};

static int
count_one(struct weft_slice id, void *context)
{
	uint64_t *count = context;

	++*count;
	return 0;
}

static int
count_model(const char *name, void *context)
{
	struct counting *counting = context;
	const struct weft__parties parties = {.source = counting->live->local,
	    .target = &counting->live->remote->base,
	    .source_model = name,
	    .target_model = name};

	return weft__kept_each(&parties, count_one, &counting->count, NULL);
}

/* How many are kept now: somebody else may have settled some. */
static uint64_t
count_conflicts(struct weft_live *live, uint64_t before)
{
	struct counting counting = {.live = live};

	if (!live->remote || live->local->ops->models(
				 live->local, count_model, &counting, NULL))
		return before;
	return counting.count;
}

/* Tells of a state, and how much is to do. */
static void
tell(struct weft_live *live, enum weft_live_state state, uint64_t retry_ms,
    const struct weft_error *error)
{
	struct weft_live_status status;
	uint64_t tip = live->seen;

	weft_live_status(live, &status);
	status.state = state;
	status.retry_ms = retry_ms;
	status.conflicts = count_conflicts(live, status.conflicts);
	status.error = error ? *error : (struct weft_error){0, ""};
	status.to_receive =
	    live->remote ? weft__peer_source_pending(live->remote) : 0;
	if (weft__live_tip(live->options.datasource, &tip, NULL) ||
	    live->options.only_receive)
		tip = live->seen;
	status.to_send = tip > live->seen ? tip - live->seen : 0;
	weft__live_tell(live, &status);
}

/*
 * Connections
 */

/* Makes the peer known to those who wake, or not. */
static void
show_peer(struct weft_live *live)
{
	pthread_mutex_lock(&live->lock);
	live->peer = live->remote ? live->remote->peer : NULL;
	if (live->peer && live->is_stopping)
		weft__peer_cancel(live->peer);
	pthread_mutex_unlock(&live->lock);
}

/* Connects; what the server has is looked at each time. */
static int
reach(struct weft_live *live, struct weft_error *error)
{
	const struct weft_url_options options = {.version = 1,
	    .token = live->token,
	    .node = live->node,
	    .ca_file = live->ca_file,
	    .retries = 1};
	bool is_other;
	int code;

	if (live->remote)
		return weft__peer_learn(live->remote, &is_other, error);
	code = weft__peer_source_create(
	    live->url, &options, true, &live->remote, error);
	show_peer(live);
	return code;
}

/* A server whose database is another one may not have what it has taken. */
static void
note_epoch(struct weft_live *live)
{
	if (strcmp(live->epoch, live->remote->epoch) == 0)
		return;
	snprintf(live->epoch, sizeof live->epoch, "%s", live->remote->epoch);
	live->has_sent = false;
}

/* One round: there and back until neither side has more. */
static int
catch_up(struct weft_live *live, struct weft_error *error)
{
	uint64_t tip;
	bool is_new = false;
	int code = reach(live, error);

	if (code)
		return code;
	note_epoch(live);
	tell(live, WEFT_LIVE_CATCHING_UP, 0, NULL);
	do {
		code = send_all(live, error);
		if (!code)
			code = receive_all(live, error);
		if (!code)
			code = look(live, &tip, &is_new, error);
	} while (!code && is_new && !weft__live_is_stopping(live));
	return code;
}

/* While all is well: waits for something to do.  Returns when there is. */
static int
wait_for_work(struct weft_live *live, struct weft_error *error)
{
	struct weft__peer *peer = live->remote->peer;
	uint64_t tip;
	bool is_new = false;
	int code = 0;

	while (!code && !is_new && !weft__live_is_stopping(live) &&
	    peer->state == WEFT__PEER_READY &&
	    !weft__peer_source_has_changes(live->remote)) {
		weft__peer_step(peer, live->options.poll_ms);
		code = look(live, &tip, &is_new, error);
		weft__live_keep(live);
	}
	if (!code && peer->state != WEFT__PEER_READY)
		code = weft_error_set(
		    error, peer->code, "%s", peer->error.text);
	return code;
}

/* How long to wait after so many failures: twice as long each time, and
 * somewhere between the half and the whole of that. */
static uint64_t
choose_wait(struct weft_live *live)
{
	uint64_t wait_ms = live->options.retry_ms, random, after_ms = 0;

	for (unsigned i = 1;
	     i < live->failures && wait_ms < LONGEST_RETRY_MS; i++)
		wait_ms *= 2;
	if (wait_ms > LONGEST_RETRY_MS)
		wait_ms = LONGEST_RETRY_MS;
	weft__clock_random(&weft__clock_system, &random, sizeof random);
	wait_ms = wait_ms / 2 + random % (wait_ms / 2 + 1);
	if (live->remote) {
		after_ms = live->remote->peer->after_ms;
		live->remote->peer->after_ms = 0;
	}
	return after_ms > wait_ms ? after_ms : wait_ms;
}

/* Waits for so long, or until it is stopped. */
static void
wait_for(struct weft_live *live, uint64_t wait_ms)
{
	uint64_t end_ms = weft__clock_now_ms(&weft__clock_system) + wait_ms;
	struct timespec end = {.tv_sec = (time_t)(end_ms / 1000),
	    .tv_nsec = (long)(end_ms % 1000) * 1000000};

	pthread_mutex_lock(&live->lock);
	while (!live->is_stopping &&
	    pthread_cond_timedwait(&live->woken, &live->lock, &end) !=
	        ETIMEDOUT)
		;
	pthread_mutex_unlock(&live->lock);
}

/* Waits until it is time for a new try, or until it is stopped. */
static void
wait_offline(struct weft_live *live, const struct weft_error *why)
{
	uint64_t left_ms = choose_wait(live), part_ms;

	tell(live, WEFT_LIVE_OFFLINE, left_ms, why);
	for (; left_ms && !weft__live_is_stopping(live); left_ms -= part_ms) {
		part_ms = left_ms < WEFT__LIVE_REPEAT_MS
		    ? left_ms : WEFT__LIVE_REPEAT_MS;
		wait_for(live, part_ms);
		weft__live_keep(live);
	}
}

/* Whether it is worth to go on after this. */
static bool
may_pass(int code)
{
	return weft_error_class(code) == WEFT_CLASS_RETRY ||
	    code == WEFT_ECONFLICT;
}

int
weft__live_work(struct weft_live *live, struct weft_error *error)
{
	struct weft_error why;
	int code = 0;

	tell(live, WEFT_LIVE_CONNECTING, 0, NULL);
	while (!weft__live_is_stopping(live)) {
		code = catch_up(live, &why);
		if (!code) {
			live->failures = 0;
			tell(live, WEFT_LIVE_LIVE, 0, NULL);
			code = wait_for_work(live, &why);
		}
		if (!code || weft__live_is_stopping(live))
			continue;
		if (!may_pass(code))
			return weft_error_set(error, code, "%s", why.text);
		live->failures++;
		wait_offline(live, &why);
	}
	return 0;
}
