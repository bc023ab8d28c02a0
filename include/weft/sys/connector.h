/*
 * A connector: a database behind models.  Keeps records, their track rows,
 * the journal, pending bodies, and small named values, in one transaction.
 *
 * Life cycle
 *  1. open() makes a connector from settings (a datasource's JSON object).
 *  2. define() is called once for each model, before it is used; again with a
 *     changed definition after a restart.
 *  3. session_open() gives a session: one transaction at a time, used by one
 *     thread at a time.  There is at most one writing session; any number of
 *     reading ones, which see the state as of their begin().
 *  4. begin() .. commit() or rollback(); every other call is made inside.
 *  5. session_close() for each session, then close().
 *
 * Contract for all members
 *  - Inputs are borrowed until return.  Slices that are handed out live until
 *    the next call on the same session, whose input they may be, or until the
 *    callback returns.
 *  - Return 0 or WEFT_E...: ENOMEM, EIO, ENOSPACE, EREADONLY, ELOCKED (another
 *    process holds the database), EDAMAGED, EDATABASE.  After a failure
 *    within a transaction the caller rolls back.
 *  - commit() returns 0 only when everything is durable.
 *  - A callback that returns nonzero stops the walk; that value is returned.
 *    It may read through the same session (but not call the function that
 *    called it) or another one; it must not write.
 *  - Ids are UTF-8 text without NUL; models are those given to define().
 */
#ifndef WEFT_SYS_CONNECTOR_H
#define WEFT_SYS_CONNECTOR_H

#include <weft/sys/clock.h>
#include <weft/sys/connector_types.h>

struct weft_connector;
struct weft_connector_session;
struct weft_query; /* where, order, limit, skip: models/query/filter.h */

struct weft_connector_ops {
	unsigned version; /* 1; later members go to the end */
	const char *name; /* as in datasources.json, e.g. "memory" */
	bool durable;     /* whether a commit outlives the process */

	/*
	 * 'settings' is the datasource's JSON object; relative file names in it
	 * are relative to 'directory'.  With 'read_only' nothing is written or
	 * created.  WEFT_ECONFIG names the setting at fault.
	 */
	int (*open)(struct weft_slice settings, const char *directory,
	    bool read_only, struct weft_connector **connector,
	    struct weft_error *error);
	void (*close)(struct weft_connector *connector);

	/*
	 * Makes room for the model's records, or finds it; sets model->index.
	 * A property that is new since the last time becomes readable; nothing
	 * is lost if one is gone.  Outside of any transaction.
	 */
	int (*define)(struct weft_connector *connector,
	    struct weft_connector_model *model, struct weft_error *error);

	int (*session_open)(struct weft_connector *connector, bool writing,
	    struct weft_connector_session **session,
	    struct weft_error *error);
	void (*session_close)(struct weft_connector_session *session);

	int (*begin)(struct weft_connector_session *session,
	    struct weft_error *error);
	int (*commit)(struct weft_connector_session *session,
	    struct weft_error *error);
	void (*rollback)(struct weft_connector_session *session);

	/* Marks a point in the transaction (they nest); undo() goes back to
	 * the last one, keep() forgets it.  Both remove the mark. */
	int (*mark)(struct weft_connector_session *session,
	    struct weft_error *error);
	int (*undo)(struct weft_connector_session *session,
	    struct weft_error *error);
	int (*keep)(struct weft_connector_session *session,
	    struct weft_error *error);

	/*
	 * The record, or else the tombstone (body no value) of this id.
	 * WEFT_ENOTFOUND if there is neither ('error' untouched: it is common).
	 */
	int (*get)(struct weft_connector_session *session, int model,
	    struct weft_slice id, struct weft_connector_record *record,
	    struct weft_error *error);

	/* As get(), tombstones only: cheap when there are few. */
	int (*get_tombstone)(struct weft_connector_session *session, int model,
	    struct weft_slice id, struct weft_connector_record *record,
	    struct weft_error *error);

