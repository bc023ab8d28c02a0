/*
 * changes: the change list since a checkpoint, page by page; and follow, which
 * gives records with their changes and can go on at any time.
 *
 * What the journal still has is read from it: O(changes since).  Each record
 * is given at the row of its last change, so once, in the order of last
 * changes.  What the journal no longer has is found by a walk over all
 * records and tombstones, followed by the journal rows written during it, so
 * that a record that moved from one to the other half-way is not missed.
 *
 * Each page is one read transaction, and the token all that is kept between
 * two.
 */
#include "models/source/local.h"

#include "core/base/arena.h"
#include "models/record/record.h"
#include "models/source/local_page.h"
#include "models/tracking/change_filter.h"
#include "models/tracking/follow.h"
#include "models/tracking/live.h"
#include "models/transaction.h"

/* Where a walk is: token->phase, with EVERYTHING added if since is none. */
enum phase {
	PHASE_START,
	PHASE_LIVE,	  /* position: the connector's; bound: seq at start */
	PHASE_TOMBSTONES, /* the same */
	PHASE_JOURNAL	  /* position: last seq read; bound: last to read */
};
#define EVERYTHING 8u

/* What ends a scan that nothing is wrong with. */
#define STOPPED 1

static enum phase
get_phase(const struct weft__local_page *page)
{
	return (enum phase)(page->token->phase & ~(uint64_t)EVERYTHING);
}

static void
enter(struct weft__local_page *page, enum phase phase, uint64_t position,
    uint64_t bound)
{
	uint64_t everything = page->token->phase & EVERYTHING;

	page->token->phase = phase | everything;
	page->token->position = position;
	page->token->bound = bound;
}

/* Whether the record's change is to be in the list. */
static int
find_out_wanted(struct weft__local_page *page,
    const struct weft_connector_record *record,
    const struct weft_change *change, bool *wanted)
{
	enum weft_change_type type = weft_change_type(change);
	int code;

	*wanted = false;
	if (type == WEFT_CHANGE_UNKNOWN && !page->giving)
		return 0;
	if (!(page->token->phase & EVERYTHING) &&
	    (int64_t)change->checkpoint < page->since)
		return 0;
	*wanted = !change->rev.data;
	if (*wanted)
		return 0;
	code = weft__where_matches(page->where, record->body, wanted);
	if (!code)
		return 0;
	weft__query_fail(code, page->error);
	weft_error_wrap(page->error, "filter %s %.*s",
	    weft_model_name(page->model), (int)record->id.size,
	    record->id.data);
	return code;
}

/* Stops the page, so that edits made behind our back are recorded first. */
static int
ask_rectify(struct weft__local_page *page)
{
	page->unrectified = !page->rectified;
	return 0;
}

int
weft__local_page_give(struct weft__local_page *page,
    const struct weft_connector_record *record,
    const struct weft_change *change)
{
	int code = 0;

	if (page->giving)
		code = weft__give(page->giving, change, record->body,
		    &page->track, false, page->error);
	else if (weft_change_list_append(page->list, change))
		code = weft_error_set(
		    page->error, WEFT_ENOMEM, "out of memory");
	page->appended += !code;
	return code;
}

int
weft__local_page_append(struct weft__local_page *page,
    const struct weft_connector_record *record)
{
	struct weft_change change;
	bool wanted;
	int code;

	if (!record->track.data)
		return ask_rectify(page);
	code = weft__track_decode(record->track, &page->track, page->error);
	if (code && page->error)
		weft_error_wrap(page->error, "track row of %s %.*s",
		    weft_model_name(page->model), (int)record->id.size,
		    record->id.data);
	if (code)
		return code;
	if (weft__track_deleted(&page->track) != !record->body.data)
		return ask_rectify(page);
	weft__track_change(&page->track,
	    weft_slice(weft_model_name(page->model)), record->id, &change);
	code = find_out_wanted(page, record, &change, &wanted);
	if (code || !wanted)
		return code;
	return weft__local_page_give(page, record, &change);
}

static int
append_scanned(const struct weft_connector_record *record, void *context)
{
	struct weft__local_page *page = context;
	int code = weft__local_page_append(page, record);

	if (code)
		return code;
	if (page->giving && page->giving->is_full)
		return STOPPED; /* before this one */
	page->seen++;
	page->scanned = page->token->position;
	return 0;
}

