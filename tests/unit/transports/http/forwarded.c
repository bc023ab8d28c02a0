/* Tests of X-Forwarded-For: whom a server believes, and configurations that
 * change. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <unistd.h>

#include "tests/lib/http.h"

static char response[4096];
static struct http http;

static void
tell_peer(struct weft__http_request *request,
    struct weft__http_response *answer, void *context)
{
	weft__http_respond(answer, 200, weft_slice(request->peer->text));
}

static const struct weft__http_handler handler = {.request = tell_peer};

static void
start(const char *const *proxies)
{
	http_init(&http);
	http.config.proxies = proxies;
	http_start(&http, &handler, NULL);
}

/* Who a request with these headers is from. */
static const char *
ask(const char *headers)
{
	char request[512];

	snprintf(request, sizeof request,
	    "GET / HTTP/1.1\r\nHost: x\r\n%s\r\n", headers);
	assert_int_equal(
	    http_ask(&http, request, response, sizeof response), 200);
	return http_body(response);
}

static void
forwarded__is_not_believed_of_strangers(void **state)
{
	static const char *const proxies[] = {"10.0.0.0/8", NULL};

	start(NULL);
	assert_string_equal(ask("X-Forwarded-For: 1.2.3.4\r\n"), "127.0.0.1");
	http_stop(&http);
	start(proxies);
	assert_string_equal(ask("X-Forwarded-For: 1.2.3.4\r\n"), "127.0.0.1");
	http_stop(&http);
}

static void
forwarded__is_believed_of_proxies_alone(void **state)
{
	static const char *const proxies[] = {"127.0.0.1", "10.0.0.0/8", NULL};
	static const char *const rows[][2] = {
	    {"", "127.0.0.1"},
	    {"X-Forwarded-For: 1.2.3.4\r\n", "1.2.3.4"},
	    {"x-forwarded-for:2001:db8::1\r\n", "2001:db8::1"},
	    /* What a client has written itself is in front. */
	    {"X-Forwarded-For: 9.9.9.9, 1.2.3.4\r\n", "1.2.3.4"},
	    {"X-Forwarded-For: 10.0.0.1, 1.2.3.4\r\n", "1.2.3.4"},
	    {"X-Forwarded-For: 9.9.9.9, 1.2.3.4 ,10.1.1.1\r\n", "1.2.3.4"},
	    {"X-Forwarded-For: 9.9.9.9\r\nX-Forwarded-For: 1.2.3.4\r\n",
		"1.2.3.4"},
	    {"X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-For: 10.2.2.2\r\n",
		"1.2.3.4"},
	    {"X-Forwarded-For: 10.3.3.3, 10.2.2.2\r\n", "10.3.3.3"},
	    /* As far as it can be read. */
	    {"X-Forwarded-For: unknown\r\n", "127.0.0.1"},
	    {"X-Forwarded-For: 1.2.3.4, unknown, 10.2.2.2\r\n", "10.2.2.2"},
	    {"X-Forwarded-For: ,\r\n", "127.0.0.1"},
	    {"X-Forwarded-For:\r\n", "127.0.0.1"},
	};

	start(proxies);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_string_equal(ask(rows[i][0]), rows[i][1]);
	http_stop(&http);
}

static void
configure__changes_a_server_that_runs(void **state)
{
	static const char *const proxies[] = {"127.0.0.1", NULL};
	struct weft__http_config config;
	struct weft__http_active *fresh;
	int fd, status;

	start(NULL);
	fd = http_connect(&http);
	config = http.config;
	config.proxies = proxies;
	config.body_limit = 3;
	config.connections_of_address = 1;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(weft__http_server_prepare(
		    http.server, &config, &fresh, NULL), 0);
		weft__http_server_take(http.server, fresh);
	}
	/* A connection that was open goes on, by the new one. */
	do {
		http_send(fd, "GET / HTTP/1.1\r\nHost: x\r\n"
			      "X-Forwarded-For: 1.2.3.4\r\n\r\n");
		status = http_receive(fd, response, sizeof response);
		assert_int_equal(status, 200);
	} while (strcmp(http_body(response), "1.2.3.4") != 0);
	assert_int_equal(http_ask(&http, "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
			     response, sizeof response), 429);
	http_send(fd, "POST / HTTP/1.1\r\nHost: x\r\n"
		      "Content-Length: 4\r\n\r\nabcd");
	assert_int_equal(http_receive(fd, response, sizeof response), 413);
	close(fd);
	http_stop(&http);
}

static void
configure__refuses_what_cannot_be(void **state)
{
	static const char *const bad[] = {"127.0.0.1", "proxy.example", NULL};
	struct weft__http_config config;
	struct weft__http_active *fresh;
	struct weft_error error;

	start(NULL);
	config = http.config;
	config.proxies = bad;
	assert_int_equal(weft__http_server_prepare(
	    http.server, &config, &fresh, &error), WEFT_ECONFIG);
	assert_null(fresh);
	assert_non_null(strstr(error.text, "proxy.example"));
	assert_string_equal(ask("X-Forwarded-For: 1.2.3.4\r\n"), "127.0.0.1");
	http_stop(&http);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(forwarded__is_not_believed_of_strangers),
	    cmocka_unit_test(forwarded__is_believed_of_proxies_alone),
	    cmocka_unit_test(configure__changes_a_server_that_runs),
	    cmocka_unit_test(configure__refuses_what_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
