/*
 * Comparing two sources record by record: by their stores, if both can answer
 * about them; else by their change lists, each of which is shown to the other.
 */
#include <weft/store.h>

#include "core/repl/call.h"
#include "core/repl/diff.h"
#include "core/repl/message.h"
#include "models/source/local.h"

struct side {
	struct weft_source *source;
	const char *model;
};

struct comparison {
	struct side sides[2];
	weft_difference_fn *each;
	void *context;
	struct weft_error *error;
};

/*
 * By the stores
 */

/* The names of those that 'side' is asked about: what only the other has is
 * not known here. */
static size_t
pick_names(const struct weft__names *names, int side, size_t *next,
    struct weft__name *picked)
{
	size_t length = 0;

	while (*next < names->length && length < WEFT_LIMIT_RECONCILE_NAMES) {
		const struct weft__name *name = &names->list[(*next)++];

		if (side == 0 ? name->in[0] : !name->in[0])
			picked[length++] = *name;
	}
	return length;
}

/* Hands out the records that an answer names. */
static int
report_named(struct comparison *comparison, const struct weft__name *names,
    size_t length, struct weft_slice answer)
{
	struct weft__wire wire = weft__wire_of(answer);
	int code = 0;

	for (size_t i = 0; i < length && !code; i++) {
		struct weft__told told = {.more = true};

		while (!code && told.more) {
			if (!weft__take_change(&wire, &told))
				return weft_error_set(comparison->error,
				    WEFT_ENETWORK, "an answer is malformed");
			if (told.none)
				break;
			code = comparison->each(told.change.model_id,
			    names[i].in[0], names[i].in[1],
			    comparison->context);
		}
	}
	return code;
}

/* Asks a side what the names are, and hands them out. */
static int
ask_names(struct comparison *comparison, int side,
    const struct weft__name *names, size_t length)
{
	const struct side *asked = &comparison->sides[side];
	struct weft_buf question = WEFT_BUF_INIT(WEFT_LIMIT_RECONCILE_SIZE);
	struct weft_buf answer = WEFT_BUF_INIT(WEFT_LIMIT_RECONCILE_SIZE);
	int code = weft__ask_changes(&question, names, NULL, length);

	if (code)
		weft_error_set(comparison->error, code, "%s",
		    weft_error_text(code));
	else
		code = asked->source->ops->reconcile(asked->source,
		    asked->model, weft_buf_slice(&question), &answer,
		    comparison->error);
	if (!code)
		code = report_named(
		    comparison, names, length, weft_buf_slice(&answer));
	weft_buf_fini(&question);
	weft_buf_fini(&answer);
	return code;
}

static int
report_names(struct comparison *comparison, const struct weft__names *names)
{
	static const size_t size =
	    WEFT_LIMIT_RECONCILE_NAMES * sizeof(struct weft__name);
	struct weft__arena arena = {NULL};
	struct weft__name *picked = weft__arena_alloc(&arena, size);
	int code = 0;

	if (!picked)
		return weft_error_set(
		    comparison->error, WEFT_ENOMEM, "out of memory");
	for (int side = 0; side < 2 && !code; side++)
		for (size_t next = 0; next < names->length && !code;) {
			size_t length =
			    pick_names(names, side, &next, picked);

			if (length)
				code = ask_names(
				    comparison, side, picked, length);
		}
	weft__arena_fini(&arena);
	return code;
}

/* '*is_done' is false if the stores cannot tell. */
static int
compare_stores(struct comparison *comparison, bool *is_done)
{
	const struct side *a = &comparison->sides[0];
	const struct side *b = &comparison->sides[1];
	const struct weft__party parties[2] = {
	    {.source = a->source, .model = a->model},
	    {.source = b->source, .model = b->model}};
	const struct weft__reconcile_options options = {
	    .own = a->source->ops->is_remote ? WEFT__TARGET : WEFT__SOURCE,
	    .descend = true,
	    .digest_size = WEFT__OID_SIZE,
	};
	struct weft__reconcile reconcile;
	int code;

	*is_done = false;
	if (!a->source->ops->reconcile || !b->source->ops->reconcile ||
	    weft__source_local_is_behind(a->source) ||
	    weft__source_local_is_behind(b->source))
		return 0;
	weft__reconcile_init(&reconcile, &options);
	code = weft__reconcile_run(&reconcile, parties, comparison->error);
	*is_done =
	    !code && reconcile.outcome != WEFT__RECONCILE_UNABLE;
	if (*is_done)
		code = report_names(comparison, &reconcile.names);
	weft__reconcile_fini(&reconcile);
	return code;
}

