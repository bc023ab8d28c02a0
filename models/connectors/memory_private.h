/*
 * What the files of the memory connector share: memory.c (sessions),
 * memory_table.c (tables), memory_record.c, memory_query.c, memory_journal.c
 * (journal, pending bodies, named values).
 *
 * Each table is a map (ordered.h), and each session has those of one version
 * (versions.h): a writing one makes the next version, and commit() makes that
 * the connector's.
 *
 *   journal        by seq: the row
 *   meta           by name: a value
 *
 * and of each model
 *
 *   record         by id: position, track, body, hidden
 *   record_at      the same items, by position
 *   tombstone      by id: position, track
 *   tombstone_at   the same items, by position
 *   pending        by id, NUL and seq: a body, or none
 */
#ifndef MODELS_CONNECTORS_MEMORY_PRIVATE_H
#define MODELS_CONNECTORS_MEMORY_PRIVATE_H

#include <pthread.h>

#include <weft/sys/connector.h>

#include "models/connectors/ordered.h"

enum weft__memory_table {
	WEFT__MEMORY_RECORD,
	WEFT__MEMORY_RECORD_AT,
	WEFT__MEMORY_TOMBSTONE,
	WEFT__MEMORY_TOMBSTONE_AT,
	WEFT__MEMORY_PENDING,
	WEFT__MEMORY_TABLES, /* of a model */
	WEFT__MEMORY_JOURNAL = 0,
	WEFT__MEMORY_META = 1
};

/* The model of the journal and of named values. */
#define WEFT__MEMORY_ALL (-1)

/* The tables of a version: those of all models, then of each one. */
struct weft__memory_tables {
	size_t length;
	struct weft__ordered maps[];
};

struct weft__memory {
	struct weft_connector base;
	pthread_mutex_t mutex; /* guards all below */
	struct weft__versions versions; /* what is shared of it */
	struct weft__memory_tables *committed; /* NULL: nothing */
	bool writing; /* there is a writing session */
	char **models; /* names by index */
	size_t models_length;
	size_t models_capacity;
	bool read_only;
};

/* A point to which a transaction can go back. */
struct weft__memory_mark {
	struct weft__version_mark mark;
	struct weft__memory_tables *tables;
};

struct weft__memory_session {
	struct weft_connector_session base;
	struct weft__memory *memory;
	bool writing;
	struct weft__version_reader reader; /* if not writing */
	struct weft__memory_tables *tables; /* as this session sees them */
	struct weft__memory_mark *marks;
	size_t marks_length;
	size_t marks_capacity;
	struct weft_buf key; /* scratch: of the call under way */
};

/* The session behind its base. */
struct weft__memory_session *weft__memory_session(
    struct weft_connector_session *session);

/* "out of memory" as an error. */
int weft__memory_no_memory(struct weft_error *error);

/* A table, to be read. */
const struct weft__ordered *weft__memory_read(
    const struct weft__memory_session *session, enum weft__memory_table table,
    int model);

/* What a row consists of. */
struct weft__memory_row {
	uint64_t number;
	struct weft_slice key;
	const struct weft_slice *values; /* each of which may be no value */
	size_t length;
};

/* Makes an item of a row; to be put into tables. */
int weft__memory_make(struct weft__memory_session *session,
    const struct weft__memory_row *row, struct weft__ordered_item **item,
    struct weft_error *error);

/* The values of an item. */
void weft__memory_values(const struct weft__ordered_item *item,
    struct weft_slice *values, size_t length);

/* Puts an item into a table, or takes one out.  What was there is '*before', or
 * NULL; it belongs to the caller.  To add is WEFT_EEXISTS if one was there. */
int weft__memory_add(struct weft__memory_session *session,
    enum weft__memory_table table, int model, struct weft__ordered_key key,
    struct weft__ordered_item *item, struct weft_error *error);
int weft__memory_put(struct weft__memory_session *session,
    enum weft__memory_table table, int model, struct weft__ordered_key key,
    struct weft__ordered_item *item, struct weft__ordered_item **before,
    struct weft_error *error);
int weft__memory_remove(struct weft__memory_session *session,
    enum weft__memory_table table, int model, struct weft__ordered_key key,
    struct weft__ordered_item **before, struct weft_error *error);

/* The same for tables whose items are in no other: what was there is given
 * up. */
int weft__memory_set(struct weft__memory_session *session,
    enum weft__memory_table table, int model, struct weft__ordered_key key,
    const struct weft__memory_row *row, struct weft_error *error);
int weft__memory_drop(struct weft__memory_session *session,
    enum weft__memory_table table, int model, struct weft__ordered_key key,
    struct weft_error *error);

/* Reads a record or tombstone. */
void weft__memory_read_record(const struct weft__ordered_item *item,
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
