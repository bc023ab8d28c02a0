#include "transports/remote/client.h"

#include <curl/curl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>

#include "core/base/alloc.h"
#include "core/base/clock.h"
#include "core/base/limits.h"
#include "core/base/log.h"

#define URL_SIZE (4u * WEFT_LIMIT_FILTER_SIZE) /* a filter, escaped */
#define ANSWER_MEMORY (1024u * 1024)
#define FOLDER "/tmp"

#define CONNECT_MS 10000L
#define TIMEOUT_MS 120000
#define SLOWEST 64L /* bytes a second: below, it counts as silence */
#define SLOWEST_MEAN 1 /* bytes a millisecond, for the time beyond that */
#define RETRIES 4
#define RETRY_MS 200
#define WAIT_MOST_MS 10000

struct weft__client {
	CURL *curl;
	char *base;
	struct weft_buf url; /* of the request under way */
	struct weft_buf token;    /* the header that has it, or empty */
	struct curl_slist *headers; /* of the request under way */
	unsigned retries;
	uint64_t retry_ms;
	uint64_t silence_ms; /* that is waited for */
	uint64_t asked_ms; /* the server asked to be left alone so long */
	char why[CURL_ERROR_SIZE];

	struct weft_slice unsent; /* of a body that is sent only once */

	/* Where the answer under way goes. */
	struct weft__client_answer *answer;
	int code; /* why it could not be kept, or 0 */
	struct weft_error *error;
};

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

/* libcurl wants this once, before there are threads that use it. */
static pthread_once_t initialized = PTHREAD_ONCE_INIT;

static void
initialize(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

static size_t
receive(char *data, size_t size, size_t count, void *context)
{
	struct weft__client *client = context;

	client->code = weft__http_body_append(&client->answer->body,
	    weft_slice_of(data, size * count), client->error);
	return client->code ? CURL_WRITEFUNC_ERROR : size * count;
}

/*
 * Headers
 */

/* A header with a line break in it would be two of them. */
static bool
is_header_text(struct weft_slice text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] < ' ' || text.data[i] > '~')
			return false;
	return true;
}

int
weft__client_set_token(struct weft__client *client, struct weft_slice token,
    struct weft_error *error)
{
	struct weft_buf header = WEFT_BUF_INIT(WEFT_LIMIT_CONFIG_SIZE);

	if (!is_header_text(token))
		return weft_error_set(error, WEFT_EINVAL,
		    "the access token has bytes that no token has");
	if (token.size && weft_buf_printf(&header, "Authorization: %.*s",
			      (int)token.size, token.data)) {
		weft_buf_fini(&header);
		return out_of_memory(error);
	}
	weft_buf_fini(&client->token);
	client->token = header;
	return 0;
}

static bool
add_header(struct weft__client *client, const char *text)
{
	struct curl_slist *longer =
	    curl_slist_append(client->headers, text);

	if (longer)
		client->headers = longer;
	return longer != NULL;
}

/* Makes the request's headers in place of the last one's. */
static bool
set_headers(struct weft__client *client,
    const struct weft__client_request *request)
{
	char type[80];

	snprintf(type, sizeof type, "Content-Type: %s",
	    request->type ? request->type : "application/json");
	curl_slist_free_all(client->headers);
	client->headers = NULL;
	return add_header(client, "Accept: application/json") &&
	       (!request->body.data || add_header(client, type)) &&
	       (!client->token.size ||
		   add_header(client, client->token.data)) &&
	       !curl_easy_setopt(
		   client->curl, CURLOPT_HTTPHEADER, client->headers);
}

/*
 * Life
 */

/* Where it may go, and how long it waits. */
static bool
set_bounds(CURL *curl, long silence)
{
	return !curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") &&
	       !curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) &&
	       !curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L) &&
	       !curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) &&
	       !curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS) &&
	       !curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, SLOWEST) &&
	       !curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, silence);
}

/* How it speaks. */
static bool
set_manners(CURL *curl, const char *ca_file)
{
	return !curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L) &&
	       !curl_easy_setopt(curl, CURLOPT_HTTP_VERSION,
		   (long)CURL_HTTP_VERSION_1_1) &&
	       !curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "gzip") &&
	       !curl_easy_setopt(curl, CURLOPT_USERAGENT, "weft") &&
	       (!ca_file ||
		   !curl_easy_setopt(curl, CURLOPT_CAINFO, ca_file));
}

/*
 * Ends what goes on for too long, bit by bit: called once a second or more
 * often.  A request may take as long as silence may last, and then as its
 * bytes take at a slow pace.
 */
static int
watch(void *context, curl_off_t receiving, curl_off_t received,
    curl_off_t sending, curl_off_t sent)
{
	const struct weft__client *client = context;
	curl_off_t spent_us = 0, bytes = received + sent;

	(void)receiving;
	(void)sending;
	curl_easy_getinfo(client->curl, CURLINFO_TOTAL_TIME_T, &spent_us);
	return (uint64_t)spent_us / 1000 >
	       client->silence_ms + (uint64_t)bytes / SLOWEST_MEAN;
}

