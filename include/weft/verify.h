/*
 * Seeing whether all is well with a datasource, its models and its store; and
 * mending what is not.
 *
 * What verifies works on a registry that is open for reading only, too, while
 * another process writes.
 */
#ifndef WEFT_VERIFY_H
#define WEFT_VERIFY_H

#include <weft/model.h>

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
	/* The journal is not what the records' changes say, or its rows are
	 * not in order, or a state that is kept for the store is damaged:
	 * weft_model_repair(), weft_datasource_repair(). */
	WEFT_PROBLEM_JOURNAL,
	/* A small value beside the records (a position, a kept conflict, a
	 * consumer), or what is hidden of one, cannot be read: who writes it
	 * next mends it. */
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
 * Checks what belongs to no model: the journal's rows, by those around them and
 * by the store's commits; the states that are kept for the store; and the small
 * values beside the records: positions of peers, kept conflicts, consumers.
 * '*count' (may be NULL) is how many problems there were.
 * Returns 0 if all was looked at, whatever was found; what 'each' returned;
 * what the database returns.
 * Thread: any.  Cost: reads the journal and each value once.
 */
WEFT_API WEFT_MUST_CHECK int weft_datasource_verify(
    struct weft_datasource *datasource, weft_problem_fn *each, void *context,
    uint64_t *count, struct weft_error *error);

/*
 * Mends the journal's rows, as far as what is around them tells what they were;
 * brings the store up to date, and drops the states that were kept for it.
 * After weft_model_repair() of all models.  '*count' (may be NULL) is how many
 * rows were mended.
 * Returns 0, or what the database or the store returns.
 * Thread: any.  Cost: reads the journal once, and as a projection.
 */
WEFT_API WEFT_MUST_CHECK int weft_datasource_repair(
    struct weft_datasource *datasource, uint64_t *count,
    struct weft_error *error);

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

#endif
