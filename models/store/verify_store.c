/*
 * Verifying a datasource's store: its objects, and whether it is where the
 * database believes it to be.
 */
#include <weft/verify.h>

#include <inttypes.h>
#include <stdio.h>

#include "core/store/store.h"
#include "models/tracking/relist.h"
#include "models/transaction.h"

struct check {
	struct weft_datasource *datasource;
	weft_problem_fn *each;
	weft_checked_fn *checked; /* or NULL */
	void *context;
	uint64_t count;
};

static int
hand_on(const struct weft__store_problem *found, void *context)
{
	struct check *check = context;
	char hex[WEFT__OID_HEX + 1], text[1200];
	struct weft_problem problem = {.kind = WEFT_PROBLEM_STORE,
	    .model = found->model,
	    .id = found->id,
	    .text = text};

	check->count++;
	if (!weft__oid_is_zero(&found->oid)) {
		weft__oid_format(&found->oid, hex);
		problem.object = hex;
	}
	snprintf(text, sizeof text, "store: %s", found->text);
	return check->each(&problem, check->context);
}

static int
hand_on_progress(uint64_t done, uint64_t total, void *context)
{
	const struct check *check = context;

	return check->checked(done, total, check->context);
}

/* What the database says of the store. */
struct belief {
	struct weft__counters counters;
	bool relist; /* a difference is known, and will be mended */
};

static int
read_belief(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct belief *belief = context;
	int code = weft__transaction_read_counters(transaction, error);

	belief->counters = transaction->counters;
	return code ? code
	            : weft__relist_is_requested(
	                transaction, &belief->relist, error);
}

/*
 * What is wrong with where the store ends, or "" in 'text'.  Another process
 * may write: what the store must have was read before its tip, what it may
 * have after that.
 */
static void
judge(const struct check *check, const struct weft__store_tip *tip,
    const struct belief *before, const struct belief *after, char *text,
    size_t room)
{
	uint64_t seq = tip->commit.seq, end = after->counters.seq;
	uint64_t relied_on = before->counters.projected;

	*text = '\0';
	if (before->relist || after->relist)
		return;
	if (tip->exists &&
	    strcmp(tip->commit.epoch, check->datasource->epoch) != 0)
		snprintf(text, room, "store: its last commit is of another "
		    "database's journal");
	else if (!tip->exists && relied_on)
		snprintf(text, room, "store: it has no commit, or the ref of "
		    "its last one is gone, and the database relies on it up "
		    "to position %" PRIu64, relied_on);
	else if (seq < relied_on)
		snprintf(text, room, "store: it ends at position %" PRIu64
		    ", and the database relies on it up to %" PRIu64, seq,
		    relied_on);
	else if (seq > end)
		snprintf(text, room, "store: it ends at position %" PRIu64
		    ", and the database at %" PRIu64 ": was that restored?",
		    seq, end);
}

static int
check_position(struct check *check, struct weft_error *error)
{
	struct weft_datasource *datasource = check->datasource;
	struct belief before, after;
	struct weft__store_tip tip;
	char text[300];
	struct weft_problem problem = {
	    .kind = WEFT_PROBLEM_POSITION, .text = text};
	int code = weft__datasource_read(
	    datasource, read_belief, &before, error);

	if (!code)
		code = weft__store_tip(datasource->store, &tip, error);
	if (code == WEFT_EDAMAGED && weft__store_has_ref(datasource->store))
		return 0; /* told of already */
	if (code == WEFT_EDAMAGED)
		code = 0;
	if (!code)
		code = weft__datasource_read(
		    datasource, read_belief, &after, error);
	if (code)
		return code;
	judge(check, &tip, &before, &after, text, sizeof text);
	if (!*text)
		return 0;
	check->count++;
	return check->each(&problem, check->context);
}

/* There is no store: that is right as long as nothing was written to one. */
static int
check_absence(struct check *check, struct weft_error *error)
{
	const char *path = check->datasource->lost_store;
	struct belief belief;
	char text[1200];
	struct weft_problem problem = {
	    .kind = WEFT_PROBLEM_POSITION, .text = text};
	int code = path ? weft__datasource_read(check->datasource, read_belief,
			      &belief, error)
			: 0;

	if (code || !path || !belief.counters.projected)
		return code;
	snprintf(text, sizeof text, "store: %s is no repository any more, and "
	    "the database relies on it up to position %" PRIu64, path,
	    belief.counters.projected);
	check->count++;
	return check->each(&problem, check->context);
}

int
weft_store_verify(struct weft_datasource *datasource, bool deep,
    weft_problem_fn *each, weft_checked_fn *checked, void *context,
    uint64_t *count, struct weft_error *error)
{
	struct check check = {datasource, each, checked, context, 0};
	int code = 0;

	pthread_mutex_lock(&datasource->store_mutex);
	if (datasource->store)
		code = weft__store_verify(datasource->store, deep, hand_on,
		    checked ? hand_on_progress : NULL, &check, error);
	if (!code)
		code = datasource->store ? check_position(&check, error)
		                         : check_absence(&check, error);
	pthread_mutex_unlock(&datasource->store_mutex);
	if (count)
		*count = check.count;
	return code;
}
