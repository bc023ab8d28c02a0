#include "models/datasource.h"

#include <jansson.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "core/store/store.h"
#include "models/connectors/connectors.h"
#include "models/model.h"
#include "models/project.h"
#include "models/restore.h"
#include "models/transaction.h"
#include "models/writer.h"

/* Reads or makes the epoch: the name of this database's life. */
static int
read_epoch(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct weft_datasource *datasource = transaction->datasource;
	struct weft_slice value;
	int code = weft__transaction_meta_get(transaction, WEFT__META_EPOCH, &value,
	    error);

	if (!code && value.size == WEFT__UUID_SIZE) {
		memcpy(datasource->epochs[0], value.data, value.size);
		return !transaction->writing ? 0 :
		    weft__restore_check_backup(transaction, error);
	}
	if (code && code != WEFT_ENOTFOUND)
		return code;
	if (!code)
		return weft_error_set(error, WEFT_EDAMAGED,
		    "the database's epoch is not a UUID");
	weft__uuid(datasource->clock, datasource->epochs[0]);
	if (!transaction->writing)
		return 0; /* an empty database that nobody wrote to */
	return weft__transaction_meta_put(transaction, WEFT__META_EPOCH,
	    weft_slice(datasource->epoch), error);
}

/* Reads a number from 0 that is how much of something is kept; one that is not
 * given leaves '*number' as it is. */
static int
read_number(const json_t *settings, const char *name, const char *unit,
    int64_t *number, struct weft_error *error)
{
	const json_t *value = json_object_get(settings, name);

	if (!value)
		return 0;
	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return weft_error_set(error, WEFT_ECONFIG,
		    "%s: expected a number of %s to keep", name, unit);
	*number = json_integer_value(value);
	return 0;
}

/* Where the database's file is, as the connector finds it; 'directory' NULL:
 * it has none. */
static int
find_path(struct weft_datasource *datasource, const json_t *settings,
    const char *directory, struct weft_error *error)
{
	const char *file = json_string_value(json_object_get(settings, "file"));
	struct weft_buf path = WEFT_BUF_INIT(SIZE_MAX - 1);

	if (!file || !directory)
		return 0;
	if (weft_buf_printf(&path, "%s%s%s", *file == '/' ? "" : directory,
		*file == '/' ? "" : "/", file)) {
		weft_buf_fini(&path);
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	}
	datasource->path = path.data; /* weft_buf allocates so */
	return 0;
}

/* Reads the settings that are the datasource's own. */
static int
read_settings(struct weft_datasource *datasource, const json_t *settings,
    const char *directory, struct weft_error *error)
{
	int64_t rows = WEFT_LIMIT_JOURNAL_ROWS;
	int code = read_number(settings, "journalRows", "rows", &rows, error);

	datasource->journal_rows = (uint64_t)rows;
	datasource->keep_checkpoints = datasource->keep_days = -1;
	if (!code)
		code = read_number(settings, "keepCheckpoints", "checkpoints",
		    &datasource->keep_checkpoints, error);
	if (!code)
		code = read_number(settings, "keepDays", "days",
		    &datasource->keep_days, error);
	return code ? code : find_path(datasource, settings, directory, error);
}

/* Opens what the settings name, or a database in memory in its place. */
static int
open_database(struct weft_datasource *datasource,
    const struct weft_connector_ops *ops, const json_t *settings,
    struct weft_slice text, const char *directory,
    const struct weft_registry_options *options, struct weft_error *error)
{
	int code;

	if (datasource->detached)
		return weft__connector_find("memory")->open(
		    weft_slice("{\"connector\": \"memory\"}"), NULL, false,
		    &datasource->connector, error);
	/* The store first: its lock keeps two writers apart. */
	code = weft__project_open_store(
	    datasource, settings, directory, ops->durable, options, error);
	return code ? code
		    : ops->open(text, directory, datasource->read_only,
			  &datasource->connector, error);
}

