/*
 * Single records of a peer: from the batches that are kept, or asked for.
 */
#include <stdio.h>

#include "core/base/alloc.h"
#include "core/repl/diff.h"
#include "transports/weft/client/peer_source.h"
#include "transports/weft/wire/update.h"

/* Records asked for in one message. */
#define GET_RECORDS 256

static struct weft__peer_source *
of(struct weft_source *base)
{
	return (struct weft__peer_source *)base;
}

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

/* Whether the page has it; looks from where the last one was. */
static const struct weft_update *
look_in(struct weft__peer_source *source, size_t index, const char *model,
    struct weft_slice id)
{
	const struct weft__peer_page *page = &source->pages[index];
	const struct weft_update_list *list = &page->updates;
	size_t from = index == source->hint_page ? source->hint_update : 0;

	if (!page->stream || strcmp(page->stream->model, model) != 0)
		return NULL;
	for (size_t i = 0; i < list->length; i++) {
		size_t at = (from + i) % list->length;

		if (weft_slice_equal(list->updates[at].change.model_id, id)) {
			source->hint_page = index;
			source->hint_update = at + 1;
			return &list->updates[at];
		}
	}
	return NULL;
}

/* The kept update of this record, or NULL. */
static const struct weft_update *
find_kept(struct weft__peer_source *source, const char *model,
    struct weft_slice id)
{
	const struct weft_update *found =
	    look_in(source, source->hint_page, model, id);

	for (size_t i = 0; i < WEFT__PEER_KEPT && !found; i++)
		found = look_in(source,
		    (source->newest + WEFT__PEER_KEPT - i) % WEFT__PEER_KEPT,
		    model, id);
	return found;
}

static int
write_ids(struct weft_buf *out, const struct weft_slice *ids, size_t length)
{
	int code = weft_buf_append(out, "[", 1);

	for (size_t i = 0; i < length && !code; i++) {
		if (i)
			code = weft_buf_append(out, ",", 1);
		if (!code)
			code = weft__json_write_string(ids[i], out);
	}
	return code ? code : weft_buf_append(out, "]", 1);
}

/* Asks for one message's worth. */
static int
get_some(struct weft__peer_source *source, const char *model,
    const struct weft_slice *ids, size_t length, struct weft_slice rev,
    struct weft_update_list *list, struct weft_error *error)
{
	struct weft_buf text = WEFT_BUF_INIT(WEFT__REPL_MESSAGE_SIZE);
	const struct weft__repl_message *answer;
	struct weft__repl_message get;
	int code = write_ids(&text, ids, length);

	weft__repl_message_init(&get, WEFT__REPL_GET);
	get.model = weft_slice(model);
	get.ids = weft_buf_slice(&text);
	get.rev = rev;
	if (code)
		weft_error_set(error, code, "%s", weft_error_text(code));
	else
		code = weft__peer_ask(source->peer, &get, &answer, error);
	if (!code && answer->type != WEFT__REPL_GOT)
		code = weft_error_set(error, WEFT_ENETWORK,
		    "%s: no answer to get", source->peer->url);
	if (!code)
		code = weft__repl_read_updates(answer->body,
		    answer->is_binary, weft_slice(model), list, error);
	weft_buf_fini(&text);
	return code;
}

int
weft__peer_get(struct weft__peer_source *source, const char *model,
    const struct weft_slice *ids, size_t length,
    struct weft_update_list *list, struct weft_error *error)
{
	const struct weft_slice now = {NULL, 0};
	int code = 0;

	for (size_t at = 0; at < length && !code; at += GET_RECORDS) {
		size_t count = length - at;

		if (count > GET_RECORDS)
			count = GET_RECORDS;
		code = get_some(
		    source, model, ids + at, count, now, list, error);
	}
	return code;
}

/* Whether the last answer is about this record. */
static bool
is_about(const struct weft_update_list *record, const char *model,
    struct weft_slice id)
{
	const struct weft_update *update = record->updates;

	return record->length &&
	    weft_slice_equal(update->change.model_id, id) &&
	    weft_slice_equal(update->change.model, weft_slice(model));
}

/*
 * The record as the server has it, until the next call; WEFT_ENOTFOUND.  One
 * answer has all that a conflict asks, in the order of the questions; whoever
 * asks the same again, or begins anew, is told what is there by then.
 */
static int
get_one(struct weft__peer_source *source, const char *model,
    struct weft_slice id, enum weft__peer_question question,
    const struct weft_update **update, struct weft_error *error)
{
	struct weft_update_list *record = &source->record;
	int code = 0;

	if (!is_about(record, model, id) || question <= source->asked) {
		weft_update_list_clear(record);
		code = weft__peer_get(source, model, &id, 1, record, error);
	}
	source->asked = question;
	*update = record->updates;
	if (!code && !record->length)
		code = weft_error_set(error, WEFT_ENOTFOUND, "%s \"%.*s\"",
		    model, (int)id.size, id.data);
	return code;
}

