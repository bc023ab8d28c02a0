#include "tools/weftd/operations.h"

#include <string.h>

#include "core/base/alloc.h"
#include "transports/weft/server/serve.h"

/* A text of metrics has some 5 KB, and more with each datasource. */
#define METRICS_LIMIT (1024 * 1024)

typedef void answer_fn(struct operations *operations,
    const struct weft__http_request *request,
    struct weft__http_response *response);

static void
answer_text(struct weft__http_response *response, int status, const char *text)
{
	(void)weft__http_set_header(response, "Content-Type",
	    weft_slice("text/plain; charset=utf-8"));
	weft__http_respond(response, status, weft_slice(text));
}

/* The process is there. */
static void
answer_health(struct operations *operations,
    const struct weft__http_request *request,
    struct weft__http_response *response)
{
	(void)operations;
	(void)request;
	answer_text(response, 200, "ok\n");
}

/* Whether it should get requests. */
static void
answer_ready(struct operations *operations,
    const struct weft__http_request *request,
    struct weft__http_response *response)
{
	bool is_ready = atomic_load(&operations->is_ready);

	(void)request;
	answer_text(response, is_ready ? 200 : 503,
	    is_ready ? "ready\n" : "not ready\n");
}

static void
answer_openapi(struct operations *operations,
    const struct weft__http_request *request,
    struct weft__http_response *response)
{
	(void)request;
	weft__http_respond(response, 200, operations->openapi);
}

/* Metrics being written on a worker. */
struct metrics_job {
	struct weft__job job; /* first */
	struct operations *operations;
	struct weft__http_response *response;
	struct weft_buf text;
	struct weft_error error;
	int code;
};

static void
write_metrics(struct weft__job *job)
{
	struct metrics_job *work = (struct metrics_job *)job;
	struct operations *operations = work->operations;

	work->code = metrics_write(operations->metrics, operations->server,
	    operations->repl, operations->registry, &work->text,
	    &work->error);
}

static void
answer_metrics_done(struct weft__job *job)
{
	struct metrics_job *work = (struct metrics_job *)job;

	if (work->code) {
		answer_text(work->response, 503, "no metrics\n");
	} else {
		(void)weft__http_set_header(work->response, "Content-Type",
		    weft_slice("text/plain; version=0.0.4; charset=utf-8"));
		weft__http_give(work->response, 200, &work->text);
	}
	weft_buf_fini(&work->text);
	weft__free(work);
}

static bool
is_local(const struct weft__address *peer)
{
	return strncmp(peer->text, "127.", 4) == 0 ||
	    strncmp(peer->text, "::ffff:127.", 11) == 0 ||
	    strcmp(peer->text, "::1") == 0;
}

static void
answer_metrics(struct operations *operations,
    const struct weft__http_request *request,
    struct weft__http_response *response)
{
	struct metrics_job *work;
	int access = atomic_load(&operations->metrics_access);

	if (access == METRICS_OFF ||
	    (access == METRICS_LOCAL && !is_local(request->peer))) {
		answer_text(response, 403, "not for you\n");
		return;
	}
	work = weft__calloc(1, sizeof *work);
	if (!work) {
		answer_text(response, 503, "out of memory\n");
		return;
	}
	work->job.work = write_metrics;
	work->job.done = answer_metrics_done;
	work->operations = operations;
	work->response = response;
	weft_buf_init(&work->text, METRICS_LIMIT);
	weft__workers_run(operations->workers, weft__http_loop(response),
	    &work->job);
}

static const struct {
	const char *path;
	answer_fn *answer;
} table[] = {
    {"/healthz", answer_health},
    {"/readyz", answer_ready},
    {"/metrics", answer_metrics},
    {"/openapi.json", answer_openapi},
};

static answer_fn *
find(const struct weft__http_request *request)
{
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (weft_slice_equal(request->path, weft_slice(table[i].path)))
			return table[i].answer;
	return NULL;
}

/* A request for us is answered at its head: it needs no body. */
static void
take_head(struct weft__http_request *request,
    struct weft__http_response *response, void *context)
{
	struct operations *operations = context;
	answer_fn *answer = find(request);

	if (operations->repl &&
	    weft_slice_equal(request->path, weft_slice(WEFT__REPL_PATH))) {
		weft__repl_server_take(operations->repl, request, response);
	} else if (!answer) {
		if (!operations->files || !weft__http_files_answer(
			operations->files, request, response))
			operations->api.head(
			    request, response, operations->api.context);
	} else if (request->method != WEFT__HTTP_GET) {
		(void)weft__http_set_header(
		    response, "Allow", weft_slice("GET, HEAD"));
		answer_text(response, 405, "GET only\n");
	} else {
		answer(operations, request, response);
	}
}

static void
take_request(struct weft__http_request *request,
    struct weft__http_response *response, void *context)
{
	const struct operations *operations = context;

	operations->api.request(request, response, operations->api.context);
}

static void
release(struct weft__http_request *request, void *context)
{
	const struct operations *operations = context;

	/* The API's requests alone have something of its in 'data'. */
	if (operations->api.release && request->data)
		operations->api.release(request, operations->api.context);
}

struct weft__http_handler
operations_handler(struct operations *operations)
{
	return (struct weft__http_handler){
	    .head = take_head,
	    .request = take_request,
	    .release = release,
	    .context = operations,
	};
}