/* Opens what the settings name; the parts so far are closed by the caller. */
static int
open_parts(struct weft_datasource *datasource, json_t *settings,
    struct weft_slice text, const char *directory,
    const struct weft_registry_options *options, struct weft_error *error)
{
	const char *name = json_string_value(json_object_get(settings,
	    "connector"));
	const struct weft_connector_ops *ops;
	int code;

	if (!name)
		return weft_error_set(error, WEFT_ECONFIG,
		    "connector: expected a connector's name");
	ops = weft__connector_find(name);
	if (!ops)
		return weft_error_set(error, WEFT_ECONFIG,
		    "connector: there is no connector \"%s\"", name);
	code = read_settings(datasource, settings,
	    ops->durable ? directory : NULL, error);
	if (!code)
		code = open_database(datasource, ops, settings, text,
		    directory, options, error);
	if (!code && !datasource->read_only)
		code = weft__writer_create(datasource, &datasource->writer,
		    error);
	if (!code)
		code = weft__transaction_run(datasource, NULL,
		    !datasource->read_only, read_epoch, NULL, error);
	if (!code)
		code = weft__project_reconcile(datasource, error);
	if (!code)
		weft__project_leave(datasource);
	return code;
}

static struct weft_datasource *
allocate(const char *name, const struct weft_registry_options *options)
{
	struct weft_datasource *datasource = weft__calloc(1,
	    sizeof *datasource);

	if (!datasource)
		return NULL;
	datasource->name = weft__strdup(name);
	if (!datasource->name) {
		weft__free(datasource);
		return NULL;
	}
	datasource->clock = options && options->clock ? options->clock
						      : &weft__clock_system;
	if (options) {
		datasource->read_only = options->read_only;
		datasource->detached = options->detached;
		datasource->shares_store = options->shares_store;
	}
	datasource->epoch = datasource->epochs[0];
	pthread_mutex_init(&datasource->readers_mutex, NULL);
	pthread_mutex_init(&datasource->store_mutex, NULL);
	return datasource;
}

int
weft__datasource_open(const char *name, struct weft_slice settings,
    const char *directory, const struct weft_registry_options *options,
    struct weft_datasource **datasource, struct weft_error *error)
{
	struct weft_datasource *made;
	json_error_t why;
	json_t *parsed = json_loadb(settings.data, settings.size, 0, &why);
	int code;

	if (!json_is_object(parsed)) {
		json_decref(parsed);
		return weft_error_set(error, WEFT_ECONFIG,
		    "datasource %s: settings: expected a JSON object%s%s",
		    name, parsed ? "" : ": ", parsed ? "" : why.text);
	}
	made = allocate(name, options);
	if (!made) {
		json_decref(parsed);
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	}
	code = open_parts(made, parsed, settings, directory, options, error);
	json_decref(parsed);
	if (code) {
		weft__datasource_close(made);
		if (error)
			weft_error_wrap(error, "datasource %s", name);
		return code;
	}
	*datasource = made;
	return 0;
}

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
	weft__free(datasource->models);
	weft__free(datasource->path);
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
	code = reader->session->ops->begin(reader->session, error);
	if (!code) {
		code = work(reader, context, error);
		reader->session->ops->rollback(reader->session);
	}
	give_reader(datasource, reader);
	return code;
}

int
weft_datasource_transaction(struct weft_datasource *datasource,
    weft_transaction_fn *work, void *context, struct weft_error *error)
{
	if (!datasource->writer)
		return weft_error_set(error, WEFT_EREADONLY,
		    "datasource %s is open for reading only",
		    datasource->name);
	return weft__writer_run(datasource->writer, work, context, error);
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

static int
bump_checkpoint(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	*(uint64_t *)context = ++transaction->counters.checkpoint;
	return 0;
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
	return weft_datasource_transaction(datasource, bump_checkpoint,
	    checkpoint, error);
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
weft__datasource_meta_each(struct weft_datasource *datasource,
    struct weft_slice prefix, weft_connector_meta_fn *each, void *context,
    struct weft_error *error)
{
	struct meta_work work = {
	    .name = prefix, .each = each, .context = context};

	return weft__datasource_read(datasource, each_meta, &work, error);
}
