/*
 * together(): several writes in one transaction of the datasource.
 *
 * While it runs, the source's reads and writes by id and its small values go
 * through that transaction; a call within another one is a part, between a
 * mark and keep or undo.
 */
#include "models/source/local.h"
#include "models/transaction.h"

struct together {
	struct weft__source_local *local;
	int (*work)(void *context, struct weft_error *error);
	void *context;
};

static int
run_whole(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct together *together = context;
	int code;

	together->local->transaction = transaction;
	code = together->work(together->context, error);
	together->local->transaction = NULL;
	return code;
}

/* Nothing of what a failed part has written stays. */
static int
run_part(struct together *together, struct weft_error *error)
{
	struct weft_transaction *transaction = together->local->transaction;
	struct weft_connector_session *session = transaction->session;
	const struct weft__counters before = transaction->counters;
	struct weft_error why = {0};
	int code = session->ops->mark(session, error);

	if (code)
		return code;
	code = together->work(together->context, error);
	if (!code)
		return session->ops->keep(session, error);
	transaction->counters = before;
	transaction->knows_horizon = false;
	if (session->ops->undo(session, &why))
		return weft_error_set(error, why.code, "%s", why.text);
	return code;
}

/* A hook may do anything, a write of its own too, which would wait for the
 * transaction that it is called in. */
static bool
has_hooks(const struct weft_model *model)
{
	for (int i = 0; i < WEFT__HOOK_POINTS; i++)
		if (model->hooks[i].length)
			return true;
	return false;
}

int
weft__source_local_together(struct weft_source *source, const char *model,
    int (*work)(void *context, struct weft_error *error), void *context,
    struct weft_error *error)
{
	struct together together = {
	    weft__source_local(source), work, context};
	struct weft_model *found;
	int code;

	if (together.local->transaction)
		return run_part(&together, error);
	code = weft__source_local_model(source, model, &found, error);
	if (code)
		return code;
	if (has_hooks(found))
		return work(context, error);
	return weft_datasource_transaction(
	    together.local->datasource, run_whole, &together, error);
}

int
weft__source_local_run(struct weft_source *source, bool writing,
    weft_transaction_fn *work, void *context, struct weft_error *error)
{
	struct weft__source_local *local = weft__source_local(source);

	return weft__transaction_run(local->datasource, local->transaction,
	    writing, work, context, error);
}
