/*
 * What the files of the memory connector share: memory.c (sessions),
 * memory_record.c, memory_query.c, memory_journal.c (journal, pending bodies,
 * named values).
 *
 * The whole database is one persistent map (ordered.h).  A key is a table's
 * letter and what names the row in it, so that the rows of a table, and of a
 * model within it, lie together in order:
 *
 *   R model id         record: position, body, hidden, track
 *   P model position   the id of the record there
 *   T model id         tombstone: position, track
 *   Q model position   the id of the tombstone there
 *   J seq              journal row
 *   B model id NUL seq kept state of a record: a body, or none
 *   M name             a named value
 *
 * A session holds the map as of its begin(); a writing one replaces its map
 * with each change, and commit() makes it the connector's.
 */
#ifndef MODELS_CONNECTORS_MEMORY_PRIVATE_H
#define MODELS_CONNECTORS_MEMORY_PRIVATE_H

#include <pthread.h>

#include <weft/sys/connector.h>

#include "models/connectors/ordered.h"

enum weft__memory_table {
	WEFT__MEMORY_RECORD = 'R',
	WEFT__MEMORY_RECORD_AT = 'P',
	WEFT__MEMORY_TOMBSTONE = 'T',
	WEFT__MEMORY_TOMBSTONE_AT = 'Q',
	WEFT__MEMORY_JOURNAL = 'J',
	WEFT__MEMORY_PENDING = 'B',
	WEFT__MEMORY_META = 'M'
};

struct weft__memory {
	struct weft_connector base;
	pthread_mutex_t mutex; /* guards all below */
	struct weft__ordered *committed;
	bool writing; /* there is a writing session */
	char **models; /* names by index */
	size_t models_length;
	size_t models_capacity;
	bool read_only;
};

struct weft__memory_session {
	struct weft_connector_session base;
	struct weft__memory *memory;
	bool writing;
	struct weft__ordered *tree; /* as this session sees it */
	struct weft__ordered *held; /* as it was before the call under way,
	                            whose inputs may point into it */
	struct weft__ordered **marks;
	size_t marks_length;
	size_t marks_capacity;
	struct weft_buf key; /* scratch: of the call under way */
	struct weft_buf row;
};

/* The session behind its base. */
struct weft__memory_session *weft__memory_session(
    struct weft_connector_session *session);

/* Starts a call that changes the map: what was handed out before stays valid
 * until the next such call. */
struct weft__memory_session *weft__memory_change(
    struct weft_connector_session *session);

/* "out of memory" as an error. */
int weft__memory_no_memory(struct weft_error *error);

/*
 * Makes the key of a row in the session's scratch.  'id' may be no value;
 * numbers are written so that they sort.  Valid until the next key.
 */
int weft__memory_key(struct weft__memory_session *session,
    enum weft__memory_table table, int model, struct weft_slice id,
    struct weft_slice *key, struct weft_error *error);
int weft__memory_key_at(struct weft__memory_session *session,
    enum weft__memory_table table, int model, uint64_t position,
    struct weft_slice *key, struct weft_error *error);

/* The position at the end of a key. */
uint64_t weft__memory_position(struct weft_slice key);

/* Whether the key is one of this table (and model, unless negative). */
bool weft__memory_in_table(
    struct weft_slice key, enum weft__memory_table table, int model);

/* Rows: several values, each of which may be no value, as one. */
int weft__memory_row(struct weft__memory_session *session,
    const struct weft_slice *values, size_t length, struct weft_slice *row,
    struct weft_error *error);
void weft__memory_read_row(
    struct weft_slice row, struct weft_slice *values, size_t length);

/* Sets or removes a row of the session's map. */
int weft__memory_put(struct weft__memory_session *session,
    struct weft_slice key, struct weft_slice row, struct weft_error *error);
int weft__memory_remove(struct weft__memory_session *session,
    struct weft_slice key, struct weft_error *error);

/* Reads a record's or tombstone's row. */
void weft__memory_read_record(const struct weft__ordered_entry *entry,
    bool tombstone, struct weft_connector_record *record);

/* Members of the vtable; their contracts are in <weft/sys/connector.h>. */
int weft__memory_get(struct weft_connector_session *session, int model,
    struct weft_slice id, struct weft_connector_record *record,
    struct weft_error *error);
int weft__memory_get_tombstone(struct weft_connector_session *session,
    int model, struct weft_slice id, struct weft_connector_record *record,
    struct weft_error *error);
int weft__memory_insert(struct weft_connector_session *session, int model,
    const struct weft_connector_record *record, bool had_tombstone,
    struct weft_error *error);
int weft__memory_update(struct weft_connector_session *session, int model,
    const struct weft_connector_record *record, struct weft_error *error);
int weft__memory_bury(struct weft_connector_session *session, int model,
    struct weft_slice id, struct weft_slice track, struct weft_error *error);
int weft__memory_forget(struct weft_connector_session *session, int model,
    struct weft_slice id, struct weft_error *error);
int weft__memory_scan(struct weft_connector_session *session, int model,
    bool tombstones, uint64_t *position, size_t limit,
    weft_connector_record_fn *each, void *context, struct weft_error *error);
int weft__memory_find(struct weft_connector_session *session, int model,
    const struct weft_query *query, weft_connector_record_fn *each,
    void *context, struct weft_error *error);
int weft__memory_count(struct weft_connector_session *session, int model,
    const struct weft_query *query, uint64_t *count,
    struct weft_error *error);
int weft__memory_journal_append(struct weft_connector_session *session,
    const struct weft_connector_journal_row *row, struct weft_error *error);
int weft__memory_journal_read(struct weft_connector_session *session,
    int model, uint64_t after, uint64_t upto, size_t limit,
    weft_connector_journal_fn *each, void *context, struct weft_error *error);
int weft__memory_journal_seek(struct weft_connector_session *session,
    uint64_t checkpoint, uint64_t *seq, struct weft_error *error);
int weft__memory_journal_range(struct weft_connector_session *session,
    uint64_t *first, uint64_t *last, struct weft_error *error);
int weft__memory_journal_prune(struct weft_connector_session *session,
    uint64_t upto, struct weft_error *error);
int weft__memory_pending_put(struct weft_connector_session *session,
    int model, struct weft_slice id, uint64_t seq, struct weft_slice body,
    struct weft_error *error);
int weft__memory_pending_get(struct weft_connector_session *session,
    int model, struct weft_slice id, uint64_t as_of, uint64_t *seq,
    struct weft_slice *body, struct weft_error *error);
int weft__memory_pending_prune(struct weft_connector_session *session,
    uint64_t upto, struct weft_error *error);
int weft__memory_meta_get(struct weft_connector_session *session,
    struct weft_slice name, struct weft_slice *value,
    struct weft_error *error);
int weft__memory_meta_put(struct weft_connector_session *session,
    struct weft_slice name, struct weft_slice value,
    struct weft_error *error);
int weft__memory_meta_each(struct weft_connector_session *session,
    struct weft_slice prefix, weft_connector_meta_fn *each, void *context,
    struct weft_error *error);
int weft__memory_meta_from(struct weft_connector_session *session,
    struct weft_slice prefix, struct weft_slice from,
    weft_connector_meta_fn *each, void *context, struct weft_error *error);

#endif
