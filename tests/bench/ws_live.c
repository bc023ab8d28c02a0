/*
 * ws-live URL DIRECTORY ROUNDS: how long it takes until a record that one
 * client of weft.repl.v1 writes is seen by another one.  Both have their
 * records in memory; the server waits for its disk in between.
 *
 * Prints microseconds, median and 99th of 100: of a TCP echo over loopback, one
 * after the other; of one after a rest, as a server sees it that has nothing
 * else to do; of an fdatasync() of a page written to a file in DIRECTORY; and
 * of the records.  The last three in turns, each after a rest.
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/measure.h"
#include "tests/bench/records.h"

#define MOST_ROUNDS 10000
#define ECHO_SIZE 300 /* a message with a record */
#define PAGE 4096

static void
must(bool is_good, const char *what)
{
	if (is_good)
		return;
	fprintf(stderr, "ws-live: %s\n", what);
	exit(1);
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
print(double *us, size_t count)
{
	qsort(us, count, sizeof *us, compare);
	printf("%.1f %.1f\n", us[count / 2], us[count * 99 / 100]);
	fflush(stdout);
}

static double
us_since(uint64_t began_ns)
{
	return (double)(bench_wall_ns() - began_ns) / 1e3;
}

/* Lets the machine come to rest. */
static void
rest(void)
{
	const struct timespec pause = {.tv_nsec = 5000000};

	nanosleep(&pause, NULL);
}

/*
 * The floors
 */

static bool
receive_all(int fd, char *bytes, size_t size)
{
	return recv(fd, bytes, size, MSG_WAITALL) == (ssize_t)size;
}

/* Sends back what comes, in a process of its own. */
static void
echo(int listening)
{
	int fd = accept(listening, NULL, NULL);
	char bytes[ECHO_SIZE];
	const int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	while (receive_all(fd, bytes, sizeof bytes))
		if (send(fd, bytes, sizeof bytes, 0) < 0)
			break;
	_exit(0);
}

/* A connection to a process that echoes. */
static int
open_echo(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int listening = socket(AF_INET, SOCK_STREAM, 0), fd;
	socklen_t size = sizeof address;
	const int on = 1;

	must(!bind(listening, (struct sockaddr *)&address, size) &&
	        !listen(listening, 1) &&
	        !getsockname(listening, (struct sockaddr *)&address, &size),
	    "cannot listen");
	if (fork() == 0)
		echo(listening);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	must(!connect(fd, (struct sockaddr *)&address, size), "no connection");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	close(listening);
	return fd;
}

static double
time_echo(int fd)
{
	char bytes[ECHO_SIZE] = "";
	uint64_t began_ns = bench_wall_ns();

	must(send(fd, bytes, sizeof bytes, 0) > 0 &&
	        receive_all(fd, bytes, sizeof bytes), "no echo");
	return us_since(began_ns);
}

static double
time_disk(int fd)
{
	char page[PAGE] = "";
	uint64_t began_ns;

	must(write(fd, page, PAGE) == PAGE, "cannot write a page");
	began_ns = bench_wall_ns();
	must(!fdatasync(fd), "cannot sync it");
	return us_since(began_ns);
}

/*
 * The clients
 */

struct client {
	struct bench_database database;
	struct weft_live *live;
	sem_t seen; /* posted for each record that came */
};

static int
note_record(const struct weft_hook_event *event, void *context,
    struct weft_error *error)
{
	sem_post(context);
	return 0;
}

static void
open_client(struct client *client, const char *url)
{
	struct weft_live_options options = WEFT_LIVE_OPTIONS_INIT;
	struct weft_live_status status;
	struct weft_error error = {0, ""};

	sem_init(&client->seen, 0, 0);
	must(!bench_database_open_memory(&client->database), "no database");
	options.datasource = client->database.datasource;
	options.url = url;
	must(!weft_model_add_hook(client->database.model, WEFT_HOOK_AFTER_SAVE,
	         note_record, &client->seen, &error) &&
	        !weft_live_create(&options, &client->live, &error) &&
	        !weft_live_start(client->live, &error), error.text);
	do {
		rest();
		weft_live_status(client->live, &status);
		must(status.state < WEFT_LIVE_OFFLINE, status.error.text);
	} while (status.state != WEFT_LIVE_LIVE);
}

static void
close_client(struct client *client)
{
	weft_live_destroy(client->live);
	bench_database_close(&client->database);
}

static double
time_change(struct client *writer, struct client *reader, size_t round)
{
	struct weft_buf record = WEFT_BUF_INIT(4096);
	struct weft_error error = {0, ""};
	uint64_t began_ns;

	bench_record_write(&record, round % 100, 1 + (unsigned)(round / 100));
	began_ns = bench_wall_ns();
	must(!weft_record_replace_or_create(writer->database.model, NULL,
	         weft_buf_slice(&record), NULL, &error), error.text);
	sem_wait(&reader->seen);
	weft_buf_fini(&record);
	return us_since(began_ns);
}

/* Times of one kind. */
struct times {
	double us[MOST_ROUNDS];
};

int
main(int count, char **arguments)
{
	static struct times hot, echo, disk, change;
	static struct client writer, reader;
	char path[4096];
	size_t rounds = count == 4 ? strtoul(arguments[3], NULL, 10) : 0;
	int page, line;

	if (!rounds || rounds > MOST_ROUNDS)
		return 2;
	line = open_echo();
	snprintf(path, sizeof path, "%s/page", arguments[2]);
	page = open(path, O_CREAT | O_TRUNC | O_RDWR, 0600);
	must(page >= 0, path);
	open_client(&writer, arguments[1]);
	open_client(&reader, arguments[1]);
	for (size_t i = 0; i < rounds; i++)
		hot.us[i] = time_echo(line);
	for (size_t i = 0; i < rounds; i++) {
		rest();
		echo.us[i] = time_echo(line);
		rest();
		disk.us[i] = time_disk(page);
		rest();
		change.us[i] = time_change(&writer, &reader, i);
	}
	close_client(&writer);
	close_client(&reader);
	close(line);
	close(page);
	unlink(path);
	print(hot.us, rounds);
	print(echo.us, rounds);
	print(disk.us, rounds);
	print(change.us, rounds);
	return 0;
}
