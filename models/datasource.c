#include "models/datasource.h"

#include "core/base/alloc.h"
#include "core/store/store.h"
#include "models/model.h"
#include "models/reserve.h"
#include "models/transaction.h"
#include "models/writer.h"

static void
destroy_reader(struct weft_transaction *reader)
{
	reader->session->ops->session_close(reader->session);
	weft__transaction_fini(reader);
	weft__free(reader);
}

void
weft__datasource_close(struct weft_datasource *datasource)
{
	if (!datasource)
		return;
	for (size_t i = 0; i < datasource->readers_length; i++)
		destroy_reader(datasource->readers[i]);
	weft__writer_destroy(datasource->writer);
	if (datasource->connector)
		datasource->connector->ops->close(datasource->connector);
	weft__store_close(datasource->store);
	pthread_mutex_destroy(&datasource->readers_mutex);
	pthread_mutex_destroy(&datasource->store_mutex);
	weft__listeners_fini(&datasource->listeners);
	weft__free(datasource->models);
	weft__free(datasource->lost_store);
	weft__free(datasource->path);
	weft__free(datasource->url);
	weft__free(datasource->name);
	weft__free(datasource);
}

int
weft__datasource_define(struct weft_datasource *datasource,
    struct weft_model *model, bool tracked, struct weft_error *error)
{
	const struct weft__definition *definition = model->definition;
	struct weft_connector_property *properties;
	struct weft_connector_model described = {
	    .name = definition->name, .tracked = tracked};
	int code;

	properties = weft__calloc(definition->length, sizeof *properties);
	if (!properties)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	for (size_t i = 0; i < definition->length; i++) {
		const struct weft__property *from = &definition->properties[i];

		if (from->hidden)
			continue;
		properties[described.length++] =
		    (struct weft_connector_property){
			from->name.data, from->type, from->indexed};
	}
	described.properties = properties;
	code = datasource->connector->ops->define(datasource->connector,
	    &described, error);
	weft__free(properties);
	if (!code)
		model->index = described.index;
	return code;
}

int
weft__datasource_add_model(struct weft_datasource *datasource,
    struct weft_model *model, struct weft_error *error)
{
	int code;

	if (!weft__grow(&datasource->models, &datasource->models_capacity,
		datasource->models_length + 1, sizeof *datasource->models))
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	code = weft__datasource_define(datasource, model, model->tracked,
	    error);
	if (code)
		return code;
	model->datasource = datasource;
	datasource->models[datasource->models_length++] = model;
	return 0;
}

/* An idle reading transaction, or a new one. */
static int
take_reader(struct weft_datasource *datasource,
    struct weft_transaction **reader, struct weft_error *error)
{
	struct weft_connector *connector = datasource->connector;
	struct weft_transaction *made = NULL;
	int code;

	pthread_mutex_lock(&datasource->readers_mutex);
	if (datasource->readers_length)
		made = datasource->readers[--datasource->readers_length];
	pthread_mutex_unlock(&datasource->readers_mutex);
	if (!made) {
		made = weft__calloc(1, sizeof *made);
		if (!made)
			return weft_error_set(error, WEFT_ENOMEM,
			    "out of memory");
		weft__transaction_init(made, datasource, false);
		code = connector->ops->session_open(connector, false,
		    &made->session, error);
		if (code) {
			weft__transaction_fini(made);
			weft__free(made);
			return code;
		}
	}
	*reader = made;
	return 0;
}

static void
give_reader(struct weft_datasource *datasource,
    struct weft_transaction *reader)
{
	bool kept;

	pthread_mutex_lock(&datasource->readers_mutex);
	kept = datasource->readers_length < WEFT__READERS;
	if (kept)
		datasource->readers[datasource->readers_length++] = reader;
	pthread_mutex_unlock(&datasource->readers_mutex);
	if (!kept)
		destroy_reader(reader);
}

int
weft__datasource_read(struct weft_datasource *datasource,
    weft_transaction_fn *work, void *context, struct weft_error *error)
{
	struct weft_transaction *reader = NULL;
	int code = take_reader(datasource, &reader, error);

	if (code)
		return code;
	reader->knows_horizon = false;
	code = reader->session->ops->begin(reader->session, error);
	if (!code) {
		code = work(reader, context, error);
		reader->session->ops->rollback(reader->session);
	}
	give_reader(datasource, reader);
	return code;
}

static int
refuse_writing(
    const struct weft_datasource *datasource, struct weft_error *error)
{
	return weft_error_set(error, WEFT_EREADONLY,
	    "datasource %s is open for reading only", datasource->name);
}

