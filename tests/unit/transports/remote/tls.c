/*
 * https: which servers are trusted.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <weft/source.h>

#include "tests/lib/certificate.h"
#include "tests/lib/http.h"
#include "transports/net/tls.h"

static char folder[] = "/tmp/weft-remote-tls-XXXXXX";
static char certificate_path[64], key_path[64], other_path[64];
static struct http http;
static struct weft__tls *tls;

static void
describe(struct weft__http_request *request,
    struct weft__http_response *answer, void *context)
{
	(void)context;
	assert_true(request->is_secure);
	weft__http_respond(answer, 200, weft_slice(
	    "{\"weft\":1,\"datasources\":[{\"epoch\":\"e\",\"models\":["
	    "{\"name\":\"Todo\",\"path\":\"Todos\"}]}]}"));
}

static const struct weft__http_handler handler = {.request = describe};

static int
start(void **state)
{
	struct weft_error error = {0, ""};

	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(certificate_path, sizeof certificate_path, "%s/c.pem", folder);
	snprintf(key_path, sizeof key_path, "%s/k.pem", folder);
	snprintf(other_path, sizeof other_path, "%s/o.pem", folder);
	if (certificate_make("other", other_path, key_path) ||
	    certificate_make("127.0.0.1", certificate_path, key_path) ||
	    weft__tls_create(certificate_path, key_path, &tls, &error))
		return -1;
	http_init(&http);
	http_start(&http, &handler, tls);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	http_stop(&http);
	weft__tls_destroy(tls);
	unlink(certificate_path);
	unlink(key_path);
	unlink(other_path);
	return rmdir(folder);
}

static int
open_with(const char *ca_file, struct weft_source **source,
    struct weft_error *error)
{
	struct weft_url_options options = WEFT_URL_OPTIONS_INIT;
	char url[64];

	options.ca_file = ca_file;
	options.retries = 1;
	options.retry_ms = 1;
	snprintf(url, sizeof url, "https://127.0.0.1:%u/api",
	    (unsigned)http.port);
	return weft_source_open_url(url, &options, source, error);
}

static void
https__trusts_the_certificate_that_is_given(void **state)
{
	struct weft_source *source;
	struct weft_error error = {0, ""};

	(void)state;
	if (open_with(certificate_path, &source, &error))
		fail_msg("%s", error.text);
	weft_source_destroy(source);
}

static void
https__trusts_nobody_else(void **state)
{
	struct weft_source *source = NULL;
	struct weft_error error;

	(void)state;
	assert_int_equal(open_with(NULL, &source, &error), WEFT_EINVAL);
	assert_non_null(strstr(error.text, "certificate"));
	assert_int_equal(open_with(other_path, &source, &error), WEFT_EINVAL);
	assert_int_equal(
	    open_with("/nowhere/ca.pem", &source, &error), WEFT_EINVAL);
	assert_null(source);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(https__trusts_the_certificate_that_is_given),
	    cmocka_unit_test(https__trusts_nobody_else),
	};

	return cmocka_run_group_tests_name("remote tls", tests, start, stop);
}
