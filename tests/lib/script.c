#define _GNU_SOURCE /* memmem, strcasestr */
#include "tests/lib/test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/script.h"

#define REQUEST_SIZE (4u * 1024 * 1024)

static void
note_problem(struct script *script, const char *text, const char *request)
{
	if (!*script->problem)
		snprintf(script->problem, sizeof script->problem,
		    "step %zu: %s: %.400s", script->done, text, request);
}

/* Reads a whole request as text; false: the client is gone. */
static bool
receive(int fd, char *request)
{
	size_t size = 0;

	while (size < REQUEST_SIZE - 1) {
		ssize_t got = recv(
		    fd, request + size, REQUEST_SIZE - 1 - size, 0);
		const char *end, *length;

		if (got <= 0)
			return false;
		size += (size_t)got;
		request[size] = '\0';
		end = strstr(request, "\r\n\r\n");
		if (!end)
			continue;
		length = strcasestr(request, "\r\nContent-Length:");
		if (!length || length > end)
			return true;
		if (size >= (size_t)(end + 4 - request) +
			strtoul(length + 17, NULL, 10))
			return true;
	}
	return false;
}

static void
send_all(int fd, const char *text)
{
	size_t size = strlen(text);

	while (size) {
		ssize_t sent = send(fd, text, size, MSG_NOSIGNAL);

		if (sent <= 0)
			return;
		text += sent;
		size -= (size_t)sent;
	}
}

/* Sends some more until the client goes; not for ever, if it never does. */
static void
trickle(int fd)
{
	struct pollfd poller = {.fd = fd, .events = POLLIN};

	send_all(fd, "HTTP/1.1 200 X\r\nContent-Length: 1000000\r\n\r\n");
	for (int i = 0; i < 100 && poll(&poller, 1, 200) == 0; i++)
		send_all(fd, "\"the answer comes, and comes, and comes, and "
			     "comes, and comes, and comes, and comes\"\n");
}

/* Plays one step; false: the connection is to be closed. */
static bool
play(struct script *script, int fd, const char *request)
{
	const struct script_step *step = &script->steps[script->done];
	char head[200];

	if (script->done == script->length) {
		note_problem(script, "one request too many", request);
		return false;
	}
	if (strncmp(request, step->request, strlen(step->request)) != 0)
		note_problem(script, step->request, request);
	if (step->has && !strstr(request, step->has))
		note_problem(script, step->has, request);
	script->requests[script->done++] = strdup(request);
	if (step->raw)
		send_all(fd, step->raw);
	if (step->endless)
		trickle(fd);
	if (step->raw || step->cut || step->endless)
		return false;
	snprintf(head, sizeof head,
	    "HTTP/1.1 %d X\r\nContent-Type: application/json\r\n"
	    "Content-Length: %zu\r\n\r\n", step->status,
	    step->body ? strlen(step->body) : 0);
	send_all(fd, head);
	if (step->body)
		send_all(fd, step->body);
	return true;
}

static void *
serve(void *context)
{
	struct script *script = context;
	char *request = malloc(REQUEST_SIZE);
	int fd;

	while (request && (fd = accept(script->listener, NULL, NULL)) >= 0) {
		script->connections++;
		while (receive(fd, request) && play(script, fd, request))
			;
		close(fd);
	}
	free(request);
	return NULL;
}

void
script_start(
    struct script *script, const struct script_step *steps, size_t length)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t size = sizeof address;

	memset(script, 0, sizeof *script);
	assert_true(length <= SCRIPT_MOST);
	script->steps = steps;
	script->length = length;
	script->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(script->listener >= 0);
	assert_int_equal(bind(script->listener, (struct sockaddr *)&address,
			     size), 0);
	assert_int_equal(listen(script->listener, 8), 0);
	assert_int_equal(getsockname(script->listener,
			     (struct sockaddr *)&address, &size), 0);
	snprintf(script->base, sizeof script->base,
	    "http://127.0.0.1:%u/api", (unsigned)ntohs(address.sin_port));
	assert_int_equal(
	    pthread_create(&script->thread, NULL, serve, script), 0);
}

void
script_open(
    struct script *script, const struct script_step *steps, size_t length)
{
	static const char *const models[] = {"Todo", NULL};
	struct weft_url_options options = WEFT_URL_OPTIONS_INIT;

	script_start(script, steps, length);
	options.models = models;
	options.retries = 2;
	options.retry_ms = 1;
	options.token = "secret-token";
	if (weft_source_open_url(
		script->base, &options, &script->source, &script->error))
		fail_msg("%s", script->error.text);
}

void
script_end(struct script *script)
{
	weft_source_destroy(script->source);
	shutdown(script->listener, SHUT_RDWR);
	pthread_join(script->thread, NULL);
	close(script->listener);
	for (size_t i = 0; i < script->done; i++)
		free(script->requests[i]);
	if (*script->problem)
		fail_msg("%s", script->problem);
	assert_int_equal(script->done, script->length);
}