/*
 * By the change lists
 */

/* The record's last change at a side; none, if it is not known there. */
static int
read_last(struct comparison *comparison, const struct side *side,
    struct weft_slice id, struct weft_change_list *last)
{
	int code = side->source->ops->last_change(
	    side->source, side->model, id, last, comparison->error);

	return code == WEFT_ENOTFOUND ? 0 : code;
}

/* The record's revision; no value: it is not there. */
static struct weft_slice
rev_of(const struct weft_change_list *last)
{
	return last->length ? last->changes[0].rev : weft_slice(NULL);
}

/*
 * A record that 'asked' may not have as a change of the other side says: not
 * every source can tell by itself.  In the second pass only those count that
 * the first side knows nothing of.
 */
static int
report_change(
    struct comparison *comparison, int other, struct weft_slice id)
{
	const int asked = !other;
	struct weft_change_list last[2] = {{0}, {0}};
	struct weft_slice revs[2];
	int code = 0;

	for (int i = 0; i < 2 && !code; i++)
		code = read_last(
		    comparison, &comparison->sides[i], id, &last[i]);
	for (int i = 0; i < 2; i++)
		revs[i] = rev_of(&last[i]);
	if (!code && !weft_slice_equal(revs[0], revs[1]) &&
	    (asked != 0 || !last[0].length))
		code = comparison->each(id, revs[0].data != NULL,
		    revs[1].data != NULL, comparison->context);
	weft_change_list_fini(&last[0]);
	weft_change_list_fini(&last[1]);
	return code;
}

/* Shows changes of one side to the other. */
static int
compare_page(struct comparison *comparison, int other,
    const struct weft_change_list *page)
{
	const struct side *asked = &comparison->sides[!other];
	struct weft__diff diff = {{0}, {0}};
	int code = asked->source->ops->diff(asked->source, asked->model,
	    WEFT__SINCE_STRICT, page->changes, page->length, &diff,
	    comparison->error);

	for (size_t i = 0; !code && i < diff.deltas.length; i++)
		code = report_change(comparison, other,
		    diff.deltas.changes[i].model_id);
	for (size_t i = 0; !code && i < diff.conflicts.length; i++)
		code = report_change(comparison, other,
		    diff.conflicts.changes[i].model_id);
	weft__diff_fini(&diff);
	return code;
}

/* Shows all changes of a side to the other. */
static int
compare_list(struct comparison *comparison, int shown)
{
	const struct side *side = &comparison->sides[shown];
	struct weft__page_token token = {0};
	struct weft_change_list page = {0};
	int code = 0;

	while (!code && !token.end) {
		weft_change_list_clear(&page);
		code = side->source->ops->changes(side->source, side->model,
		    -1, weft_slice(NULL), WEFT_LIMIT_PAGE_CHANGES, &token,
		    &page, comparison->error);
		if (!code && page.length)
			code = compare_page(comparison, shown, &page);
	}
	weft_change_list_fini(&page);
	return code;
}

int
weft_source_compare(struct weft_source *a, const char *model_a,
    struct weft_source *b, const char *model_b, weft_difference_fn *each,
    void *context, struct weft_error *error)
{
	struct comparison comparison = {
	    .sides = {{a, model_a}, {b, model_b}},
	    .each = each,
	    .context = context,
	    .error = error,
	};
	bool is_done;
	int code = compare_stores(&comparison, &is_done);

	if (!code && !is_done)
		code = compare_list(&comparison, 0);
	if (!code && !is_done)
		code = compare_list(&comparison, 1);
	return code;
}
