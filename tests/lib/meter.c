#include "tests/lib/meter.h"

#include "models/datasource.h"
#include "models/transaction.h"
#include "tests/lib/test.h"

struct meter meter;

static const struct weft_connector_ops *real;
static struct weft_connector_ops metered;

/* Counts a call; whether it is the one to fail. */
static int
count_call(struct weft_error *error)
{
	if (++meter.calls == meter.fail_at)
		return weft_error_set(error, WEFT_EIO, "the meter says no");
	return 0;
}

static int
session_open(struct weft_connector *connector, bool writing,
    struct weft_connector_session **session, struct weft_error *error)
{
	int code = real->session_open(connector, writing, session, error);

	if (!code)
		(*session)->ops = &metered;
	return code;
}

static int
commit(struct weft_connector_session *session, struct weft_error *error)
{
	int code = count_call(error);

	meter.commits++;
	return code ? code : real->commit(session, error);
}

static int
get(struct weft_connector_session *session, int model, struct weft_slice id,
    struct weft_connector_record *record, struct weft_error *error)
{
	int code = count_call(error);

	meter.reads++;
	return code ? code : real->get(session, model, id, record, error);
}

static int
get_tombstone(struct weft_connector_session *session, int model,
    struct weft_slice id, struct weft_connector_record *record,
    struct weft_error *error)
{
	int code = count_call(error);

	meter.reads++;
	return code ? code
		    : real->get_tombstone(session, model, id, record, error);
}

static int
insert(struct weft_connector_session *session, int model,
    const struct weft_connector_record *record, bool had_tombstone,
    struct weft_error *error)
{
	int code = count_call(error);

	meter.writes++;
	return code
	    ? code
	    : real->insert(session, model, record, had_tombstone, error);
}

static int
update(struct weft_connector_session *session, int model,
    const struct weft_connector_record *record, struct weft_error *error)
{
	int code = count_call(error);

	meter.writes++;
	return code ? code : real->update(session, model, record, error);
}

static int
bury(struct weft_connector_session *session, int model, struct weft_slice id,
    struct weft_slice track, struct weft_error *error)
{
	int code = count_call(error);

	meter.writes++;
	return code ? code : real->bury(session, model, id, track, error);
}

struct walk {
	weft_connector_record_fn *each;
	weft_connector_journal_fn *each_row;
	void *context;
};

static int
count_record(const struct weft_connector_record *record, void *context)
{
	struct walk *walk = context;

	meter.seen++;
	return walk->each(record, walk->context);
}

static int
scan(struct weft_connector_session *session, int model, bool tombstones,
    uint64_t *position, size_t limit, weft_connector_record_fn *each,
    void *context, struct weft_error *error)
{
	struct walk walk = {each, NULL, context};
	int code = count_call(error);

	return code ? code
		    : real->scan(session, model, tombstones, position, limit,
			  count_record, &walk, error);
}

static int
count_row(const struct weft_connector_journal_row *row, void *context)
{
	struct walk *walk = context;

	meter.seen++;
	return walk->each_row(row, walk->context);
}

static int
journal_read(struct weft_connector_session *session, int model, uint64_t after,
    uint64_t upto, size_t limit, weft_connector_journal_fn *each, void *context,
    struct weft_error *error)
{
	struct walk walk = {NULL, each, context};
	int code = count_call(error);

	return code ? code
		    : real->journal_read(session, model, after, upto, limit,
			  count_row, &walk, error);
}

static int
meta_put(struct weft_connector_session *session, struct weft_slice name,
    struct weft_slice value, struct weft_error *error)
{
	int code = count_call(error);

	return code ? code : real->meta_put(session, name, value, error);
}

static int
swap_ops(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	transaction->session->ops = &metered;
	return 0;
}

void
meter_install(struct weft_datasource *datasource)
{
	struct weft_error error;

	memset(&meter, 0, sizeof meter);
	real = datasource->connector->ops;
	metered = *real;
	metered.session_open = session_open;
	metered.commit = commit;
	metered.get = get;
	metered.get_tombstone = get_tombstone;
	metered.insert = insert;
	metered.update = update;
	metered.bury = bury;
	metered.scan = scan;
	metered.journal_read = journal_read;
	metered.meta_put = meta_put;
	datasource->connector->ops = &metered;
	assert_int_equal(
	    weft_datasource_transaction(datasource, swap_ops, NULL, &error), 0);
	for (size_t i = 0; i < datasource->readers_length; i++)
		datasource->readers[i]->session->ops = &metered;
	memset(&meter, 0, sizeof meter);
}
