/*
 * What is written at a peer: pushes, in pieces that the server takes.
 *
 * An update says which revision it was made from, as far as the last
 * checkpoint of its side knows.  The server may have a later or an earlier one
 * of the same line, or none yet: where its answer shows that, the update is
 * pushed again, as one that was made from what the server has.
 */
#include "core/base/alloc.h"
#include "core/repl/wire.h"
#include "transports/weft/client/peer_source.h"
#include "transports/weft/wire/update_private.h"

/* Bytes of updates in one push, about. */
#define PUSH_SIZE (256u * 1024)

/* Attempts to write over a record that others write, too. */
#define SAVE_ATTEMPTS 8

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

/* One push, of updates that lie next to each other. */
struct push {
	struct weft__peer_source *source;
	const struct weft__bulk_part *part;
	const struct weft_update *updates;
	enum weft_outcome *outcomes;
	size_t length;
	struct weft_update_list theirs; /* what the server has instead */
	size_t *places;                 /* of 'theirs' among the updates */
};

/* As much of the history as the server may not know: up to what it has, where
 * the generations of this side go down one by one. */
static struct weft_slice
cut_history(const struct push *push, const struct weft_update *update)
{
	const struct weft__known *known = &push->source->known;
	struct weft_slice history = update->history, rest = history, rev;
	uint32_t generation = update->change.generation;
	bool is_known = false;

	while (!is_known && generation && weft__repl_next_rev(&rest, &rev))
		is_known = weft__known_has(known, push->part->model,
		    update->change.model_id, rev.size ? rev : weft_slice(NULL),
		    --generation);
	if (is_known)
		history.size -= rest.size;
	return history;
}

/* The updates, each with no more than is needed. */
static struct weft_update *
cut_updates(const struct push *push)
{
	struct weft_update *updates =
	    weft__calloc(push->length + 1, sizeof *updates);

	for (size_t i = 0; updates && i < push->length; i++) {
		updates[i] = push->updates[i];
		updates[i].history = cut_history(push, &updates[i]);
	}
	return updates;
}

static int
write_push(const struct push *push, struct weft_buf *body)
{
	struct weft_update *updates = cut_updates(push);
	int code = updates ? weft__wire_put_number(body, 1) : WEFT_ENOMEM;

	if (!code)
		code = weft__repl_write_part(body, true,
		    weft_slice(push->part->model), updates, push->length,
		    WEFT__REPL_PAST);
	weft__free(updates);
	return code;
}

/* Sends it; '*answer' is the peer's. */
static int
send_push(struct push *push, const struct weft__repl_message **answer,
    struct weft_error *error)
{
	struct weft__peer *peer = push->source->peer;
	struct weft_buf body = WEFT_BUF_INIT(WEFT__REPL_MESSAGE_SIZE);
	struct weft_buf packed = WEFT_BUF_INIT(WEFT__REPL_MESSAGE_SIZE);
	struct weft__repl_message request;
	int code = write_push(push, &body);

	weft__repl_message_init(&request, WEFT__REPL_PUSH);
	request.is_binary = true;
	if (!code)
		code = weft__repl_pack(peer->packing, weft_buf_slice(&body),
		    &packed, &request.is_packed);
	request.unpacked_size = body.size;
	request.body =
	    weft_buf_slice(request.is_packed ? &packed : &body);
	if (code)
		weft_error_set(error, code, "%s", weft_error_text(code));
	else
		code = weft__peer_ask(peer, &request, answer, error);
	if (!code && (*answer)->type != WEFT__REPL_PUSHED)
		code = weft_error_set(error, WEFT_ENETWORK,
		    "%s: no answer to push", peer->url);
	weft_buf_fini(&body);
	weft_buf_fini(&packed);
	return code;
}

static struct weft__json_value
member(struct weft__json_value object, const char *name)
{
	return weft__json_step(object, weft_slice(name));
}

/* The text of a member, or 'otherwise'. */
static struct weft_slice
text_of(struct weft__json_value object, const char *name,
    const char *otherwise)
{
	struct weft__json_value value = member(object, name);
	struct weft_slice text = weft_slice(otherwise);

	if (value.type == WEFT__JSON_STRING)
		weft__json_plain_string(value.token, &text);
	return text;
}

