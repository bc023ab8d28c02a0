#include "models/tracking/live.h"

#include "core/base/alloc.h"
#include "core/repl/source.h"
#include "models/record/record.h"
#include "models/transaction.h"

/* A row of the journal, and what is known of its record. */
struct row {
	uint64_t seq;
	char op;
	struct weft_slice id;
	struct weft_slice rev; /* no value: a deletion */
};

/* Rows that were read together. */
struct rows {
	struct row *list;
	size_t length, capacity;
	struct weft__arena arena;
};

/* A row's record as it is now, and which revision it had before the row. */
struct look {
	struct weft_model *model;
	const struct row *row;
	bool exists;
	bool is_last;            /* nothing was written after the row */
	bool has_before;         /* there was a revision before */
	bool is_before_known;    /* and this is it: */
	struct weft__rev before; /* size 0: it was deleted */
	struct weft_buf body;
};

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

static int
read_tip(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	uint64_t first;

	return transaction->session->ops->journal_range(
	    transaction->session, &first, context, error);
}

int
weft__live_tip(struct weft_datasource *datasource, uint64_t *seq,
    struct weft_error *error)
{
	return weft__datasource_read(datasource, read_tip, seq, error);
}

/* Finds out where the feed begins. */
static int
find_begin(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct weft__live *live = context;
	uint64_t first, last;
	int code = transaction->session->ops->journal_range(
	    transaction->session, &first, &last, error);

	if (code)
		return code;
	if (live->position == WEFT__LIVE_NOW) {
		live->position = last;
		return 0;
	}
	live->has_gap = live->position > last ||
			(first && live->position + 1 < first);
	if (live->has_gap)
		live->position = last;
	return 0;
}

int
weft__live_open(struct weft__live *live, struct weft_model *model,
    struct weft_slice where, uint64_t position, struct weft_error *error)
{
	int code;

	*live = (struct weft__live){.model = model, .position = position};
	if (!model->tracked)
		return weft_error_set(error, WEFT_EINVAL,
		    "model %s does not track changes", weft_model_name(model));
	code = weft__record_parse_where(model, where, &live->where, error);
	if (!code)
		code = weft_source_open_datasource(
		    model->datasource, &live->source, error);
	return code ? code
		    : weft__datasource_read(
			  model->datasource, find_begin, live, error);
}

void
weft__live_close(struct weft__live *live)
{
	weft_source_destroy(live->source);
	weft__filter_fini(&live->where);
	live->source = NULL;
}

/*
 * Reading rows
 */

struct collecting {
	struct weft__live *live;
	struct rows *rows;
	size_t limit;
};

static int
take_row(const struct weft_connector_journal_row *row, void *context)
{
	struct rows *rows = context;
	struct row *taken;

	if (!weft__grow(&rows->list, &rows->capacity, rows->length + 1,
		sizeof *rows->list))
		return WEFT_ENOMEM;
	taken = &rows->list[rows->length];
	taken->seq = row->seq;
	taken->op = row->op;
	if (weft__arena_copy(&rows->arena, row->id, &taken->id) ||
	    weft__arena_copy(&rows->arena, row->rev, &taken->rev))
		return WEFT_ENOMEM;
	rows->length++;
	return 0;
}

static int
collect(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct collecting *collecting = context;
	int code = transaction->session->ops->journal_read(
	    transaction->session, collecting->live->model->index,
	    collecting->live->position, UINT64_MAX, collecting->limit,
	    take_row, collecting->rows, error);

	return code == WEFT_ENOMEM ? out_of_memory(error) : code;
}

/*
 * Judging one
 */

/* Which revision came before the row's. */
static void
find_before(struct look *look, const struct weft__track *track)
{
	const struct weft__revtree *tree = &track->tree;
	int index =
	    weft__revtree_find(tree, look->row->rev, tree->length);
	int parent = index < 0 ? -1 : tree->nodes[index].parent;

	look->has_before = look->row->op != 'c';
	look->is_before_known = parent >= 0;
	if (look->is_before_known)
		look->before = tree->nodes[parent].rev;
}