static bool
set_callbacks(struct weft__client *client)
{
	CURL *curl = client->curl;

	return !curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, client->why) &&
	       !curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive) &&
	       !curl_easy_setopt(curl, CURLOPT_WRITEDATA, client) &&
	       !curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L) &&
	       !curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, watch) &&
	       !curl_easy_setopt(curl, CURLOPT_XFERINFODATA, client);
}

static int
configure(struct weft__client *client, const struct weft_url_options *options,
    struct weft_error *error)
{
	client->silence_ms =
	    options->timeout_ms ? options->timeout_ms : TIMEOUT_MS;
	client->retries = options->retries ? options->retries : RETRIES;
	client->retry_ms = options->retry_ms ? options->retry_ms : RETRY_MS;
	if (!set_bounds(client->curl,
		(long)((client->silence_ms + 999) / 1000)) ||
	    !set_manners(client->curl, options->ca_file) ||
	    !set_callbacks(client))
		return out_of_memory(error);
	return weft__client_set_token(
	    client, weft_slice(options->token), error);
}

int
weft__client_create(const char *base, const struct weft_url_options *options,
    struct weft__client **client, struct weft_error *error)
{
	struct weft__client *made = weft__calloc(1, sizeof *made);
	int code = WEFT_ENOMEM;

	if (!made)
		return out_of_memory(error);
	pthread_once(&initialized, initialize);
	weft_buf_init(&made->url, URL_SIZE);
	made->curl = curl_easy_init();
	made->base = weft__strdup(base);
	if (made->curl && made->base)
		code = configure(made, options, error);
	else
		out_of_memory(error);
	if (code)
		weft__client_destroy(made);
	else
		*client = made;
	return code;
}

void
weft__client_destroy(struct weft__client *client)
{
	if (!client)
		return;
	curl_easy_cleanup(client->curl);
	curl_slist_free_all(client->headers);
	weft_buf_fini(&client->token);
	weft_buf_fini(&client->url);
	weft__free(client->base);
	weft__free(client);
}

const char *
weft__client_base(const struct weft__client *client)
{
	return client->base;
}

/*
 * One request
 */

/* A path without its query, which may hold what is nobody's business. */
static int
path_size(const struct weft__client_request *request)
{
	return (int)strcspn(request->path, "?");
}

/* Hands out the body bit by bit. */
static size_t
send_more(char *buffer, size_t size, size_t count, void *context)
{
	struct weft__client *client = context;
	size_t taken = size * count;

	if (taken > client->unsent.size)
		taken = client->unsent.size;
	memcpy(buffer, client->unsent.data, taken);
	client->unsent.data += taken;
	client->unsent.size -= taken;
	return taken;
}

/*
 * libcurl sends a request again by itself if the connection was used before,
 * and breaks without an answer; but not a body that it cannot rewind.
 */
static bool
set_body_once(struct weft__client *client, struct weft_slice body)
{
	client->unsent = body;
	return !curl_easy_setopt(client->curl, CURLOPT_POSTFIELDS, NULL) &&
	       !curl_easy_setopt(client->curl, CURLOPT_POST, 1L) &&
	       !curl_easy_setopt(client->curl, CURLOPT_POSTFIELDSIZE_LARGE,
		   (curl_off_t)body.size) &&
	       !curl_easy_setopt(
		   client->curl, CURLOPT_READFUNCTION, send_more) &&
	       !curl_easy_setopt(client->curl, CURLOPT_READDATA, client);
}

/* A POST has a body, be it empty. */
static bool
set_body(struct weft__client *client,
    const struct weft__client_request *request)
{
	const char *body = request->body.data ? request->body.data : "";

	if (!request->body.data && strcmp(request->method, "POST") != 0)
		return !curl_easy_setopt(client->curl, CURLOPT_HTTPGET, 1L);
	if (request->once)
		return set_body_once(client, request->body);
	return !curl_easy_setopt(client->curl, CURLOPT_POSTFIELDSIZE_LARGE,
		   (curl_off_t)request->body.size) &&
	       !curl_easy_setopt(client->curl, CURLOPT_POSTFIELDS, body);
}

static bool
set_request(struct weft__client *client,
    const struct weft__client_request *request)
{
	weft_buf_clear(&client->url);
	return !weft_buf_printf(
		   &client->url, "%s/%s", client->base, request->path) &&
	       set_body(client, request) && set_headers(client, request) &&
	       !curl_easy_setopt(client->curl, CURLOPT_CUSTOMREQUEST,
		   request->method) &&
	       !curl_easy_setopt(
		   client->curl, CURLOPT_URL, client->url.data);
}

/* Failures of libcurl that are of no use to repeat. */
static bool
is_final(CURLcode result)
{
	return result == CURLE_URL_MALFORMAT ||
	       result == CURLE_UNSUPPORTED_PROTOCOL ||
	       result == CURLE_PEER_FAILED_VERIFICATION ||
	       result == CURLE_SSL_CACERT_BADFILE;
}