	/*
	 * Adds a record that is not there, and removes its tombstone if
	 * 'had_tombstone'.  WEFT_EEXISTS if it is there (nothing changed,
	 * 'error' untouched; the transaction goes on).
	 */
	int (*insert)(struct weft_connector_session *session, int model,
	    const struct weft_connector_record *record, bool had_tombstone,
	    struct weft_error *error);

	/* Replaces body, hidden and track of a record that is there;
	 * WEFT_ENOTFOUND if it is not. */
	int (*update)(struct weft_connector_session *session, int model,
	    const struct weft_connector_record *record,
	    struct weft_error *error);

	/*
	 * Removes the record.  With a track row (not no value) a tombstone is
	 * left, or replaced if there was no record.
	 */
	int (*bury)(struct weft_connector_session *session, int model,
	    struct weft_slice id, struct weft_slice track,
	    struct weft_error *error);

	/* Drops a tombstone. */
	int (*forget)(struct weft_connector_session *session, int model,
	    struct weft_slice id, struct weft_error *error);

	/*
	 * Live records that match, in the query's order, equal ones by the
	 * bytes of their ids; its skip and limit.  WEFT_ELIMIT: a regular
	 * expression took too many steps.  count() looks at where only.
	 */
	int (*find)(struct weft_connector_session *session, int model,
	    const struct weft_query *query, weft_connector_record_fn *each,
	    void *context, struct weft_error *error);
	int (*count)(struct weft_connector_session *session, int model,
	    const struct weft_query *query, uint64_t *count,
	    struct weft_error *error);

	/*
	 * Walks records (tombstones false) or tombstones in a stable order of
	 * its own, from after '*position' (0: the beginning), at most 'limit';
	 * '*position' is moved to the last one seen.  A record that stays
	 * through several calls is seen exactly once.  Cost: O(limit).
	 * '*position' is opaque; for tombstones a connector may use the seq of
	 * the track row.
	 */
	int (*scan)(struct weft_connector_session *session, int model,
	    bool tombstones, uint64_t *position, size_t limit,
	    weft_connector_record_fn *each, void *context,
	    struct weft_error *error);

	/* Appends a row; seq must be above every earlier one. */
	int (*journal_append)(struct weft_connector_session *session,
	    const struct weft_connector_journal_row *row,
	    struct weft_error *error);

	/* Rows with after < seq <= upto in order, at most 'limit'; of one
	 * model, or of all if 'model' is negative. */
	int (*journal_read)(struct weft_connector_session *session, int model,
	    uint64_t after, uint64_t upto, size_t limit,
	    weft_connector_journal_fn *each, void *context,
	    struct weft_error *error);

	/* First seq with checkpoint >= 'checkpoint' (the last seq + 1 if there
	 * is none).  Cost: O(log rows): checkpoints never fall along seq. */
	int (*journal_seek)(struct weft_connector_session *session,
	    uint64_t checkpoint, uint64_t *seq, struct weft_error *error);

	/* Lowest and highest seq kept; both 0 if there are none. */
	int (*journal_range)(struct weft_connector_session *session,
	    uint64_t *first, uint64_t *last, struct weft_error *error);

	/* Drops rows with seq <= upto. */
	int (*journal_prune)(struct weft_connector_session *session,
	    uint64_t upto, struct weft_error *error);

	/* Keeps the state that a record had from 'seq' on: a body, or no value
	 * for a deletion. */
	int (*pending_put)(struct weft_connector_session *session, int model,
	    struct weft_slice id, uint64_t seq, struct weft_slice body,
	    struct weft_error *error);

	/* The kept state with the highest seq <= as_of; WEFT_ENOTFOUND. */
	int (*pending_get)(struct weft_connector_session *session, int model,
	    struct weft_slice id, uint64_t as_of, uint64_t *seq,
	    struct weft_slice *body, struct weft_error *error);

