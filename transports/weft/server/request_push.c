/*
 * Pushes: the updates of a client, written in one transaction.
 */
#include "core/base/alloc.h"
#include "core/base/limits.h"
#include "models/access/view.h"
#include "models/model.h"
#include "transports/weft/server/herald.h"
#include "transports/weft/server/session_private.h"
#include "transports/weft/wire/update.h"

struct push {
	struct weft__repl_request *request;
	struct weft__repl_parts read;
	struct weft_datasource *datasource;
	struct weft_source *source;
	struct weft__bulk_part *parts;
	enum weft_outcome *outcomes; /* of all parts, one after the other */
	size_t length;               /* of the outcomes */
	struct weft_error *whys;     /* of those that were refused */
	struct weft_buf others;
	uint64_t applied, unchanged;
};

static int
fail(struct push *push, int code)
{
	return weft_error_set(
	    &push->request->error, code, "%s", weft_error_text(code));
}

/* Keeps why an update was refused: the context is its part's first. */
static void
note_refusal(const struct weft_update *update, const struct weft_error *why,
    void *context)
{
	struct push *push = context;

	for (size_t i = 0, at = 0; i < push->read.length; i++) {
		const struct weft_update_list *list =
		    &push->read.list[i].updates;

		for (size_t j = 0; j < list->length; j++, at++)
			if (list->updates[j].change.model_id.data ==
			    update->change.model_id.data)
				push->whys[at] = *why;
	}
}

static int
read_parts(struct push *push)
{
	struct weft__repl_request *request = push->request;
	const struct weft__repl_session *session = request->session;
	int code = weft__repl_message_unpack(&request->message,
	    session->form.packing, WEFT__REPL_MESSAGE_SIZE, &request->error);

	if (!code)
		code = weft__repl_parts_read(&push->read,
		    request->message.body, request->message.is_binary,
		    &request->error);
	for (size_t i = 0; i < push->read.length; i++)
		push->length += push->read.list[i].updates.length;
	if (!code && push->length > session->hub->options.batch_length) {
		request->close_code = WEFT__REPL_TOO_MUCH;
		code = weft_error_set(&request->error, WEFT_ELIMIT,
		    "a push has more updates than it may have");
	}
	return code;
}

/* Makes part i one of the bulk update, if all of it is allowed. */
static int
take_part(struct push *push, size_t i, size_t at,
    struct weft_datasource **datasource)
{
	struct weft__repl_request *request = push->request;
	const struct weft__repl_part *part = &push->read.list[i];
	struct weft_model *model;
	int code = weft__repl_find_model(
	    request, part->model, true, &model, &request->error);

	if (code)
		return code;
	if (i && model->datasource != *datasource)
		return weft_error_set(&request->error, WEFT_EINVAL,
		    "a push is of one datasource");
	*datasource = model->datasource;
	push->parts[i] = (struct weft__bulk_part){
	    .model = weft_model_name(model),
	    .updates = part->updates.updates,
	    .length = part->updates.length,
	    .outcomes = &push->outcomes[at],
	    .refused = note_refusal,
	    .context = push,
	};
	return 0;
}

static int
prepare(struct push *push)
{
	struct weft_datasource *datasource = NULL;
	int code = 0;

	push->parts = weft__calloc(push->read.length + 1, sizeof *push->parts);
	push->outcomes =
	    weft__calloc(push->length + 1, sizeof *push->outcomes);
	push->whys = weft__calloc(push->length + 1, sizeof *push->whys);
	if (!push->parts || !push->outcomes || !push->whys)
		return fail(push, WEFT_ENOMEM);
	for (size_t i = 0, at = 0; i < push->read.length && !code; i++) {
		code = take_part(push, i, at, &datasource);
		at += push->read.list[i].updates.length;
	}
	push->datasource = datasource;
	if (code || !datasource)
		return code;
	return weft__source_open_for(push->request->principal, datasource,
	    &push->source, &push->request->error);
}

static int
apply(struct push *push)
{
	struct weft__repl_request *request = push->request;
	const struct weft__bulk_options options = {
	    .origin = request->session->node,
	    .user = weft__principal_user_id(request->principal),
	};
	const struct weft__patience *before;
	int code;

	if (!push->source)
		return 0; /* nothing was pushed */
	before = weft__patience_set(NULL); /* it goes on, whoever has left */
	weft__repl_herald_hold();
	code = push->source->ops->bulk_update(push->source, push->parts,
	    push->read.length, &options, &request->error);
	weft__repl_herald_release();
	weft__patience_set(before);
	return code;
}

/*
 * Telling what came of it
 */