static int
run_writing(struct weft_datasource *datasource, weft_transaction_fn *work,
    void *context, bool waits, struct weft_error *error)
{
	if (datasource->url)
		return weft_error_set(error, WEFT_EUNSUPPORTED,
		    "datasource %s is a server: its records can be "
		    "replicated, and no more", datasource->name);
	return datasource->writer
	    ? weft__writer_run(datasource->writer, work, context, waits, error)
	    : refuse_writing(datasource, error);
}

int
weft__datasource_others(struct weft_datasource *datasource, uint64_t *number,
    struct weft_error *error)
{
	return datasource->writer
	    ? weft__writer_others(datasource->writer, number, error)
	    : refuse_writing(datasource, error);
}

int
weft_datasource_transaction(struct weft_datasource *datasource,
    weft_transaction_fn *work, void *context, struct weft_error *error)
{
	return run_writing(datasource, work, context, true, error);
}

int
weft__datasource_write_soon(struct weft_datasource *datasource,
    weft_transaction_fn *work, void *context, struct weft_error *error)
{
	return run_writing(datasource, work, context, false, error);
}

int
weft__transaction_run(struct weft_datasource *datasource,
    struct weft_transaction *transaction, bool writing,
    weft_transaction_fn *work, void *context, struct weft_error *error)
{
	if (transaction && transaction->datasource != datasource)
		return weft_error_set(error, WEFT_EINVAL,
		    "the transaction is of datasource %s, not %s",
		    transaction->datasource->name, datasource->name);
	if (transaction && writing && !transaction->writing)
		return weft_error_set(error, WEFT_EINVAL,
		    "a write within a reading transaction");
	if (transaction)
		return work(transaction, context, error);
	if (writing)
		return weft_datasource_transaction(datasource, work, context,
		    error);
	return weft__datasource_read(datasource, work, context, error);
}

const char *
weft_datasource_url(const struct weft_datasource *datasource)
{
	return datasource->url;
}

const char *
weft_datasource_name(const struct weft_datasource *datasource)
{
	return datasource->name;
}

static int
read_checkpoint(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	int code = weft__transaction_read_counters(transaction, error);

	*(uint64_t *)context = transaction->counters.checkpoint;
	return code;
}

int
weft_datasource_current_checkpoint(struct weft_datasource *datasource,
    uint64_t *checkpoint, struct weft_error *error)
{
	return weft__datasource_read(datasource, read_checkpoint, checkpoint,
	    error);
}

int
weft_datasource_checkpoint(struct weft_datasource *datasource,
    uint64_t *checkpoint, struct weft_error *error)
{
	return weft__reserve_checkpoint(datasource, checkpoint, error);
}

struct meta_work {
	struct weft_slice name;
	struct weft_slice value;
	struct weft_buf *out;
	weft_connector_meta_fn *each;
	void *context;
};

static int
get_meta(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct meta_work *work = context;
	struct weft_connector_session *session = transaction->session;
	struct weft_slice value;
	int code = session->ops->meta_get(session, work->name, &value, error);

	return code ? code : weft_buf_append_slice(work->out, value);
}

static int
put_meta(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct meta_work *work = context;
	struct weft_connector_session *session = transaction->session;

	return session->ops->meta_put(session, work->name, work->value, error);
}

static int
each_meta(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct meta_work *work = context;
	struct weft_connector_session *session = transaction->session;

	return session->ops->meta_each(session, work->name, work->each,
	    work->context, error);
}

int
weft__datasource_meta_get(struct weft_datasource *datasource,
    struct weft_slice name, struct weft_buf *value, struct weft_error *error)
{
	struct meta_work work = {.name = name, .out = value};

	return weft__datasource_read(datasource, get_meta, &work, error);
}

int
weft__datasource_meta_put(struct weft_datasource *datasource,
    struct weft_slice name, struct weft_slice value, struct weft_error *error)
{
	struct meta_work work = {.name = name, .value = value};

	return weft_datasource_transaction(datasource, put_meta, &work, error);
}

int
weft__datasource_meta_put_soon(struct weft_datasource *datasource,
    struct weft_slice name, struct weft_slice value, struct weft_error *error)
{
	struct meta_work work = {.name = name, .value = value};

	return weft__datasource_write_soon(datasource, put_meta, &work, error);
}

int
weft__datasource_meta_each(struct weft_datasource *datasource,
    struct weft_slice prefix, weft_connector_meta_fn *each, void *context,
    struct weft_error *error)
{
	struct meta_work work = {
	    .name = prefix, .each = each, .context = context};

	return weft__datasource_read(datasource, each_meta, &work, error);
}
