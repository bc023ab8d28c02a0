#include "transports/remote/remote_private.h"

/* Of a server's text is shown, as it may be anything. */
#define WORDS_SIZE 120

/* weft's code for a status that is no success. */
static int
code_of(int status)
{
	switch (status) {
	case 401:
	case 403:
		return WEFT_EDENIED;
	case 404:
		return WEFT_ENOTFOUND;
	case 408:
		return WEFT_ETIMEOUT;
	case 409:
		return WEFT_ECONFLICT;
	case 410:
		return WEFT_EGONE;
	case 413:
		return WEFT_ELIMIT;
	case 422:
		return WEFT_EVALIDATION;
	case 501:
		return WEFT_EUNSUPPORTED;
	case 507:
		return WEFT_ENOSPACE;
	default:
		return status >= 500 ? WEFT_ENETWORK : WEFT_EINVAL;
	}
}

/* Copies what can be printed, and no more than there is room for. */
static void
copy_words(struct weft_slice text, char words[WORDS_SIZE])
{
	size_t size = 0;

	for (size_t i = 0; i < text.size && size + 1 < WORDS_SIZE; i++)
		words[size++] = text.data[i] >= ' ' && text.data[i] <= '~'
		    ? text.data[i]
		    : '?';
	words[size] = '\0';
}

/* A text of the answer's error object. */
static struct weft_slice
find_text(struct weft__json_value failure, const char *name)
{
	struct weft__json_value value =
	    weft__json_step(failure, weft_slice(name));

	if (value.type != WEFT__JSON_STRING)
		return weft_slice("");
	return weft_slice_of(value.token.data + 1, value.token.size - 2);
}

/* What the server says: LoopBack's code, or else its message. */
static void
read_words(struct weft_slice body, char words[WORDS_SIZE])
{
	struct weft_slice message, word;
	struct weft__json json;

	weft__json_init(&json);
	words[0] = '\0';
	if (!weft__json_scan(&json, body.data, body.size,
		&weft__json_record_limits, NULL)) {
		struct weft__json_value failure =
		    weft__json_find(&json, weft_slice("error"));

		message = find_text(failure, "message");
		word = find_text(failure, "code");
		copy_words(message.size ? message : word, words);
	}
	weft__json_fini(&json);
}

static int
path_size(const struct weft__client_request *request)
{
	return (int)strcspn(request->path, "?");
}

int
weft__remote_failure(const struct weft__remote *remote,
    const struct weft__client_request *request, const char *model,
    const struct weft__client_answer *answer, struct weft_error *error)
{
	char words[WORDS_SIZE];
	int status = answer->status;

	if (status >= 300 && status < 400)
		return weft_error_set(error, WEFT_EINVAL,
		    "%s %s/%.*s: the server sends us elsewhere (%d); give "
		    "the URL where it is", request->method,
		    weft__client_base(remote->client), path_size(request),
		    request->path, status);
	read_words(answer->bytes, words);
	return weft_error_set(error, code_of(status),
	    "%s %s/%.*s: %d%s%s%s%s%s", request->method,
	    weft__client_base(remote->client), path_size(request),
	    request->path, status, *words ? " " : "", words,
	    model ? " (model " : "", model ? model : "", model ? ")" : "");
}

int
weft__remote_nonsense(const struct weft__remote *remote,
    const struct weft__client_request *request, struct weft_error *error)
{
	if (error && error->code == WEFT_ENOMEM)
		return WEFT_ENOMEM;
	if (error)
		error->code = WEFT_ENETWORK;
	weft_error_wrap(error, "%s %s/%.*s: not the answer of such a server",
	    request->method, weft__client_base(remote->client),
	    path_size(request), request->path);
	return WEFT_ENETWORK;
}
