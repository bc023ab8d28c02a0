/*
 * What the files of the SQLite connector share: sqlite.c (opening),
 * sqlite_backup.c (copying), sqlite_check.c (damage), sqlite_schema.c (the
 * file's tables), sqlite_define.c (a model's), sqlite_session.c (transactions,
 * statements), sqlite_record.c, sqlite_query.c and sqlite_narrow.c (finding),
 * sqlite_functions.c (SQL functions), sqlite_journal.c and sqlite_batch.c (the
 * journal), sqlite_log.c (the write-ahead log), sqlite_bind.c, sqlite_value.c
 * (kept states, named values), sqlite_error.c.
 *
 * Invariants:
 * S1  No text that came from outside is ever part of an SQL statement, except
 *     names of models and properties out of definitions, quoted.
 * S2  The number of a model in weft_models is its index.
 * S3  Our own connections run no triggers: the triggers are for others.
 */
#ifndef MODELS_CONNECTORS_SQLITE_PRIVATE_H
#define MODELS_CONNECTORS_SQLITE_PRIVATE_H

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>

#include <weft/sys/connector.h>

#include "core/base/arena.h"
#include "core/base/hash.h"
#include "core/base/map.h"

struct weft__sqlite_column {
	char *name; /* of the property, and so of the column */
	bool indexed;
};

struct weft__sqlite_model {
	struct weft__sqlite_model *next; /* retired ones */
	char *name;
	bool is_defined; /* in this process */
	struct weft__sqlite_column *columns;
	size_t columns_length;
};

struct weft__sqlite {
	struct weft_connector base;
	char *path;
	bool read_only;
	bool immutable; /* nobody else can write: no lock files are needed */
	atomic_int log_pages; /* in the log at the last commit; 0: settled */
	pthread_mutex_t mutex; /* guards all below */
	sqlite3 *db; /* for definitions; holds the file open */
	bool is_writing; /* there is a writing session */
	struct weft__sqlite_model **models; /* by index */
	size_t models_length;
	size_t models_capacity;
	/* Definitions that were replaced: sessions may hold them. */
	struct weft__sqlite_model *retired;
};

/* The statements of a session: first those of each model. */
enum weft__sqlite_statement {
	WEFT__SQLITE_GET,
	WEFT__SQLITE_INSERT,
	WEFT__SQLITE_UPDATE,
	WEFT__SQLITE_DELETE,
	WEFT__SQLITE_SCAN,
	WEFT__SQLITE_TOMBSTONE_GET,
	WEFT__SQLITE_TOMBSTONE_ANY,
	WEFT__SQLITE_TOMBSTONE_PUT,
	WEFT__SQLITE_TOMBSTONE_DELETE,
	WEFT__SQLITE_TOMBSTONE_SCAN,
	WEFT__SQLITE_MODEL_STATEMENTS,
	WEFT__SQLITE_BEGIN = WEFT__SQLITE_MODEL_STATEMENTS,
	WEFT__SQLITE_BEGIN_IMMEDIATE,
	WEFT__SQLITE_TAKE_SNAPSHOT,
	WEFT__SQLITE_COMMIT,
	WEFT__SQLITE_ROLLBACK,
	WEFT__SQLITE_MARK,
	WEFT__SQLITE_UNDO,
	WEFT__SQLITE_KEEP,
	WEFT__SQLITE_JOURNAL_APPEND,
	WEFT__SQLITE_JOURNAL_READ,
	WEFT__SQLITE_JOURNAL_SEEK,
	WEFT__SQLITE_JOURNAL_RANGE,
	WEFT__SQLITE_JOURNAL_PRUNE,
	WEFT__SQLITE_JOURNAL_MEND,
	WEFT__SQLITE_PENDING_PUT,
	WEFT__SQLITE_PENDING_GET,
	WEFT__SQLITE_PENDING_PRUNE,
	WEFT__SQLITE_PENDING_EACH,
	WEFT__SQLITE_META_GET,
	WEFT__SQLITE_META_PUT,
	WEFT__SQLITE_META_DELETE,
	WEFT__SQLITE_META_EACH,
	WEFT__SQLITE_DATA_VERSION,
	WEFT__SQLITE_STATEMENTS
};

/* Whether a model has tombstones, as far as this transaction knows. */
enum weft__sqlite_tombstones {
	WEFT__SQLITE_TOMBSTONES_UNKNOWN,
	WEFT__SQLITE_TOMBSTONES_NONE,
	WEFT__SQLITE_TOMBSTONES_SOME
};

/* What a session keeps of a model. */
struct weft__sqlite_use {
	const struct weft__sqlite_model *model;
	sqlite3_stmt *statements[WEFT__SQLITE_MODEL_STATEMENTS];
	enum weft__sqlite_tombstones tombstones;
};

