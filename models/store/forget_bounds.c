/*
 * How far everybody has heard, and how old what was deleted is.
 *
 * A tombstone does not know its time, and the journal and the history that do
 * may not reach back as far as tombstones are kept.  So there is a small value
 * for each day on which it was asked, "day/<days since 1970>": the last seq
 * of the journal then.  The history tells of the time before the first one.
 */
#include "models/store/forget.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/base/json_member.h"
#include "core/store/store.h"
#include "models/tracking/consumer.h"
#include "models/transaction.h"

#define DAY_MS ((uint64_t)24 * 60 * 60 * 1000)
#define DAY_NAME "day/%08" PRIu64
#define DAY_NAME_ROOM 32

/* The time until which all is old enough; false: there is none. */
static bool
find_until(const struct weft_datasource *datasource, int64_t days,
    uint64_t *until_ms)
{
	uint64_t now_ms = weft__clock_now_ms(datasource->clock);

	if (days < 0 || (uint64_t)days > now_ms / DAY_MS)
		return false;
	*until_ms = now_ms - (uint64_t)days * DAY_MS;
	return true;
}

/*
 * Age, by the history
 */

struct search {
	uint64_t until_ms;
	uint64_t seq;
};

/* Ends with the newest commit that is old enough. */
static int
look_at_commit(const struct weft__store_commit *commit, void *context)
{
	struct search *search = context;

	if (commit->time_ms > search->until_ms)
		return 0;
	search->seq = commit->seq;
	return 1;
}

static int
search_history(struct weft_datasource *datasource, struct search *search,
    struct weft_error *error)
{
	int code;

	pthread_mutex_lock(&datasource->store_mutex);
	code = weft__store_log(
	    datasource->store, NULL, 0, look_at_commit, search, error);
	pthread_mutex_unlock(&datasource->store_mutex);
	return code < 0 ? code : 0;
}

/*
 * Age, by the days that were noted
 */

/* The day that a name is of. */
static uint64_t
read_day(struct weft_slice name)
{
	uint64_t day = 0;

	for (size_t i = sizeof "day/" - 1; i < name.size; i++)
		day = day * 10 + (uint64_t)(unsigned char)(name.data[i] - '0');
	return day;
}

struct days {
	struct search *search;
	uint64_t end;    /* days before it are old enough */
	uint64_t passed; /* a day before the last such one: needless; 0: none */
	uint64_t found;
};

static int
look_at_day(struct weft_slice name, struct weft_slice value, void *context)
{
	struct days *days = context;
	uint64_t seq = 0, day = read_day(name);

	if (day >= days->end)
		return 1;
	for (size_t i = 0; i < value.size; i++)
		seq = seq * 10 + (uint64_t)(unsigned char)(value.data[i] - '0');
	if (seq > days->search->seq)
		days->search->seq = seq;
	days->passed = days->found;
	days->found = day;
	return 0;
}

static int
put_day(struct weft_transaction *transaction, uint64_t day,
    struct weft_slice value, struct weft_error *error)
{
	char name[DAY_NAME_ROOM];

	snprintf(name, sizeof name, DAY_NAME, day);
	return weft__transaction_meta_put(transaction, name, value, error);
}

/* Looks among the days, notes today, and forgets one that is needless. */
static int
search_days(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	struct search *search = context;
	struct days days = {
	    .search = search, .end = search->until_ms / DAY_MS};
	char text[24];
	int code = session->ops->meta_each(
	    session, weft_slice("day/"), look_at_day, &days, error);

	if (code < 0)
		return code;
	snprintf(text, sizeof text, "%" PRIu64, transaction->counters.seq);
	code = put_day(transaction, transaction->now_ms / DAY_MS,
	    weft_slice(text), error);
	return code || !days.passed ? code : put_day(transaction, days.passed,
					 weft_slice_of(NULL, 0), error);
}

/* Up to which seq all is at least so old. */
static int
find_old(struct weft_datasource *datasource, int64_t days, uint64_t *seq,
    struct weft_error *error)
{
	struct search search = {.seq = 0};
	int code;

	if (!find_until(datasource, days, &search.until_ms))
		return 0;
	code = search_history(datasource, &search, error);
	if (!code)
		code = weft_datasource_transaction(
		    datasource, search_days, &search, error);
	*seq = search.seq;
	return code;
}

/*
 * Who has heard of what
 */

struct hearing {
	struct weft__forget_bounds *bounds;
	bool has_peer;
};

/* Lowers the checkpoint to what was sent to a peer. */
static int
take_sent(struct weft_slice name, struct weft_slice value, void *context)
{
	struct hearing *hearing = context;
	struct weft__json json;
	uint64_t sent = 0;

	(void)name;
	weft__json_init(&json);
	if (!weft__json_view(&json, value, NULL))
		sent = weft__json_get_count(&json, "sourceCheckpoint");
	weft__json_fini(&json);
	hearing->has_peer = true;
	if (sent < hearing->bounds->heard_checkpoint)
		hearing->bounds->heard_checkpoint = sent;
	return 0;
}

/* Small values of a viewer: "viewer/<user>/<name>". */
static int
take_viewers(struct weft_slice name, struct weft_slice value, void *context)
{
	const struct weft_slice sent = weft_slice("sent/");
	const char *user = name.data + sizeof "viewer/" - 1;
	const char *end = name.data + name.size;
	const char *slash = memchr(user, '/', (size_t)(end - user));

	if (!slash || (size_t)(end - slash) <= sent.size ||
	    memcmp(slash + 1, sent.data, sent.size))
		return 0;
	return take_sent(name, value, context);
}

static int
find_heard(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	struct weft__forget_bounds *bounds = context;
	struct hearing hearing = {.bounds = bounds};
	int code = weft__consumer_lowest(
	    transaction, &bounds->heard_seq, error);

	bounds->heard_checkpoint = UINT64_MAX;
	if (!code)
		code = session->ops->meta_each(session, weft_slice("sent/"),
		    take_sent, &hearing, error);
	if (!code)
		code = session->ops->meta_each(session, weft_slice("viewer/"),
		    take_viewers, &hearing, error);
	if (bounds->heard_seq == UINT64_MAX && !hearing.has_peer)
		bounds->heard_seq = 0;
	return code;
}

int
weft__forget_find_bounds(struct weft_datasource *datasource,
    const struct weft__forget_rule *rule, struct weft__forget_bounds *bounds,
    struct weft_error *error)
{
	int code = 0;

	*bounds = (struct weft__forget_bounds){.old_seq = 0};
	if (rule->heard)
		code = weft__datasource_read(
		    datasource, find_heard, bounds, error);
	if (!code)
		code = find_old(
		    datasource, rule->days, &bounds->old_seq, error);
	return code;
}
