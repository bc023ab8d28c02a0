/*
 * POST /diff and /create-updates: what is answered about a peer's changes, of
 * which there may be many.
 */
#include "core/repl/diff.h"
#include "core/track/change_reader.h"
#include "transports/loopback/argument.h"
#include "transports/loopback/parts.h"
#include "transports/loopback/rest.h"

/* A peer's changes, and what comes of them. */
struct comparing {
	struct weft__rest_call *call;
	struct weft_source *source;
	const char *model;
	int64_t since;
	struct weft__rest_parts parts;
	struct weft__change_reader reader;
	struct weft_change_list changes; /* of one part */
	struct weft_buf conflicts;       /* JSON, of all parts */
	size_t part_length;
	bool has_written;
};

/* Records that create-updates has in memory at a time. */
#define UPDATES 128

static int
take_change(struct weft_slice item, size_t index, void *context,
    struct weft_error *error)
{
	struct comparing *comparing = context;
	struct weft_change change;
	int code = weft__change_read(
	    &comparing->reader, item, &change, error);

	if (!code && weft_change_list_append(&comparing->changes, &change))
		code = weft_error_set(error, WEFT_ENOMEM, "out of memory");
	if (code)
		weft_error_wrap(error, "change %zu", index);
	return code;
}

/* Reads the next part of the body. */
static int
read_part(struct comparing *comparing)
{
	weft_change_list_clear(&comparing->changes);
	weft__rest_go_on(comparing->call);
	return weft__rest_parts_next(&comparing->parts, take_change, comparing,
	    &comparing->call->error);
}

/* Begins to read the body, from its first item. */
static int
open_parts(struct comparing *comparing)
{
	return weft__rest_parts_open(&comparing->parts,
	    comparing->call->body.data ? comparing->call->body
				       : weft_slice("{}"),
	    NULL, comparing->part_length, WEFT_LIMIT_PAGE_SIZE,
	    &comparing->call->error);
}

static int
begin(struct comparing *comparing, struct weft__rest_call *call,
    size_t part_length)
{
	memset(comparing, 0, sizeof *comparing);
	comparing->part_length = part_length;
	comparing->call = call;
	comparing->model = call->model->definition->name;
	weft_buf_init(&comparing->conflicts, WEFT_LIMIT_REST_BULK_SIZE);
	weft__change_reader_init(&comparing->reader);
	return weft__rest_open_source(call, &comparing->source);
}

static int
end(struct comparing *comparing, int code)
{
	weft_source_destroy(comparing->source);
	weft__change_reader_fini(&comparing->reader);
	weft_change_list_fini(&comparing->changes);
	weft_buf_fini(&comparing->conflicts);
	return code;
}

static int
append_change(const struct weft_change *change, bool is_first,
    struct weft_buf *out)
{
	int code = is_first ? 0 : weft_buf_append(out, ",", 1);

	return code ? code : weft_change_write(change, out);
}

static int
write_diff(struct comparing *comparing, const struct weft__diff *diff)
{
	struct weft__rest_answer *answer = &comparing->call->answer;
	struct weft_error *error = &comparing->call->error;
	int code = 0;

	for (size_t i = 0; !code && i < diff->deltas.length; i++) {
		code = weft__rest_answer_settle(answer,
		    append_change(&diff->deltas.changes[i],
			!comparing->has_written, &answer->body),
		    error);
		comparing->has_written = true;
	}
	for (size_t i = 0; !code && i < diff->conflicts.length; i++) {
		struct weft_buf *conflicts = &comparing->conflicts;

		code = append_change(
		    &diff->conflicts.changes[i], !conflicts->size, conflicts);
		if (code)
			weft_error_set(error, code, "conflicts: %s",
			    weft_error_text(code));
	}
	return code;
}

static int
compare_part(struct comparing *comparing)
{
	struct weft__diff diff = {{0}, {0}};
	int code = read_part(comparing);

	if (!code && comparing->changes.length)
		code = comparing->source->ops->diff(comparing->source,
		    comparing->model, comparing->since,
		    comparing->changes.changes, comparing->changes.length,
		    &diff, &comparing->call->error);
	if (!code)
		code = write_diff(comparing, &diff);
	weft__diff_fini(&diff);
	return code;
}

static int
compare_all(struct comparing *comparing)
{
	struct weft__rest_answer *answer = &comparing->call->answer;
	struct weft_error *error = &comparing->call->error;
	int code = open_parts(comparing);

	if (!code)
		code = weft__rest_answer_text(answer, "{\"deltas\":[", error);
	while (!code && !comparing->parts.is_end)
		code = compare_part(comparing);
	if (!code)
		code = weft__rest_answer_text(
		    answer, "],\"conflicts\":[", error);
	if (!code)
		code = weft__rest_answer_settle(answer,
		    weft_buf_append_slice(&answer->body,
			weft_buf_slice(&comparing->conflicts)),
		    error);
	return code ? code : weft__rest_answer_text(answer, "]}", error);
}

