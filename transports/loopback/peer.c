/*
 * What another weft that replicates over REST asks beyond LoopBack's methods:
 * who is here, and the questions of a reconciliation (docs/remote.md).
 */
#include "core/base/limits.h"
#include "transports/loopback/rest.h"

#define PROTOCOL "1"

static int
put_text(struct weft__rest_call *call, const char *before, const char *text)
{
	struct weft_buf *body = &call->answer.body;
	int code = weft_buf_append_slice(body, weft_slice(before));

	if (!code)
		code = weft__json_write_string(weft_slice(text), body);
	return weft__rest_answer_settle(&call->answer, code, &call->error);
}

/* Whether the model is served, and can be replicated. */
static bool
is_shown(const struct weft__rest_model *model,
    const struct weft_datasource *datasource)
{
	return model->model->datasource == datasource && model->model->tracked;
}

static int
describe_models(
    struct weft__rest_call *call, const struct weft_datasource *datasource)
{
	const struct weft__rest *rest = call->rest;
	const char *before = "{\"name\":";
	int code = 0;

	for (size_t i = 0; i < rest->length && !code; i++) {
		const struct weft__rest_model *model = &rest->models[i];

		if (!is_shown(model, datasource))
			continue;
		code = put_text(call, before, model->definition->name);
		if (!code)
			code = put_text(call, ",\"path\":", model->path.data);
		if (!code)
			code = weft__rest_answer_text(
			    &call->answer, "}", &call->error);
		before = ",{\"name\":";
	}
	return code;
}

static int
describe_datasource(struct weft__rest_call *call, bool is_first,
    const struct weft_datasource *datasource)
{
	int code = put_text(call, is_first ? "{\"epoch\":" : ",{\"epoch\":",
	    datasource->epoch);

	if (!code)
		code = weft__rest_answer_text(
		    &call->answer, ",\"models\":[", &call->error);
	if (!code)
		code = describe_models(call, datasource);
	return code ? code : weft__rest_answer_text(
				 &call->answer, "]}", &call->error);
}

int
weft__rest_describe(struct weft__rest_call *call)
{
	const struct weft_registry *registry = call->rest->registry;
	struct weft_datasource *datasource;
	bool is_first = true;
	int code = weft__rest_answer_text(&call->answer,
	    "{\"weft\":" PROTOCOL ",\"datasources\":[", &call->error);

	for (size_t i = 0; !code &&
	     (datasource = weft_registry_datasource_at(registry, i)); i++) {
		if (datasource->url)
			continue; /* another server's */
		code = describe_datasource(call, is_first, datasource);
		is_first = false;
	}
	return code ? code : weft__rest_answer_text(
				 &call->answer, "]}", &call->error);
}

int
weft__rest_reconcile(struct weft__rest_call *call)
{
	struct weft_buf answer = WEFT_BUF_INIT(WEFT_LIMIT_RECONCILE_SIZE);
	struct weft_source *source;
	int code = weft__rest_open_source(call, &source);

	if (code)
		return code;
	code = source->ops->reconcile(source, call->model->definition->name,
	    call->body.data ? call->body : weft_slice(""), &answer,
	    &call->error);
	weft_source_destroy(source);
	if (!code)
		code = weft__rest_answer_settle(&call->answer,
		    weft_buf_append_slice(
			&call->answer.body, weft_buf_slice(&answer)),
		    &call->error);
	weft_buf_fini(&answer);
	return code;
}