bool
weft__local_page_is_full(const struct weft__local_page *page)
{
	return page->appended >= page->limit ||
	    (page->giving && weft__giving_is_full(page->giving));
}

/*
 * The next step over records or tombstones.  What is to be rectified gets a
 * new journal row by that, and so its turn at the end of the walk.
 */
static int
scan(struct weft__local_page *page, struct weft_transaction *transaction)
{
	const struct weft_connector_ops *ops = transaction->session->ops;
	bool tombstones = get_phase(page) == PHASE_TOMBSTONES;
	size_t limit = page->limit - page->appended;
	uint64_t first, last;
	int code;

	page->seen = 0;
	page->scanned = page->token->position;
	if (page->giving) /* whose they are is not looked for */
		page->giving->follow->has_others = true;
	code = ops->scan(transaction->session, page->model->index, tombstones,
	    &page->token->position, limit, append_scanned, page, page->error);
	if (code == STOPPED) {
		page->token->position = page->scanned;
		return 0;
	}
	if (code || page->seen == limit || page->unrectified)
		return code;
	if (!tombstones) {
		enter(page, PHASE_TOMBSTONES, 0, page->token->bound);
		return 0;
	}
	code = ops->journal_range(
	    transaction->session, &first, &last, page->error);
	if (!code)
		enter(page, PHASE_JOURNAL, page->token->bound, last);
	return code;
}

/* Fixes what 'since' means for all pages: it may be of before a restore. */
static int
fix_since(struct weft__local_page *page, struct weft_transaction *transaction)
{
	int code = 0;

	if (page->since >= 0)
		code = weft__transaction_read_counters(
		    transaction, page->error);
	if (!code && (page->since < 0 ||
		(uint64_t)page->since > transaction->counters.checkpoint))
		page->token->phase |= EVERYTHING;
	return code;
}

/*
 * Chooses between journal and walk.  The journal has all since a checkpoint
 * if it was never pruned, or has an older row than the first of those.
 */
static int
start(struct weft__local_page *page, struct weft_transaction *transaction)
{
	const struct weft_connector_ops *ops = transaction->session->ops;
	uint64_t first, last, seq;
	int code = fix_since(page, transaction);

	if (!code)
		code = ops->journal_range(
		    transaction->session, &first, &last, page->error);
	if (code)
		return code;
	if (page->token->phase & EVERYTHING) {
		enter(page, PHASE_LIVE, 0, last);
		return 0;
	}
	code = ops->journal_seek(transaction->session,
	    (uint64_t)page->since, &seq, page->error);
	if (code)
		return code;
	if (first == 1 || (first && seq > first))
		enter(page, PHASE_JOURNAL, seq - 1, last);
	else
		enter(page, PHASE_LIVE, 0, last);
	return 0;
}

/* Whether the journal still has what follows the place of a follower; a place
 * that was never given is none either. */
static int
check_place(struct weft__local_page *page, struct weft_transaction *transaction)
{
	const struct weft__page_token *token = page->token;
	enum phase phase = get_phase(page);
	uint64_t first, last, after;
	int code = transaction->session->ops->journal_range(
	    transaction->session, &first, &last, page->error);

	page->giving->follow->seen = last;
	if (code || phase == PHASE_START)
		return code;
	after = phase == PHASE_JOURNAL ? token->position : token->bound;
	if (phase <= PHASE_JOURNAL && (after > last || token->bound > last))
		return weft_error_set(page->error, WEFT_EINVAL,
		    "the place is ahead of what there is");
	if (phase <= PHASE_JOURNAL && after + 1 >= first)
		return 0;
	return weft_error_set(page->error, WEFT_EGONE,
	    "the journal has not what follows the place");
}

/* What was written since the list was begun belongs to it. */
static int
extend(struct weft__local_page *page, struct weft_transaction *transaction)
{
	uint64_t first, last;
	int code = transaction->session->ops->journal_range(
	    transaction->session, &first, &last, page->error);

	if (!code && last > page->token->bound)
		page->token->bound = last;
	page->token->extend = false;
	return code;
}

