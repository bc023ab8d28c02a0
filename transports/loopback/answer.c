#include "transports/loopback/answer.h"

#include "core/base/limits.h"

/* One item more may come before the file is asked. */
#define BODY_LIMIT (WEFT__REST_ANSWER_MEMORY + 4 * WEFT_LIMIT_RECORD_SIZE)

void
weft__rest_answer_init(struct weft__rest_answer *answer, const char *folder)
{
	answer->status = 200;
	weft_buf_init(&answer->body, BODY_LIMIT);
	weft__http_body_init(&answer->file, UINT64_MAX, 0, folder);
}

void
weft__rest_answer_fini(struct weft__rest_answer *answer)
{
	weft_buf_fini(&answer->body);
	weft__http_body_fini(&answer->file);
}

void
weft__rest_answer_clear(struct weft__rest_answer *answer)
{
	const char *folder = answer->file.folder;

	weft__rest_answer_fini(answer);
	weft__rest_answer_init(answer, folder);
}

static int
move(struct weft__rest_answer *answer, struct weft_error *error)
{
	int code = weft__http_body_append(
	    &answer->file, weft_buf_slice(&answer->body), error);

	weft_buf_clear(&answer->body);
	return code;
}

int
weft__rest_answer_text(struct weft__rest_answer *answer, const char *text,
    struct weft_error *error)
{
	return weft__rest_answer_settle(answer,
	    weft_buf_append_slice(&answer->body, weft_slice(text)), error);
}

int
weft__rest_answer_settle(
    struct weft__rest_answer *answer, int code, struct weft_error *error)
{
	if (code)
		return weft_error_set(
		    error, code, "answer: %s", weft_error_text(code));
	return answer->body.size < WEFT__REST_ANSWER_MEMORY
	    ? 0
	    : move(answer, error);
}

int
weft__rest_answer_bytes(struct weft__rest_answer *answer,
    struct weft_slice *bytes, struct weft_error *error)
{
	int code;

	*bytes = weft_buf_slice(&answer->body);
	if (!answer->file.size)
		return 0;
	code = move(answer, error);
	return code ? code
		    : weft__http_body_map(&answer->file, bytes, error);
}
