/*
 * Verifying the states that are kept for the store: each is a record's
 * canonical body, of a model that there is, and of a position that was given
 * out.
 */
#include "models/store/verify.h"

#include <inttypes.h>
#include <stdio.h>

#include "models/transaction.h"

struct look {
	struct weft_transaction *transaction;
	struct weft__telling *telling;
	struct weft_error *error;
};

/* What is wrong with it, or NULL. */
static int
judge(struct look *look, int model, uint64_t seq, struct weft_slice body,
    const char **fault)
{
	*fault = NULL;
	if (model < 0)
		*fault = "of a model that there is not";
	else if (!seq || seq > look->transaction->counters.seq)
		*fault = "of a position that was never given out";
	else if (body.data)
		return weft__check_object(
		    &look->transaction->json, body, fault, look->error);
	return 0;
}

static int
check_state(int model, struct weft_slice id, uint64_t seq,
    struct weft_slice body, void *context)
{
	struct look *look = context;
	const char *fault;
	char text[512];
	int code = judge(look, model, seq, body, &fault);

	if (code || !fault)
		return code;
	snprintf(text, sizeof text, "the state of \"%.*s\" that is kept of "
	    "position %" PRIu64 ": %s", (int)(id.size < 300 ? id.size : 300),
	    id.data, seq, fault);
	return weft__tell(look->telling, WEFT_PROBLEM_JOURNAL, text);
}

static int
check_states(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	struct look look = {transaction, context, error};
	int code = weft__transaction_read_counters(transaction, error);

	return code ? code
	            : session->ops->pending_each(
	                session, check_state, &look, error);
}

int
weft__check_pending(struct weft_datasource *datasource,
    struct weft__telling *telling, struct weft_error *error)
{
	const struct weft_connector *connector = datasource->connector;

	return connector && connector->ops->pending_each
	    ? weft__datasource_read(datasource, check_states, telling, error)
	    : 0;
}