static void
note_refused(const struct push *push, size_t at, struct weft__json_value other)
{
	const struct weft__bulk_part *part = push->part;
	struct weft_slice text = text_of(other, "text", "refused");
	struct weft_error why;

	push->outcomes[at] = WEFT_OUTCOME_REFUSED;
	weft_error_set(&why, weft__repl_code(text_of(other, "code", "invalid")),
	    "%.*s", (int)text.size, text.data);
	if (part->refused)
		part->refused(&push->updates[at], &why, part->context);
}

/* Notes that the server knows nothing of the record. */
static int
note_nothing(struct push *push, size_t at)
{
	const struct weft_update nothing = {.type = WEFT_CHANGE_UNKNOWN};

	push->places[push->theirs.length] = at;
	return weft_update_list_append(&push->theirs, &nothing);
}

/* A conflict: reads what the server has. */
static int
note_conflict(struct push *push, size_t at, struct weft__json_value other,
    struct weft_error *error)
{
	struct weft__json_value update = member(other, "update");
	struct weft_buf list = WEFT_BUF_INIT(update.token.size + 2);
	int code;

	push->outcomes[at] = WEFT_OUTCOME_CONFLICT;
	if (update.type != WEFT__JSON_OBJECT)
		return note_nothing(push, at) ? out_of_memory(error) : 0;
	code = weft_buf_append(&list, "[", 1);
	if (!code)
		code = weft_buf_append_slice(&list, update.token);
	if (!code)
		code = weft_buf_append(&list, "]", 1);
	push->places[push->theirs.length] = at;
	if (!code)
		code = weft__repl_read_updates(weft_buf_slice(&list), false,
		    weft_slice(push->part->model), &push->theirs, error);
	weft_buf_fini(&list);
	return code;
}

/* A place in the push; 'length' if it is none. */
static size_t
read_place(struct weft__json_value value, size_t length)
{
	uint64_t place;

	return weft__json_read_whole(value, &place) && place < length
	    ? (size_t)place
	    : length;
}

/* The server says how many it had already, not which: any will do. */
static void
count_unchanged(struct push *push, uint64_t count)
{
	for (size_t i = push->length; i-- > 0 && count;)
		if (push->outcomes[i] == WEFT_OUTCOME_APPLIED) {
			push->outcomes[i] = WEFT_OUTCOME_UNCHANGED;
			count--;
		}
}

/* Reads what became of each update; those not named were taken. */
static int
read_answer(struct push *push, const struct weft__repl_message *answer,
    struct weft_error *error)
{
	struct weft__json_value other;
	size_t offset = 0, at;
	int code = 0;

	for (size_t i = 0; i < push->length; i++)
		push->outcomes[i] = WEFT_OUTCOME_APPLIED;
	while (!code && answer->others.size &&
	    weft__json_element(answer->others, &offset, &other)) {
		at = read_place(member(other, "i"), push->length);
		if (at >= push->length)
			return weft_error_set(error, WEFT_ENETWORK,
			    "%s: a malformed answer", push->source->peer->url);
		if (weft_slice_equal(text_of(other, "outcome", ""),
			weft_slice("conflict")))
			code = note_conflict(push, at, other, error);
		else
			note_refused(push, at, other);
	}
	count_unchanged(push, answer->unchanged);
	return code;
}

static int
push_once(struct push *push, struct weft_error *error)
{
	const struct weft__repl_message *answer;
	int code = send_push(push, &answer, error);

	weft_update_list_clear(&push->theirs);
	if (!code)
		code = read_answer(push, answer, error);
	for (size_t i = 0; i < push->length && !code; i++)
		if (push->outcomes[i] <= WEFT_OUTCOME_UNCHANGED)
			weft__known_put(&push->source->known,
			    push->part->model,
			    push->updates[i].change.model_id,
			    push->updates[i].change.rev,
			    push->updates[i].change.generation);
	return code;
}

/* Whether the server has never heard of the record: not even that it was
 * deleted. */
static bool
is_nothing(const struct weft_update *theirs)
{
	return !theirs->change.model_id.data;
}

/*
 * Judges a conflict by the pasts of both: the update was made from what the
 * server has, or the server has nothing, so it is to be pushed again (true);
 * or the server's was made from it, and it is old.
 */
static bool
is_ahead(const struct weft_update *ours, const struct weft_update *theirs,
    enum weft_outcome *outcome)
{
	bool is_behind = weft__peer_follows(theirs, &ours->change);
	bool is_ahead =
	    is_nothing(theirs) || weft__peer_follows(ours, &theirs->change);

	if (is_behind && !is_ahead)
		*outcome = WEFT_OUTCOME_UNCHANGED;
	return is_ahead && !is_behind;
}

