/*
 * estimate: about how many changes there are since a checkpoint, for progress
 * only.  Counts what changes() will look at: journal rows, or all records.
 */
#include "models/source/local.h"

#include "models/query/filter.h"
#include "models/transaction.h"

struct estimate {
	struct weft_model *model;
	int64_t since;
	uint64_t count;
};

/* How many journal rows there are since; false if it has not all of them. */
static int
count_rows(struct estimate *estimate, struct weft_transaction *transaction,
    bool *has_all, struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	uint64_t first, last, seq;
	int code;

	*has_all = false;
	if (estimate->since < 0)
		return 0;
	code = session->ops->journal_range(session, &first, &last, error);
	if (!code)
		code = session->ops->journal_seek(session,
		    (uint64_t)estimate->since, &seq, error);
	if (code || !first || (first != 1 && seq <= first))
		return code;
	estimate->count = last + 1 - seq;
	*has_all = true;
	return 0;
}

static int
make_estimate(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	const struct weft_query all = {.limit = UINT64_MAX};
	struct estimate *estimate = context;
	bool has_all;
	int code = count_rows(estimate, transaction, &has_all, error);

	if (code || has_all)
		return code;
	return session->ops->count(session, estimate->model->index, &all,
	    &estimate->count, error);
}

int
weft__source_local_estimate(struct weft_source *source, const char *model,
    int64_t since, uint64_t *count, struct weft_error *error)
{
	struct estimate estimate = {.since = since};
	int code = weft__source_local_model(
	    source, model, &estimate.model, error);

	if (!code)
		code = weft__datasource_read(estimate.model->datasource,
		    make_estimate, &estimate, error);
	*count = estimate.count;
	return code;
}