	/* Drops kept states with seq <= upto. */
	int (*pending_prune)(struct weft_connector_session *session,
	    uint64_t upto, struct weft_error *error);

	/* Small named values.  get: WEFT_ENOTFOUND.  put with no value removes.
	 * each: names that start with 'prefix', in byte order. */
	int (*meta_get)(struct weft_connector_session *session,
	    struct weft_slice name, struct weft_slice *value,
	    struct weft_error *error);
	int (*meta_put)(struct weft_connector_session *session,
	    struct weft_slice name, struct weft_slice value,
	    struct weft_error *error);
	int (*meta_each)(struct weft_connector_session *session,
	    struct weft_slice prefix, weft_connector_meta_fn *each,
	    void *context, struct weft_error *error);

	/* As meta_each(), from the first name on that is not below 'from',
	 * which starts with 'prefix'.  Cost: O(log names + those given). */
	int (*meta_from)(struct weft_connector_session *session,
	    struct weft_slice prefix, struct weft_slice from,
	    weft_connector_meta_fn *each, void *context,
	    struct weft_error *error);

	/* Optional (NULL): writes a copy of the state that the transaction
	 * reads to a file that does not exist, durably, while writers go on;
	 * the small value 'name' in the copy is 'value'. */
	int (*backup)(struct weft_connector_session *session, const char *path,
	    struct weft_slice name, struct weft_slice value,
	    struct weft_error *error);

	/* Optional (NULL): does what commits have left for later, beside
	 * readers and writers.  Outside of any transaction. */
	int (*settle)(
	    struct weft_connector *connector, struct weft_error *error);

	/*
	 * Optional (NULL: each commit waits): whether the session's commits
	 * from now on wait for the disk, as they do at first.  The process may
	 * die after one that does not; the machine's end takes it back, with
	 * all like it since the last one that has waited.  Outside of any
	 * transaction.
	 */
	int (*set_sync)(struct weft_connector_session *session, bool waits,
	    struct weft_error *error);

	/*
	 * Optional (NULL): looks whether the database's file is sound by
	 * itself, whatever the records are, and tells of what it finds in
	 * words; a file that cannot be read to its end for what it holds is a
	 * finding.  One state of it, while writers go on.  Outside of any
	 * transaction.  Cost: reads the file once.
	 */
	int (*check)(struct weft_connector *connector,
	    weft_connector_finding_fn *each, void *context,
	    struct weft_error *error);

	/*
	 * Optional (NULL, or with check()): writes anew what the file says
	 * twice (indexes).  '*mended' if check() finds nothing then; else the
	 * file stays as it was.  Outside of any transaction; WEFT_ELOCKED if
	 * somebody writes.  Cost: reads the file twice, in one transaction.
	 */
	int (*mend)(struct weft_connector *connector, bool *mended,
	    struct weft_error *error);

	/* Optional (NULL): all kept states, in no order; those of no model
	 * that the database knows with a negative model. */
	int (*pending_each)(struct weft_connector_session *session,
	    weft_connector_pending_fn *each, void *context,
	    struct weft_error *error);

	/* Optional (NULL): sets op, checkpoint and time of the row 'seq', if
	 * there is one, which were damaged. */
	int (*journal_mend)(struct weft_connector_session *session,
	    uint64_t seq, char op, uint64_t checkpoint, uint64_t time_ms,
	    struct weft_error *error);

	/*
	 * Optional (NULL: nobody else can write), of the writing session: a
	 * number that is another one than before if others have committed
	 * meanwhile; it may be another one for nothing, too.  Outside of any
	 * transaction; does not wait for who writes.
	 */
	int (*others)(struct weft_connector_session *session,
	    uint64_t *number, struct weft_error *error);
};

/* Base of each implementation: embedded as its first member. */
struct weft_connector {
	const struct weft_connector_ops *ops;
};
struct weft_connector_session {
	const struct weft_connector_ops *ops;
};

#endif
