#include "transports/loopback/send.h"

#include "core/base/alloc.h"

/* Bytes that go to the connection at a time: each chunk that waits takes some
 * KB, and each takes some ms to be compressed. */
#define CHUNK 262144

/* The file lives until its last chunk is sent, longer than the request. */
struct sending {
	unsigned owners; /* the stream, and each chunk that is not sent */
	struct weft__http_body file;
	struct weft_slice unsent;
};

static void
disown(struct sending *sending)
{
	if (--sending->owners)
		return;
	weft__http_body_fini(&sending->file);
	weft__free(sending);
}

static void
chunk_sent(const void *data, size_t size, void *context)
{
	(void)data;
	(void)size;
	disown(context);
}

static void
send_more(struct weft__http_response *response, void *context)
{
	struct sending *sending = context;
	struct weft_slice *unsent = &sending->unsent;

	while (unsent->size && !weft__http_is_full(response)) {
		size_t size = unsent->size < CHUNK ? unsent->size : CHUNK;

		sending->owners++;
		weft__http_write_shared(
		    response, unsent->data, size, chunk_sent, sending);
		unsent->data += size;
		unsent->size -= size;
	}
	if (!unsent->size)
		weft__http_end(response);
}

static void
over(void *context)
{
	disown(context);
}

int
weft__rest_send_file(struct weft__http_response *response,
    struct weft__rest_answer *answer, struct weft_error *error)
{
	struct sending *sending = weft__calloc(1, sizeof *sending);
	struct weft__http_stream stream = {.more = send_more,
	    .over = over, .context = sending, .may_compress = true};
	int code;

	if (!sending)
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	code = weft__rest_answer_bytes(answer, &sending->unsent, error);
	if (code) {
		weft__free(sending);
		return code;
	}
	stream.length = sending->unsent.size;
	sending->owners = 1;
	sending->file = answer->file;
	weft__http_body_init(&answer->file, 0, 0, NULL);
	weft__rest_answer_fini(answer);
	weft__http_stream(response, answer->status, &stream);
	return 0;
}
