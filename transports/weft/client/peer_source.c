#include "transports/weft/client/peer_source.h"

#include <stdio.h>

#include "core/base/alloc.h"
#include "core/repl/diff.h"
#include "core/repl/message.h"
#include "transports/weft/wire/update.h"

/* The only checkpoint there is. */
#define CHECKPOINT 1

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

/* Forgets one of the pages. */
static void
clear_page(struct weft__peer_page *page)
{
	weft__peer_message_destroy(page->message);
	weft_update_list_fini(&page->updates);
	*page = (struct weft__peer_page){.message = NULL};
}

void
weft__peer_forget(struct weft__peer_source *source)
{
	for (size_t i = 0; i < WEFT__PEER_KEPT; i++)
		clear_page(&source->pages[i]);
	weft__known_fini(&source->known);
}

static void
destroy(struct weft_source *base)
{
	struct weft__peer_source *source = of(base);

	weft__peer_forget(source);
	weft_update_list_fini(&source->record);
	weft__peer_message_destroy(source->models);
	weft__peer_destroy(source->peer);
	weft__free(source);
}

static const char *
epoch(struct weft_source *base)
{
	return of(base)->epoch;
}

/* A replication begins: what is remembered of it must be of the database that
 * the server has now. */
static int
checkpoint(struct weft_source *base, uint64_t *seq, struct weft_error *error)
{
	bool is_other;
	int code = weft__peer_learn(of(base), &is_other, error);

	*seq = CHECKPOINT;
	if (code || !is_other)
		return code;
	return weft_error_set(error, WEFT_ENETWORK,
	    "%s: its database was restored, or is another one: once more",
	    of(base)->peer->url);
}

/*
 * Changes
 */

/* The page that is being given out, or NULL. */
static struct weft__peer_page *
current_page(struct weft__peer_source *source, struct weft__peer_stream *stream)
{
	struct weft__peer_page *page = &source->pages[source->newest];

	return page->message && page->stream == stream &&
		page->given < page->updates.length
	    ? page
	    : NULL;
}

/* Where the server does not tell what follows, it is what was to come before,
 * less this. */
static void
count_down(struct weft__peer_page *page)
{
	uint64_t length = page->updates.length;
	uint64_t *left = &page->stream->left;

	if (!page->message->message.left)
		*left -= length < *left ? length : *left;
}

/* Takes the next batch; '*page' is NULL if there is none. */
static int
take_batch(struct weft__peer_source *source, struct weft__peer_stream *stream,
    struct weft__peer_page **page, struct weft_error *error)
{
	struct weft__peer_message *batch;
	int code = weft__peer_stream_next(source->peer, stream, &batch, error);

	*page = NULL;
	if (code || !batch)
		return code;
	source->newest = (source->newest + 1) % WEFT__PEER_KEPT;
	*page = &source->pages[source->newest];
	if ((*page)->message) /* the session is done with it */
		weft__peer_stream_ack(source->peer, (*page)->stream,
		    (*page)->opening, (*page)->number);
	clear_page(*page);
	(*page)->message = batch;
	(*page)->stream = stream;
	(*page)->opening = stream->openings;
	(*page)->number = stream->taken;
	code = weft__repl_read_updates(batch->message.body,
	    batch->message.is_binary, weft_slice(stream->model),
	    &(*page)->updates, error);
	if (!code)
		count_down(*page);
	else if (code != WEFT_ENOMEM)
		code = weft_error_set(error, WEFT_ENETWORK,
		    "%s: a malformed batch", source->peer->url);
	return code;
}

/* Gives out at most 'limit' changes of the page. */
static int
give_changes(struct weft__peer_source *source, struct weft__peer_page *page,
    size_t limit, struct weft_change_list *list, struct weft_error *error)
{
	const char *model = page->stream->model;

	for (; limit && page->given < page->updates.length; limit--) {
		struct weft_change change =
		    page->updates.updates[page->given].change;

		/* Its number means nothing here: see CHECKPOINT. */
		change.checkpoint = 0;
		if (weft_change_list_append(list, &change))
			return out_of_memory(error);
		weft__known_put(&source->known, model, change.model_id,
		    change.rev, change.generation);
		page->given++;
		page->stream->is_ahead = true;
	}
	if (page->given < page->updates.length)
		return 0;
	weft_buf_clear(&page->stream->given);
	return weft_buf_append_slice(
		   &page->stream->given, page->message->message.position)
	    ? out_of_memory(error)
	    : 0;
}

