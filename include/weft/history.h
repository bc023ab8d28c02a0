/*
 * The past: the revisions of a record, records as they were, and what differs
 * between two points.  It is read from the datasource's store; writes that
 * this does not have yet are read from the database.
 *
 * Nothing here writes.  All of it works on a registry that is open for
 * reading only, while another process writes.
 */
#ifndef WEFT_HISTORY_H
#define WEFT_HISTORY_H

#include <weft/change.h>
#include <weft/record.h>

/* A point in the history of a datasource. */
enum weft_point_type {
	WEFT_POINT_NOW,        /* after the last write */
	WEFT_POINT_CHECKPOINT, /* when checkpoint 'value' was over; 0: before
	                          the first write */
	WEFT_POINT_TIME        /* 'value': milliseconds since 1970 */
};
struct weft_point {
	enum weft_point_type type;
	uint64_t value;
};

/*
 * Reads a point: digits alone are a checkpoint's number; else an ISO 8601
 * time, 2024-01-31, 2024-01-31T12:00, 2024-01-31T12:00:00.5+01:00, in UTC if
 * it has no offset.
 * Returns 0 or WEFT_EINVAL.  Thread: any.
 */
WEFT_API WEFT_MUST_CHECK int weft_point_parse(struct weft_slice text,
    struct weft_point *point, struct weft_error *error);

/*
 * The state that stands for a point: that of the last commit all of whose
 * writes were made by then; the present one if no write was made since.
 * Writes that share a commit with later ones are not told apart: if the point
 * lies between them, the state is that before all of them.
 */
struct weft_moment {
	bool is_now;         /* the present state; the rest is of its last
	                        write */
	bool is_exact;       /* false: the point is a checkpoint some writes of
	                        which are not in the state */
	char commit[41];     /* hex; "" before the first one (there was nothing
	                        yet), or now */
	uint64_t seq;        /* of the last write in it; 0: none */
	uint64_t checkpoint; /* which that write was made in */
	uint64_t time_ms;    /* when, since 1970; in whole seconds, rounded
	                        down, unless now */
};

/*
 * Finds the state that stands for a point.
 * Returns 0; WEFT_EGONE: that history was dropped; WEFT_EUNSUPPORTED: there
 * is no store, and the point is in the past; what the database or the store
 * returns.
 * Thread: any.  Cost: one small read for each commit since.
 */
WEFT_API WEFT_MUST_CHECK int weft_moment_find(
    struct weft_datasource *datasource, const struct weft_point *point,
    struct weft_moment *moment, struct weft_error *error);

/*
 * The record as it was at the point, without hidden properties, appended to
 * 'record'.
 * Returns 0; WEFT_ENOTFOUND: there was none; WEFT_EINVAL: the model is not
 * tracked; as weft_moment_find().  On failure 'record' is as it was.
 * Thread: any.
 */
WEFT_API WEFT_MUST_CHECK int weft_record_find_at(struct weft_model *model,
    const struct weft_point *point, struct weft_slice id,
    struct weft_buf *record, struct weft_error *error);

/*
 * Calls 'each' for every record as it was at the point, without hidden
 * properties, in the order of the store (of id, if the point is now).  Of the
 * filter count where, fields, skip and limit.
 * Returns 0; what 'each' returned; WEFT_EINVAL: the filter, or it has an
 * order, or the model is not tracked; as weft_moment_find().
 * Thread: any; 'each' runs on the caller's, and must not use the datasource.
 */
WEFT_API WEFT_MUST_CHECK int weft_record_each_at(struct weft_model *model,
    const struct weft_point *point, struct weft_slice filter,
    weft_record_fn *each, void *context, struct weft_error *error);

/* A record that two points do not have alike; borrowed until the callback
 * returns. */
struct weft_point_difference {
	struct weft_slice id;
	struct weft_slice before; /* canonical JSON at the first point; no
	                             value: there was no such record */
	struct weft_slice after;  /* at the second one */
};

/* Nonzero ends the comparison and is returned by the caller. */
typedef int weft_point_difference_fn(
    const struct weft_point_difference *difference, void *context);