/* The record that stands against the update, as far as there is room. */
static int
write_current(struct push *push, const char *model,
    const struct weft_update *update)
{
	struct weft_source *source = push->source;
	struct weft_error *error = &push->request->error;
	struct weft_change_list changes = {0};
	struct weft_update_list updates = {0};
	size_t most = (size_t)push->request->session->message_size / 2;
	int code = source->ops->last_change(
	    source, model, update->change.model_id, &changes, error);

	if (!code)
		code = weft__repl_updates_of(
		    source, model, &changes, &updates, error);
	if (!code && updates.length) {
		struct weft_update current = updates.updates[0];

		if (push->others.size + current.data.size > most)
			current.data = weft_slice(NULL);
		code = weft_buf_append_slice(
		    &push->others, weft_slice(",\"update\":"));
		if (!code)
			code = weft__repl_write_update(&push->others, false,
			    &current, WEFT_LIMIT_REVTREE_NODES);
	}
	weft_change_list_fini(&changes);
	weft_update_list_fini(&updates);
	return code == WEFT_ENOTFOUND ? 0 : code;
}

static int
write_refusal(struct push *push, const struct weft_error *why)
{
	int code = weft_buf_printf(&push->others,
	    ",\"code\":\"%s\",\"text\":", weft__repl_word(why->code));

	return code ? code
		    : weft__json_write_string(
			  weft_slice(why->text), &push->others);
}

static int
write_other(struct push *push, const struct weft__bulk_part *part, size_t index,
    size_t at)
{
	bool is_conflict = part->outcomes[index] == WEFT_OUTCOME_CONFLICT;
	int code = weft_buf_printf(&push->others,
	    "%s{\"i\":%zu,\"outcome\":\"%s\"",
	    push->others.size > 1 ? "," : "", at,
	    is_conflict ? "conflict" : "refused");

	if (!code)
		code = is_conflict
		    ? write_current(push, part->model, &part->updates[index])
		    : write_refusal(push, &push->whys[at]);
	return code ? code : weft_buf_append(&push->others, "}", 1);
}

/* Counts the outcomes of a part, and tells those that were not as wished. */
static int
tell_part(struct push *push, const struct weft__bulk_part *part, size_t at)
{
	struct weft__repl_counts *counts =
	    &push->request->session->hub->counts;
	int code = 0;

	for (size_t i = 0; i < part->length && !code; i++) {
		switch (part->outcomes[i]) {
		case WEFT_OUTCOME_APPLIED:
			push->applied++;
			continue;
		case WEFT_OUTCOME_UNCHANGED:
			push->unchanged++;
			continue;
		case WEFT_OUTCOME_CONFLICT:
			atomic_fetch_add(&counts->conflicts, 1);
			break;
		case WEFT_OUTCOME_REFUSED:
			atomic_fetch_add(&counts->refused, 1);
			break;
		}
		code = write_other(push, part, i, at + i);
	}
	return code;
}

static int
tell(struct push *push)
{
	struct weft__repl_request *request = push->request;
	struct weft__repl_message answer;
	int code = weft_buf_append(&push->others, "[", 1);

	for (size_t i = 0, at = 0; i < push->read.length && !code; i++) {
		code = tell_part(push, &push->parts[i], at);
		at += push->parts[i].length;
	}
	if (!code)
		code = weft_buf_append(&push->others, "]", 1);
	if (code)
		return request->error.code ? code : fail(push, code);
	atomic_fetch_add(&request->session->hub->counts.pushes, 1);
	atomic_fetch_add(
	    &request->session->hub->counts.pushed, push->applied);
	weft__repl_message_init(&answer, WEFT__REPL_PUSHED);
	answer.n = request->message.n;
	answer.applied = push->applied;
	answer.unchanged = push->unchanged;
	if (push->others.size > 2)
		answer.others = weft_buf_slice(&push->others);
	return weft__repl_answer(request, &answer);
}

int
weft__repl_do_push(struct weft__repl_request *request)
{
	struct push push = {.request = request,
	    .others = WEFT_BUF_INIT(WEFT__REPL_MESSAGE_SIZE)};
	int code = read_parts(&push);

	if (!code)
		code = prepare(&push);
	if (!code)
		code = apply(&push);
	if (!code)
		code = tell(&push);
	if (!code && push.datasource)
		code = weft__repl_note_floor(request, push.datasource);
	weft_source_destroy(push.source);
	weft__repl_parts_fini(&push.read);
	weft__free(push.parts);
	weft__free(push.outcomes);
	weft__free(push.whys);
	weft_buf_fini(&push.others);
	return code;
}
