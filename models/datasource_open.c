/*
 * Opening a datasource as its settings say.
 */
#include <ctype.h>
#include <jansson.h>

#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "core/base/log.h"
#include "models/connectors/connectors.h"
#include "models/datasource.h"
#include "models/definition/keys.h"
#include "models/reserve.h"
#include "models/store/project.h"
#include "models/store/restore.h"
#include "models/transaction.h"
#include "models/writer.h"

/* What we write as an epoch: hex digits and '-'. */
static bool
is_uuid(struct weft_slice value)
{
	for (size_t i = 0; i < value.size; i++)
		if (!isxdigit((unsigned char)value.data[i]) &&
		    value.data[i] != '-')
			return false;
	return value.size == WEFT__UUID_SIZE;
}

/*
 * Reads or makes the epoch: the name of this database's life.  One that is
 * damaged is as good as another database's: a new one begins.
 */
static int
read_epoch(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct weft_datasource *datasource = transaction->datasource;
	struct weft_slice value;
	int code = weft__transaction_meta_get(
	    transaction, WEFT__META_EPOCH, &value, error);

	if (!code && is_uuid(value)) {
		memcpy(datasource->epochs[0], value.data, value.size);
		return !transaction->writing ? 0 :
		    weft__restore_check_backup(transaction, error);
	}
	if (code && code != WEFT_ENOTFOUND)
		return code;
	if (!code)
		weft__log(WEFT_LOG_WARNING, "datasource",
		    "%s: the epoch is damaged: a new one begins",
		    datasource->name);
	weft__uuid(datasource->clock, datasource->epochs[0]);
	if (!transaction->writing)
		return 0; /* a database that nobody wrote to, or none may */
	return weft__transaction_meta_put(transaction, WEFT__META_EPOCH,
	    weft_slice(datasource->epoch), error);
}

static int
read_state(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	int code = read_epoch(transaction, context, error);

	return code || !transaction->writing
	    ? code
	    : weft__reserve_recover(transaction, NULL, error);
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

static int
read_flag(const json_t *settings, const char *name, bool *flag,
    struct weft_error *error)
{
	const json_t *value = json_object_get(settings, name);

	if (value && !json_is_boolean(value))
		return weft_error_set(
		    error, WEFT_ECONFIG, "%s: expected true or false", name);
	*flag = json_is_true(value);
	return 0;
}

/* Reads what is kept when the store is compacted. */
static int
read_retention(struct weft_datasource *datasource, const json_t *settings,
    struct weft_error *error)
{
	int code;

	datasource->keep_checkpoints = datasource->keep_days = -1;
	datasource->tombstone_days = -1;
	code = read_number(settings, "keepCheckpoints", "checkpoints",
	    &datasource->keep_checkpoints, error);
	if (!code)
		code = read_number(settings, "keepDays", "days",
		    &datasource->keep_days, error);
	if (!code)
		code = read_number(settings, "tombstoneDays", "days",
		    &datasource->tombstone_days, error);
	return code ? code : read_flag(settings, "dropHeardTombstones",
			 &datasource->drop_heard, error);
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
	if (!code)
		code = read_retention(datasource, settings, error);
	return code ? code : find_path(datasource, settings, directory, error);
}

static int
find_connector(const json_t *settings, const struct weft_connector_ops **ops,
    struct weft_error *error)
{
	const char *name = json_string_value(json_object_get(settings,
	    "connector"));

	if (!name)
		return weft_error_set(error, WEFT_ECONFIG,
		    "connector: expected a connector's name");
	*ops = weft__connector_find(name);
	return *ops ? 0 : weft_error_set(error, WEFT_ECONFIG,
	    "connector: there is no connector \"%s\"", name);
}

/* Opens what the settings name, or a database in memory in its place. */
static int
open_database(struct weft_datasource *datasource,
    const struct weft_connector_ops *ops, const json_t *settings,
    struct weft_slice text, const char *directory,
    const struct weft_registry_options *options, struct weft_error *error)
{
	int code;

	if (datasource->detached && ops->durable)
		return weft__connector_find("memory")->open(
		    weft_slice("{\"connector\": \"memory\"}"), NULL, false,
		    &datasource->connector, error);
	if (datasource->detached)
		return ops->open(
		    text, NULL, false, &datasource->connector, error);
	/* The store first: its lock keeps two writers apart. */
	code = weft__project_open_store(
	    datasource, settings, directory, ops->durable, options, error);
	return code ? code
		    : ops->open(text, directory, datasource->read_only,
			  &datasource->connector, error);
}

/* Opens a server in place of a database: there is nothing to read or write. */
static int
open_server(struct weft_datasource *datasource,
    const struct weft_connector_ops *ops, const json_t *settings,
    struct weft_slice text, struct weft_error *error)
{
	int code = ops->open(
	    text, NULL, true, &datasource->connector, error);

	if (code)
		return code;
	datasource->read_only = true;
	datasource->url = weft__strdup(
	    json_string_value(json_object_get(settings, "url")));
	return datasource->url
	    ? 0
	    : weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

/* Opens what the settings name; the parts so far are closed by the caller. */
static int
open_parts(struct weft_datasource *datasource, json_t *settings,
    struct weft_slice text, const char *directory,
    const struct weft_registry_options *options, struct weft_error *error)
{
	const struct weft_connector_ops *ops = NULL;
	int code = find_connector(settings, &ops, error);

	if (code)
		return code;
	if (ops == &weft__connector_remote)
		return open_server(datasource, ops, settings, text, error);
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
		    !datasource->read_only, read_state, NULL, error);
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
	weft__listeners_init(&datasource->listeners);
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
	weft__datasource_name_unknown(name, parsed);
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
