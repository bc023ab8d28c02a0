#define _GNU_SOURCE /* accept4, pipe2 */

#include "tests/lib/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/lib/proxy.h"
#include "tests/lib/random.h"

#define CONNECTIONS 32
#define PIECE 16384   /* bytes read at once */
#define CRAWL 97      /* bytes of a throttled piece */
#define DELAY_MS 8    /* the longest */
#define REACH_BITS 18 /* faults happen within the first 2^18 bytes */

/* One direction of a connection: what was read and is not written yet. */
struct lane {
	int from;
	int to;
	char bytes[PIECE];
	size_t start;
	size_t end;
	uint64_t read;	 /* bytes in all */
	uint64_t due_ms; /* when the bytes may go on */
	bool ended;	 /* nothing more comes */
};

struct connection {
	bool used;
	enum proxy_fault fault;
	uint64_t at; /* the byte that it happens at */
	bool has_happened;
	struct lane up; /* client to server */
	struct lane down;
	int second; /* PROXY_DUPLICATE: to the server, or -1 */
};

struct proxy {
	int listener;
	uint16_t port;
	atomic_ushort to;
	atomic_uint faults;
	atomic_bool is_healed;
	atomic_bool is_stopped;
	int wake[2];
	atomic_uint counts[PROXY_FAULTS];
	struct random random;
	struct connection connections[CONNECTIONS];
	pthread_t thread;
};

static uint64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/*
 * Connections
 */

