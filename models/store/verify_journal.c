/*
 * The journal against the records: a record's last change has its row, unless
 * that was dropped because the store has it; and a row that is not a record's
 * last change is followed by one that is.
 */
#include "models/store/verify.h"

#include <inttypes.h>
#include <stdio.h>

struct walk {
	struct weft__check *check;
	uint64_t found; /* rows that are the last change of a record */
};

int
weft__journal_floor(struct weft_connector_session *session,
    const struct weft__counters *counters, uint64_t *floor,
    struct weft_error *error)
{
	uint64_t first, last;
	int code = session->ops->journal_range(session, &first, &last, error);

	*floor = counters->projected;
	if (!code && first && first - 1 < *floor)
		*floor = first - 1;
	return code;
}

bool
weft__check_is_listed(const struct weft__check *check)
{
	return check->track.seq > check->journal_floor &&
	    check->track.seq <= check->counters.seq;
}

/* Tells of a journal row. */
static int
tell_row(struct walk *walk, const struct weft_connector_journal_row *row,
    const char *what)
{
	char text[200];

	snprintf(text, sizeof text, "journal row %" PRIu64 ": %s", row->seq,
	    what);
	return weft__check_tell(
	    walk->check, WEFT_PROBLEM_JOURNAL, row->id, text);
}

/* Whether the op is one of a change that led to this state. */
static bool
op_fits(char op, const struct weft__track *track)
{
	return weft__track_deleted(track) ? op == 'd'
	                                  : op == 'c' || op == 'u';
}

/* The row is the record's last change, or says so. */
static int
check_last(struct walk *walk, const struct weft_connector_journal_row *row)
{
	const struct weft__track *track = &walk->check->track;

	walk->found++;
	if (row->checkpoint != track->checkpoint)
		return tell_row(walk, row, "its checkpoint is not the one "
		    "that the record's changes say");
	if (!weft_slice_equal(row->rev, weft__rev_slice(&track->rev)))
		return tell_row(walk, row, "its revision is not the one that "
		    "the record's changes say");
	if (!op_fits(row->op, track))
		return tell_row(walk, row, "its op is not that of the "
		    "record's last change");
	return 0;
}

/* A row, and what is known of its record. */
static int
check_row(
    struct walk *walk, const struct weft_connector_journal_row *row)
{
	struct weft__check *check = walk->check;
	struct weft_connector_record record;
	int code;

	code = check->session->ops->get(check->session, check->model->index,
	    row->id, &record, check->error);
	/* A tombstone may have been dropped, which has a row of its own. */
	if (code == WEFT_ENOTFOUND)
		return row->op == WEFT_OP_FORGET ||
			row->seq <= check->counters.projected
		    ? 0
		    : tell_row(walk, row, "nothing is known of its record");
	if (code || !record.track.data ||
	    weft__track_decode(record.track, &check->track, NULL))
		return code; /* the record's own problem */
	if (check->track.seq == row->seq)
		return check_last(walk, row);
	return check->track.seq > row->seq
	    ? 0
	    : tell_row(walk, row, "it is later than what the record's "
	                          "changes say is the last one");
}

static int
visit_row(const struct weft_connector_journal_row *row, void *context)
{
	struct walk *walk = context;
	int code = check_row(walk, row);

	return code ? code : weft__check_one(walk->check);
}

/* A change, and whether a row is of it. */
struct sought {
	struct weft_slice id;
	const struct weft__track *track;
	bool found;
};

static int
compare_row(const struct weft_connector_journal_row *row, void *context)
{
	struct sought *sought = context;

	sought->found = weft_slice_equal(row->id, sought->id) &&
	    row->checkpoint == sought->track->checkpoint &&
	    op_fits(row->op, sought->track) &&
	    weft_slice_equal(row->rev, weft__rev_slice(&sought->track->rev));
	return 0;
}

int
weft__journal_has(struct weft_connector_session *session,
    const struct weft_model *model, struct weft_slice id,
    const struct weft__track *track, bool *found, struct weft_error *error)
{
	struct sought sought = {id, track, false};
	int code = session->ops->journal_read(session, model->index,
	    track->seq - 1, track->seq, 1, compare_row, &sought, error);

	*found = sought.found;
	return code;
}

static int
find_row(const struct weft_connector_record *record, void *context)
{
	struct weft__check *check = context;
	bool found;
	int code;

	if (!record->track.data ||
	    weft__track_decode(record->track, &check->track, NULL) ||
	    !weft__check_is_listed(check))
		return 0;
	code = weft__journal_has(check->session, check->model, record->id,
	    &check->track, &found, check->error);
	return code || found ? code
	                     : weft__check_tell(check, WEFT_PROBLEM_JOURNAL,
	                           record->id,
	                           "the journal has no row of its last "
	                           "change");
}

int
weft__check_journal(struct weft__check *check)
{
	struct walk walk = {.check = check};
	int code = check->session->ops->journal_read(check->session,
	    check->model->index, check->journal_floor, UINT64_MAX, SIZE_MAX,
	    visit_row, &walk, check->error);

	/* Each row was the last change of one record: the numbers tell. */
	if (code || walk.found == check->listed)
		return code;
	code = weft__check_scan(check, false, find_row);
	return code ? code : weft__check_scan(check, true, find_row);
}
