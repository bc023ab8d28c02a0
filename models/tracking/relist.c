#include "models/tracking/relist.h"

#include "core/base/arena.h"
#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "models/model.h"
#include "models/tracking/tracker.h"
#include "models/transaction.h"

#define META_RELIST "relist"

int
weft__relist_request(struct weft_transaction *transaction,
    struct weft_error *error)
{
	return weft__transaction_meta_put(transaction, META_RELIST,
	    weft_slice("requested"), error);
}

int
weft__relist_is_requested(struct weft_transaction *transaction,
    bool *requested, struct weft_error *error)
{
	struct weft_slice value;
	int code = weft__transaction_meta_get(
	    transaction, META_RELIST, &value, error);

	*requested = !code;
	return code == WEFT_ENOTFOUND ? 0 : code;
}

/* One step: a page of records, or of tombstones, of one model. */
struct page {
	struct weft_model *model;
	bool tombstones;
	uint64_t position;
	uint64_t last_seq; /* what is above was listed by us already */
	struct weft_slice ids[WEFT_LIMIT_PAGE_CHANGES];
	size_t length;
	struct weft__arena arena;
	bool end;
};

static int
note_id(const struct weft_connector_record *record, void *context)
{
	struct page *page = context;

	if (weft__track_peek_seq(record->track) > page->last_seq)
		return 0;
	return weft__arena_copy(&page->arena, record->id,
	    &page->ids[page->length++]);
}

static int
list_page(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct page *page = context;
	struct weft_connector_session *session = transaction->session;
	uint64_t before = page->position;
	int code;

	page->length = 0;
	weft__arena_clear(&page->arena);
	code = session->ops->scan(session, page->model->index,
	    page->tombstones, &page->position, WEFT_LIMIT_PAGE_CHANGES,
	    note_id, page, error);
	for (size_t i = 0; !code && i < page->length; i++)
		code = weft__tracker_touch(transaction, page->model,
		    page->ids[i], error);
	page->end = page->position == before;
	return code;
}

static int
list_part(struct weft_model *model, bool tombstones, uint64_t last_seq,
    struct weft_error *error)
{
	struct page *page = weft__calloc(1, sizeof *page);
	int code = 0;

	if (!page)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	page->model = model;
	page->tombstones = tombstones;
	page->last_seq = last_seq;
	while (!code && !page->end)
		code = weft_datasource_transaction(model->datasource,
		    list_page, page, error);
	weft__arena_fini(&page->arena);
	weft__free(page);
	return code;
}

/* Whether it was asked for, and the last seq so far. */
struct request {
	bool open;
	uint64_t last_seq;
};

static int
read_request(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct request *request = context;
	int code = weft__relist_is_requested(transaction, &request->open,
	    error);

	if (code || !request->open)
		return code;
	code = weft__transaction_read_counters(transaction, error);
	request->last_seq = transaction->counters.seq;
	return code;
}

int
weft__relist_run(struct weft_datasource *datasource, struct weft_error *error)
{
	struct request request = {false, 0};
	int code = weft__datasource_read(datasource, read_request, &request,
	    error);

	if (code || !request.open)
		return code;
	for (size_t i = 0; !code && i < datasource->models_length; i++) {
		struct weft_model *model = datasource->models[i];

		if (!model->tracked)
			continue;
		code = list_part(model, false, request.last_seq, error);
		if (!code)
			code = list_part(model, true, request.last_seq, error);
	}
	if (!code)
		code = weft__datasource_meta_put(datasource,
		    weft_slice(META_RELIST), weft_slice_of(NULL, 0), error);
	return code;
}
