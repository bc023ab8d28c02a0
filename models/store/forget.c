#include "models/store/forget.h"

#include <stdio.h>

#include "core/base/alloc.h"
#include "core/base/arena.h"
#include "core/base/limits.h"
#include "models/tracking/trace.h"
#include "models/tracking/tracker.h"
#include "models/transaction.h"
#include "models/visible/visible.h"

/* One step: a page of a model's tombstones. */
struct page {
	struct weft_model *model;
	const struct weft__forget_bounds *bounds;
	uint64_t position; /* of the walk; moves on only with the commit */
	uint64_t next;
	struct weft_slice ids[WEFT_LIMIT_PAGE_CHANGES];
	size_t length;
	struct weft_slice *disputed; /* names of kept conflicts */
	size_t disputed_length, disputed_capacity;
	struct weft__arena arena; /* of both */
	uint64_t dropped;
	uint64_t checkpoint; /* the highest of those */
};

static bool
is_within(const struct weft__forget_bounds *bounds, uint64_t seq,
    uint64_t checkpoint)
{
	return seq <= bounds->old_seq || (seq <= bounds->heard_seq &&
					     checkpoint <
						 bounds->heard_checkpoint);
}

static int
note_id(const struct weft_connector_record *record, void *context)
{
	struct page *page = context;

	if (!is_within(page->bounds, weft__track_peek_seq(record->track), 0))
		return 0;
	return weft__arena_copy(
	    &page->arena, record->id, &page->ids[page->length++]);
}

static int
note_conflict(struct weft_slice name, struct weft_slice value, void *context)
{
	struct page *page = context;

	(void)value;
	if (!weft__grow(&page->disputed, &page->disputed_capacity,
		page->disputed_length + 1, sizeof *page->disputed))
		return WEFT_ENOMEM;
	return weft__arena_copy(&page->arena, name,
	    &page->disputed[page->disputed_length++]);
}

/* Reads the page's ids, and which conflicts there are. */
static int
read_page(struct weft_transaction *transaction, struct page *page,
    struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	char prefix[sizeof "conflict//" + WEFT_LIMIT_NAME_SIZE];
	int code;

	page->length = page->disputed_length = 0;
	page->next = page->position;
	weft__arena_clear(&page->arena);
	snprintf(prefix, sizeof prefix, "conflict/%s/",
	    weft_model_name(page->model));
	code = session->ops->scan(session, page->model->index, true,
	    &page->next, WEFT_LIMIT_PAGE_CHANGES, note_id, page, error);
	if (!code)
		code = session->ops->meta_each(session, weft_slice(prefix),
		    note_conflict, page, error);
	return code == WEFT_ENOMEM
	    ? weft_error_set(error, code, "out of memory") : code;
}

/* Whether a conflict of the record is kept: its name ends with the id. */
static bool
is_disputed(const struct page *page, struct weft_slice id)
{
	for (size_t i = 0; i < page->disputed_length; i++) {
		const struct weft_slice name = page->disputed[i];
		const char *end = name.data + name.size;

		if (name.size > id.size &&
		    end[-1 - (ptrdiff_t)id.size] == '/' &&
		    memcmp(end - id.size, id.data, id.size) == 0)
			return true;
	}
	return false;
}

/* A row of the journal, so that the tombstone leaves the store, too. */
static int
append_row(struct weft_transaction *transaction, const struct page *page,
    struct weft_slice id, struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	const struct weft_connector_journal_row row = {
	    .seq = ++transaction->counters.seq,
	    .model = page->model->index,
	    .id = id,
	    .op = WEFT_OP_FORGET,
	    .checkpoint = transaction->counters.checkpoint,
	    .time_ms = transaction->now_ms,
	};

	return session->ops->journal_append(session, &row, error);
}

static int
drop(struct weft_transaction *transaction, struct page *page,
    struct weft_slice id, const struct weft__trace *trace,
    struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	int code = weft__trace_put(
	    transaction, page->model, id, trace, error);

	if (!code)
		code = session->ops->forget(
		    session, page->model->index, id, error);
	return code ? code : append_row(transaction, page, id, error);
}

/* Drops the tombstone if it may go. */
static int
drop_one(struct weft_transaction *transaction, struct page *page,
    struct weft_slice id, struct weft_error *error)
{
	const struct weft__track *track;
	struct weft__current current;
	struct weft__trace trace;
	int code =
	    weft__tracker_load(transaction, page->model, id, &current, error);

	track = &current.track;
	if (code || !current.has_row || current.exists || !current.has_track ||
	    track->seq > transaction->counters.projected ||
	    !is_within(page->bounds, track->seq, track->checkpoint) ||
	    !weft__trace_of(track, &trace) || is_disputed(page, id))
		return code;
	if (track->checkpoint > page->checkpoint)
		page->checkpoint = track->checkpoint;
	page->dropped++;
	return drop(transaction, page, id, &trace, error);
}

static int
drop_page(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct page *page = context;
	int code = read_page(transaction, page, error);

	page->dropped = page->checkpoint = 0;
	for (size_t i = 0; !code && i < page->length; i++)
		code = drop_one(transaction, page, page->ids[i], error);
	return code || !page->dropped ? code : weft__trace_raise_horizon(
	    transaction, page->checkpoint, error);
}

static int
drop_pages(struct page *page, uint64_t *dropped, struct weft_error *error)
{
	int code;

	for (;;) {
		code = weft_datasource_transaction(
		    page->model->datasource, drop_page, page, error);
		if (code)
			return code;
		*dropped += page->dropped;
		if (page->next == page->position)
			return 0;
		page->position = page->next;
	}
}

static int
drop_model(struct weft_model *model, const struct weft__forget_bounds *bounds,
    uint64_t *dropped, struct weft_error *error)
{
	struct page *page;
	int code;

	if (!model->tracked || weft__visible_is_on(model->definition))
		return 0;
	page = weft__calloc(1, sizeof *page);
	if (!page)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	page->model = model;
	page->bounds = bounds;
	code = drop_pages(page, dropped, error);
	weft__arena_fini(&page->arena);
	weft__free(page->disputed);
	weft__free(page);
	return code;
}

int
weft__forget_tombstones(struct weft_datasource *datasource,
    const struct weft__forget_rule *rule, uint64_t *dropped,
    struct weft_error *error)
{
	struct weft__forget_bounds bounds;
	int code = weft__forget_find_bounds(datasource, rule, &bounds, error);

	*dropped = 0;
	for (size_t i = 0; !code && i < datasource->models_length; i++)
		code = drop_model(
		    datasource->models[i], &bounds, dropped, error);
	return code;
}
