/*
 * Comparing two models record by record.  If both stores have every accepted
 * write, by descending their tries where they differ; else by walking the
 * databases.
 */
#include <weft/store.h>

#include "core/base/log.h"
#include "core/store/store.h"
#include "models/model.h"
#include "models/transaction.h"

/* Records looked at between two steps of a walk. */
#define STEP 1000

struct side {
	struct weft_model *model;
	struct weft_connector_session *session;
	struct weft__oid root; /* if its store is up to date */
	bool is_stored;
};

struct comparison {
	struct side a, b;
	const struct side *asked; /* whose records are looked up in a walk */
	size_t seen;
	weft_difference_fn *each;
	void *context;
};

/*
 * By the databases
 */

static int
compare_record(const struct weft_connector_record *record, void *context)
{
	struct comparison *comparison = context;
	const struct side *asked = comparison->asked;
	struct weft_connector_record other;
	bool found;
	int code;

	comparison->seen++;
	code = asked->session->ops->get(asked->session, asked->model->index,
	    record->id, &other, NULL);
	if (code && code != WEFT_ENOTFOUND)
		return code;
	found = !code && other.body.data;
	if (asked == &comparison->a)
		return found ? 0 : comparison->each(record->id, false, true,
				       comparison->context);
	if (found && weft_slice_equal(record->body, other.body))
		return 0;
	return comparison->each(
	    record->id, true, found, comparison->context);
}

/* Walks the records of 'walked', looking up each at 'asked'. */
static int
walk(struct comparison *comparison, const struct side *walked,
    const struct side *asked, struct weft_error *error)
{
	struct weft_connector_session *session = walked->session;
	uint64_t position = 0;
	int code;

	comparison->asked = asked;
	do {
		comparison->seen = 0;
		code = session->ops->scan(session, walked->model->index,
		    false, &position, STEP, compare_record, comparison,
		    error);
	} while (!code && comparison->seen == STEP);
	return code;
}

/*
 * By the stores
 */

static int
hand_on(struct weft_slice id, const struct weft__oid *a,
    const struct weft__oid *b, void *context)
{
	struct comparison *comparison = context;

	return comparison->each(id, a, b, comparison->context);
}

/* The root if the store has every write of the database. */
static int
read_root(struct side *side, const struct weft_datasource *datasource,
    uint64_t seq, struct weft_error *error)
{
	struct weft__store_tip tip;
	int code = weft__store_tip(datasource->store, &tip, error);

	if (code || !tip.exists || tip.commit.seq != seq ||
	    strcmp(tip.commit.epoch, datasource->epoch) != 0)
		return code;
	code = weft__store_root_at(datasource->store, &tip.commit.oid,
	    WEFT__STORE_LIVE, weft_slice(side->model->definition->name),
	    &side->root, error);
	side->is_stored = !code;
	return code;
}

/* Finds the side's root if its store has the state of the transaction, and
 * can be read. */
static int
find_root(struct side *side, struct weft_transaction *transaction,
    struct weft_error *error)
{
	struct weft_datasource *datasource = transaction->datasource;
	struct weft_error why;
	int code;

	if (!datasource->store || !side->model->tracked)
		return 0;
	code = weft__transaction_read_counters(transaction, error);
	if (code)
		return code;
	pthread_mutex_lock(&datasource->store_mutex);
	code = read_root(side, datasource, transaction->counters.seq, &why);
	pthread_mutex_unlock(&datasource->store_mutex);
	if (code && code != WEFT_EDAMAGED)
		return weft_error_set(error, code, "%s", why.text);
	if (code)
		weft__log(WEFT_LOG_WARNING, "store", "datasource %s: %s: "
		    "records are compared, not stores", datasource->name,
		    why.text);
	return 0;
}

static int
compare_stores(struct comparison *comparison, struct weft_error *error)
{
	struct weft_datasource *a = comparison->a.model->datasource;
	struct weft_datasource *b = comparison->b.model->datasource;
	int code;

	pthread_mutex_lock(&a->store_mutex);
	if (a != b)
		pthread_mutex_lock(&b->store_mutex);
	code = weft__store_diff(a->store, &comparison->a.root, b->store,
	    &comparison->b.root, hand_on, comparison, error);
	if (a != b)
		pthread_mutex_unlock(&b->store_mutex);
	pthread_mutex_unlock(&a->store_mutex);
	return code;
}

/*
 * The comparison: a read transaction of b within one of a.
 */

static int
compare_both(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct comparison *comparison = context;
	int code;

	comparison->b.session = transaction->session;
	code = find_root(&comparison->b, transaction, error);
	if (code)
		return code;
	if (comparison->a.is_stored && comparison->b.is_stored)
		return compare_stores(comparison, error);
	code = walk(comparison, &comparison->a, &comparison->b, error);
	return code ? code :
	    walk(comparison, &comparison->b, &comparison->a, error);
}

static int
compare_from(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct comparison *comparison = context;
	int code;

	comparison->a.session = transaction->session;
	code = find_root(&comparison->a, transaction, error);
	return code ? code :
	    weft__datasource_read(comparison->b.model->datasource,
		compare_both, comparison, error);
}

int
weft_model_compare(struct weft_model *a, struct weft_model *b,
    weft_difference_fn *each, void *context, struct weft_error *error)
{
	struct comparison comparison = {
	    .a.model = a, .b.model = b, .each = each, .context = context};

	return weft__datasource_read(
	    a->datasource, compare_from, &comparison, error);
}
