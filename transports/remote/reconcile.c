/*
 * What another weftd answers about all records of a model: the messages of
 * core/repl/message.h, carried as they are.
 */
#include "core/repl/message.h"
#include "transports/remote/remote_private.h"

int
weft__remote_reconcile(struct weft_source *source, const char *model,
    struct weft_slice question, struct weft_buf *answer,
    struct weft_error *error)
{
	struct weft__remote *remote = weft__remote(source);
	struct weft__client_answer received;
	struct weft__client_request request = {
	    .method = "POST",
	    .body = question,
	    .type = "application/octet-stream",
	    .limit = WEFT_LIMIT_RECONCILE_SIZE,
	};
	int code = weft__remote_write_path(
	    remote, model, weft_slice(NULL), "reconcile", error);

	if (code)
		return code;
	request.path = remote->path.data;
	code = weft__remote_ask(remote, &request, model, &received, error);
	if (!code)
		code = weft_buf_append_slice(answer, received.bytes);
	weft__client_answer_fini(&received);
	return code;
}

int
weft__remote_root(struct weft_source *source, const char *model,
    struct weft__oid *root, char *commit, struct weft_error *error)
{
	struct weft_buf question = WEFT_BUF_INIT(WEFT_LIMIT_CONFIG_SIZE);
	struct weft_buf answer = WEFT_BUF_INIT(WEFT_LIMIT_RECONCILE_SIZE);
	struct weft__wire wire;
	int code = weft__ask_root(&question);

	if (code)
		weft__remote_no_memory(error);
	else
		code = weft__remote_reconcile(source, model,
		    weft_buf_slice(&question), &answer, error);
	wire = weft__wire_of(weft_buf_slice(&answer));
	if (!code && !weft__take_root(&wire, root))
		code = weft_error_set(error, WEFT_ENETWORK,
		    "%s: the answer has no root",
		    weft__client_base(weft__remote(source)->client));
	if (commit)
		*commit = '\0';
	weft_buf_fini(&question);
	weft_buf_fini(&answer);
	return code;
}
