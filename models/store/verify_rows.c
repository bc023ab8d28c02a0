/*
 * The journal's rows as such, of all models: their ops, times, and checkpoints,
 * which never fall; and the last row of each commit, of which the commit has
 * time and checkpoint, too.  (What a row says of its record: verify_journal.c.)
 *
 * A row is judged between its neighbours, so that one that is wrong does not
 * make all others look wrong.
 */
#include "models/store/verify_rows.h"

#include "core/base/alloc.h"
#include "core/store/store.h"
#include "models/transaction.h"
#include "models/value/date.h"

/* What a commit says of its last row. */
struct last {
	uint64_t seq, checkpoint, time_ms;
};

struct walk {
	struct weft_datasource *datasource;
	uint64_t first; /* row that the journal has */
	struct last *commits; /* newest first */
	size_t length, capacity;
	struct weft__row before, row; /* seq 0: none */
	uint64_t checkpoint; /* the current one: none is above it */
	weft__row_fault_fn *each;
	void *context;
};

static bool
is_op(char op)
{
	return op == 'c' || op == 'u' || op == 'd' || op == WEFT_OP_FORGET;
}

/* The commit that ends with the row, or NULL.  Rows come in order. */
static const struct last *
find_commit(struct walk *walk, uint64_t seq)
{
	while (walk->length && walk->commits[walk->length - 1].seq < seq)
		walk->length--;
	return walk->length && walk->commits[walk->length - 1].seq == seq
	    ? &walk->commits[walk->length - 1]
	    : NULL;
}

/* Judges a checkpoint by those around it: NULL, or what is wrong. */
static const char *
judge_checkpoint(
    const struct walk *walk, const struct weft__row *after,
    struct weft__row *row)
{
	uint64_t low = walk->before.checkpoint;
	uint64_t high = after->seq ? after->checkpoint : walk->checkpoint;

	if (row->checkpoint >= low && (row->checkpoint <= high || low > high))
		return NULL;
	if (low <= high)
		row->checkpoint = walk->before.seq ? low : high;
	return "its checkpoint is not between those of the rows around it";
}

/* What is wrong with a row, or NULL; '*row' becomes what it must be. */
static const char *
judge(struct walk *walk, const struct weft__row *after, struct weft__row *row)
{
	const struct last *commit = find_commit(walk, row->seq);
	const char *fault = judge_checkpoint(walk, after, row);

	if (!is_op(row->op)) {
		row->op = row->is_deletion ? 'd' : 'u';
		fault = "its op is none";
	}
	if (row->time_ms > WEFT__DATE_MAX_MS) {
		row->time_ms =
		    walk->before.seq ? walk->before.time_ms : after->time_ms;
		fault = "its time is none";
	}
	if (!commit)
		return fault;
	if (row->time_ms / 1000 != commit->time_ms / 1000) {
		row->time_ms = commit->time_ms;
		fault = "its time is not that of the commit it is the last of";
	}
	if (row->checkpoint != commit->checkpoint) {
		row->checkpoint = commit->checkpoint;
		fault = "its checkpoint is not that of the commit it is the "
		    "last of";
	}
	return fault;
}

/* The row in hand has got its neighbour ('after'; seq 0: it is the last). */
static int
move_on(struct walk *walk, const struct weft__row *after)
{
	struct weft__row *row = &walk->row;
	const struct weft__row is = *row;
	const char *fault = row->seq ? judge(walk, after, row) : NULL;
	int code = fault ? walk->each(&is, row, fault, walk->context) : 0;

	walk->before = *row;
	walk->row = *after;
	return code;
}

static int
take_row(const struct weft_connector_journal_row *found, void *context)
{
	const struct weft__row after = {
	    .seq = found->seq,
	    .op = found->op,
	    .is_deletion = !found->rev.data,
	    .checkpoint = found->checkpoint,
	    .time_ms = found->time_ms,
	};

	return move_on(context, &after);
}

/* Notes the newest commits, as far as the journal has their rows. */
static int
take_commit(const struct weft__store_commit *commit, void *context)
{
	struct walk *walk = context;

	if (commit->seq < walk->first ||
	    strcmp(commit->epoch, walk->datasource->epoch) != 0)
		return 1;
	if (!weft__grow(&walk->commits, &walk->capacity, walk->length + 1,
		sizeof *walk->commits))
		return WEFT_ENOMEM;
	walk->commits[walk->length++] = (struct last){
	    commit->seq, commit->checkpoint_last, commit->time_ms};
	return 0;
}

/* A store that cannot be read is not this check's: there is no commit then. */
static int
read_commits(struct walk *walk, struct weft_error *error)
{
	struct weft_datasource *datasource = walk->datasource;
	int code;

	if (!datasource->store)
		return 0;
	pthread_mutex_lock(&datasource->store_mutex);
	code = weft__store_log(
	    datasource->store, NULL, 0, take_commit, walk, NULL);
	pthread_mutex_unlock(&datasource->store_mutex);
	return code == WEFT_ENOMEM
	    ? weft_error_set(error, code, "out of memory")
	    : 0;
}

static int
read_first(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	struct walk *walk = context;
	uint64_t last;

	return session->ops->journal_range(
	    session, &walk->first, &last, error);
}

static int
walk_rows(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	const struct weft__row none = {.seq = 0};
	struct weft_connector_session *session = transaction->session;
	struct walk *walk = context;
	int code = weft__transaction_read_counters(transaction, error);

	walk->checkpoint = transaction->counters.checkpoint;
	if (!code)
		code = session->ops->journal_read(session, -1, 0, UINT64_MAX,
		    SIZE_MAX, take_row, walk, error);
	return code ? code : move_on(walk, &none);
}

int
weft__rows_check(struct weft_datasource *datasource,
    weft__row_fault_fn *each, void *context, struct weft_error *error)
{
	struct walk walk = {
	    .datasource = datasource, .each = each, .context = context};
	int code = weft__datasource_read(
	    datasource, read_first, &walk, error);

	if (!code)
		code = read_commits(&walk, error);
	if (!code)
		code = weft__datasource_read(
		    datasource, walk_rows, &walk, error);
	weft__free(walk.commits);
	return code;
}