/* A journal row that waits to be written. */
struct weft__sqlite_row {
	struct weft_slice id; /* texts are in those of the batch */
	struct weft_slice rev;
	bool is_hex;          /* the revision is 40 hex digits: */
	struct weft__oid oid; /* these */
	char op;
};

/* Those that wait: one after the other, of one model, time and so on. */
#define WEFT__SQLITE_BATCH 16
struct weft__sqlite_batch {
	struct weft_connector_journal_row first; /* for seq, and what all
	                                            of them share */
	struct weft__sqlite_row rows[WEFT__SQLITE_BATCH];
	size_t length;
	struct weft__arena texts;
};

struct weft__sqlite_session {
	struct weft_connector_session base;
	struct weft__sqlite *sqlite;
	sqlite3 *db;
	bool is_writing;
	bool is_active; /* between begin and commit or rollback */
	bool is_lazy;   /* its commits do not wait for the disk */
	sqlite3_stmt *statements[WEFT__SQLITE_STATEMENTS];
	struct weft__sqlite_use *uses; /* by index */
	size_t uses_length;
	size_t uses_capacity;
	struct weft__map queries; /* statements of find and count by SQL */
	int function_code; /* why an SQL function of ours failed */
	struct weft_buf key; /* scratch of weft_order */
	struct weft__sqlite_batch batch;
	sqlite3_stmt *journal_full; /* writes a full batch */
	uint64_t next_seq; /* that the database's journal has no row of, nor
	                      of any above; 0: not known */
};

/* sqlite_error.c */

/* Sets the error that SQLite's code stands for, saying what was being done.
 * 'db' may be NULL.  Returns the code of ours. */
int weft__sqlite_error(sqlite3 *db, int sqlite_code, const char *doing,
    struct weft_error *error);

/* Sets "out of memory"; returns WEFT_ENOMEM. */
int weft__sqlite_no_memory(struct weft_error *error);

/* sqlite_schema.c */

/* Makes the tables of an empty database, or checks that it is one of ours;
 * loads the models that it knows. */
int weft__sqlite_schema_open(
    struct weft__sqlite *sqlite, struct weft_error *error);

/* The columns that each model's tables begin with. */
#define WEFT__SQLITE_RECORD_COLUMNS \
	" weft_rowid INTEGER PRIMARY KEY," \
	" weft_id TEXT NOT NULL UNIQUE," \
	" weft_body TEXT NOT NULL," \
	" weft_hidden TEXT," \
	" weft_track BLOB"
#define WEFT__SQLITE_TOMBSTONE_COLUMNS \
	" weft_rowid INTEGER PRIMARY KEY," \
	" weft_id TEXT NOT NULL UNIQUE," \
	" weft_track BLOB NOT NULL"

/* The statements that make the tables of no model. */
extern const char weft__sqlite_tables[];

/* Runs statements that give no rows. */
int weft__sqlite_execute(sqlite3 *db, const char *sql, const char *doing,
    struct weft_error *error);

/* Runs 'change' in a transaction of the connection for definitions. */
int weft__sqlite_run_transaction(struct weft__sqlite *sqlite,
    int (*change)(struct weft__sqlite *sqlite, void *context,
	struct weft_error *error),
    void *context, struct weft_error *error);

/* sqlite_backup.c */

/* The vtable's backup(). */
int weft__sqlite_backup(struct weft_connector_session *session,
    const char *path, struct weft_slice name, struct weft_slice value,
    struct weft_error *error);

/* sqlite_check.c */

/* The vtable's check() and mend(). */
int weft__sqlite_check(struct weft_connector *connector,
    weft_connector_finding_fn *each, void *context, struct weft_error *error);
int weft__sqlite_mend(
    struct weft_connector *connector, bool *mended, struct weft_error *error);

/* sqlite_define.c */

/* The vtable's define(). */
int weft__sqlite_define(struct weft_connector *connector,
    struct weft_connector_model *model, struct weft_error *error);

/* Adds a model that the database knows at the end of the connector's; NULL:
 * no memory. */
struct weft__sqlite_model *weft__sqlite_model_add(
    struct weft__sqlite *sqlite, const char *name);

/* Frees all models of the connector. */
void weft__sqlite_models_free(struct weft__sqlite *sqlite);

/* sqlite.c */

/* A connection with our settings. */
int weft__sqlite_connect(
    struct weft__sqlite *sqlite, sqlite3 **db, struct weft_error *error);

/* sqlite_functions.c */

