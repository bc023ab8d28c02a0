/*
 * Methods that read records.
 */
#include <inttypes.h>

#include "core/base/limits.h"
#include "transports/loopback/rest.h"

/* Writes one record of an array. */
static int
write_element(struct weft_slice record, void *context)
{
	struct weft__rest_call *call = context;
	struct weft_buf *body = &call->answer.body;
	int code = 0;

	if (body->size != 1 || call->answer.file.size)
		code = weft_buf_append(body, ",", 1);
	if (!code)
		code = weft__rest_write_record(call, record, body);
	return weft__rest_answer_settle(&call->answer, code, &call->error);
}

/* The filter of a call. */
struct finding {
	struct weft_buf json;
	struct weft_slice filter;
	struct weft__filter parsed; /* for the fields */
};

static int
open_finding(struct finding *finding, struct weft__rest_call *call)
{
	int code;

	memset(finding, 0, sizeof *finding);
	weft_buf_init(&finding->json, WEFT_LIMIT_FILTER_SIZE);
	code = weft__rest_take_filter(
	    call, "filter", &finding->json, &finding->filter);
	if (code || !call->model->has_defaults)
		return code;
	if (finding->filter.size)
		code = weft__filter_parse(
		    &finding->parsed, finding->filter, NULL, &call->error);
	call->filled = &finding->parsed;
	return code;
}

static int
close_finding(struct finding *finding, struct weft__rest_call *call, int code)
{
	call->filled = NULL;
	weft__filter_fini(&finding->parsed);
	weft_buf_fini(&finding->json);
	return code;
}

int
weft__rest_find(struct weft__rest_call *call)
{
	struct finding finding;
	int code = open_finding(&finding, call);

	if (!code)
		code = weft__rest_answer_text(
		    &call->answer, "[", &call->error);
	if (!code)
		code = weft_record_find(call->model->model, &call->as,
		    finding.filter, write_element, call, &call->error);
	if (!code)
		code = weft__rest_answer_text(
		    &call->answer, "]", &call->error);
	return close_finding(&finding, call, code);
}

/* The hash of the canonical text: of a whole record it is the revision. */
static void
set_etag(struct weft__rest_call *call, struct weft_slice record)
{
	struct weft__oid oid;

	weft__sha1(record.data, record.size, &oid);
	call->etag[0] = '"';
	weft__oid_format(&oid, call->etag + 1);
	call->etag[WEFT__OID_HEX + 1] = '"';
	call->etag[WEFT__OID_HEX + 2] = '\0';
}

/* Answers with one record, or that there is none. */
static int
answer_one(struct weft__rest_call *call, int code, struct weft_buf *record)
{
	if (code == WEFT_ENOTFOUND)
		call->failure.word = "MODEL_NOT_FOUND";
	if (code)
		return code;
	set_etag(call, weft_buf_slice(record));
	return weft__rest_answer_record(call, weft_buf_slice(record));
}

int
weft__rest_find_one(struct weft__rest_call *call)
{
	struct weft_buf record = WEFT_BUF_INIT(2 * WEFT_LIMIT_RECORD_SIZE);
	struct finding finding;
	int code = open_finding(&finding, call);

	if (!code)
		code = answer_one(call,
		    weft_record_find_one(call->model->model, &call->as,
			finding.filter, &record, &call->error),
		    &record);
	weft_buf_fini(&record);
	return close_finding(&finding, call, code);
}

int
weft__rest_find_by_id(struct weft__rest_call *call)
{
	struct weft_buf record = WEFT_BUF_INIT(2 * WEFT_LIMIT_RECORD_SIZE);
	struct finding finding;
	int code = open_finding(&finding, call);

	if (!code)
		code = answer_one(call,
		    weft_record_find_by_id(call->model->model, &call->as,
			call->id, finding.filter, &record, &call->error),
		    &record);
	weft_buf_fini(&record);
	return close_finding(&finding, call, code);
}

int
weft__rest_exists(struct weft__rest_call *call)
{
	bool found = false;
	int code = call->is_hidden
	    ? 0
	    : weft_record_exists(call->model->model, &call->as, call->id,
		  &found, &call->error);

	return code ? code
		    : weft__rest_answer_text(&call->answer,
			  found ? "{\"exists\":true}" : "{\"exists\":false}",
			  &call->error);
}

int
weft__rest_head(struct weft__rest_call *call)
{
	bool found;
	int code = weft_record_exists(call->model->model, &call->as, call->id,
	    &found, &call->error);

	if (!code && !found)
		code = weft_error_set(&call->error, WEFT_ENOTFOUND,
		    "Unknown \"%s\" id \"%.*s\".",
		    call->model->definition->name, (int)call->id.size,
		    call->id.data);
	return code;
}

int
weft__rest_count(struct weft__rest_call *call)
{
	struct weft_buf json = WEFT_BUF_INIT(WEFT_LIMIT_FILTER_SIZE);
	struct weft_slice where;
	uint64_t count;
	int code = weft__rest_take_filter(call, "where", &json, &where);

	if (!code)
		code = weft_record_count(call->model->model, &call->as, where,
		    &count, &call->error);
	if (!code)
		code = weft__rest_answer_settle(&call->answer,
		    weft_buf_printf(&call->answer.body,
			"{\"count\":%" PRIu64 "}", count),
		    &call->error);
	weft_buf_fini(&json);
	return code;
}