static int
code_of(CURLcode result)
{
	if (result == CURLE_OUT_OF_MEMORY)
		return WEFT_ENOMEM;
	if (result == CURLE_OPERATION_TIMEDOUT ||
	    result == CURLE_ABORTED_BY_CALLBACK)
		return WEFT_ETIMEOUT;
	return is_final(result) ? WEFT_EINVAL : WEFT_ENETWORK;
}

/* What libcurl says has failed. */
static int
tell_failure(struct weft__client *client,
    const struct weft__client_request *request, CURLcode result,
    struct weft_error *error)
{
	const char *why =
	    client->why[0] ? client->why : curl_easy_strerror(result);

	if (result == CURLE_ABORTED_BY_CALLBACK) /* watch() did */
		why = "it goes on for too long";
	if (client->code)
		return weft_error_wrap(error, "%s %s/%.*s: the answer",
		    request->method, client->base, path_size(request),
		    request->path);
	return weft_error_set(error, code_of(result), "%s %s/%.*s: %s",
	    request->method, client->base, path_size(request), request->path,
	    why);
}

/* Statuses of a server, or of a gateway before it, that is not itself. */
static bool
is_passing(int status)
{
	return status == 429 || status == 502 || status == 503 ||
	       status == 504;
}

static int
take_status(struct weft__client *client,
    const struct weft__client_request *request,
    struct weft__client_answer *answer, struct weft_error *error)
{
	curl_off_t seconds = 0;
	long status = 0;

	curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
	answer->status = (int)status;
	if (!is_passing(answer->status))
		return weft__http_body_map(
		    &answer->body, &answer->bytes, error);
	if (!curl_easy_getinfo(client->curl, CURLINFO_RETRY_AFTER, &seconds) &&
	    seconds > 0)
		client->asked_ms = (uint64_t)seconds * 1000;
	return weft_error_set(error,
	    status == 504 ? WEFT_ETIMEOUT : WEFT_ENETWORK,
	    "%s %s/%.*s: the server is not available (%ld)", request->method,
	    client->base, path_size(request), request->path, status);
}

static int
ask_once(struct weft__client *client,
    const struct weft__client_request *request,
    struct weft__client_answer *answer, struct weft_error *error)
{
	CURLcode result;

	*answer = (struct weft__client_answer){.status = 0};
	weft__http_body_init(&answer->body,
	    request->limit ? request->limit : WEFT_LIMIT_REMOTE_ANSWER,
	    ANSWER_MEMORY, FOLDER);
	client->answer = answer;
	client->error = error;
	client->code = 0;
	client->asked_ms = 0;
	client->why[0] = '\0';
	if (!set_request(client, request))
		return out_of_memory(error);
	result = curl_easy_perform(client->curl);
	if (result)
		return tell_failure(client, request, result, error);
	return take_status(client, request, answer, error);
}

int
weft__client_ask(struct weft__client *client,
    const struct weft__client_request *request,
    struct weft__client_answer *answer, struct weft_error *error)
{
	struct weft_error unused;
	unsigned count = 0;
	int code;

	if (!error)
		error = &unused;
	code = ask_once(client, request, answer, error);
	while (weft__client_may_repeat(code) && !request->once &&
	    weft__client_wait(client, count++)) {
		weft__log(WEFT_LOG_INFO, "remote", "again: %s", error->text);
		weft__client_answer_fini(answer);
		code = ask_once(client, request, answer, error);
	}
	return code;
}

void
weft__client_answer_fini(struct weft__client_answer *answer)
{
	weft__http_body_fini(&answer->body);
	answer->bytes = weft_slice_of(NULL, 0);
}

bool
weft__client_wait(struct weft__client *client, unsigned count)
{
	uint64_t wait_ms = client->retry_ms, random;

	if (count >= client->retries)
		return false;
	for (unsigned i = 0; i < count && wait_ms < WAIT_MOST_MS; i++)
		wait_ms *= 2;
	weft__clock_random(&weft__clock_system, &random, sizeof random);
	wait_ms = wait_ms / 2 + random % (wait_ms / 2 + 1);
	if (wait_ms < client->asked_ms)
		wait_ms = client->asked_ms;
	if (wait_ms > WAIT_MOST_MS)
		wait_ms = WAIT_MOST_MS;
	poll(NULL, 0, (int)wait_ms);
	return true;
}

int
weft__client_escape(struct weft_slice text, struct weft_buf *out)
{
	static const char plain[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789-_~"; /* not the dot: ".." is a way up */
	int code = 0;

	for (size_t i = 0; i < text.size && !code; i++) {
		unsigned char byte = (unsigned char)text.data[i];

		if (byte && strchr(plain, byte))
			code = weft_buf_append(out, &byte, 1);
		else
			code = weft_buf_printf(out, "%%%02X", byte);
	}
	return code;
}
