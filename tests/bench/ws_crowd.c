/*
 * ws-crowd PORT COUNT [tls]: so many clients of weft.repl.v1 at a server of
 * this machine.  Obeys lines on its standard input, and answers each with one:
 *
 *   open         when all are open: how many connections were lost so far
 *   want TEXT    from now on they listen for TEXT
 *   seen         when all are open and have heard it: connections lost so far
 *   fan ROUNDS   lets one write and the others hear of it: microseconds until
 *                they do, 50th, 99th of 100 and most; until it is durable, 50th
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <unistd.h>

#include "tests/bench/measure.h"
#include "tests/bench/ws_guest.h"

#define TURN_MS 5

static struct ws_guests guests;
static struct ws_guest *all;
static unsigned count;

/* What is waited for: 'wanted' is heard by each guest once. */
static char wanted[128];
static bool *has_heard;
static unsigned heard_count;
static double *heard_us; /* of all rounds */
static size_t heard_length;
static uint64_t began_ns;
static bool is_fanning;
static double pushed_us; /* 0: not yet */

static double
us_now(void)
{
	return (double)(bench_wall_ns() - began_ns) / 1e3;
}

static void
note(struct ws_guests *unused, unsigned number, const char *text)
{
	if (is_fanning && strncmp(text, "{\"t\":\"pushed\"", 13) == 0)
		pushed_us = us_now();
	if (!*wanted || has_heard[number] || !strstr(text, wanted))
		return;
	has_heard[number] = true;
	heard_count++;
	if (is_fanning)
		heard_us[heard_length++] = us_now();
}

/* A turn of the loop. */
static void
turn(void)
{
	struct epoll_event events[256];
	uint64_t now_ns = bench_wall_ns();
	int ready;

	for (unsigned i = 0; guests.open < count && i < count; i++)
		ws_guest_look(&all[i], now_ns);
	ready = epoll_wait(guests.poll, events, 256, TURN_MS);
	for (int i = 0; i < ready; i++)
		ws_guest_work(events[i].data.ptr);
}

static void
want(const char *text)
{
	snprintf(wanted, sizeof wanted, "%s", text);
	memset(has_heard, 0, count * sizeof *has_heard);
	heard_count = 0;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
rest(unsigned turns)
{
	while (turns--)
		turn();
}

/* One write of the first guest, until all others have heard of it. */
static void
fan_once(unsigned round)
{
	char id[32], push[512];

	snprintf(id, sizeof id, "fan-%d-%u", (int)getpid(), round);
	snprintf(push, sizeof push,
	    "{\"t\":\"push\",\"n\":%u,\"parts\":[{\"model\":\"Item\","
	    "\"updates\":[{\"id\":\"%s\",\"prev\":null,\"data\":{\"id\":"
	    "\"%s\",\"name\":\"%0130u\",\"quantity\":1}}]}]}",
	    round + 2, id, id, round);
	want(id);
	pushed_us = 0;
	began_ns = bench_wall_ns();
	ws_guest_say(&all[0], push);
	while (heard_count < count - 1 || !pushed_us)
		turn();
}

static void
fan(unsigned rounds)
{
	double *pushed = calloc(rounds, sizeof *pushed);

	heard_us = calloc((size_t)rounds * count, sizeof *heard_us);
	if (!pushed || !heard_us)
		abort();
	is_fanning = true;
	for (unsigned i = 0; i < rounds; i++) {
		rest(4);
		fan_once(i);
		pushed[i] = pushed_us;
	}
	is_fanning = false;
	qsort(heard_us, heard_length, sizeof *heard_us, compare);
	qsort(pushed, rounds, sizeof *pushed, compare);
	printf("%.1f %.1f %.1f %.1f\n", heard_us[heard_length / 2],
	    heard_us[heard_length * 99 / 100], heard_us[heard_length - 1],
	    pushed[rounds / 2]);
	free(pushed);
	free(heard_us);
	heard_length = 0;
}

static void
wait_for_all(bool until_heard)
{
	while (guests.open < count || (until_heard && heard_count < count))
		turn();
}

static void
obey(char *line)
{
	line[strcspn(line, "\n")] = '\0';
	if (strncmp(line, "fan ", 4) == 0) {
		fan((unsigned)strtoul(line + 4, NULL, 10));
		return;
	}
	if (strncmp(line, "want ", 5) == 0)
		want(line + 5);
	else
		wait_for_all(strcmp(line, "seen") == 0);
	printf("%u\n", guests.lost);
}

/* Whether there is a line to be read. */
static bool
is_told(void)
{
	fd_set set;
	struct timeval now = {0, 0};

	FD_ZERO(&set);
	FD_SET(STDIN_FILENO, &set);
	return select(STDIN_FILENO + 1, &set, NULL, NULL, &now) == 1;
}

int
main(int argument_count, char **arguments)
{
	char line[128];

	if (argument_count < 3)
		return 2;
	signal(SIGPIPE, SIG_IGN);
	setvbuf(stdin, NULL, _IONBF, 0);
	count = (unsigned)strtoul(arguments[2], NULL, 10);
	guests = (struct ws_guests){.poll = epoll_create1(0),
	    .port = (uint16_t)strtoul(arguments[1], NULL, 10),
	    .heard = note};
	if (argument_count > 3)
		guests.tls = SSL_CTX_new(TLS_client_method());
	all = calloc(count, sizeof *all);
	has_heard = calloc(count, sizeof *has_heard);
	if (!all || !has_heard)
		return 1;
	for (unsigned i = 0; i < count; i++)
		ws_guest_init(&all[i], &guests, i);
	for (;;) {
		turn();
		if (!is_told())
			continue;
		if (!fgets(line, sizeof line, stdin))
			return 0;
		obey(line);
		fflush(stdout);
	}
}
