#include "transports/remote/remote_private.h"

/* Below this a list is not cut any more. */
#define SMALLEST 256

int
weft__remote_write_change(
    const void *items, size_t index, struct weft_buf *body)
{
	const struct weft_change *changes = items;

	return weft_change_write(&changes[index], body);
}

int
weft__remote_map_ids(const struct weft_change *changes, size_t length,
    struct weft__map *map, struct weft_error *error)
{
	for (size_t i = 0; i < length; i++)
		if (weft__map_put(map, changes[i].model_id,
			(void *)(uintptr_t)(i + 1)))
			return weft__remote_no_memory(error);
	return 0;
}

static int
fill(struct weft__remote *remote, const struct weft__remote_upload *upload,
    size_t first, size_t most, size_t *length)
{
	struct weft_buf *body = &remote->body;
	size_t close = strlen(upload->close);
	int code;

	*length = 0;
	weft_buf_clear(body);
	code = weft_buf_append_slice(body, weft_slice(upload->open));
	while (!code && *length < most) {
		size_t before = body->size;

		if (*length)
			code = weft_buf_append(body, ",", 1);
		if (!code)
			code = upload->write(
			    upload->items, first + *length, body);
		if (!code && *length &&
		    body->size + close > remote->request_size) {
			body->size = before; /* it begins the next one */
			break;
		}
		++*length;
	}
	return code ? code
		    : weft_buf_append_slice(body, weft_slice(upload->close));
}

int
weft__remote_fill(struct weft__remote *remote,
    const struct weft__remote_upload *upload, size_t first, size_t most,
    size_t *length, struct weft_error *error)
{
	int code = fill(remote, upload, first, most, length);

	return code ? weft_error_set(error, code, "%s of %s: %s",
			  upload->action, upload->model, weft_error_text(code))
		    : 0;
}

bool
weft__remote_shrink(struct weft__remote *remote, size_t length)
{
	if (length < 2 || remote->body.size < SMALLEST)
		return false;
	/* A little more, so that two halves of equal items do. */
	remote->request_size = remote->body.size / 2 + 16;
	return true;
}

/* Sends items from 'first' on; '*length' is how many, 0: cut it smaller. */
static int
send_some(struct weft__remote *remote, struct weft__remote_upload *upload,
    size_t first, size_t *length, struct weft_error *error)
{
	struct weft__client_answer answer;
	struct weft__client_request request = {.method = "POST"};
	int code = weft__remote_write_path(remote, upload->model,
	    weft_slice(NULL), upload->action, error);

	if (!code)
		code = weft__remote_fill(remote, upload, first,
		    upload->length - first, length, error);
	if (code)
		return code;
	request.path = remote->path.data;
	request.body = weft_buf_slice(&remote->body);
	code = weft__remote_ask(
	    remote, &request, upload->model, &answer, error);
	if (!code)
		code = upload->take(
		    upload, first, *length, &request, &answer, error);
	else if (answer.status == 413 &&
	    weft__remote_shrink(remote, *length))
		*length = code = 0;
	weft__client_answer_fini(&answer);
	return code;
}

int
weft__remote_upload(struct weft__remote *remote,
    struct weft__remote_upload *upload, struct weft_error *error)
{
	size_t first = 0, length;
	int code = 0;

	while (!code && first < upload->length) {
		code = send_some(remote, upload, first, &length, error);
		if (!code)
			first += length;
	}
	return code;
}