/* Pushes once more what was made from what the server has. */
static int
push_again(struct push *push, struct weft_error *error)
{
	struct push one = *push;
	int code = 0;

	one.length = 1;
	one.theirs = (struct weft_update_list){0};
	for (size_t i = 0; i < push->theirs.length && !code; i++) {
		size_t at = push->places[i], place;
		struct weft_update update = push->updates[at];

		if (!is_ahead(&update, &push->theirs.updates[i],
			&push->outcomes[at]))
			continue;
		update.change.prev = push->theirs.updates[i].change.rev;
		update.change.has_prev = true;
		one.updates = &update;
		one.outcomes = &push->outcomes[at];
		one.places = &place;
		code = push_once(&one, error);
	}
	weft_update_list_fini(&one.theirs);
	return code;
}

/* How many of the updates go into one push. */
static size_t
count_fitting(const struct weft__peer *peer, const struct weft_update *updates,
    size_t length)
{
	size_t size = 0, count = 0;

	while (count < length && count < peer->batch && size < PUSH_SIZE)
		size += updates[count++].data.size;
	return count;
}

static int
push_part(struct weft__peer_source *source, const struct weft__bulk_part *part,
    struct weft_error *error)
{
	struct push push = {.source = source,
	    .part = part,
	    .updates = part->updates,
	    .outcomes = part->outcomes};
	size_t left = part->length;
	int code = 0;

	push.places = weft__calloc(left ? left : 1, sizeof *push.places);
	if (!push.places)
		return out_of_memory(error);
	for (; left && !code; left -= push.length) {
		push.length =
		    count_fitting(source->peer, push.updates, left);
		code = push_once(&push, error);
		if (!code && push.theirs.length)
			code = push_again(&push, error);
		push.updates += push.length;
		push.outcomes += push.length;
	}
	weft_update_list_fini(&push.theirs);
	weft__free(push.places);
	return code;
}

int
weft__peer_bulk_update(struct weft_source *base,
    const struct weft__bulk_part *parts, size_t length,
    const struct weft__bulk_options *options, struct weft_error *error)
{
	int code = weft__peer_connect(of(base)->peer, error);

	weft_update_list_clear(&of(base)->record); /* it may be another then */
	for (size_t i = 0; i < length && !code; i++)
		code = push_part(of(base), &parts[i], error);
	return code;
}

/* The record's revision at the server, as what the next one is made from. */
static int
read_base(struct weft__peer_source *source, const char *model,
    struct weft_slice id, struct weft_update_list *got,
    struct weft_change *change, struct weft_error *error)
{
	int code;

	weft_update_list_clear(got);
	code = weft__peer_get(source, model, &id, 1, got, error);
	change->prev = (struct weft_slice){NULL, 0};
	if (!code && got->length)
		change->prev = got->updates->change.rev;
	change->has_prev = true;
	return code;
}

int
weft__peer_save(struct weft_source *base, const char *model,
    struct weft_slice id, struct weft_slice data, struct weft_slice history,
    struct weft_error *error)
{
	enum weft_outcome outcome = WEFT_OUTCOME_CONFLICT;
	struct weft_update update = {.data = data, .history = history};
	const struct weft__bulk_part part = {
	    .model = model, .updates = &update, .length = 1,
	    .outcomes = &outcome};
	struct weft_update_list got = {0};
	char rev[WEFT__OID_HEX + 1];
	struct weft__oid oid;
	int code = 0;

	update.change.model = weft_slice(model);
	update.change.model_id = id;
	if (data.data) {
		weft__sha1(data.data, data.size, &oid);
		weft__oid_format(&oid, rev);
		update.change.rev = weft_slice(rev);
	}
	for (int i = 0; i < SAVE_ATTEMPTS && !code &&
	     outcome == WEFT_OUTCOME_CONFLICT; i++) {
		code = read_base(
		    of(base), model, id, &got, &update.change, error);
		update.type = weft_change_type(&update.change);
		if (!code)
			code = weft__peer_bulk_update(
			    base, &part, 1, NULL, error);
	}
	weft_update_list_fini(&got);
	if (!code && outcome == WEFT_OUTCOME_REFUSED)
		return weft_error_set(error, WEFT_EVALIDATION,
		    "%s \"%.*s\": refused", model, (int)id.size, id.data);
	if (!code && outcome == WEFT_OUTCOME_CONFLICT)
		return weft_error_set(error, WEFT_ECONFLICT,
		    "%s \"%.*s\": others write it", model, (int)id.size,
		    id.data);
	return code;
}
