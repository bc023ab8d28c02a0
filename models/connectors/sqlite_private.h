/*
 * What the files of the SQLite connector share.
 *
 *   sqlite.c           settings, opening and closing, defining models
 *   sqlite_schema.c    the tables, and their versions
 *   sqlite_session.c   connections, statements, transactions
 *   sqlite_record.c    records and tombstones
 *   sqlite_journal.c   journal, pending bodies, named values
 *   sqlite_query.c     where and order as parametrised SQL
 *   sqlite_functions.c the SQL functions that these use
 *   sqlite_vfs.c       the file layer under SQLite
 *
 * Invariants
 * S1  No text from outside is ever part of an SQL statement: table and column
 *     names come from definitions, quoted; all else is bound.
 * S2  A session's slices come from session->lent, the one statement that is
 *     not reset yet; every call resets it first.
 */
#ifndef MODELS_CONNECTORS_SQLITE_PRIVATE_H
#define MODELS_CONNECTORS_SQLITE_PRIVATE_H

#include <pthread.h>
#include <sqlite3.h>

#include <weft/sys/connector.h>

#include "core/base/hash.h"
#include "models/filter.h"

/* Statements that each model has, by session. */
enum sqlite_model_statement {
	SQL_GET,
	SQL_INSERT,
	SQL_UPDATE,
	SQL_DELETE,
	SQL_SCAN,
	SQL_MODEL_STATEMENTS
};

/* Statements that each session has. */
enum sqlite_statement {
	SQL_BEGIN_READ,
	SQL_BEGIN_WRITE,
	SQL_SNAPSHOT,
	SQL_COMMIT,
	SQL_ROLLBACK,
	SQL_MARK,
	SQL_UNDO,
	SQL_KEEP,
	SQL_TOMBSTONE_ANY,
	SQL_TOMBSTONE_GET,
	SQL_TOMBSTONE_PUT,
	SQL_TOMBSTONE_DELETE,
	SQL_TOMBSTONE_SCAN,
	SQL_JOURNAL_APPEND,
	SQL_JOURNAL_READ,
	SQL_JOURNAL_READ_MODEL,
	SQL_JOURNAL_AT,
	SQL_JOURNAL_RANGE,
	SQL_JOURNAL_PRUNE,
	SQL_PENDING_PUT,
	SQL_PENDING_GET,
	SQL_PENDING_PRUNE,
	SQL_META_GET,
	SQL_META_PUT,
	SQL_META_DELETE,
	SQL_META_EACH,
	SQL_STATEMENTS
};

struct sqlite_column {
	char *property; /* canonical name */
	char *quoted;   /* the generated column, quoted; NULL: it has none */
	enum weft_property_type type;
};

struct sqlite_model {
	char *name;
	char *quoted; /* the table, quoted */
	int index;    /* in weft_models */
	struct sqlite_column *columns;
	size_t length;
};

struct sqlite_connector {
	struct weft_connector base;
	char *path;
	bool read_only;
	bool immutable; /* on a medium that cannot be written */
	struct sqlite_model **models; /* by index; NULL: not defined here */
	size_t models_length, models_capacity;
	pthread_mutex_t mutex; /* of models */
};

/* What a session has for one model. */
struct sqlite_session_model {
	sqlite3_stmt *statements[SQL_MODEL_STATEMENTS];
	/* Whether the model has tombstones: 0 no, 1 yes, -1 not known in this
	 * transaction. */
	signed char tombstones;
};

struct sqlite_session {
	struct weft_connector_session base;
	struct sqlite_connector *connector;
	sqlite3 *db;
	bool writing;
	sqlite3_stmt *statements[SQL_STATEMENTS];
	struct sqlite_session_model *models;
	size_t models_length, models_capacity;
	sqlite3_stmt *lent; /* S2 */
	char rev[41];       /* a revision that is lent as text */
	struct weft__oid oid; /* a revision that is bound as bytes */
};

/* sqlite_session.c */

/* Opens a connection as the connector's settings say. */
WEFT_MUST_CHECK int weft__sqlite_connect(const struct sqlite_connector *,
    bool writing, sqlite3 **db, struct weft_error *error);

/* Turns SQLite's last failure on 'db' into ours. */
int weft__sqlite_failed(sqlite3 *db, const char *doing,
    struct weft_error *error);

/* The prepared statement, reset, with no bindings. */
WEFT_MUST_CHECK int weft__sqlite_statement(struct sqlite_session *session,
    enum sqlite_statement which, sqlite3_stmt **statement,
    struct weft_error *error);
WEFT_MUST_CHECK int weft__sqlite_model_statement(
    struct sqlite_session *session, int model,
    enum sqlite_model_statement which, sqlite3_stmt **statement,
    struct weft_error *error);

/* Prepares statement text that is built at run time; the caller finalizes. */
WEFT_MUST_CHECK int weft__sqlite_prepare(struct sqlite_session *session,
    const char *sql, sqlite3_stmt **statement, struct weft_error *error);

/* Takes back what the last call lent (S2). */
void weft__sqlite_settle(struct sqlite_session *session);

/* Runs a statement that gives no rows, and resets it. */
WEFT_MUST_CHECK int weft__sqlite_run(struct sqlite_session *session,
    sqlite3_stmt *statement, struct weft_error *error);

/* Steps: 0 and '*row' whether there is one. */
WEFT_MUST_CHECK int weft__sqlite_step(struct sqlite_session *session,
    sqlite3_stmt *statement, bool *row, struct weft_error *error);

