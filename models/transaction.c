#include "models/transaction.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/base/limits.h"

/*
 * The counters that the journal does not give by itself, as decimal text.
 * "seq" is written only by a restore that jumps past what was given out
 * before; the journal's last row is above it soon after.
 */
#define META_SEQ "counter/seq"
#define META_CHECKPOINT "counter/checkpoint"
#define META_PROJECTED "counter/projected"

void
weft__transaction_init(struct weft_transaction *transaction,
    struct weft_datasource *datasource, bool writing)
{
	transaction->datasource = datasource;
	transaction->writing = writing;
	weft_buf_init(&transaction->scratch, WEFT_LIMIT_RECORD_SIZE);
	weft_buf_init(&transaction->old_body, 2 * WEFT_LIMIT_RECORD_SIZE);
	weft__json_init(&transaction->json);
}

void
weft__transaction_fini(struct weft_transaction *transaction)
{
	weft_buf_fini(&transaction->scratch);
	weft_buf_fini(&transaction->old_body);
	weft__json_fini(&transaction->json);
}

int
weft__transaction_meta_get(struct weft_transaction *transaction,
    const char *name, struct weft_slice *value, struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;

	return session->ops->meta_get(session, weft_slice(name), value, error);
}

int
weft__transaction_meta_put(struct weft_transaction *transaction,
    const char *name, struct weft_slice value, struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;

	return session->ops->meta_put(session, weft_slice(name), value, error);
}

/* Reads a counter; one that was never written leaves '*counter' alone. */
static int
read_counter(struct weft_transaction *transaction, const char *name,
    uint64_t *counter, struct weft_error *error)
{
	struct weft_slice value;
	uint64_t number = 0;
	int code = weft__transaction_meta_get(transaction, name, &value, error);

	if (code)
		return code == WEFT_ENOTFOUND ? 0 : code;
	for (size_t i = 0; i < value.size; i++) {
		if (value.data[i] < '0' || value.data[i] > '9' || i > 18)
			return weft_error_set(error, WEFT_EDAMAGED,
			    "%s is not a number", name);
		number = number * 10 + (uint64_t)(value.data[i] - '0');
	}
	*counter = number;
	return 0;
}

static int
write_counter(struct weft_transaction *transaction, const char *name,
    uint64_t before, uint64_t counter, struct weft_error *error)
{
	char text[24];

	if (counter == before)
		return 0;
	snprintf(text, sizeof text, "%" PRIu64, counter);
	return weft__transaction_meta_put(transaction, name, weft_slice(text),
	    error);
}

int
weft__transaction_read_counters(struct weft_transaction *transaction,
    struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	struct weft__counters counters = {0, 1, 0};
	uint64_t first, last, jumped = 0;
	int code = session->ops->journal_range(session, &first, &last, error);

	if (!code)
		code = read_counter(transaction, META_SEQ, &jumped, error);
	if (!code)
		code = read_counter(transaction, META_CHECKPOINT,
		    &counters.checkpoint, error);
	if (!code)
		code = read_counter(transaction, META_PROJECTED,
		    &counters.projected, error);
	counters.seq = last > jumped ? last : jumped;
	transaction->counters = counters;
	transaction->committed = counters;
	return code;
}

int
weft__transaction_start(struct weft_transaction *transaction,
    struct weft_error *error)
{
	transaction->now_ms =
	    weft__clock_now_ms(transaction->datasource->clock);
	transaction->knows_horizon = false;
	return weft__transaction_read_counters(transaction, error);
}

int
weft__transaction_finish(struct weft_transaction *transaction,
    struct weft_error *error)
{
	const struct weft__counters *old = &transaction->committed;
	const struct weft__counters *new = &transaction->counters;
	int code = write_counter(transaction, META_CHECKPOINT, old->checkpoint,
	    new->checkpoint, error);

	if (!code)
		code = write_counter(transaction, META_PROJECTED,
		    old->projected, new->projected, error);
	return code;
}

int
weft__transaction_jump(struct weft_transaction *transaction, uint64_t seq,
    uint64_t checkpoint, struct weft_error *error)
{
	struct weft__counters *counters = &transaction->counters;

	if (checkpoint > counters->checkpoint)
		counters->checkpoint = checkpoint;
	if (seq <= counters->seq)
		return 0;
	counters->seq = seq;
	return write_counter(transaction, META_SEQ, 0, seq, error);
}