/* LoopBack's client never sends 'since'; others may.  'strict' is ours. */
int
weft__rest_diff(struct weft__rest_call *call)
{
	struct comparing comparing;
	bool strict = false;
	double since = 0;
	int code = weft__rest_take_number(
	    &call->query, "since", &since, NULL, &call->error);

	if (!code)
		code = weft__rest_take_boolean(
		    &call->query, "strict", &strict, NULL, &call->error);
	if (!code)
		code = begin(&comparing, call, WEFT_LIMIT_PAGE_CHANGES);
	if (code)
		return code;
	comparing.since =
	    strict ? WEFT__SINCE_STRICT : weft__rest_round_since(since);
	return end(&comparing, compare_all(&comparing));
}

/*
 * create-updates
 */

/* Appends {type, change, data}. */
static int
append_update(const struct weft_update *update, bool is_first,
    struct weft_buf *out)
{
	int code = weft_buf_printf(out, "%s{\"type\":\"%s\",\"change\":",
	    is_first ? "" : ",", weft_change_type_name(update->type));

	if (!code)
		code = weft_change_write(&update->change, out);
	if (!code && update->data.data) {
		code = weft_buf_append_slice(out, weft_slice(",\"data\":"));
		if (!code)
			code = weft_buf_append_slice(out, update->data);
	}
	return code ? code : weft_buf_append(out, "}", 1);
}

static int
write_updates(struct comparing *comparing, const struct weft_update_list *list)
{
	struct weft__rest_answer *answer = &comparing->call->answer;
	int code = 0;

	for (size_t i = 0; !code && i < list->length; i++) {
		code = weft__rest_answer_settle(answer,
		    append_update(&list->updates[i], !comparing->has_written,
			&answer->body),
		    &comparing->call->error);
		comparing->has_written = true;
	}
	return code;
}

static int
list_updates(struct comparing *comparing, const struct weft_change *changes,
    size_t length, struct weft_update_list *list)
{
	return comparing->source->ops->create_updates(comparing->source,
	    comparing->model, changes, length, list, &comparing->call->error);
}

/* Of these changes of the part that was read. */
static int
update(struct comparing *comparing, const struct weft_change *changes,
    size_t length)
{
	struct weft_update_list list = {0};
	bool is_filled;
	int code;

	if (!length)
		return 0;
	code = list_updates(comparing, changes, length, &list);
	if (!code)
		code = weft__rest_fill(comparing->call, &list, &is_filled);
	if (!code && is_filled) {
		weft_update_list_clear(&list);
		code = list_updates(comparing, changes, length, &list);
	}
	if (!code)
		code = write_updates(comparing, &list);
	weft_update_list_fini(&list);
	return code;
}

/* Puts the deletions before the others; returns how many they are. */
static size_t
put_deletions_first(struct weft_change_list *changes)
{
	size_t count = 0;

	for (size_t i = 0; i < changes->length; i++) {
		struct weft_change change = changes->changes[i];

		if (change.rev.data)
			continue;
		memmove(&changes->changes[count + 1], &changes->changes[count],
		    (i - count) * sizeof change);
		changes->changes[count++] = change;
	}
	return count;
}

/* Those of the whole body that are deletions, or the others. */
static int
update_some(struct comparing *comparing, bool deletions)
{
	const struct weft_change_list *changes = &comparing->changes;
	int code = open_parts(comparing);

	while (!code && !comparing->parts.is_end) {
		size_t count;

		code = read_part(comparing);
		count = put_deletions_first(&comparing->changes);
		if (!code && deletions)
			code = update(comparing, changes->changes, count);
		else if (!code)
			code = update(comparing, changes->changes + count,
			    changes->length - count);
	}
	return code;
}

/* Deletions come first, as in LoopBack: so what is more than one part is read
 * twice. */
static int
update_all(struct comparing *comparing)
{
	const struct weft_change_list *changes = &comparing->changes;
	int code = open_parts(comparing);

	if (!code)
		code = read_part(comparing);
	if (!code && comparing->parts.is_end) {
		put_deletions_first(&comparing->changes);
		return update(comparing, changes->changes, changes->length);
	}
	if (!code)
		code = update_some(comparing, true);
	return code ? code : update_some(comparing, false);
}

int
weft__rest_create_updates(struct weft__rest_call *call)
{
	struct comparing comparing;
	int code = begin(&comparing, call, UPDATES);

	if (code)
		return code;
	code = weft__rest_answer_text(&call->answer, "[", &call->error);
	if (!code)
		code = update_all(&comparing);
	if (!code)
		code = weft__rest_answer_text(&call->answer, "]", &call->error);
	return end(&comparing, code);
}