/* The type of pointers that are bound for the functions. */
#define WEFT__SQLITE_QUERY "weft_query"

/*
 * Adds to the session's connection, for a query bound as a pointer:
 *  weft_matches(body, query)  whether the record matches
 *  weft_order(body, query)    its place in the query's order
 */
int weft__sqlite_add_functions(
    struct weft__sqlite_session *session, struct weft_error *error);

/* sqlite_session.c */

/* The session behind its base, and the members of the vtable that open, close
 * and carry transactions: <weft/sys/connector.h>. */
struct weft__sqlite_session *weft__sqlite_session(
    struct weft_connector_session *session);
int weft__sqlite_session_open(struct weft_connector *connector, bool writing,
    struct weft_connector_session **session, struct weft_error *error);
void weft__sqlite_session_close(struct weft_connector_session *session);
int weft__sqlite_begin(
    struct weft_connector_session *session, struct weft_error *error);
int weft__sqlite_commit(
    struct weft_connector_session *session, struct weft_error *error);
void weft__sqlite_rollback(struct weft_connector_session *session);
int weft__sqlite_mark(
    struct weft_connector_session *session, struct weft_error *error);
int weft__sqlite_undo(
    struct weft_connector_session *session, struct weft_error *error);
int weft__sqlite_keep(
    struct weft_connector_session *session, struct weft_error *error);

/* What the session keeps of a model; NULL: no memory. */
struct weft__sqlite_use *weft__sqlite_use(
    struct weft__sqlite_session *session, int model);

/*
 * WEFT_EDATABASE if the transaction has ended already, by an earlier failure:
 * what follows must not run outside of one, where each statement would be a
 * transaction of its own.
 */
int weft__sqlite_check_active(
    struct weft__sqlite_session *session, struct weft_error *error);

/*
 * A statement, prepared once, ready to be bound; 'model' counts only for
 * those of a model.  Checks that the transaction is active.
 */
int weft__sqlite_prepare(struct weft__sqlite_session *session,
    enum weft__sqlite_statement kind, int model, sqlite3_stmt **statement,
    struct weft_error *error);

/* Prepares text of ours; the caller finalizes the statement. */
int weft__sqlite_prepare_text(struct weft__sqlite_session *session,
    const char *text, sqlite3_stmt **statement, struct weft_error *error);

/* Runs a bound statement that gives no row, and resets it. */
int weft__sqlite_run(struct weft__sqlite_session *session,
    sqlite3_stmt *statement, struct weft_error *error);

/* The next row: '*row' tells whether there is one; resets at the end.  A row
 * lives until the statement is used again, or the transaction ends. */
int weft__sqlite_next(struct weft__sqlite_session *session,
    sqlite3_stmt *statement, bool *row, struct weft_error *error);

/* sqlite_bind.c */

/* Binding; no value is NULL.  The bytes are borrowed.  Failures (out of
 * memory) come up when the statement runs. */
void weft__sqlite_bind_text(
    sqlite3_stmt *statement, int index, struct weft_slice text);
void weft__sqlite_bind_blob(
    sqlite3_stmt *statement, int index, struct weft_slice bytes);
void weft__sqlite_bind_number(
    sqlite3_stmt *statement, int index, uint64_t number);

/* The column's bytes; NULL is no value. */
struct weft_slice weft__sqlite_column(sqlite3_stmt *statement, int index);

/* sqlite_batch.c */

/* Writes the journal rows that wait; to be called before whatever must see
 * them. */
int weft__sqlite_batch_flush(
    struct weft__sqlite_session *session, struct weft_error *error);

/* Forgets them. */
void weft__sqlite_batch_drop(struct weft__sqlite_session *session);

/* sqlite_log.c */

/* Has a connection's commits leave the log to settle(), as far as it does not
 * get too long. */
void weft__sqlite_log_watch(struct weft__sqlite *sqlite, sqlite3 *db);

/* The vtable's settle(), set_sync() and others(). */
int weft__sqlite_settle(
    struct weft_connector *connector, struct weft_error *error);
int weft__sqlite_set_sync(struct weft_connector_session *session, bool waits,
    struct weft_error *error);
int weft__sqlite_others(struct weft_connector_session *session,
    uint64_t *number, struct weft_error *error);

/* sqlite_narrow.c */

/* A value to be bound to a condition. */
struct weft__sqlite_operand {
	bool is_text;
	size_t start; /* of the text, in the texts */
	size_t size;
	double number;
};

#define WEFT__SQLITE_NARROW_OPERANDS 128

