/*
 * Repairing what belongs to no single record: rows of the journal, and states
 * that are kept for the store.
 */
#include <weft/verify.h>

#include "core/base/alloc.h"
#include "models/store/verify_rows.h"
#include "models/transaction.h"

struct fixes {
	struct weft__row *rows; /* as they must be */
	size_t length, capacity;
};

static int
note_row(const struct weft__row *is, const struct weft__row *must,
    const char *fault, void *context)
{
	struct fixes *fixes = context;

	if (is->op == must->op && is->checkpoint == must->checkpoint &&
	    is->time_ms == must->time_ms)
		return 0;
	if (!weft__grow(&fixes->rows, &fixes->capacity, fixes->length + 1,
		sizeof *fixes->rows))
		return WEFT_ENOMEM;
	fixes->rows[fixes->length++] = *must;
	return 0;
}

static int
write_rows(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	const struct fixes *fixes = context;
	int code = 0;

	for (size_t i = 0; !code && i < fixes->length; i++)
		code = session->ops->journal_mend(session,
		    fixes->rows[i].seq, fixes->rows[i].op,
		    fixes->rows[i].checkpoint, fixes->rows[i].time_ms, error);
	return code;
}

static int
mend_rows(struct weft_datasource *datasource, uint64_t *count,
    struct weft_error *error)
{
	struct fixes fixes = {NULL};
	int code = weft__rows_check(datasource, note_row, &fixes, error);

	if (code == WEFT_ENOMEM)
		weft_error_set(error, code, "out of memory");
	if (!code && fixes.length)
		code = weft_datasource_transaction(
		    datasource, write_rows, &fixes, error);
	if (!code)
		*count += fixes.length;
	weft__free(fixes.rows);
	return code;
}

/* States are kept for writes that the store does not have yet: there are
 * none, so that whatever is left of them is of no use. */
static int
drop_kept(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	const struct weft__counters *counters = &transaction->counters;

	if (transaction->datasource->store &&
	    counters->projected != counters->seq)
		return 0;
	return session->ops->pending_prune(session, INT64_MAX, error);
}

int
weft_datasource_repair(struct weft_datasource *datasource, uint64_t *count,
    struct weft_error *error)
{
	const struct weft_connector *connector = datasource->connector;
	uint64_t mended = 0;
	int code = 0;

	if (connector && connector->ops->journal_mend)
		code = mend_rows(datasource, &mended, error);
	if (!code)
		code = weft_datasource_project(datasource, error);
	if (!code)
		code = weft_datasource_transaction(
		    datasource, drop_kept, NULL, error);
	if (count)
		*count = mended;
	return code;
}
