/*
 * Where records that are new to a viewer lie: rows of a feed, or of the
 * journal.
 */
#include <inttypes.h>

#include "models/source/viewed_page.h"
#include "models/visible/text.h"

static int
add_row(struct weft__viewed_page *page, uint64_t seq, struct weft_slice id)
{
	struct weft__viewed_row *row = &page->rows[page->seen];

	row->seq = seq;
	if (weft__arena_copy(&page->ids, id, &row->id))
		return WEFT_ENOMEM;
	page->seen++;
	return 0;
}

static void
clear(struct weft__viewed_page *page, size_t wanted)
{
	page->wanted = wanted < WEFT__VIEWED_ROWS ? wanted : WEFT__VIEWED_ROWS;
	page->seen = 0;
	weft__arena_clear(&page->ids);
}

static int
fail(struct weft__viewed_page *page, int code, const char *what)
{
	return weft_error_set(page->error, code, "%s of %s: %s", what,
	    weft_model_name(page->model), weft_error_text(code));
}

static int
take_place(struct weft_slice name, struct weft_slice value, void *context)
{
	struct weft__viewed_page *page = context;
	uint64_t seq;

	if (page->seen == page->wanted)
		return 1; /* enough */
	if (name.size < 16 || !weft__visible_number(
		weft_slice_of(name.data + name.size - 16, 16), &seq))
		return WEFT_EDAMAGED;
	if (seq > page->upto)
		return 1; /* of the next round */
	return add_row(page, seq, value);
}

int
weft__viewed_read_feed(struct weft__viewed_page *page,
    struct weft_transaction *transaction,
    const struct weft__viewed_feed *feed)
{
	struct weft_connector_session *session = transaction->session;
	struct weft_buf name = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	struct weft_slice prefix;
	size_t size;
	int code = weft__visible_feed_name(page->model, feed->key, &name);

	size = name.size;
	if (!code)
		code = weft_buf_printf(
		    &name, "%016" PRIx64, page->token->position + 1);
	clear(page, page->limit - page->appended);
	/* A feed that is lost is not listed in the next round. */
	page->upto = page->giving && !feed->is_lost ? page->bound : UINT64_MAX;
	prefix = weft_slice_of(name.data, size);
	if (!code)
		code = session->ops->meta_from(session, prefix,
		    weft_buf_slice(&name), take_place, page, page->error);
	weft_buf_fini(&name);
	if (code == 1)
		return 0;
	return code ? fail(page, code, "a feed") : 0;
}

static int
take_journal_row(const struct weft_connector_journal_row *row, void *context)
{
	return add_row(context, row->seq, row->id);
}

int
weft__viewed_read_journal(
    struct weft__viewed_page *page, struct weft_transaction *transaction)
{
	struct weft_connector_session *session = transaction->session;
	int code;

	clear(page, WEFT__VIEWED_ROWS);
	code = session->ops->journal_read(session, page->model->index,
	    page->token->position,
	    page->giving ? page->bound : page->journal_last, page->wanted,
	    take_journal_row, page, page->error);
	return code ? fail(page, code, "the journal") : 0;
}