static int
look_at(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct look *look = context;
	struct weft__current current;
	int code = weft__tracker_load(transaction, look->model,
	    look->row->id, &current, error);

	if (code)
		return code;
	look->exists = current.exists;
	look->is_last =
	    !current.has_track || current.track.seq <= look->row->seq;
	if (current.has_track)
		find_before(look, &current.track);
	weft_buf_clear(&look->body);
	if (current.exists && weft_buf_append_slice(&look->body, current.body))
		return out_of_memory(error);
	return 0;
}

/* Whether a body matches; one that cannot be judged does. */
static bool
matches(const struct weft__live *live, struct weft_slice body)
{
	bool found = true;

	if (weft__where_matches(live->where.query.where, body, &found))
		return true;
	return found;
}

/* Whether the record matched before the row. */
static bool
matched_before(struct weft__live *live, const struct look *look)
{
	struct weft_buf body = WEFT_BUF_INIT(2 * WEFT_LIMIT_RECORD_SIZE);
	bool found;

	if (!look->has_before)
		return false;
	if (!look->is_before_known)
		return true;
	if (!look->before.size)
		return false;
	found = live->source->ops->revision(live->source,
		    weft_model_name(live->model), look->row->id,
		    weft__rev_slice(&look->before), &body, NULL) ||
		matches(live, weft_buf_slice(&body));
	weft_buf_fini(&body);
	return found;
}

/*
 * Makes the look's body that of the row's own revision; false if the row has
 * nothing to say that a later one does not.
 */
static bool
find_after(struct weft__live *live, struct look *look)
{
	if (look->is_last)
		return look->exists;
	if (!live->where.query.where)
		return look->exists && look->row->op == 'c';
	weft_buf_clear(&look->body);
	return live->source->ops->revision(live->source,
		   weft_model_name(live->model), look->row->id,
		   look->row->rev, &look->body, NULL) == 0;
}

/* Fills in the event that a row makes for this feed; false if none. */
static bool
judge(struct weft__live *live, struct look *look,
    struct weft__live_event *event)
{
	const struct row *row = look->row;
	bool is_filtered = live->where.query.where != NULL;

	*event = (struct weft__live_event){
	    .seq = row->seq, .type = WEFT__LIVE_REMOVE, .id = row->id};
	if (row->op == WEFT_OP_FORGET)
		return false; /* the deletion was told of */
	if (row->op == 'd')
		return !is_filtered || matched_before(live, look);
	if (!find_after(live, look))
		return false;
	if (!matches(live, weft_buf_slice(&look->body)))
		return matched_before(live, look);
	event->type =
	    row->op == 'c' ? WEFT__LIVE_CREATE : WEFT__LIVE_UPDATE;
	event->record = weft_buf_slice(&look->body);
	return true;
}

static int
hand_out(struct weft__live *live, const struct rows *rows,
    weft__live_fn *each, void *context, struct weft_error *error)
{
	struct look look = {.model = live->model,
	    .body = WEFT_BUF_INIT(2 * WEFT_LIMIT_RECORD_SIZE)};
	int code = 0;

	for (size_t i = 0; !code && i < rows->length; i++) {
		struct weft__live_event event;

		look.row = &rows->list[i];
		code = weft__datasource_read(
		    live->model->datasource, look_at, &look, error);
		if (!code && judge(live, &look, &event))
			code = each(&event, context);
		if (!code)
			live->position = rows->list[i].seq;
	}
	weft_buf_fini(&look.body);
	return code;
}

int
weft__live_read(struct weft__live *live, size_t limit, weft__live_fn *each,
    void *context, size_t *looked, struct weft_error *error)
{
	struct rows rows = {.list = NULL};
	struct collecting collecting = {live, &rows, limit};
	int code = weft__datasource_read(
	    live->model->datasource, collect, &collecting, error);

	*looked = rows.length;
	if (!code)
		code = hand_out(live, &rows, each, context, error);
	weft__arena_fini(&rows.arena);
	weft__free(rows.list);
	return code;
}
