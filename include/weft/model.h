/*
 * Registry, datasources and models.
 *
 * A registry holds datasources (databases) and the models on them, taken from
 * LoopBack's own files (config.json, datasources.json, model-config.json,
 * models/ *.json) or defined by calls.
 */
#ifndef WEFT_MODEL_H
#define WEFT_MODEL_H

#include <weft/buf.h>
#include <weft/error.h>
#include <weft/sys/clock.h>

struct weft_registry;
struct weft_datasource;
struct weft_model;
struct weft_transaction;

struct weft_registry_options {
	unsigned version;  /* 1 */
	bool read_only;    /* nothing is written, nothing is locked */
	const char *holder; /* named to those whom our lock turns away; NULL:
	                       the program's name */
	const struct weft_clock *clock; /* NULL: the system's; kept */
	const char *rebuild; /* the datasource whose store is damaged: it is
	                        kept beside under another name, and a new one
	                        is made from the database; NULL: none */
	bool detached;     /* no database is opened, each is empty and in
	                      memory: to check a configuration */
	bool shares_store; /* the stores are locked only while something is
	                      written into them, so that a program that runs
	                      for long does not keep out others */
};
#define WEFT_REGISTRY_OPTIONS_INIT \
	{ \
		1, false, NULL, NULL, NULL, false, false \
	}

/*
 * Makes an empty registry.  'options' may be NULL and is copied; '*registry'
 * is the caller's, for weft_registry_destroy().
 * Returns 0 or WEFT_ENOMEM.  Thread: any.
 */
WEFT_API WEFT_MUST_CHECK int weft_registry_create(
    const struct weft_registry_options *options,
    struct weft_registry **registry, struct weft_error *error);

/*
 * Makes a registry from the configuration in a directory.  Databases that do
 * not exist are created unless 'read_only'.  '*registry' is the caller's, to
 * be freed with weft_registry_destroy().
 * Returns 0; WEFT_ENOTFOUND (no configuration there); WEFT_ECONFIG (names
 * file, key and what was expected); WEFT_ELOCKED (names the holder); what the
 * connector returns; WEFT_ENOMEM.  On failure nothing stays open.
 * Thread: any.
 */
WEFT_API WEFT_MUST_CHECK int weft_registry_open(const char *directory,
    const struct weft_registry_options *options,
    struct weft_registry **registry, struct weft_error *error);

/*
 * Makes a registry from an SQLite database alone: every durable database
 * keeps the definitions of the models that were defined on it.  Its one
 * datasource is named "db".  A file that does not exist becomes a database
 * without models, unless 'read_only'.
 * Returns as weft_registry_open().  Thread: any.
 */
WEFT_API WEFT_MUST_CHECK int weft_registry_open_file(const char *path,
    const struct weft_registry_options *options,
    struct weft_registry **registry, struct weft_error *error);

/*
 * Closes all datasources and frees all models.  NULL is allowed.
 * Thread: none of its objects may be in use on another.
 */
WEFT_API void weft_registry_destroy(struct weft_registry *registry);

/*
 * Adds a datasource.  'settings' is its JSON object as in datasources.json
 * ({"connector":"memory"}, {"connector":"sqlite3","file":"x.db"}, or
 * {"connector":"remote","url":"http://host/api"});
 * "store" names the directory of its git repository ("" or false: none; the
 * default of a durable database is its file's name and ".git"); "journalRows"
 * how many journal rows are kept although the store has them;
 * "keepCheckpoints" and "keepDays" how much history weft_store_compact()
 * leaves (both not given: all), "tombstoneDays" and "dropHeardTombstones"
 * (true or false) which tombstones (both not given: all).  Relative names are
 * relative to 'directory' (NULL: the current one). '*datasource' belongs to
 * the registry and lives as long.
 * Returns as weft_registry_open().  Thread: the registry's owner.
 */
WEFT_API WEFT_MUST_CHECK int weft_registry_add_datasource(
    struct weft_registry *registry, const char *name,
    struct weft_slice settings, const char *directory,
    struct weft_datasource **datasource, struct weft_error *error);

/*
 * Defines a model from a LoopBack model definition (JSON) on a datasource.
 * '*model' (may be NULL) belongs to the registry.
 * Returns 0; WEFT_ECONFIG (names the key and what was expected); WEFT_EEXISTS
 * (a model of that name); what the connector returns; WEFT_ENOMEM.
 * Thread: the registry's owner.
 */
WEFT_API WEFT_MUST_CHECK int weft_registry_define(
    struct weft_registry *registry, struct weft_datasource *datasource,
    struct weft_slice definition, struct weft_model **model,
    struct weft_error *error);

/* Returns the model or datasource of this name, borrowed from the registry,
 * or NULL.  Thread: any. */
WEFT_API struct weft_model *weft_registry_find_model(
    const struct weft_registry *registry, const char *name);