/* Adds the delta as an update with the body that is known of it. */
static int
add_update(const struct weft_change *delta, const struct weft_update *known,
    struct weft_update_list *list, struct weft_error *error)
{
	struct weft_update update = *known;

	/* It has changed since: it comes again. */
	if (!weft_slice_equal(delta->rev, known->change.rev))
		return 0;
	update.change = *delta;
	update.type = weft_change_type(delta);
	return weft_update_list_append(list, &update) ? out_of_memory(error)
	                                              : 0;
}

/* Those that are not kept any more, or never were. */
static int
ask_for(struct weft__peer_source *source, const char *model,
    const struct weft_change *const *deltas, size_t length,
    struct weft_update_list *list, struct weft_error *error)
{
	struct weft_slice *ids = weft__calloc(length, sizeof *ids);
	struct weft_update_list got = {0};
	int code;

	if (!ids)
		return out_of_memory(error);
	for (size_t i = 0; i < length; i++)
		ids[i] = deltas[i]->model_id;
	code = weft__peer_get(source, model, ids, length, &got, error);
	for (size_t i = 0, at = 0; i < length && !code; i++) {
		size_t looked = 0;

		while (looked < got.length &&
		    !weft_slice_equal(
		        got.updates[at % got.length].change.model_id, ids[i])) {
			at++;
			looked++;
		}
		if (looked < got.length)
			code = add_update(deltas[i],
			    &got.updates[at % got.length], list, error);
	}
	weft_update_list_fini(&got);
	weft__free(ids);
	return code;
}

int
weft__peer_create_updates(struct weft_source *base, const char *model,
    const struct weft_change *deltas, size_t length,
    struct weft_update_list *list, struct weft_error *error)
{
	struct weft__peer_source *source = of(base);
	const struct weft_change **missing =
	    weft__calloc(length ? length : 1, sizeof *missing);
	size_t missing_length = 0;
	int code = 0;

	if (!missing)
		return out_of_memory(error);
	for (size_t i = 0; i < length && !code; i++) {
		const struct weft_update *known =
		    find_kept(source, model, deltas[i].model_id);

		if (known && weft_slice_equal(known->change.rev, deltas[i].rev))
			code = add_update(&deltas[i], known, list, error);
		else
			missing[missing_length++] = &deltas[i];
	}
	if (!code && missing_length)
		code = ask_for(
		    source, model, missing, missing_length, list, error);
	weft__free(missing);
	return code;
}

static bool
has_line(struct weft_slice history, struct weft_slice rev)
{
	while (history.size) {
		const char *end = memchr(history.data, '\n', history.size);
		size_t size =
		    end ? (size_t)(end - history.data) : history.size;

		if (size == rev.size &&
		    (!size || memcmp(history.data, rev.data, size) == 0))
			return true;
		size += end != NULL;
		history.data += size;
		history.size -= size;
	}
	return false;
}

/* Content comes back, and null is every deletion: the generation tells. */
bool
weft__peer_follows(
    const struct weft_update *update, const struct weft_change *change)
{
	return has_line(update->history, change->rev) &&
	    (!change->generation || !update->change.generation ||
		change->generation < update->change.generation);
}

/* How the other side's change stands to the record here. */
static enum weft__relation
relation_of(const struct weft_change *change, const struct weft_update *here)
{
	bool was_here, is_made_from_it;

	if (weft_slice_equal(change->rev, here->change.rev))
		return WEFT__RELATION_SAME;
	was_here = weft__peer_follows(here, change);
	/* A deletion for this client alone has no generation: null is any. */
	is_made_from_it = weft__diff_is_made_from(change, &here->change) &&
			  (here->change.rev.data || here->change.generation);
	if (was_here == is_made_from_it)
		return WEFT__RELATION_NONE;
	return was_here ? WEFT__RELATION_BEHIND : WEFT__RELATION_AHEAD;
}

int
weft__peer_relate(struct weft_source *base, const char *model,
    const struct weft_change *changes, size_t length,
    enum weft__relation *relations, struct weft_error *error)
{
	struct weft_update_list got = {0};
	int code = 0;

	for (size_t i = 0; i < length && !code; i++) {
		const struct weft_update *here = find_kept(
		    of(base), model, changes[i].model_id);

		relations[i] = here ? relation_of(&changes[i], here)
		                    : WEFT__RELATION_NONE;
		if (relations[i] != WEFT__RELATION_NONE)
			continue;
		/* A batch has a part of the past only. */
		weft_update_list_clear(&got);
		code = weft__peer_get(of(base), model, &changes[i].model_id,
		    1, &got, error);
		if (!code && got.length)
			relations[i] = relation_of(&changes[i], got.updates);
	}
	weft_update_list_fini(&got);
	return code;
}

