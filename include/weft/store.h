/*
 * The store of a datasource: its history as a plain git repository; and what
 * it takes to see whether all is well.
 *
 * Nothing here writes but weft_model_repair(), weft_database_repair() and
 * weft_store_compact().
 * All else works on a registry that is open for reading only, while another
 * process writes.
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

/* What is wrong, by what mends it. */
enum weft_problem_kind {
	/* The repository is damaged: it is to be made anew
	 * (weft_registry_options.rebuild). */
	WEFT_PROBLEM_STORE,
	/* The repository has another history than the database, or a shorter
	 * one than it should: opening the database for writing mends it. */
	WEFT_PROBLEM_POSITION,
	/* A record is not what its changes say, or the store has it otherwise,
	 * or alone: weft_model_repair(). */
	WEFT_PROBLEM_RECORD,
	/* The journal is not what the records' changes say:
	 * weft_model_repair(). */
	WEFT_PROBLEM_JOURNAL,
	/* A small value beside the records (a position, a kept conflict, a
	 * consumer) cannot be read: who writes it next mends it. */
	WEFT_PROBLEM_VALUE,
	/* The database's file is damaged, whatever the records are:
	 * weft_database_repair() if no more than its indexes is, else a
	 * backup.  Nothing else is to be repaired before that. */
	WEFT_PROBLEM_DATABASE
};

/* A problem; all borrowed until the receiver returns. */
struct weft_problem {
	enum weft_problem_kind kind;
	struct weft_slice model; /* or no value: of none */
	struct weft_slice id;    /* of the record, or no value: of none */
	const char *object;      /* the git object's id in hex, or NULL */
	const char *text;        /* in words, with all of the above */
};

/* Receives one problem.  Nonzero ends the search and is returned by the
 * caller. */
typedef int weft_problem_fn(const struct weft_problem *problem, void *context);

/* Receives now and then how many checks are done, of so many in all, as far as
 * that is known before (0: not at all).  Nonzero ends the search and is
 * returned by the caller. */
typedef int weft_checked_fn(uint64_t done, uint64_t total, void *context);

/* Returns "store", "position", "record", "journal", "value" or "database",
 * static.  Thread: any. */
WEFT_API const char *weft_problem_kind_name(enum weft_problem_kind kind);

/*
 * Checks the store: every object's hash, the form of the tries, the commits
 * agreed on with peers, packs and their indexes; and that it is of this
 * database, and not behind what that relies on.  Without 'deep' only the
 * newest state, and no records.  'each' and 'checked' (may be NULL) get the
 * context; '*count' (may be NULL) is how many problems there were.
 * Returns 0 if all was looked at, whatever was found; what 'each' or 'checked'
 * returned; what the database or the store returns.
 * Thread: any.  Cost: reads each object once, with 'deep' each pack twice.
 */
WEFT_API WEFT_MUST_CHECK int weft_store_verify(
    struct weft_datasource *datasource, bool deep, weft_problem_fn *each,
    weft_checked_fn *checked, void *context, uint64_t *count,
    struct weft_error *error);

/*
 * Has the database check its own file: pages, and indexes against tables.
 * '*count' (may be NULL) is how many problems there were; nothing is looked at
 * if the connector knows no such check.
 * Returns 0 if all was looked at, whatever was found; what 'each' returned;
 * what the database returns.
 * Thread: any.  Cost: reads the file once.
 */
WEFT_API WEFT_MUST_CHECK int weft_database_verify(
    struct weft_datasource *datasource, weft_problem_fn *each, void *context,
    uint64_t *count, struct weft_error *error);

/*
 * Writes the indexes of the database anew.  '*mended' if it finds nothing
 * wrong in its file then; else that is as it was.
 * Returns 0; WEFT_EREADONLY; WEFT_ELOCKED (somebody writes); what the database
 * returns.
 * Thread: any.  Cost: reads the file twice, in one transaction.
 */
WEFT_API WEFT_MUST_CHECK int weft_database_repair(
    struct weft_datasource *datasource, bool *mended,
    struct weft_error *error);

/*
 * Checks the small values that stand beside the records: positions of peers,
 * kept conflicts, consumers.  '*count' (may be NULL) is how many problems
 * there were.
 * Returns 0 if all was looked at, whatever was found; what 'each' returned;
 * what the database returns.
 * Thread: any.  Cost: reads each value once.
 */
WEFT_API WEFT_MUST_CHECK int weft_datasource_verify(
    struct weft_datasource *datasource, weft_problem_fn *each, void *context,
    uint64_t *count, struct weft_error *error);

/*
 * Checks every record and tombstone of the model against what is known of its
 * changes, that against the journal and the other way round, and, if the
 * store has every accepted write, against the store, both ways.
 * 'each' and 'checked' (may be NULL) get the context; '*count' (may be NULL) is
 * how many problems there were.
 * Returns 0 if all was looked at, whatever was found; what 'each' or 'checked'
 * returned; what the database or the store returns.
 * Thread: any.  Cost: O(records), in one read transaction.
 */
WEFT_API WEFT_MUST_CHECK int weft_model_verify(struct weft_model *model,
    weft_problem_fn *each, weft_checked_fn *checked, void *context,
    uint64_t *count, struct weft_error *error);

/*
 * Mends what weft_model_verify() finds in records and journal: what was
 * written behind our back is recorded as a change, as
 * weft_model_rectify_all_changes() does; a record whose track row is damaged
 * gets a new one, and a change that the journal has lost is listed anew.  What
 * only the store has, record or tombstone, is written again, and what it has
 * otherwise goes to it with the next projection.
 * '*count' (may be NULL) is how many records it had to do with.
 * Returns 0; WEFT_EINVAL: the model is not tracked; what the database
 * returns.  What was mended before a failure stays so.
 * Thread: any.  Cost: O(records).
 */
WEFT_API WEFT_MUST_CHECK int weft_model_repair(
    struct weft_model *model, uint64_t *count, struct weft_error *error);

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
