/*
 * A datasource: one database behind a connector, one journal, one checkpoint
 * counter, one ref in a store.
 *
 * Invariants
 * D1  Only the writer (models/writer.c) begins write transactions; at most
 *     one runs at a time.
 * D2  The counters are in the database: every transaction reads them when it
 *     begins, so that another process may have written in between.
 * D3  The counter "projected" is never above the seq of the store's tip: a
 *     body that the store may not have yet is moved to pending before it is
 *     replaced.
 */
#ifndef MODELS_DATASOURCE_H
#define MODELS_DATASOURCE_H

#include <pthread.h>

#include <weft/model.h>
#include <weft/sys/connector.h>

#include "core/base/clock.h"
#include "models/listener.h"

struct weft__store;
struct weft__writer;

#define WEFT__META_EPOCH "epoch" /* name of the meta value */

#define WEFT__READERS 4 /* idle reading transactions kept */

struct weft_datasource {
	char *name;
	char *path; /* of the database's file; NULL: there is none */
	char *url;  /* of the server in its place; NULL: it is a database */
	struct weft_connector *connector;
	struct weft__store *store;  /* NULL: none */
	char *lost_store; /* path of the one that is to be there, and is not;
	                     NULL: it is there, or need not be */
	const struct weft_clock *clock;
	bool read_only;
	bool detached;     /* see struct weft_registry_options */
	bool shares_store; /* the same */
	char holder[64];   /* what the store's lock says of us */
	uint64_t journal_rows; /* kept although the store has them */
	int64_t keep_checkpoints; /* of history, when compacting; -1: all */
	int64_t keep_days;
	int64_t tombstone_days; /* they are kept, when compacting; -1: all */
	bool drop_heard;   /* those that all have heard of go */
	const char *_Atomic epoch; /* this database's life, a UUID: one of: */
	char epochs[2][WEFT__UUID_SIZE + 1]; /* what was read stays */
	bool is_restarted; /* a new epoch began after it was opened */

	struct weft__writer *writer; /* NULL if read_only */
	struct weft__listeners listeners; /* told of what it writes */

	pthread_mutex_t readers_mutex;
	struct weft_transaction *readers[WEFT__READERS];
	size_t readers_length;

	pthread_mutex_t store_mutex; /* one projection or read at a time */

	struct weft_model **models;  /* those on it; borrowed, by index */
	size_t models_length, models_capacity;
};

/*
 * Opens the database (and its store) that 'settings' describe; names are
 * relative to 'directory'.  See weft_registry_add_datasource().
 */
WEFT_MUST_CHECK int weft__datasource_open(const char *name,
    struct weft_slice settings, const char *directory,
    const struct weft_registry_options *options,
    struct weft_datasource **datasource, struct weft_error *error);
void weft__datasource_close(struct weft_datasource *datasource);

/* Makes room for the model's records, or finds it; sets model->index.  Again
 * with another 'tracked' when tracking is turned on.  Outside of any
 * transaction. */
WEFT_MUST_CHECK int weft__datasource_define(
    struct weft_datasource *datasource, struct weft_model *model,
    bool tracked, struct weft_error *error);

/* Defines the model, and remembers it. */
WEFT_MUST_CHECK int weft__datasource_add_model(
    struct weft_datasource *datasource, struct weft_model *model,
    struct weft_error *error);

/*
 * Runs 'work' within a read transaction: one state of the database.  Its
 * return value is returned.
 */
WEFT_MUST_CHECK int weft__datasource_read(struct weft_datasource *datasource,
    weft_transaction_fn *work, void *context, struct weft_error *error);

/* As weft_datasource_transaction(), but what it writes need not be on the disk
 * when this returns: only before anything that is written later. */
WEFT_MUST_CHECK int weft__datasource_write_soon(
    struct weft_datasource *datasource, weft_transaction_fn *work,
    void *context, struct weft_error *error);

/*
 * '*number' is another one than before if anybody else, such as another
 * process, has written meanwhile; now and then also if not.  Returns after the
 * transaction that this process has under way.  WEFT_EREADONLY: it cannot be
 * told; what the database returns.  Thread: any.
 */
WEFT_MUST_CHECK int weft__datasource_others(struct weft_datasource *datasource,
    uint64_t *number, struct weft_error *error);

/*
 * Runs 'work' in 'transaction' if that is not NULL, else in a new one for
 * writing or reading: what every operation of a model starts with.
 */
WEFT_MUST_CHECK int weft__transaction_run(struct weft_datasource *datasource,
    struct weft_transaction *transaction, bool writing,
    weft_transaction_fn *work, void *context, struct weft_error *error);

/* Small named values of the datasource (positions, conflicts, consumers).
 * get appends to 'value', WEFT_ENOTFOUND; put with no value removes. */
WEFT_MUST_CHECK int weft__datasource_meta_get(
    struct weft_datasource *datasource, struct weft_slice name,
    struct weft_buf *value, struct weft_error *error);
WEFT_MUST_CHECK int weft__datasource_meta_put(
    struct weft_datasource *datasource, struct weft_slice name,
    struct weft_slice value, struct weft_error *error);
/* As put; it need not be on the disk when this returns: only before anything
 * that is written later. */
WEFT_MUST_CHECK int weft__datasource_meta_put_soon(
    struct weft_datasource *datasource, struct weft_slice name,
    struct weft_slice value, struct weft_error *error);
WEFT_MUST_CHECK int weft__datasource_meta_each(
    struct weft_datasource *datasource, struct weft_slice prefix,
    weft_connector_meta_fn *each, void *context, struct weft_error *error);

#endif
