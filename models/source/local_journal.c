/*
 * changes and follow: what is read from the journal.
 */
#include "models/source/local_page.h"

#include "models/tracking/live.h"
#include "models/tracking/trace.h"
#include "models/transaction.h"

static int
take_row(const struct weft_connector_journal_row *row, void *context)
{
	struct weft__local_page *page = context;
	struct weft__local_row *taken = &page->rows[page->seen];

	taken->seq = row->seq;
	taken->origin = weft__origin_hash(row->origin);
	taken->is_deletion = row->op == 'd';
	if (weft__arena_copy(&page->ids, row->id, &taken->id))
		return weft_error_set(
		    page->error, WEFT_ENOMEM, "out of memory");
	taken->hash = weft__origin_hash(taken->id);
	page->seen++;
	return 0;
}

/* How often the row's record is written in these rows, up to it. */
static size_t
count_writes(
    const struct weft__local_page *page, const struct weft__local_row *row)
{
	const struct weft__local_row *other;
	size_t count = 0;

	for (other = page->rows; other <= row; other++)
		count += other->hash == row->hash;
	return count;
}

/* Whether whoever made the row is not the one who is told. */
static bool
is_wanted(struct weft__local_page *page, const struct weft__local_row *row)
{
	return !page->giving || weft__giving_wants(page->giving, row->origin);
}

/* Gives a deletion whose tombstone was dropped, but which stands in the
 * journal: who reads on from there hears of it. */
static int
append_dropped(struct weft__local_page *page,
    struct weft_transaction *transaction, const struct weft__local_row *row)
{
	const struct weft_connector_record gone = {.id = row->id};
	struct weft_change change;
	int code = row->is_deletion
	    ? weft__trace_find(transaction, page->model, row->id, &page->track,
		  page->error)
	    : WEFT_ENOTFOUND;

	if (code)
		return code == WEFT_ENOTFOUND ? 0 : code;
	weft__track_change(&page->track,
	    weft_slice(weft_model_name(page->model)), row->id, &change);
	return weft__local_page_give(page, &gone, &change);
}

/* How much of its history the record of the row, whose last one is 'seq', is
 * given with. */
static void
choose_past(struct weft__local_page *page, const struct weft__local_row *row,
    uint64_t seq)
{
	struct weft__giving *giving = page->giving;

	if (giving)
		giving->past = giving->follow->is_brief && seq == row->seq
		    ? count_writes(page, row)
		    : SIZE_MAX;
}

/*
 * Appends the change of a journal row's record, if this is its last row.  Of
 * a record that was changed beyond the bound no last row is going to be read:
 * it is given at each.
 */
static int
append_row(struct weft__local_page *page, struct weft_transaction *transaction,
    const struct weft__local_row *row)
{
	struct weft_connector_record record;
	int code = transaction->session->ops->get(transaction->session,
	    page->model->index, row->id, &record, page->error);
	uint64_t seq;

	if (code == WEFT_ENOTFOUND && is_wanted(page, row))
		return append_dropped(page, transaction, row);
	if (code)
		return code == WEFT_ENOTFOUND ? 0 : code;
	seq = record.track.data ? weft__track_peek_seq(record.track) : row->seq;
	if (seq != row->seq && seq <= page->token->bound)
		return 0;
	if (!is_wanted(page, row))
		return 0;
	choose_past(page, row, seq);
	return weft__local_page_append(page, &record);
}

int
weft__local_page_journal(
    struct weft__local_page *page, struct weft_transaction *transaction)
{
	const struct weft_connector_ops *ops = transaction->session->ops;
	size_t limit = page->limit - page->appended;
	int code;

	if (limit > WEFT__LOCAL_ROWS)
		limit = WEFT__LOCAL_ROWS;
	page->seen = 0;
	weft__arena_clear(&page->ids);
	code = ops->journal_read(transaction->session, page->model->index,
	    page->token->position, page->token->bound, limit, take_row, page,
	    page->error);
	for (size_t i = 0; i < page->seen && !code; i++) {
		if (weft__local_page_is_full(page))
			return 0;
		code = append_row(page, transaction, &page->rows[i]);
		if (code || page->unrectified ||
		    (page->giving && page->giving->is_full))
			return code; /* the same row again */
		page->token->position = page->rows[i].seq;
	}
	page->token->end = !code && page->seen < limit;
	return code;
}
