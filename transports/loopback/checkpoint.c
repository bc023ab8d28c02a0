/*
 * Methods around checkpoints and single changes.
 */
#include <inttypes.h>

#include "core/repl/source.h"
#include "models/transaction.h"
#include "models/value/date.h"
#include "transports/loopback/rest.h"

/*
 * LoopBack tells when its one checkpoint record was made; we tell when this
 * checkpoint was.
 */
int
weft__rest_checkpoint(struct weft__rest_call *call)
{
	struct weft_datasource *datasource = call->model->model->datasource;
	const struct weft_clock *clock = datasource->clock;
	char time[WEFT__DATE_SIZE];
	uint64_t seq;
	int code = weft_datasource_checkpoint(datasource, &seq, &call->error);

	if (code)
		return code;
	weft__date_format((int64_t)clock->now_ms(clock->context), time);
	return weft__rest_answer_settle(&call->answer,
	    weft_buf_printf(&call->answer.body,
		"{\"seq\":%" PRIu64 ",\"time\":\"%s\",\"id\":1}", seq, time),
	    &call->error);
}

int
weft__rest_current_checkpoint(struct weft__rest_call *call)
{
	uint64_t seq;
	int code = weft_datasource_current_checkpoint(
	    call->model->model->datasource, &seq, &call->error);

	return code
	    ? code
	    : weft__rest_answer_settle(&call->answer,
		  weft_buf_printf(&call->answer.body, "%" PRIu64, seq),
		  &call->error);
}

/* Answers with the record's last change; 'or_null' if it may have none. */
static int
answer_change(struct weft__rest_call *call, struct weft_source *source,
    bool or_null)
{
	struct weft_change_list list = {0};
	int code = source->ops->last_change(source,
	    call->model->definition->name, call->id, &list, &call->error);

	if (code == WEFT_ENOTFOUND && or_null)
		code = weft__rest_answer_text(
		    &call->answer, "null", &call->error);
	else if (!code)
		code = weft__rest_answer_settle(&call->answer,
		    weft_change_write(list.changes, &call->answer.body),
		    &call->error);
	weft_change_list_fini(&list);
	return code;
}

int
weft__rest_find_last_change(struct weft__rest_call *call)
{
	struct weft_source *source;
	int code = weft__rest_open_source(call, &source);

	if (code)
		return code;
	code = answer_change(call, source, true);
	weft_source_destroy(source);
	return code;
}

/* Reads the new prev; '*is_given' is false if the body has none. */
static int
take_prev(struct weft__rest_call *call, struct weft_slice body, bool *is_given,
    struct weft_buf *text, struct weft_slice *prev)
{
	struct weft__json json;
	struct weft__json_value value;
	int code;

	weft__json_init(&json);
	code = weft__json_scan(&json, body.data, body.size,
	    &weft__json_record_limits, &call->error);
	value = weft__json_find(&json, weft_slice("prev"));
	*is_given = value.type != WEFT__JSON_ABSENT;
	*prev = weft_slice_of(NULL, 0);
	if (!code && *is_given && value.type == WEFT__JSON_STRING) {
		code = weft__json_read_string(value.token, text);
		*prev = weft_buf_slice(text);
		if (code)
			weft_error_set(&call->error, code, "prev: %s",
			    weft_error_text(code));
	} else if (!code && *is_given && value.type != WEFT__JSON_NULL) {
		code = weft_error_set(
		    &call->error, WEFT_EINVAL, "prev is not a string.");
	}
	weft__json_fini(&json);
	return code;
}

/* Of LoopBack's properties of a change only prev can be set: it is what
 * resolving a conflict sets, and the others are facts. */
static int
update_change(struct weft__rest_call *call, struct weft_source *source)
{
	struct weft_buf text = WEFT_BUF_INIT(WEFT_LIMIT_RECORD_SIZE);
	struct weft_slice body, prev;
	bool is_given;
	int code = weft__rest_take_body(call, &body);

	if (!code)
		code = take_prev(call, body, &is_given, &text, &prev);
	if (!code && is_given)
		code = source->ops->update_last_change(source,
		    call->model->definition->name, call->id, prev, 0,
		    weft_slice_of(NULL, 0), &call->error);
	weft_buf_fini(&text);
	if (!code)
		code = answer_change(call, source, false);
	if (code == WEFT_ENOTFOUND)
		weft_error_set(&call->error, code,
		    "No change record found for %s with id %.*s",
		    call->model->definition->name, (int)call->id.size,
		    call->id.data);
	return code;
}

int
weft__rest_update_last_change(struct weft__rest_call *call)
{
	struct weft_source *source;
	int code = weft__rest_open_source(call, &source);

	if (code)
		return code;
	code = update_change(call, source);
	weft_source_destroy(source);
	return code;
}