/* Begins the list, or goes on with it. */
static int
resume(struct weft__local_page *page, struct weft_transaction *transaction)
{
	int code = 0;

	if (page->giving)
		code = check_place(page, transaction);
	if (!code && get_phase(page) == PHASE_START)
		code = start(page, transaction);
	else if (!code && page->token->extend &&
	    get_phase(page) == PHASE_JOURNAL)
		code = extend(page, transaction);
	return code;
}

static int
read_page(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct weft__local_page *page = context;
	int code;

	page->error = error;
	code = resume(page, transaction);
	while (!code && !page->token->end && !page->unrectified &&
	    !weft__local_page_is_full(page))
		code = get_phase(page) == PHASE_JOURNAL
		    ? weft__local_page_journal(page, transaction)
		    : scan(page, transaction);
	return code;
}

/* Reads the page, and on once what was met unrectified is rectified. */
static int
read_rectified(struct weft__local_page *page, struct weft_error *error)
{
	struct weft_datasource *datasource = page->model->datasource;
	int code;

	page->rectified = datasource->read_only;
	code = weft__datasource_read(datasource, read_page, page, error);
	if (code || !page->unrectified)
		return code;
	code = weft_model_rectify_all_changes(page->model, NULL, error);
	if (code)
		return code;
	page->unrectified = false;
	page->rectified = true;
	return weft__datasource_read(datasource, read_page, page, error);
}

int
weft__source_local_changes(struct weft_source *source, const char *model,
    int64_t since, struct weft_slice filter, size_t limit,
    struct weft__page_token *token, struct weft_change_list *list,
    struct weft_error *error)
{
	struct weft__local_page page = {
	    .since = since, .limit = limit, .token = token, .list = list};
	struct weft__filter parsed = {0};
	size_t before;
	int code;

	code = weft__source_local_model(source, model, &page.model, error);
	if (!code)
		code = weft__record_parse_filter(
		    page.model, filter, &parsed, error);
	if (code)
		return code;
	page.where = parsed.query.where;
	before = list->length;
	code = read_rectified(&page, error);
	if (!code && page.model->definition->change_filter.data)
		code = weft__change_filter_apply(
		    source, page.model, filter, list, before, error);
	weft__filter_fini(&parsed);
	weft__arena_fini(&page.ids);
	return code;
}

/* A follower that has all up to the bound goes on behind it, whoever's the
 * rows in between were. */
static void
leave(struct weft__follow *follow, struct weft__page_token *token)
{
	uint64_t phase = token->phase & ~(uint64_t)EVERYTHING;

	if (token->end)
		token->position = token->bound;
	follow->place = (struct weft__place){
	    .phase = token->phase,
	    .position = token->position,
	    .bound = token->bound,
	};
	follow->is_end = token->end;
	follow->upto = token->bound;
	follow->left =
	    phase == PHASE_JOURNAL ? token->bound - token->position : 0;
}

static int
read_followed(struct weft__local_page *page, struct weft__follow *follow,
    struct weft_error *error)
{
	struct weft__filter parsed = {0};
	int code = weft__record_parse_filter(
	    page->model, follow->filter, &parsed, error);

	page->where = parsed.query.where;
	if (!code)
		code = read_rectified(page, error);
	weft__filter_fini(&parsed);
	return code;
}

int
weft__source_local_follow(struct weft_source *source,
    struct weft__follow *follow, struct weft_update_list *list,
    struct weft_error *error)
{
	struct weft__page_token token = {
	    .phase = follow->place.phase,
	    .position = follow->place.position,
	    .bound = follow->place.bound,
	    .extend = true,
	};
	struct weft__giving giving;
	struct weft__local_page page = {
	    .since = -1,
	    .limit = follow->limit,
	    .token = &token,
	    .giving = &giving,
	};
	int code = weft__source_local_model(
	    source, follow->model, &page.model, error);

	if (code)
		return code;
	weft__giving_init(&giving, follow, list);
	if (follow->from_now) {
		token.phase = PHASE_JOURNAL | EVERYTHING;
		token.end = true;
		code = weft__live_tip(
		    page.model->datasource, &token.bound, error);
		follow->seen = token.bound;
	} else {
		code = read_followed(&page, follow, error);
	}
	if (!code)
		code = weft__giving_finish(&giving, error);
	if (!code)
		leave(follow, &token);
	weft__giving_fini(&giving);
	weft__arena_fini(&page.ids);
	return code;
}