/* A list begins: everything, or what there is after what was given. */
static int
begin(struct weft__peer_source *source, struct weft__peer_stream *stream,
    int64_t since, struct weft_error *error)
{
	struct weft_slice nowhere = {"", 0};

	stream->is_live = source->is_live;
	if (!stream->is_live)
		stream->is_caught = false;
	if (since >= CHECKPOINT || !stream->position.size)
		return 0;
	return weft__peer_stream_set(source->peer, stream, nowhere)
	    ? out_of_memory(error)
	    : 0;
}

static int
changes(struct weft_source *base, const char *model, int64_t since,
    struct weft_slice filter, size_t limit, struct weft__page_token *token,
    struct weft_change_list *list, struct weft_error *error)
{
	struct weft__peer_source *source = of(base);
	struct weft__peer_stream *stream =
	    weft__peer_stream(source->peer, model, filter);
	struct weft__peer_page *page;
	int code = 0;

	if (!stream)
		return out_of_memory(error);
	if (!token->position++)
		code = begin(source, stream, since, error);
	page = current_page(source, stream);
	if (!code && !page)
		code = take_batch(source, stream, &page, error);
	if (!code && page)
		code = give_changes(source, page, limit, list, error);
	token->end = !page;
	return code;
}

/* Where to go on after all that was given. */
static int
place(struct weft_source *base, const char *model, struct weft_slice filter,
    struct weft_buf *text, struct weft_error *error)
{
	struct weft__peer_source *source = of(base);
	struct weft__peer_stream *stream =
	    weft__peer_stream(source->peer, model, filter);
	struct weft_slice at;

	if (!stream)
		return out_of_memory(error);
	at = weft_buf_slice(weft__peer_stream_has_batch(stream)
	        ? &stream->given
	        : &stream->position);
	weft_buf_clear(&stream->told);
	if (weft_buf_append_slice(&stream->told, at))
		return out_of_memory(error);
	stream->is_ahead = false;
	weft__peer_stream_ack(
	    source->peer, stream, stream->openings, stream->taken);
	return weft_buf_append_slice(text, at);
}

static int
go_on(struct weft_source *base, const char *model, struct weft_slice filter,
    struct weft_slice text, struct weft_error *error)
{
	struct weft__peer_source *source = of(base);
	struct weft__peer_stream *stream =
	    weft__peer_stream(source->peer, model, filter);

	if (!stream)
		return out_of_memory(error);
	if (!stream->is_ahead &&
	    weft_slice_equal(text, weft_buf_slice(&stream->told)))
		return 0;
	/* What was given since was not kept: it is to be given again. */
	stream->is_ahead = false;
	return weft__peer_stream_set(source->peer, stream, text)
	    ? out_of_memory(error)
	    : 0;
}

static int
estimate(struct weft_source *base, const char *model, int64_t since,
    uint64_t *count, struct weft_error *error)
{
	*count = weft__peer_source_pending(of(base));
	return 0;
}

bool
weft__peer_source_has_changes(const struct weft__peer_source *source)
{
	const struct weft__peer_stream *stream = source->peer->streams;

	for (; stream; stream = stream->next)
		if (weft__peer_stream_has_batch(stream) || stream->code)
			return true;
	return false;
}

uint64_t
weft__peer_source_pending(const struct weft__peer_source *source)
{
	const struct weft__peer_stream *stream = source->peer->streams;
	uint64_t pending = 0;

	for (; stream; stream = stream->next)
		pending += stream->left;
	return pending;
}

/*
 * As a target
 */

/*
 * What the server may not have.  The server judges when it is pushed: that it
 * has it, or that it has something else.  Only who compares strictly has it
 * asked.
 */
static int
diff(struct weft_source *base, const char *model, int64_t since,
    const struct weft_change *list, size_t length, struct weft__diff *diff,
    struct weft_error *error)
{
	struct weft__peer_source *source = of(base);

	if (since == WEFT__SINCE_STRICT)
		return weft__peer_diff_strictly(
		    source, model, list, length, diff, error);
	for (size_t i = 0; i < length; i++)
		if (!weft__known_has(&source->known, model, list[i].model_id,
			list[i].rev, list[i].generation) &&
		    weft_change_list_append(&diff->deltas, &list[i]))
			return out_of_memory(error);
	return 0;
}

