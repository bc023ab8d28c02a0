/*
 * GET /changes: the change list since a checkpoint, read and written page by
 * page.
 */
#include <jansson.h>
#include <math.h>

#include "core/base/clock.h"
#include "core/repl/source.h"
#include "models/definition/config.h"
#include "models/query/filter.h"
#include "transports/loopback/argument.h"
#include "transports/loopback/rest.h"

/* A change list on its way out. */
struct listing {
	struct weft__rest_call *call;
	struct weft_source *source;
	const char *model;
	int64_t since;
	struct weft_slice filter;
	uint64_t skip, limit; /* still to be passed over; to be written */
	struct weft_buf same; /* the filter without skip and limit */
	struct weft__rest_place place;
	struct weft__page_token token;
	struct weft_change_list page;
	bool has_written;
};

static int
write_change(struct listing *listing, const struct weft_change *change)
{
	struct weft__rest_answer *answer = &listing->call->answer;
	int code = 0;

	if (listing->has_written)
		code = weft_buf_append(&answer->body, ",", 1);
	listing->has_written = true;
	if (!code)
		code = weft_change_write(change, &answer->body);
	return weft__rest_answer_settle(answer, code, &listing->call->error);
}

static int
write_page(struct listing *listing)
{
	int code = 0;

	for (size_t i = 0; !code && i < listing->page.length; i++) {
		if (listing->skip) {
			listing->skip--;
			continue;
		}
		code = write_change(listing, &listing->page.changes[i]);
		listing->limit--;
	}
	weft_change_list_clear(&listing->page);
	return code;
}

static int
write_pages(struct listing *listing)
{
	struct weft__rest_call *call = listing->call;
	int code = weft__rest_answer_text(&call->answer, "[", &call->error);

	while (!code && listing->limit && !listing->token.end) {
		size_t size = WEFT_LIMIT_PAGE_CHANGES;

		if (!listing->skip && size > listing->limit)
			size = (size_t)listing->limit;
		if (listing->skip && size > listing->skip)
			size = (size_t)listing->skip;
		code = listing->source->ops->changes(listing->source,
		    listing->model, listing->since, listing->filter, size,
		    &listing->token, &listing->page, &call->error);
		if (!code)
			code = write_page(listing);
	}
	return code ? code
		    : weft__rest_answer_text(
			  &call->answer, "]", &call->error);
}

/* What pages of one list have in common. */
static int
write_same(struct listing *listing)
{
	static const char *const own[] = {"skip", "offset", "limit"};
	json_t *filter = json_loadb(
	    listing->filter.data, listing->filter.size, 0, NULL);
	int code;

	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		json_object_del(filter, own[i]);
	code = filter ? weft__config_write(filter, &listing->same)
		      : WEFT_ENOMEM;
	json_decref(filter);
	return weft__rest_answer_settle(
	    &listing->call->answer, code, &listing->call->error);
}

/* Takes skip and limit out of the filter: they are ours to apply. */
static int
read_filter(struct listing *listing)
{
	struct weft__filter filter;
	int code = weft__filter_parse(
	    &filter, listing->filter, NULL, &listing->call->error);

	if (code)
		return code;
	listing->skip = filter.query.skip;
	listing->limit = filter.query.limit;
	weft__filter_fini(&filter);
	return listing->filter.size ? write_same(listing) : 0;
}

/* Goes on where an earlier page ended, if that is known. */
static void
find_place(struct listing *listing)
{
	const struct weft__rest_call *call = listing->call;

	listing->place = (struct weft__rest_place){
	    .model = weft_slice(listing->model),
	    .user = weft__principal_user_id(call->principal),
	    .filter = weft_buf_slice(&listing->same),
	    .since = listing->since,
	    .skip = listing->skip,
	};
	if (listing->skip &&
	    weft__rest_bookmark_get(call->rest->bookmarks, &listing->place,
		weft__clock_now_ms(&weft__clock_system), &listing->token)) {
		listing->token.extend = true;
		listing->skip = 0;
	}
}

/* The next page begins where this one, of 'limit' changes, ends. */
static void
keep_place(struct listing *listing, uint64_t limit)
{
	if (listing->limit || listing->token.end)
		return;
	listing->place.skip += limit;
	weft__rest_bookmark_put(listing->call->rest->bookmarks,
	    &listing->place, weft__clock_now_ms(&weft__clock_system),
	    &listing->token);
}

int64_t
weft__rest_round_since(double since)
{
	const double max = 9007199254740992.0; /* 2^53 */

	since = ceil(since);
	if (since < 0)
		return -1;
	return (int64_t)(since < max ? since : max);
}

static int
list_changes(struct listing *listing, double since)
{
	struct weft__rest_call *call = listing->call;
	uint64_t limit;
	int code;

	listing->model = call->model->definition->name;
	listing->since = weft__rest_round_since(since);
	code = read_filter(listing);
	if (!code)
		code = weft__rest_open_source(call, &listing->source);
	if (code)
		return code;
	limit = listing->limit;
	find_place(listing);
	code = write_pages(listing);
	if (!code)
		keep_place(listing, limit);
	weft_source_destroy(listing->source);
	weft_change_list_fini(&listing->page);
	return code;
}

/* Without 'since' there are no changes, as in LoopBack. */
int
weft__rest_changes(struct weft__rest_call *call)
{
	struct weft_buf json = WEFT_BUF_INIT(WEFT_LIMIT_FILTER_SIZE);
	struct listing listing = {
	    .call = call, .same = WEFT_BUF_INIT(2 * WEFT_LIMIT_FILTER_SIZE)};
	double since;
	bool is_given;
	int code = weft__rest_take_number(
	    &call->query, "since", &since, &is_given, &call->error);

	if (!code)
		code = weft__rest_take_filter(
		    call, "filter", &json, &listing.filter);
	if (!code && !is_given)
		code = weft__rest_answer_text(
		    &call->answer, "[]", &call->error);
	else if (!code)
		code = list_changes(&listing, since);
	weft_buf_fini(&listing.same);
	weft_buf_fini(&json);
	return code;
}
