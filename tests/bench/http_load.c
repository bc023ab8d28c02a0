#include "tests/bench/http_load.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/measure.h"

struct command {
	uint16_t port;
	bool has_tls;
	unsigned count;
	unsigned requests; /* 0: hold the connections */
	char path[80];
};

struct result {
	bool is_good;
	uint64_t took_ns;
};

struct client {
	int fd;
	SSL *ssl;
	size_t left; /* bytes of the response */
};

static struct client *clients;
static unsigned client_count;
static SSL_CTX *tls;
static char request[256], buffer[1 << 18];
static size_t request_size, response_size;

static ssize_t
get(struct client *client, size_t size)
{
	if (client->ssl)
		return SSL_read(client->ssl, buffer, (int)size);
	return recv(client->fd, buffer, size, 0);
}

static bool
put(struct client *client)
{
	if (client->ssl)
		return SSL_write(client->ssl, request, (int)request_size) > 0;
	return send(client->fd, request, request_size, MSG_NOSIGNAL) ==
	    (ssize_t)request_size;
}

static bool
open_client(struct client *client, const struct command *command)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_port = htons(command->port),
	    .sin_addr = {htonl(INADDR_LOOPBACK)}};
	const int on = 1;

	client->ssl = NULL;
	client->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (client->fd < 0 ||
	    connect(client->fd, (struct sockaddr *)&address, sizeof address))
		return false;
	setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (!command->has_tls)
		return true;
	client->ssl = SSL_new(tls);
	return client->ssl && SSL_set_fd(client->ssl, client->fd) == 1 &&
	    SSL_connect(client->ssl) == 1;
}

static void
close_clients(void)
{
	for (unsigned i = 0; i < client_count; i++) {
		SSL_free(clients[i].ssl);
		close(clients[i].fd);
	}
	free(clients);
	clients = NULL;
	client_count = 0;
}

/* The size of the response, from its head; 0: it is none. */
static size_t
size_of(size_t got)
{
	const char *length, *end;

	buffer[got] = '\0';
	length = strstr(buffer, "Content-Length: ");
	end = strstr(buffer, "\r\n\r\n");
	if (strncmp(buffer, "HTTP/1.1 200", 12) != 0 || !length || !end)
		return 0;
	return (size_t)(end + 4 - buffer) + strtoul(length + 16, NULL, 10);
}

/* One request and its response, to learn the size. */
static bool
ask_once(struct client *client)
{
	ssize_t got;
	size_t left;

	if (!put(client) || (got = get(client, sizeof buffer - 1)) <= 0)
		return false;
	response_size = size_of((size_t)got);
	if (!response_size)
		return false;
	for (left = response_size - (size_t)got; left; left -= (size_t)got)
		if ((got = get(client, sizeof buffer - 1)) <= 0)
			return false;
	return true;
}

static bool
open_clients(const struct command *command)
{
	clients = calloc(command->count, sizeof *clients);
	request_size = (size_t)snprintf(request, sizeof request,
	    "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n"
	    "X-Request-Id: bench\r\n\r\n", command->path);
	for (; client_count < command->count; client_count++)
		if (!open_client(&clients[client_count], command) ||
		    !ask_once(&clients[client_count]))
			return false;
	return true;
}

/* Reads what has come; asks again when that is a whole response. */
static bool
go_on(struct client *client, unsigned *answered, unsigned *asked,
    unsigned requests)
{
	do {
		ssize_t got = get(client, sizeof buffer);

		if (got <= 0)
			return false;
		client->left -= (size_t)got;
	} while (client->ssl && SSL_pending(client->ssl));
	if (client->left)
		return true;
	(*answered)++;
	if (*asked == requests)
		return true;
	(*asked)++;
	client->left = response_size;
	return put(client);
}

static bool
run_clients(unsigned requests)
{
	struct epoll_event events[64], event = {.events = EPOLLIN};
	unsigned answered = 0, asked = 0;
	int poll = epoll_create1(0), count;
	bool is_good = true;

	for (; asked < client_count; asked++) {
		event.data.ptr = &clients[asked];
		epoll_ctl(poll, EPOLL_CTL_ADD, clients[asked].fd, &event);
		clients[asked].left = response_size;
		is_good = is_good && put(&clients[asked]);
	}
	while (is_good && answered < requests) {
		count = epoll_wait(poll, events, 64, -1);
		for (int i = 0; is_good && i < count; i++)
			is_good = go_on(
			    events[i].data.ptr, &answered, &asked, requests);
	}
	close(poll);
	return is_good;
}

/* The clients' process: does what it is told to. */
static void
obey(int commands, int results)
{
	struct command command;
	struct result result;
	uint64_t began_ns;

	tls = SSL_CTX_new(TLS_client_method());
	while (read(commands, &command, sizeof command) == sizeof command) {
		close_clients();
		result.is_good = open_clients(&command);
		began_ns = bench_wall_ns();
		if (result.is_good && command.requests)
			result.is_good = run_clients(command.requests);
		result.took_ns = bench_wall_ns() - began_ns;
		if (command.requests)
			close_clients();
		if (write(results, &result, sizeof result) < 0)
			break;
	}
	close_clients();
	SSL_CTX_free(tls);
}

bool
http_load_start(struct http_load *load)
{
	int commands[2], results[2];

	if (pipe(commands) || pipe(results))
		return false;
	fflush(NULL);
	load->process = fork();
	if (load->process == 0) {
		close(commands[1]);
		close(results[0]);
		obey(commands[0], results[1]);
		_exit(0);
	}
	close(commands[0]);
	close(results[1]);
	load->commands = commands[1];
	load->results = results[0];
	return load->process > 0;
}

void
http_load_stop(struct http_load *load)
{
	close(load->commands);
	close(load->results);
	waitpid(load->process, NULL, 0);
}

static bool
tell(struct http_load *load, const struct command *command, uint64_t *took_ns)
{
	struct result result;

	if (write(load->commands, command, sizeof *command) < 0 ||
	    read(load->results, &result, sizeof result) != sizeof result)
		return false;
	*took_ns = result.took_ns;
	return result.is_good;
}

bool
http_load_run(struct http_load *load, uint16_t port, bool has_tls,
    unsigned count, unsigned requests, const char *path, uint64_t *took_ns)
{
	struct command command = {port, has_tls, count, requests, ""};

	snprintf(command.path, sizeof command.path, "%s", path);
	return tell(load, &command, took_ns);
}

bool
http_load_hold(
    struct http_load *load, uint16_t port, bool has_tls, unsigned count,
    const char *path)
{
	struct command command = {port, has_tls, count, 0, ""};
	uint64_t took_ns;

	snprintf(command.path, sizeof command.path, "%s", path);
	return tell(load, &command, &took_ns);
}