static int
update_last_change(struct weft_source *base, const char *model,
    struct weft_slice id, struct weft_slice prev, uint32_t generation,
    struct weft_slice history, struct weft_error *error)
{
	return weft_error_set(error, WEFT_EUNSUPPORTED,
	    "%s: a change of the server cannot be rebased there",
	    of(base)->peer->url);
}

/*
 * Questions
 */

static int
reconcile(struct weft_source *base, const char *model,
    struct weft_slice question, struct weft_buf *answer,
    struct weft_error *error)
{
	struct weft__peer *peer = of(base)->peer;
	const struct weft__repl_message *got;
	struct weft__repl_message ask;
	int code;

	weft__repl_message_init(&ask, WEFT__REPL_ASK);
	ask.is_binary = true;
	ask.model = weft_slice(model);
	ask.body = question;
	code = weft__peer_ask(peer, &ask, &got, error);
	if (!code && got->type != WEFT__REPL_ANSWER)
		code = weft_error_set(error, WEFT_ENETWORK,
		    "%s: no answer to ask", peer->url);
	if (!code && weft_buf_append_slice(answer, got->body))
		code = out_of_memory(error);
	return code;
}

static int
root(struct weft_source *base, const char *model, struct weft__oid *root,
    char *commit, struct weft_error *error)
{
	struct weft_buf question = WEFT_BUF_INIT(64);
	struct weft_buf answer = WEFT_BUF_INIT(4096);
	int code = weft__ask_root(&question);

	*commit = '\0';
	if (!code)
		code = reconcile(
		    base, model, weft_buf_slice(&question), &answer, error);
	if (!code && answer.size < WEFT__OID_SIZE)
		code = weft_error_set(error, WEFT_ENETWORK,
		    "%s: a malformed answer", of(base)->peer->url);
	if (!code)
		memcpy(root->bytes, answer.data, WEFT__OID_SIZE);
	weft_buf_fini(&question);
	weft_buf_fini(&answer);
	return code;
}

static int
source_id(struct weft_source *base, const char *model, struct weft_buf *id,
    struct weft_error *error)
{
	return weft_buf_printf(id, "weft-%s", model);
}

static const struct weft__source_ops ops = {
    .version = 1,
    .destroy = destroy,
    .epoch = epoch,
    .checkpoint = checkpoint,
    .current_checkpoint = checkpoint,
    .changes = changes,
    .diff = diff,
    .create_updates = weft__peer_create_updates,
    .bulk_update = weft__peer_bulk_update,
    .find = weft__peer_find,
    .save = weft__peer_save,
    .last_change = weft__peer_last_change,
    .update_last_change = update_last_change,
    .root = root,
    .history = weft__peer_history,
    .revision = weft__peer_revision,
    .models = weft__peer_models,
    .source_id = source_id,
    .estimate = estimate,
    .relate = weft__peer_relate,
    .reconcile = reconcile,
    .is_remote = true,
    .judges_late = true,
    .place = place,
    .go_on = go_on,
};

int
weft__peer_source_create(const char *url,
    const struct weft_url_options *options, bool is_live,
    struct weft__peer_source **source_out, struct weft_error *error)
{
	const struct weft__peer_options peer_options = {
	    .token = options->token,
	    .node = options->node,
	    .ca_file = options->ca_file,
	    .timeout_ms = options->timeout_ms,
	    .retries = options->retries,
	    .retry_ms = options->retry_ms};
	struct weft__peer_source *source = weft__calloc(1, sizeof *source);
	bool is_other;
	int code;

	*source_out = NULL;
	if (!source)
		return out_of_memory(error);
	source->base.ops = &ops;
	source->is_live = is_live;
	code = weft__peer_create(url, &peer_options, &source->peer, error);
	if (!code)
		code = weft__peer_learn(source, &is_other, error);
	if (code) {
		destroy(&source->base);
		return code;
	}
	*source_out = source;
	return 0;
}

int
weft__peer_source_open(const char *url, const struct weft_url_options *options,
    struct weft_source **source_out, struct weft_error *error)
{
	struct weft__peer_source *source;
	int code =
	    weft__peer_source_create(url, options, false, &source, error);

	*source_out = code ? NULL : &source->base;
	return code;
}
