#define _GNU_SOURCE /* strcasestr */
#include "tests/lib/test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/http.h"

void
http_init(struct http *http)
{
	*http = (struct http){.port = 0};
	weft__http_config_init(&http->config);
	http->config.thread_count = 1;
}

void
http_start(struct http *http, const struct weft__http_handler *handler,
    struct weft__tls *tls)
{
	struct weft_error error = {0, ""};

	if (weft__http_server_create(
		&http->config, handler, &http->server, &error) ||
	    weft__http_server_listen(http->server, "127.0.0.1", 0, tls,
		&http->port, &error) ||
	    weft__http_server_start(http->server, &error))
		fail_msg("%s", error.text);
}

void
http_stop(struct http *http)
{
	weft__http_server_destroy(http->server);
	http->server = NULL;
}

int
http_connect(const struct http *http)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_port = htons(http->port),
	    .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int on = 1;

	assert_true(fd >= 0);
	assert_int_equal(
	    connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	/* A body behind its head does not wait for an acknowledgement. */
	assert_int_equal(
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), 0);
	return fd;
}

void
http_send_bytes(int fd, const void *data, size_t size)
{
	const char *next = data;
	ssize_t sent;

	for (; size; next += sent, size -= (size_t)sent) {
		sent = send(fd, next, size, MSG_NOSIGNAL);
		if (sent <= 0)
			return; /* refused before all was sent: not our case */
	}
}

void
http_send(int fd, const char *text)
{
	http_send_bytes(fd, text, strlen(text));
}

/* One byte, or -1 at the end. */
static int
next_byte(int fd)
{
	unsigned char byte;

	return recv(fd, &byte, 1, 0) == 1 ? byte : -1;
}

/* Reads up to and with 'end'; false if the connection ended before. */
static bool
read_until(int fd, const char *end, char *text, size_t size)
{
	size_t length = 0, end_size = strlen(end);
	int byte;

	while (length + 1 < size && (byte = next_byte(fd)) >= 0) {
		text[length++] = (char)byte;
		text[length] = '\0';
		if (length >= end_size &&
		    strcmp(text + length - end_size, end) == 0)
			return true;
	}
	return false;
}

static void
read_bytes(int fd, char *text, size_t size)
{
	for (size_t used = 0; used < size;) {
		ssize_t more = recv(fd, text + used, size - used, 0);

		assert_true(more > 0);
		used += (size_t)more;
	}
	text[size] = '\0';
}

static void
read_chunks(int fd, char *text, size_t size)
{
	char line[64];
	size_t part, used = 0;

	do {
		assert_true(read_until(fd, "\r\n", line, sizeof line));
		part = strtoul(line, NULL, 16);
		assert_true(used + part < size);
		read_bytes(fd, text + used, part);
		used += part;
		assert_true(read_until(fd, "\r\n", line, sizeof line));
		assert_string_equal(line, "\r\n");
	} while (part);
}

static void
read_to_end(int fd, char *text, size_t size)
{
	int byte;

	while (size > 1 && (byte = next_byte(fd)) >= 0) {
		*text++ = (char)byte;
		size--;
	}
	*text = '\0';
}

int
http_receive_head(int fd, char *response, size_t size)
{
	if (!read_until(fd, "\r\n\r\n", response, size))
		return 0;
	assert_memory_equal(response, "HTTP/1.1 ", 9);
	return (int)strtoul(response + 9, NULL, 10);
}

int
http_receive(int fd, char *response, size_t size)
{
	int status = http_receive_head(fd, response, size);
	size_t used = strlen(response);
	const char *length = strcasestr(response, "\r\nContent-Length: ");
	size_t body_size;

	if (status < 200 || status == 204 || status == 304)
		return status;
	if (length) {
		body_size = strtoul(length + 18, NULL, 10);
		assert_true(body_size < size - used);
		read_bytes(fd, response + used, body_size);
	} else if (strcasestr(response, "\r\nTransfer-Encoding: chunked")) {
		read_chunks(fd, response + used, size - used);
	} else {
		read_to_end(fd, response + used, size - used);
	}
	return status;
}

size_t
http_drain(int fd)
{
	size_t count = 0;

	while (next_byte(fd) >= 0)
		count++;
	close(fd);
	return count;
}

const char *
http_body(const char *response)
{
	return strstr(response, "\r\n\r\n") + 4;
}

int
http_ask(const struct http *http, const char *request, char *response,
    size_t size)
{
	int fd = http_connect(http), status;

	http_send(fd, request);
	status = http_receive(fd, response, size);
	close(fd);
	return status;
}
