/*
 * open: where a stream begins, or that it cannot.
 */
#include <weft/source.h>

#include "models/model.h"
#include "models/store/restore.h"
#include "models/tracking/live.h"
#include "transports/weft/server/session_private.h"

static int
answer_reset(struct weft__repl_request *request, const char *reason)
{
	const struct weft__repl_channel *channel = request->channel;
	struct weft__repl_message answer;

	weft__repl_begin_answer(request, WEFT__REPL_RESET, &answer);
	answer.reason = weft_slice(reason);
	answer.epoch = weft_slice(channel->datasource->epoch);
	atomic_fetch_add(&channel->hub->counts.resets, 1);
	return weft__repl_answer(request, &answer);
}

/* About how many changes are going to come. */
static uint64_t
estimate(struct weft__repl_request *request, const struct weft__place *from)
{
	const struct weft__repl_batch *batch = request->batch;
	struct weft_model *model = request->channel->model;
	struct weft_source *source;
	uint64_t count = batch->length + batch->left;

	if (batch->is_end || from->phase || request->channel->is_guarded ||
	    weft_source_open_datasource(model->datasource, &source, NULL))
		return count;
	if (source->ops->estimate(
		source, weft_model_name(model), -1, &count, NULL))
		count = batch->length;
	weft_source_destroy(source);
	return count;
}

int
weft__repl_read_root(const struct weft__repl_channel *channel,
    char root[WEFT__OID_HEX + 1], struct weft_error *error)
{
	struct weft_source *source;
	int code;

	*root = '\0';
	if (channel->is_guarded)
		return 0;
	code = weft_source_open_datasource(
	    channel->datasource, &source, error);
	if (code)
		return code;
	code = weft_source_root(
	    source, weft_model_name(channel->model), root, error);
	weft_source_destroy(source);
	if (code == WEFT_EUNSUPPORTED) {
		*root = '\0';
		code = 0;
	}
	return code;
}

/* Whether the stream goes on from a position. */
static bool
is_resumed(const struct weft__repl_request *request)
{
	struct weft_slice position = request->message.position;

	return position.data && !weft_slice_equal(position, weft_slice("now"));
}

static int
answer_opened(
    struct weft__repl_request *request, const struct weft__place *from)
{
	const struct weft__repl_channel *channel = request->channel;
	const struct weft__repl_batch *batch = request->batch;
	const struct weft__repl_scope scope =
	    weft__repl_channel_scope(channel);
	char position[WEFT__REPL_POSITION_SIZE];
	struct weft__repl_message answer;
	int code = 0;

	weft__repl_begin_answer(request, WEFT__REPL_OPENED, &answer);
	answer.s = channel->id;
	if (!is_resumed(request)) /* else it is the position's */
		answer.epoch = scope.epoch;
	answer.caught = batch->is_end && !batch->frame;
	if (answer.caught) {
		weft__repl_position_write(&scope, &batch->to, position);
		if (!weft_slice_equal(
			request->message.position, weft_slice(position)))
			answer.position = weft_slice(position);
	} else {
		answer.pending = estimate(request, from);
	}
	if (answer.caught && request->message.needs_root)
		code = weft__repl_read_root(
		    channel, request->root, &request->error);
	if (*request->root)
		answer.root = weft_slice(request->root);
	return code ? code : weft__repl_answer(request, &answer);
}

/*
 * The position is ahead of the journal: the database was restored from a plain
 * copy.  A new epoch tells all others, too.  Numbers can be made up, so that
 * only somebody is believed who may write there, and could do worse.
 */
static int
answer_ahead(struct weft__repl_request *request)
{
	struct weft_datasource *datasource = request->channel->datasource;
	struct weft_model *model;
	uint64_t checkpoint;

	if (!weft__repl_find_model(
		request, request->message.model, true, &model, NULL) &&
	    !weft_datasource_current_checkpoint(datasource, &checkpoint, NULL))
		(void)!weft__restore_noticed(datasource, checkpoint, NULL);
	return answer_reset(request, "epoch");
}

static int
open_at(struct weft__repl_request *request, const struct weft__place *from,
    bool from_now)
{
	struct weft__repl_read read = {
	    .principal = request->principal,
	    .origin = request->session->node,
	    .from = *from,
	    .from_now = from_now,
	};
	int code = weft__live_tip(
	    request->channel->datasource, &read.floor, &request->error);

	read.wanted = read.floor;
	if (!code)
		code = weft__repl_channel_read(request->channel, &read,
		    &request->batch, &request->error);
	if (code == WEFT_EGONE)
		return answer_reset(request, "gone");
	if (code == WEFT_EINVAL)
		return answer_ahead(request);
	request->has_stream = !code;
	return code ? code : answer_opened(request, from);
}

int
weft__repl_do_open(struct weft__repl_request *request)
{
	struct weft_slice position = request->message.position;
	struct weft__place from = {0};
	struct weft__repl_scope scope;
	const char *reason = NULL;
	struct weft_model *model;
	int code = weft__repl_find_model(request, request->message.model,
	    false, &model, &request->error);

	if (!code)
		code = weft__repl_channel_get(request->session->hub, model,
		    request->principal, request->message.filter,
		    &request->session->form, &request->channel,
		    &request->error);
	if (code)
		return code;
	scope = weft__repl_channel_scope(request->channel);
	if (is_resumed(request))
		reason = weft__repl_position_read(&scope, position, &from);
	return reason ? answer_reset(request, reason)
		      : open_at(request, &from,
			    position.data && !is_resumed(request));
}