static int
connect_on(uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_port = htons(port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (connect(fd, (struct sockaddr *)&address, sizeof address)) {
		close(fd);
		return -1;
	}
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

/* A fault among those that are set. */
static enum proxy_fault
draw_fault(struct proxy *proxy)
{
	unsigned faults = atomic_load(&proxy->faults);
	enum proxy_fault fault = PROXY_NONE;

	while (faults) {
		fault = (enum proxy_fault)random_below(
		    &proxy->random, PROXY_FAULTS);
		if (faults & 1U << fault)
			break;
	}
	return fault;
}

/* As likely among the first ten bytes as among the last hundred thousand. */
static uint64_t
draw_byte(struct proxy *proxy)
{
	return random_below(&proxy->random,
	    UINT64_C(2) << random_below(&proxy->random, REACH_BITS));
}

static void
open_connection(struct proxy *proxy, struct connection *connection, int client)
{
	int server = connect_on(atomic_load(&proxy->to));

	if (server < 0) {
		close(client);
		return;
	}
	memset(connection, 0, sizeof *connection);
	connection->used = true;
	connection->fault = draw_fault(proxy);
	connection->at = draw_byte(proxy);
	connection->up.from = connection->down.to = client;
	connection->up.to = connection->down.from = server;
	connection->second = -1;
	if (connection->fault == PROXY_DUPLICATE)
		connection->second = connect_on(atomic_load(&proxy->to));
}

/* A reset, if there is still data or it is asked for; else the end. */
static void
close_connection(struct connection *connection, bool reset)
{
	struct linger linger = {.l_onoff = reset};
	int fds[] = {
	    connection->up.from, connection->up.to, connection->second};

	for (int i = 0; i < 3; i++) {
		if (fds[i] < 0)
			continue;
		setsockopt(
		    fds[i], SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
		close(fds[i]);
	}
	connection->used = false;
}

/*
 * Faults
 */

/* The first time: counts it. */
static void
happen(struct proxy *proxy, struct connection *connection)
{
	if (!connection->has_happened)
		atomic_fetch_add(&proxy->counts[connection->fault], 1);
	connection->has_happened = true;
}

/* Writes what came before the byte that the fault happens at. */
static void
write_before(const struct connection *connection, const struct lane *lane)
{
	uint64_t before = lane->read - (lane->end - lane->start);

	if (connection->at > before)
		(void)!write(lane->to, lane->bytes + lane->start,
		    connection->at - before);
}

/* Closes one side; what the other sends from now on is dropped. */
static void
abandon(struct proxy *proxy, struct connection *connection)
{
	struct lane *up = &connection->up, *down = &connection->down;

	if (random_below(&proxy->random, 2)) {
		close(up->from);
		up->from = down->to = -1;
	} else {
		close(up->to);
		up->to = down->from = -1;
	}
	up->start = up->end = down->start = down->end = 0;
}

/* What the fault does with bytes that were just read; false: it is over. */
static bool
spoil(struct proxy *proxy, struct connection *connection, struct lane *lane)
{
	uint64_t before = lane->read - (lane->end - lane->start);
	bool is_first = !connection->has_happened;

	if (connection->fault == PROXY_NONE || lane->read <= connection->at)
		return true;
	if (connection->fault != PROXY_FLIP || before <= connection->at)
		happen(proxy, connection);
	switch (connection->fault) {
	case PROXY_CLOSE:
	case PROXY_RESET:
		write_before(connection, lane);
		close_connection(connection, connection->fault == PROXY_RESET);
		return false;
	case PROXY_HALF_OPEN:
		if (is_first) {
			write_before(connection, lane);
			abandon(proxy, connection);
		}
		lane->start = lane->end = 0;
		break;
	case PROXY_SILENCE:
		lane->start = lane->end = 0;
		break;
	case PROXY_DELAY:
		lane->due_ms =
		    now_ms() + random_below(&proxy->random, DELAY_MS + 1);
		break;
	case PROXY_FLIP:
		if (before <= connection->at)
			lane->bytes[connection->at - before] ^=
			    (char)(1 << random_below(&proxy->random, 8));
		break;
	default:
		break;
	}
	return true;
}

/* What came from the client, once more. */
static void
repeat(struct connection *connection)
{
	char answer[PIECE];

	if (connection->second < 0)
		return;
	(void)!write(
	    connection->second, connection->up.bytes, connection->up.end);
	while (read(connection->second, answer, sizeof answer) > 0)
		;
}

/*
 * Moving bytes
 */

static size_t
piece_size(const struct connection *connection)
{
	return connection->fault == PROXY_THROTTLE && connection->has_happened
	    ? CRAWL
	    : PIECE;
}

/* Reads into an empty lane; false: the connection is over. */
static bool
fill(struct proxy *proxy, struct connection *connection, struct lane *lane)
{
	ssize_t size;

	if (lane->from < 0) /* abandoned a moment ago */
		return true;
	size = read(lane->from, lane->bytes, piece_size(connection));
	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (size <= 0) {
		lane->ended = true;
		if (size == 0 && !connection->has_happened) {
			shutdown(lane->to, SHUT_WR);
			return true;
		}
		close_connection(connection, size < 0);
		return false;
	}
	lane->start = 0;
	lane->end = (size_t)size;
	lane->read += (uint64_t)size;
	if (lane == &connection->up)
		repeat(connection);
	return spoil(proxy, connection, lane);
}

static bool
drain(struct connection *connection, struct lane *lane)
{
	ssize_t size = send(lane->to, lane->bytes + lane->start,
	    lane->end - lane->start, MSG_NOSIGNAL);

	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (size < 0) {
		close_connection(connection, true);
		return false;
	}
	lane->start += (size_t)size;
	if (lane->start == lane->end)
		lane->start = lane->end = 0;
	return true;
}

/* What to wait for; '*wait_ms' is lowered to what a delay needs. */
static void
watch(const struct lane *lane, struct pollfd *from, struct pollfd *to,
    int *wait_ms)
{
	uint64_t now = now_ms();

	if (lane->start == lane->end) {
		if (!lane->ended)
			from->events |= POLLIN;
	} else if (lane->due_ms <= now)
		to->events |= POLLOUT;
	else if (*wait_ms < 0 || (uint64_t)*wait_ms > lane->due_ms - now)
		*wait_ms = (int)(lane->due_ms - now);
}

static void
move(struct proxy *proxy, struct connection *connection,
    const struct pollfd *client, const struct pollfd *server)
{
	struct {
		struct lane *lane;
		short from;
		short to;
	} lanes[] = {{&connection->up, client->revents, server->revents},
	    {&connection->down, server->revents, client->revents}};

	for (int i = 0; i < 2; i++) {
		struct lane *lane = lanes[i].lane;

		if (lane->start < lane->end) {
			if (lane->due_ms <= now_ms() &&
			    lanes[i].to & (POLLOUT | POLLERR | POLLHUP) &&
			    !drain(connection, lane))
				return;
		} else if (!lane->ended &&
		    lanes[i].from & (POLLIN | POLLERR | POLLHUP) &&
		    !fill(proxy, connection, lane))
			return;
	}
	if (connection->up.ended && connection->down.ended &&
	    connection->up.start == connection->up.end &&
	    connection->down.start == connection->down.end)
		close_connection(connection, false);
}

static void
accept_one(struct proxy *proxy)
{
	int client =
	    accept4(proxy->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	for (int i = 0; client >= 0 && i < CONNECTIONS; i++)
		if (!proxy->connections[i].used) {
			open_connection(proxy, &proxy->connections[i], client);
			return;
		}
	if (client >= 0)
		close(client);
}

static void
drop_faulty(struct proxy *proxy)
{
	for (int i = 0; i < CONNECTIONS; i++) {
		struct connection *connection = &proxy->connections[i];

		if (connection->used && connection->fault != PROXY_NONE)
			close_connection(connection, true);
	}
}

/* Where the two sides of a connection stand in the list for poll(). */
#define CLIENT(i) (2 + 2 * (i))
#define SERVER(i) (3 + 2 * (i))
#define FDS CLIENT(CONNECTIONS)

/* Fills in what to wait for, and returns for how long. */
static int
watch_all(struct proxy *proxy, struct pollfd *fds)
{
	int wait_ms = -1;

	fds[0] = (struct pollfd){.fd = proxy->wake[0], .events = POLLIN};
	fds[1] = (struct pollfd){.fd = proxy->listener, .events = POLLIN};
	for (int i = 0; i < CONNECTIONS; i++) {
		struct connection *connection = &proxy->connections[i];
		struct pollfd *client = &fds[CLIENT(i)];
		struct pollfd *server = &fds[SERVER(i)];

		*client = *server = (struct pollfd){.fd = -1};
		if (!connection->used)
			continue;
		watch(&connection->up, client, server, &wait_ms);
		watch(&connection->down, server, client, &wait_ms);
		/* One that is not waited for would tell of its end for ever. */
		if (client->events)
			client->fd = connection->up.from;
		if (server->events)
			server->fd = connection->up.to;
	}
	return wait_ms;
}

static void *
run(void *context)
{
	struct proxy *proxy = context;
	struct pollfd fds[FDS];
	char byte;

	while (!atomic_load(&proxy->is_stopped)) {
		int wait_ms = watch_all(proxy, fds);

		poll(fds, FDS, wait_ms);
		if (fds[0].revents && read(proxy->wake[0], &byte, 1) == 1 &&
		    atomic_load(&proxy->is_healed))
			drop_faulty(proxy);
		for (int i = 0; i < CONNECTIONS; i++)
			if (proxy->connections[i].used)
				move(proxy, &proxy->connections[i],
				    &fds[CLIENT(i)], &fds[SERVER(i)]);
		if (fds[1].revents)
			accept_one(proxy);
	}
	return NULL;
}

/*
 * What tests call
 */

struct proxy *
proxy_start(uint16_t port, unsigned faults, uint64_t seed)
{
	struct proxy *proxy = calloc(1, sizeof *proxy);
	struct sockaddr_in address = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof address;

	assert_non_null(proxy);
	atomic_init(&proxy->to, port);
	atomic_init(&proxy->faults, faults);
	proxy->random.state = seed;
	proxy->listener =
	    socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_int_equal(
	    0, bind(proxy->listener, (struct sockaddr *)&address, size));
	assert_int_equal(0, listen(proxy->listener, CONNECTIONS));
	assert_int_equal(0,
	    getsockname(proxy->listener, (struct sockaddr *)&address, &size));
	proxy->port = ntohs(address.sin_port);
	assert_int_equal(0, pipe2(proxy->wake, O_CLOEXEC));
	assert_int_equal(0, pthread_create(&proxy->thread, NULL, run, proxy));
	return proxy;
}

uint16_t
proxy_port(const struct proxy *proxy)
{
	return proxy->port;
}

static void
wake(struct proxy *proxy)
{
	assert_int_equal(1, write(proxy->wake[1], "", 1));
}

void
proxy_lead(struct proxy *proxy, uint16_t port)
{
	atomic_store(&proxy->to, port);
}

void
proxy_heal(struct proxy *proxy)
{
	atomic_store(&proxy->faults, 0);
	atomic_store(&proxy->is_healed, true);
	wake(proxy);
}

unsigned
proxy_count(const struct proxy *proxy, enum proxy_fault fault)
{
	return atomic_load(&proxy->counts[fault]);
}

void
proxy_stop(struct proxy *proxy)
{
	atomic_store(&proxy->is_stopped, true);
	wake(proxy);
	pthread_join(proxy->thread, NULL);
	for (int i = 0; i < CONNECTIONS; i++)
		if (proxy->connections[i].used)
			close_connection(&proxy->connections[i], true);
	close(proxy->listener);
	close(proxy->wake[0]);
	close(proxy->wake[1]);
	free(proxy);
}
