#include "models/store/feed.h"

#include "core/base/log.h"
#include "core/track/track_row.h"
#include "models/model.h"
#include "models/transaction.h"

struct row_context {
	struct weft_datasource *datasource;
	int (*each)(const struct weft__feed_row *row, void *context);
	void *context;
};

/* The model with the connector's index, or NULL. */
static struct weft_model *
model_of(const struct weft_datasource *datasource, int index)
{
	for (size_t i = 0; i < datasource->models_length; i++)
		if (datasource->models[i]->index == index)
			return datasource->models[i];
	return NULL;
}

static struct weft_model *
model_named(const struct weft_datasource *datasource, struct weft_slice name)
{
	for (size_t i = 0; i < datasource->models_length; i++)
		if (weft_slice_equal(name,
			weft_slice(datasource->models[i]->definition->name)))
			return datasource->models[i];
	return NULL;
}

static int
hand_on_row(const struct weft_connector_journal_row *row, void *context)
{
	const struct row_context *outer = context;
	const struct weft_model *model = model_of(outer->datasource,
	    row->model);
	struct weft__feed_row out = {
	    .seq = row->seq,
	    .id = row->id,
	    .checkpoint = row->checkpoint,
	    .time_ms = row->time_ms,
	};

	if (!model) {
		/* The model was taken out of the configuration.  Its records
		 * stay in the store as they are. */
		weft__log(WEFT_LOG_WARNING, "project",
		    "journal row %llu is of a model that is not defined",
		    (unsigned long long)row->seq);
		return 0;
	}
	out.model = weft_slice(model->definition->name);
	return outer->each(&out, outer->context);
}

static int
find_last(void *context, uint64_t *seq, struct weft_error *error)
{
	const struct weft_transaction *transaction = context;
	struct weft_connector_session *session = transaction->session;
	uint64_t first;

	return session->ops->journal_range(session, &first, seq, error);
}

static int
read_rows(void *context, uint64_t after, size_t limit,
    int (*each)(const struct weft__feed_row *row, void *each_context),
    void *each_context, struct weft_error *error)
{
	struct weft_transaction *transaction = context;
	struct weft_connector_session *session = transaction->session;
	struct row_context outer = {
	    transaction->datasource, each, each_context};

	return session->ops->journal_read(session, -1, after, UINT64_MAX,
	    limit, hand_on_row, &outer, error);
}

/* The state before the present one: kept when it was replaced. */
static int
read_pending(struct weft_transaction *transaction,
    const struct weft_model *model, struct weft_slice id, uint64_t as_of,
    struct weft__feed_state *state, struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	uint64_t seq;
	int code = session->ops->pending_get(session, model->index, id, as_of,
	    &seq, &state->body, error);

	if (code == WEFT_ENOTFOUND)
		return 0;
	state->exists = true;
	state->deleted = !state->body.data;
	return code;
}

static int
read_state(void *context, struct weft_slice model_name, struct weft_slice id,
    uint64_t as_of, struct weft__feed_state *state, struct weft_error *error)
{
	struct weft_transaction *transaction = context;
	struct weft_connector_session *session = transaction->session;
	const struct weft_model *model = model_named(transaction->datasource,
	    model_name);
	struct weft_connector_record record;
	int code;

	if (!model)
		return 0;
	code = session->ops->get(session, model->index, id, &record, error);
	if (code && code != WEFT_ENOTFOUND)
		return code;
	if (code == WEFT_ENOTFOUND ||
	    (record.track.data && weft__track_peek_seq(record.track) > as_of))
		return read_pending(transaction, model, id, as_of, state,
		    error);
	state->exists = true;
	state->deleted = !record.body.data;
	state->body = record.body;
	return 0;
}

void
weft__feed_init(struct weft__feed *feed, struct weft_transaction *transaction)
{
	feed->context = transaction;
	feed->last = find_last;
	feed->rows = read_rows;
	feed->state = read_state;
}