WEFT_API struct weft_datasource *weft_registry_find_datasource(
    const struct weft_registry *registry, const char *name);

/* Returns the n-th model or datasource in order of definition, borrowed from
 * the registry, or NULL beyond the last.  Thread: any. */
WEFT_API struct weft_model *weft_registry_model_at(
    const struct weft_registry *registry, size_t index);
WEFT_API struct weft_datasource *weft_registry_datasource_at(
    const struct weft_registry *registry, size_t index);

/* Each Returns what its name says, borrowed from the model.  Thread: any. */
WEFT_API const char *weft_model_name(const struct weft_model *model);
WEFT_API const char *weft_model_plural(const struct weft_model *model);
WEFT_API const char *weft_model_id_name(const struct weft_model *model);
WEFT_API bool weft_model_is_tracked(const struct weft_model *model);
WEFT_API struct weft_datasource *weft_model_datasource(
    const struct weft_model *model);

/* Returns the definition as JSON, as it was given.  Thread: any. */
WEFT_API struct weft_slice weft_model_definition(
    const struct weft_model *model);

/* Returns the datasource's name.  Thread: any. */
WEFT_API const char *weft_datasource_name(
    const struct weft_datasource *datasource);

/* Returns the URL of a datasource that is a server (connector "remote"), for
 * weft_source_open_url(): its models can be replicated, and no more.  NULL: it
 * is a database.  Thread: any. */
WEFT_API const char *weft_datasource_url(
    const struct weft_datasource *datasource);

/*
 * Turns on change tracking of a model that already has records: each gets a
 * change, as if it had just been created.  Does nothing if it is on.
 * Returns 0, or what the connector returns (then nothing has changed).
 * Thread: any.  Cost: O(records).
 */
WEFT_API WEFT_MUST_CHECK int weft_model_enable_change_tracking(
    struct weft_model *model, struct weft_error *error);

/*
 * Finds edits made behind our back (by plain SQL, say) and records them as
 * changes: of one record, or of all in one ordered pass.  '*found' (may be
 * NULL) is how many there were.
 * Returns 0, or what the connector returns.  Thread: any.
 */
WEFT_API WEFT_MUST_CHECK int weft_model_rectify_change(
    struct weft_model *model, struct weft_slice id, uint64_t *found,
    struct weft_error *error);
WEFT_API WEFT_MUST_CHECK int weft_model_rectify_all_changes(
    struct weft_model *model, uint64_t *found, struct weft_error *error);

/*
 * Called when a change could not be recorded after the operation itself had
 * succeeded; 'operation' is "rectify" or "project".  Default: a log message.
 */
typedef void weft_change_error_fn(struct weft_model *model,
    const char *operation, const struct weft_error *error, void *context);

/* Installs the callback (NULL: the default); 'context' is kept.
 * Thread: before the model is used on others. */
WEFT_API void weft_model_on_change_error(struct weft_model *model,
    weft_change_error_fn *handle, void *context);

/*
 * Runs 'work' in one write transaction, over any number of models of the
 * datasource: everything is committed, or nothing.  Concurrent transactions
 * of other threads share one commit (group commit), so 'work' may run on
 * another thread than the caller's, while the caller waits.  It must not
 * start another transaction nor wait for one; it passes 'transaction' in
 * struct weft_call.
 * Returns 0 when all is durable; what 'work' returned (nothing is kept); what
 * the connector returns.  Thread: any.
 */
typedef int weft_transaction_fn(struct weft_transaction *transaction,
    void *context, struct weft_error *error);
WEFT_API WEFT_MUST_CHECK int weft_datasource_transaction(
    struct weft_datasource *datasource, weft_transaction_fn *work,
    void *context, struct weft_error *error);

/*
 * The checkpoint counter of the datasource: current() gives it, checkpoint()
 * adds one and gives the new value (LoopBack's Checkpoint.bumpLastSeq; the
 * first value ever given by current() is 1).
 * Returns 0, or what the connector returns.  Thread: any.
 */
WEFT_API WEFT_MUST_CHECK int weft_datasource_current_checkpoint(
    struct weft_datasource *datasource, uint64_t *checkpoint,
    struct weft_error *error);
WEFT_API WEFT_MUST_CHECK int weft_datasource_checkpoint(
    struct weft_datasource *datasource, uint64_t *checkpoint,
    struct weft_error *error);

/*
 * Brings the store up to the present: every accepted write is then in the git
 * repository, if there is one.  Before that, moves what is in the database's
 * write-ahead log into its file, so that no write has to wait for that: call
 * it now and then without a store, too.
 * Returns 0; WEFT_EIO, WEFT_ENOSPACE, WEFT_EREADONLY, WEFT_EDAMAGED (the store
 * is as it was; records are not affected).  Thread: any.
 */
WEFT_API WEFT_MUST_CHECK int weft_datasource_project(
    struct weft_datasource *datasource, struct weft_error *error);

#endif
