/*
 * ws-live URL DIRECTORY ROUNDS: how long it takes until a record that one
 * client of weft.repl.v1 writes is seen by another one.  Both have their
 * records in memory; the server waits for its disk in between.
 *
 * Prints microseconds, median and 99th of 100: of these, of a TCP echo over
 * loopback, and of an fdatasync() of a page written to a file in DIRECTORY.
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/measure.h"
#include "tests/bench/records.h"

#define ECHO_ROUNDS 5000
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

static void
measure_echo(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	    .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int listening = socket(AF_INET, SOCK_STREAM, 0), fd;
	socklen_t size = sizeof address;
	static double us[ECHO_ROUNDS];
	char bytes[ECHO_SIZE] = "";
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
	for (int i = 0; i < ECHO_ROUNDS; i++) {
		uint64_t began_ns = bench_wall_ns();

		must(send(fd, bytes, sizeof bytes, 0) > 0 &&
		        receive_all(fd, bytes, sizeof bytes), "no echo");
		us[i] = us_since(began_ns);
	}
	close(fd);
	close(listening);
	wait(NULL);
	print(us, ECHO_ROUNDS);
}

static void
measure_disk(const char *directory, size_t rounds)
{
	double *us = calloc(rounds, sizeof *us);
	char page[PAGE] = "", path[4096];
	uint64_t began_ns;
	int fd;

	snprintf(path, sizeof path, "%s/page", directory);
	fd = open(path, O_CREAT | O_TRUNC | O_RDWR, 0600);
	must(us && fd >= 0, path);
	for (size_t i = 0; i < rounds; i++) {
		rest();
		must(write(fd, page, PAGE) == PAGE, path);
		began_ns = bench_wall_ns();
		must(!fdatasync(fd), path);
		us[i] = us_since(began_ns);
	}
	close(fd);
	unlink(path);
	print(us, rounds);
	free(us);
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

static void
measure_changes(const char *url, size_t rounds)
{
	double *us = calloc(rounds, sizeof *us);
	struct weft_buf record = WEFT_BUF_INIT(4096);
	struct weft_error error = {0, ""};
	struct client writer, reader;
	uint64_t began_ns;

	open_client(&writer, url);
	open_client(&reader, url);
	for (size_t i = 0; i < rounds; i++) {
		rest();
		record.size = 0;
		bench_record_write(&record, i % 100, 1 + (unsigned)(i / 100));
		began_ns = bench_wall_ns();
		must(!weft_record_replace_or_create(writer.database.model,
		         NULL, weft_buf_slice(&record), NULL, &error),
		    error.text);
		sem_wait(&reader.seen);
		us[i] = us_since(began_ns);
	}
	close_client(&writer);
	close_client(&reader);
	weft_buf_fini(&record);
	print(us, rounds);
	free(us);
}

int
main(int count, char **arguments)
{
	size_t rounds;

	if (count != 4)
		return 2;
	rounds = strtoul(arguments[3], NULL, 10);
	measure_echo();
	measure_disk(arguments[2], rounds);
	measure_changes(arguments[1], rounds);
	return 0;
}
