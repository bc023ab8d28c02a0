#include "tests/lib/rest.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/lib/test.h"

#define RESPONSE_SIZE (64u * 1024 * 1024)

void
rest_open(struct rest *rest, const char *settings)
{
	memset(rest, 0, sizeof *rest);
	rest->fd = -1;
	rest->headers = "";
	rest->response = calloc(1, RESPONSE_SIZE);
	assert_non_null(rest->response);
	fixture_open(&rest->fixture, settings);
	http_init(&rest->http);
}

struct weft_model *
rest_define(struct rest *rest, const char *definition)
{
	struct fixture *fixture = &rest->fixture;
	struct weft_model *model;

	fixture_ok(fixture, weft_registry_define(fixture->registry,
				fixture->datasource, weft_slice(definition),
				&model, &fixture->error));
	return model;
}

void
rest_start(struct rest *rest)
{
	struct fixture *fixture = &rest->fixture;

	fixture_ok(fixture,
	    weft__workers_create(2, &rest->workers, &fixture->error));
	rest->options.registry = fixture->registry;
	rest->options.access = rest->access;
	rest->options.workers = rest->workers;
	rest->options.folder = fixture->directory;
	fixture_ok(fixture,
	    weft__rest_open(&rest->options, &rest->rest, &fixture->error));
	http_start(&rest->http, weft__rest_handler(rest->rest), NULL);
}

void
rest_close(struct rest *rest)
{
	if (rest->fd >= 0)
		close(rest->fd);
	if (rest->http.server)
		weft__http_server_drain(rest->http.server);
	weft__workers_destroy(rest->workers);
	http_stop(&rest->http);
	weft__rest_close(rest->rest);
	fixture_close(&rest->fixture);
	free(rest->response);
}

int
rest_ask(struct rest *rest, const char *request, const char *body)
{
	char head[8192];
	bool is_head = strncmp(request, "HEAD ", 5) == 0;
	int status;

	if (rest->fd < 0)
		rest->fd = http_connect(&rest->http);
	snprintf(head, sizeof head,
	    "%s HTTP/1.1\r\nHost: x\r\n%s%s"
	    "Content-Length: %zu\r\n\r\n", request, rest->headers,
	    body ? "Content-Type: application/json\r\n" : "",
	    body ? strlen(body) : 0);
	http_send(rest->fd, head);
	if (body)
		http_send(rest->fd, body);
	status = is_head
	    ? http_receive_head(rest->fd, rest->response, RESPONSE_SIZE)
	    : http_receive(rest->fd, rest->response, RESPONSE_SIZE);
	rest->body = is_head ? rest->response + strlen(rest->response)
			     : (char *)http_body(rest->response);
	if (strstr(rest->response, "Connection: close")) {
		close(rest->fd);
		rest->fd = -1;
	}
	return status;
}

void
rest_expect_at(struct rest *rest, const char *request, const char *body,
    int status, const char *expected, const char *file, int line)
{
	int found = rest_ask(rest, request, body);

	if (found == status && (!expected || !strcmp(rest->body, expected)))
		return;
	print_error("%s:%d: %s\n  expected %d %s\n  got      %d %s\n", file,
	    line, request, status, expected ? expected : "", found,
	    rest->body);
	_fail(file, line);
}