/* Whether the server has this, and knows as much of what led there. */
static bool
has_change(
    const struct weft_update_list *got, const struct weft_change *change)
{
	for (size_t i = 0; i < got->length; i++) {
		const struct weft_change *here = &got->updates[i].change;

		if (weft_slice_equal(here->model_id, change->model_id))
			return weft_change_equals(here, change) &&
			       !weft__diff_knows_more(change, here);
	}
	return false;
}

/* A message's worth. */
static int
diff_some(struct weft__peer_source *source, const char *model,
    const struct weft_change *list, size_t length, struct weft__diff *diff,
    struct weft_error *error)
{
	struct weft_slice ids[GET_RECORDS];
	struct weft_update_list got = {0};
	int code;

	for (size_t i = 0; i < length; i++)
		ids[i] = list[i].model_id;
	code = weft__peer_get(source, model, ids, length, &got, error);
	for (size_t i = 0; i < length && !code; i++)
		if (!has_change(&got, &list[i]) &&
		    weft_change_list_append(&diff->deltas, &list[i]))
			code = out_of_memory(error);
	weft_update_list_fini(&got);
	return code;
}

int
weft__peer_diff_strictly(struct weft__peer_source *source, const char *model,
    const struct weft_change *list, size_t length, struct weft__diff *diff,
    struct weft_error *error)
{
	int code = 0;

	for (size_t at = 0; at < length && !code; at += GET_RECORDS) {
		size_t count = length - at;

		if (count > GET_RECORDS)
			count = GET_RECORDS;
		code = diff_some(
		    source, model, list + at, count, diff, error);
	}
	return code;
}

int
weft__peer_find(struct weft_source *base, const char *model,
    struct weft_slice id, struct weft_buf *body, struct weft_error *error)
{
	const struct weft_update *got;
	int code =
	    get_one(of(base), model, id, WEFT__PEER_DATA, &got, error);

	if (code)
		return code;
	if (!got->data.data)
		return weft_error_set(error, WEFT_ENOTFOUND, "%s \"%.*s\"",
		    model, (int)id.size, id.data);
	return weft_buf_append_slice(body, got->data) ? out_of_memory(error)
	                                              : 0;
}

int
weft__peer_last_change(struct weft_source *base, const char *model,
    struct weft_slice id, struct weft_change_list *list,
    struct weft_error *error)
{
	const struct weft_update *got;
	int code =
	    get_one(of(base), model, id, WEFT__PEER_CHANGE, &got, error);

	if (code)
		return code;
	return weft_change_list_append(list, &got->change)
	    ? out_of_memory(error)
	    : 0;
}

/* Appends the revision as a change of the record. */
static int
add_revision(const struct weft_change *record, struct weft_slice rev,
    struct weft_change_list *list)
{
	struct weft_change change = {
	    .model = record->model, .model_id = record->model_id};

	if (rev.size)
		change.rev = rev;
	return weft_change_list_append(list, &change);
}

int
weft__peer_history(struct weft_source *base, const char *model,
    struct weft_slice id, struct weft_change_list *list,
    struct weft_error *error)
{
	const struct weft_update *got;
	struct weft_slice rest;
	int code =
	    get_one(of(base), model, id, WEFT__PEER_HISTORY, &got, error);

	if (code)
		return code;
	code = add_revision(&got->change, got->change.rev, list);
	for (rest = got->history; rest.size && !code;) {
		const char *end = memchr(rest.data, '\n', rest.size);
		size_t size = end ? (size_t)(end - rest.data) : rest.size;

		code = add_revision(&got->change,
		    weft_slice_of(rest.data, size), list);
		size += end != NULL;
		rest.data += size;
		rest.size -= size;
	}
	return code ? out_of_memory(error) : 0;
}

int
weft__peer_revision(struct weft_source *base, const char *model,
    struct weft_slice id, struct weft_slice rev, struct weft_buf *body,
    struct weft_error *error)
{
	struct weft_update_list got = {0};
	int code = get_some(of(base), model, &id, 1, rev, &got, error);

	if (!code && (!got.length || !got.updates->data.data))
		code = weft_error_set(error, WEFT_EGONE, "%s \"%.*s\": %.*s",
		    model, (int)id.size, id.data, (int)rev.size, rev.data);
	if (!code && weft_buf_append_slice(body, got.updates->data))
		code = out_of_memory(error);
	weft_update_list_fini(&got);
	return code;
}