/*
 * Compares the records of a model at two points, in no order to rely on.
 * What was changed and changed back in between is no difference.
 * Returns 0; what 'each' returned; WEFT_EINVAL: the model is not tracked; as
 * weft_moment_find().
 * Thread: any; 'each' runs on the caller's, and must not use the datasource.
 * Cost: O(differences) reads of the store; memory: the ids of writes that the
 * store does not have yet.
 */
WEFT_API WEFT_MUST_CHECK int weft_model_compare_points(
    struct weft_model *model, const struct weft_point *first,
    const struct weft_point *second, weft_point_difference_fn *each,
    void *context, struct weft_error *error);

/*
 * The revisions of one record, newest first: those whose records are still
 * kept.  Of several writes that share a commit the store keeps the last.
 * Memory is bounded by two records; writes and projections may go on while a
 * history is read.
 */
struct weft_history;

/* One revision; slices are borrowed until the next call on the history. */
struct weft_revision {
	enum weft_change_type type; /* CREATE: nothing older is kept, or it
	                               had been deleted */
	struct weft_slice rev;      /* no value: a deletion */
	struct weft_slice record;   /* canonical JSON; no value: a deletion */
	struct weft_slice before;   /* the record in the revision before; no
	                               value: a deletion, or none is kept */
	uint64_t seq;               /* of its write; or if only the commit that
	                               has it is known, of the last one in it */
	uint64_t checkpoint_first;  /* in which it was written; a range if only
	                               the commit is known */
	uint64_t checkpoint_last;
	uint64_t time_ms;           /* since 1970; of the commit, rounded to
	                               seconds, if only that is known */
	char commit[41];            /* hex; "": not in the store yet */
	struct weft_slice user;     /* on whose behalf, from which peer or */
	struct weft_slice origin;   /* connection: no value if none, or not
	                               known any more */
};

/*
 * Begins to read the history of the record 'id' of a tracked model.  The
 * model is kept; '*history' is the caller's, for weft_history_close().
 * Returns 0, also if there is no such record; WEFT_EINVAL: the model is not
 * tracked, or no record has such an id; WEFT_ENOMEM.
 * Thread: any.
 */
WEFT_API WEFT_MUST_CHECK int weft_history_open(struct weft_model *model,
    struct weft_slice id, struct weft_history **history,
    struct weft_error *error);

/*
 * Reads the next older revision.  '*found' is false when there is none, now
 * and in all later calls.
 * Returns 0; WEFT_EGONE: old history was dropped meanwhile; what the database
 * or the store returns.  After a failure nothing but closing is left.
 * Thread: one call at a time on a history.
 * Cost: a few small reads for each commit that is passed.
 */
WEFT_API WEFT_MUST_CHECK int weft_history_next(struct weft_history *history,
    struct weft_revision *revision, bool *found, struct weft_error *error);

/* Frees the history.  NULL is allowed.  Thread: as weft_history_next(). */
WEFT_API void weft_history_close(struct weft_history *history);

/* One property that differs; borrowed until the callback returns. */
struct weft_property_difference {
	struct weft_slice path;   /* JSON Pointer (RFC 6901): "/address/city" */
	struct weft_slice before; /* canonical JSON; no value: not there */
	struct weft_slice after;
};

/* Nonzero ends the comparison and is returned by the caller. */
typedef int weft_property_difference_fn(
    const struct weft_property_difference *difference, void *context);

/*
 * Compares two canonical records (no value: one without properties), property
 * by property: objects within objects, and elements of arrays of one length,
 * are looked into; any other value differs as a whole.
 * Returns 0; what 'each' returned; WEFT_EDAMAGED: a record is not canonical;
 * WEFT_ELIMIT, WEFT_ENOMEM.  Thread: any.
 */
WEFT_API WEFT_MUST_CHECK int weft_record_compare(struct weft_slice before,
    struct weft_slice after, weft_property_difference_fn *each,
    void *context, struct weft_error *error);

#endif