/* A condition that all matching records fulfil, and that an index serves. */
struct weft__sqlite_narrow {
	const struct weft__sqlite_model *model;
	struct weft_buf *sql;
	size_t first; /* number of the first operand's parameter */
	struct weft__sqlite_operand operands[WEFT__SQLITE_NARROW_OPERANDS];
	size_t length;
	struct weft_buf texts; /* of operands */
};

struct weft__where;

/* Appends " AND (condition)" to the SQL, or nothing if no index helps; then
 * binds its operands.  Returns 0 or WEFT_ENOMEM. */
int weft__sqlite_narrow_where(struct weft__sqlite_narrow *narrow,
    const struct weft__where *where);
void weft__sqlite_narrow_bind(
    const struct weft__sqlite_narrow *narrow, sqlite3_stmt *statement);

/* sqlite_query.c */

/* Appends a name as a quoted identifier.  Returns 0 or WEFT_ENOMEM. */
int weft__sqlite_append_identifier(struct weft_buf *sql, const char *name);

/* Drops the statements of find and count. */
void weft__sqlite_queries_fini(struct weft__sqlite_session *session);

/* Members of the vtable; their contracts are in <weft/sys/connector.h>. */
int weft__sqlite_get(struct weft_connector_session *session, int model,
    struct weft_slice id, struct weft_connector_record *record,
    struct weft_error *error);
int weft__sqlite_get_tombstone(struct weft_connector_session *session,
    int model, struct weft_slice id, struct weft_connector_record *record,
    struct weft_error *error);
int weft__sqlite_insert(struct weft_connector_session *session, int model,
    const struct weft_connector_record *record, bool had_tombstone,
    struct weft_error *error);
int weft__sqlite_update(struct weft_connector_session *session, int model,
    const struct weft_connector_record *record, struct weft_error *error);
int weft__sqlite_bury(struct weft_connector_session *session, int model,
    struct weft_slice id, struct weft_slice track, struct weft_error *error);
int weft__sqlite_forget(struct weft_connector_session *session, int model,
    struct weft_slice id, struct weft_error *error);
int weft__sqlite_scan(struct weft_connector_session *session, int model,
    bool tombstones, uint64_t *position, size_t limit,
    weft_connector_record_fn *each, void *context, struct weft_error *error);
int weft__sqlite_find(struct weft_connector_session *session, int model,
    const struct weft_query *query, weft_connector_record_fn *each,
    void *context, struct weft_error *error);
int weft__sqlite_count(struct weft_connector_session *session, int model,
    const struct weft_query *query, uint64_t *count,
    struct weft_error *error);
int weft__sqlite_journal_append(struct weft_connector_session *session,
    const struct weft_connector_journal_row *row, struct weft_error *error);
int weft__sqlite_journal_read(struct weft_connector_session *session,
    int model, uint64_t after, uint64_t upto, size_t limit,
    weft_connector_journal_fn *each, void *context, struct weft_error *error);
int weft__sqlite_journal_seek(struct weft_connector_session *session,
    uint64_t checkpoint, uint64_t *seq, struct weft_error *error);
int weft__sqlite_journal_range(struct weft_connector_session *session,
    uint64_t *first, uint64_t *last, struct weft_error *error);
int weft__sqlite_journal_prune(struct weft_connector_session *session,
    uint64_t upto, struct weft_error *error);
int weft__sqlite_pending_put(struct weft_connector_session *session,
    int model, struct weft_slice id, uint64_t seq, struct weft_slice body,
    struct weft_error *error);
int weft__sqlite_pending_get(struct weft_connector_session *session,
    int model, struct weft_slice id, uint64_t as_of, uint64_t *seq,
    struct weft_slice *body, struct weft_error *error);
int weft__sqlite_pending_prune(struct weft_connector_session *session,
    uint64_t upto, struct weft_error *error);
int weft__sqlite_pending_each(struct weft_connector_session *session,
    weft_connector_pending_fn *each, void *context,
    struct weft_error *error);
int weft__sqlite_journal_mend(struct weft_connector_session *session,
    uint64_t seq, char op, uint64_t checkpoint, uint64_t time_ms,
    struct weft_error *error);
int weft__sqlite_meta_get(struct weft_connector_session *session,
    struct weft_slice name, struct weft_slice *value,
    struct weft_error *error);
int weft__sqlite_meta_put(struct weft_connector_session *session,
    struct weft_slice name, struct weft_slice value,
    struct weft_error *error);
int weft__sqlite_meta_each(struct weft_connector_session *session,
    struct weft_slice prefix, weft_connector_meta_fn *each, void *context,
    struct weft_error *error);
int weft__sqlite_meta_from(struct weft_connector_session *session,
    struct weft_slice prefix, struct weft_slice from,
    weft_connector_meta_fn *each, void *context, struct weft_error *error);

#endif
