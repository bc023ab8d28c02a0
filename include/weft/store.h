/*
 * The store of a datasource: its history as a plain git repository.
 *
 * Nothing here writes to it but weft_store_compact().  All else works on a
 * registry that is open for reading only, while another process writes.
 */
#ifndef WEFT_STORE_H
#define WEFT_STORE_H

#include <weft/model.h>

struct weft_source;

/* How far a datasource and its store are. */
struct weft_datasource_status {
	char epoch[40];         /* name of this database's life */
	uint64_t checkpoint;    /* the current one */
	uint64_t journal_first; /* journal rows kept, by seq; 0: none */
	uint64_t journal_last;
	uint64_t seq;           /* of the last accepted write */
	bool has_store;
	bool is_damaged;        /* its last commit cannot be read; what follows
	                           is not known then */
	bool is_stored;         /* the store has every accepted write */
	uint64_t stored_seq;    /* of the last write in the store; 0: none */
	char commit[41];        /* the store's tip in hex; "" if none */
};

/*
 * Reads the status.  Returns 0, or what the database or the store returns.
 * Thread: any.
 */
WEFT_API WEFT_MUST_CHECK int weft_datasource_get_status(
    struct weft_datasource *datasource,
    struct weft_datasource_status *status, struct weft_error *error);

/* Returns the directory of the git repository, borrowed from the datasource,
 * or NULL if there is no store.  Thread: any. */
WEFT_API const char *weft_store_path(const struct weft_datasource *datasource);

/* One commit: the state after a run of accepted writes. */
struct weft_store_commit {
	char id[41];               /* hex */
	uint64_t seq;              /* of the last write in it */
	uint64_t checkpoint_first; /* checkpoints of the writes it added */
	uint64_t checkpoint_last;
	uint64_t changes;          /* records they were of */
	uint64_t time_ms;          /* of the last one, since 1970 */
};

/* Receives one commit, borrowed until it returns.  Nonzero ends the list and
 * is returned by the caller. */
typedef int weft_store_commit_fn(
    const struct weft_store_commit *commit, void *context);

/*
 * Lists the newest 'max' commits (0: all), newest first; none without a
 * store.  Returns 0, what 'each' returned, or what the store returns.
 * Thread: any.
 */
WEFT_API WEFT_MUST_CHECK int weft_store_log(
    struct weft_datasource *datasource, uint64_t max,
    weft_store_commit_fn *each, void *context, struct weft_error *error);

/* A record that two models do not have alike, borrowed until it returns.
 * Nonzero ends the comparison and is returned by the caller. */
typedef int weft_difference_fn(
    struct weft_slice id, bool in_a, bool in_b, void *context);

/*
 * Compares the records of two models, as they are now.
 * Returns 0, what 'each' returned, or what the databases or stores return.
 * Thread: any.  Cost: O(differences) if both stores have every accepted
 * write, else O(records).
 */
WEFT_API WEFT_MUST_CHECK int weft_model_compare(struct weft_model *a,
    struct weft_model *b, weft_difference_fn *each, void *context,
    struct weft_error *error);

/*
 * The same for two sources, which may be at the other end of a protocol.
 * Returns 0, what 'each' returned, or what the sources return.
 * Thread: any.  Cost: O(differences) if both have stores and can be asked
 * about them, else O(records).
 */
WEFT_API WEFT_MUST_CHECK int weft_source_compare(struct weft_source *a,
    const char *model_a, struct weft_source *b, const char *model_b,
    weft_difference_fn *each, void *context, struct weft_error *error);

/*
 * What is dropped when a store is compacted, beside needless packs.  A number
 * below 0: as the datasource's setting says (keepCheckpoints, keepDays), if
 * the other is below 0, too; where nothing is said, all is kept.  The same
 * goes for tombstones (tombstoneDays, dropHeardTombstones), if tombstone_days
 * is below 0 and drop_heard is false.
 *
 * A tombstone that is dropped leaves a trace of a few bytes, by which a record
 * that somebody still has is known as deleted when he mentions it.
 */
struct weft_compaction {
	unsigned version;         /* 1 */
	int64_t keep_checkpoints; /* history of the last so many */
	int64_t keep_days;        /* history of so many days; what either of
	                             them keeps is kept */
	int64_t tombstone_days;   /* older ones go, whoever has not heard */
	bool drop_heard;          /* tombstones go that all peers that have a
	                             position here, and all consumers, have
	                             heard of; none if there are none */
};
#define WEFT_COMPACTION_INIT {1, -1, -1, -1, false}

/* What came of it. */
struct weft_compaction_result {
	uint64_t packs_before; /* files of objects */
	uint64_t packs_after;
	uint64_t size_before;  /* bytes of them */
	uint64_t size_after;
	uint64_t commits;      /* dropped */
	uint64_t tombstones;   /* dropped */
};

/*
 * Brings the store up to date, drops the tombstones and the history that
 * 'compaction' (NULL: the settings) does not keep, and merges packs.  Readers
 * in other processes go on.  Commits get other ids when history was dropped.
 * Returns 0; WEFT_EINVAL (the version); WEFT_EUNSUPPORTED (no store; objects
 * that git has not packed yet); WEFT_EREADONLY; WEFT_EDAMAGED (something that
 * is to be kept: then nothing was dropped); what the database or the store
 * returns.
 * Tombstones that were dropped before a failure stay so.
 * Thread: any.  Cost: reads and writes the store once; with history to drop
 * also a look at each of its trees, with tombstones to drop at each of them.
 */
WEFT_API WEFT_MUST_CHECK int weft_store_compact(
    struct weft_datasource *datasource,
    const struct weft_compaction *compaction,
    struct weft_compaction_result *result, struct weft_error *error);

/* Returns the file of the database, borrowed from the datasource, or NULL if
 * it is in memory.  Thread: any. */
WEFT_API const char *weft_datasource_path(
    const struct weft_datasource *datasource);

/*
 * Copies the database to 'file', and its store (if it has one and 'store' is
 * not NULL) to the directory 'store', while writers go on; neither may exist.
 * The copy of the store is never ahead of that of the database.  A database
 * that was copied so begins a new epoch when it is first opened to write, for
 * what was given out after the copy must not be given out again.
 * Returns 0; WEFT_EUNSUPPORTED (the connector cannot); WEFT_EEXISTS;
 * WEFT_EDAMAGED (the store); WEFT_ELOCKED (history was dropped meanwhile: try
 * again); what the system returns.  On failure a part may be left.
 * Thread: any.  Cost: reads and writes everything once.
 */
WEFT_API WEFT_MUST_CHECK int weft_datasource_backup(
    struct weft_datasource *datasource, const char *file, const char *store,
    struct weft_error *error);

/*
 * Copies a whole configuration, that 'registry' was made from, out of its
 * 'directory' into 'target', an empty directory: JSON files, models,
 * databases and stores, each as above.
 * Returns also WEFT_ECONFIG (a database or store lies outside of the
 * directory).  Thread: any.
 */
WEFT_API WEFT_MUST_CHECK int weft_registry_backup(
    struct weft_registry *registry, const char *directory,
    const char *target, struct weft_error *error);

#endif