/* Binds bytes that stay until the statement is reset; no value is NULL. */
void weft__sqlite_bind_text(sqlite3_stmt *statement, int at,
    struct weft_slice text);
void weft__sqlite_bind_blob(sqlite3_stmt *statement, int at,
    struct weft_slice bytes);
void weft__sqlite_bind_number(
    sqlite3_stmt *statement, int at, uint64_t number);

/* A column's bytes, borrowed until the statement moves on; NULL: no value. */
struct weft_slice weft__sqlite_column(sqlite3_stmt *statement, int at);

/* The model's description, or NULL if it was not defined. */
const struct sqlite_model *weft__sqlite_model(
    const struct sqlite_session *session, int model);

/* sqlite_schema.c */

/* Makes the tables of an empty database, or checks those of one of ours. */
WEFT_MUST_CHECK int weft__sqlite_schema_open(
    sqlite3 *db, bool read_only, struct weft_error *error);

/* Makes or extends the model's table and triggers; sets model->index. */
WEFT_MUST_CHECK int weft__sqlite_schema_define(sqlite3 *db,
    const struct weft_connector_model *described, struct sqlite_model *model,
    bool read_only, struct weft_error *error);

/* sqlite_query.c */

/*
 * Prepares the query (or the count of its matches) on the model, with
 * everything bound; the caller finalizes.  Columns: rowid, id, body, hidden,
 * track; or the count.
 */
WEFT_MUST_CHECK int weft__sqlite_query_prepare(
    struct sqlite_session *session, const struct sqlite_model *model,
    const struct weft_query *query, bool count, sqlite3_stmt **statement,
    struct weft_error *error);

/* sqlite_functions.c */

/* What the pointers that are bound for the functions point to. */
#define WEFT__SQLITE_WHERE "weft where"
#define WEFT__SQLITE_QUERY "weft query"

/* Registers the functions that queries use. */
int weft__sqlite_functions_register(sqlite3 *db);

/* sqlite_record.c */
int weft__sqlite_get(struct weft_connector_session *, int model,
    struct weft_slice id, struct weft_connector_record *,
    struct weft_error *);
int weft__sqlite_get_tombstone(struct weft_connector_session *, int model,
    struct weft_slice id, struct weft_connector_record *,
    struct weft_error *);
int weft__sqlite_insert(struct weft_connector_session *, int model,
    const struct weft_connector_record *, bool had_tombstone,
    struct weft_error *);
int weft__sqlite_update(struct weft_connector_session *, int model,
    const struct weft_connector_record *, struct weft_error *);
int weft__sqlite_bury(struct weft_connector_session *, int model,
    struct weft_slice id, struct weft_slice track, struct weft_error *);
int weft__sqlite_forget(struct weft_connector_session *, int model,
    struct weft_slice id, struct weft_error *);
int weft__sqlite_find(struct weft_connector_session *, int model,
    const struct weft_query *, weft_connector_record_fn *each, void *context,
    struct weft_error *);
int weft__sqlite_count(struct weft_connector_session *, int model,
    const struct weft_query *, uint64_t *count, struct weft_error *);
int weft__sqlite_scan(struct weft_connector_session *, int model,
    bool tombstones, uint64_t *position, size_t limit,
    weft_connector_record_fn *each, void *context, struct weft_error *);

/* sqlite_journal.c */
int weft__sqlite_journal_append(struct weft_connector_session *,
    const struct weft_connector_journal_row *, struct weft_error *);
int weft__sqlite_journal_read(struct weft_connector_session *, int model,
    uint64_t after, uint64_t upto, size_t limit,
    weft_connector_journal_fn *each, void *context, struct weft_error *);
int weft__sqlite_journal_seek(struct weft_connector_session *,
    uint64_t checkpoint, uint64_t *seq, struct weft_error *);
int weft__sqlite_journal_range(struct weft_connector_session *,
    uint64_t *first, uint64_t *last, struct weft_error *);
int weft__sqlite_journal_prune(struct weft_connector_session *,
    uint64_t upto, struct weft_error *);
int weft__sqlite_pending_put(struct weft_connector_session *, int model,
    struct weft_slice id, uint64_t seq, struct weft_slice body,
    struct weft_error *);
int weft__sqlite_pending_get(struct weft_connector_session *, int model,
    struct weft_slice id, uint64_t as_of, uint64_t *seq,
    struct weft_slice *body, struct weft_error *);
int weft__sqlite_pending_prune(struct weft_connector_session *,
    uint64_t upto, struct weft_error *);
int weft__sqlite_meta_get(struct weft_connector_session *,
    struct weft_slice name, struct weft_slice *value, struct weft_error *);
int weft__sqlite_meta_put(struct weft_connector_session *,
    struct weft_slice name, struct weft_slice value, struct weft_error *);
int weft__sqlite_meta_each(struct weft_connector_session *,
    struct weft_slice prefix, weft_connector_meta_fn *each, void *context,
    struct weft_error *);

/* sqlite_vfs.c */

#define WEFT__SQLITE_VFS "weft"

/* Registers the file layer once; SQLITE_OK, or SQLite's code. */
int weft__sqlite_vfs_register(void);

/*
 * Tests only: the write, sync, truncation or deletion after 'successes' more
 * ones fails with SQLite's 'code', and so does each later one; count() tells
 * how many there were since.
 */
void weft__sqlite_vfs_fail_after(uint64_t successes, int code);
void weft__sqlite_vfs_fail_never(void);
uint64_t weft__sqlite_vfs_count(void);

#endif
