/*
 * Verifying a model: what its parts share, with each other and with those that
 * repair.
 */
#ifndef MODELS_STORE_VERIFY_H
#define MODELS_STORE_VERIFY_H

#include <weft/verify.h>
#include <weft/sys/connector.h>

#include "core/base/json.h"
#include "core/store/store.h"
#include "core/track/track_row.h"
#include "models/counters.h"
#include "models/model.h"

/* Who is told of problems that belong to no model, and how many there were. */
struct weft__telling {
	weft_problem_fn *each;
	void *context;
	uint64_t count;
};

/* Tells of one, in words.  Returns what the receiver returned. */
int weft__tell(struct weft__telling *telling, enum weft_problem_kind kind,
    const char *text);

struct weft__check {
	struct weft_model *model;
	struct weft_connector_session *session;
	struct weft__counters counters;
	struct weft__store *store; /* NULL: it is behind, or there is none */
	struct weft__oid commit;   /* the state that must be the same */
	uint64_t journal_floor;    /* what changed above it is in the journal */
	uint64_t listed;           /* records whose last change is above it */
	uint64_t problems;
	uint64_t done, total; /* checks */
	weft_problem_fn *each;
	weft_checked_fn *checked; /* or NULL */
	void *context;
	struct weft__track track;  /* of the record that is being checked */
	struct weft__json json;
	struct weft_buf text;
	struct weft_error *error;
};

/* Checks that go by before somebody is told. */
#define WEFT__CHECK_STEP 1000

/* Counts one check; tells after each step of them. */
int weft__check_one(struct weft__check *check);

/*
 * What is wrong with what must be the canonical text of an object; '*fault' is
 * a static text, or NULL.  Returns 0 or WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__check_object(struct weft__json *json,
    struct weft_slice text, const char **fault, struct weft_error *error);

/* Checks the states that are kept for the store.  Returns 0, what the receiver
 * returned, or what the database returns. */
WEFT_MUST_CHECK int weft__check_pending(struct weft_datasource *datasource,
    struct weft__telling *telling, struct weft_error *error);

/* Tells of a problem with a record.  Returns what the receiver returned. */
int weft__check_tell(struct weft__check *check, enum weft_problem_kind kind,
    struct weft_slice id, const char *what);

/*
 * What the store has otherwise than the database, which has this body (no
 * value: a tombstone); '*fault' is a static text, or NULL.
 * Returns 0, or what the store returns.
 */
WEFT_MUST_CHECK int weft__stored_fault(struct weft__store *store,
    const struct weft__oid *commit, struct weft_slice model,
    struct weft_slice id, struct weft_slice body, const char **fault,
    struct weft_error *error);

/*
 * The id that a record's body has, if it is another one than the record's; no
 * value if it is the same, or the body has none.  Borrowed from body or 'text'.
 * Returns 0 or WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__find_other_id(
    const struct weft__definition *definition,
    const struct weft_connector_record *record, struct weft__json *json,
    struct weft_buf *text, struct weft_slice *other);

/* Calls 'each' for all records of the model, or for all its tombstones. */
WEFT_MUST_CHECK int weft__check_scan(struct weft__check *check,
    bool tombstones, weft_connector_record_fn *each);

/* Whether the journal must have a row of the last change of check->track. */
bool weft__check_is_listed(const struct weft__check *check);

/* From where on the journal must be complete. */
WEFT_MUST_CHECK int weft__journal_floor(struct weft_connector_session *session,
    const struct weft__counters *counters, uint64_t *floor,
    struct weft_error *error);

/* Whether the journal has a row of the last change that 'track' is of, with
 * its revision and checkpoint. */
WEFT_MUST_CHECK int weft__journal_has(struct weft_connector_session *session,
    const struct weft_model *model, struct weft_slice id,
    const struct weft__track *track, bool *found, struct weft_error *error);

/* Checks the form of the model's traces, and that there is a horizon if there
 * are any. */
WEFT_MUST_CHECK int weft__check_traces(
    struct weft__check *check, struct weft_transaction *transaction);

/*
 * Checks the model's rows of the journal, and that there is one of each of
 * the check->listed changes.
 */
WEFT_MUST_CHECK int weft__check_journal(struct weft__check *check);

#endif
