/*
 * A daemon among many clients that do not behave: its memory stays bounded,
 * and others are served.
 */
#include "tests/lib/test.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/http.h"

#define MODEL \
	"{\"name\":\"Note\",\"trackChanges\":true,\"properties\":{" \
	"\"id\":{\"type\":\"string\",\"id\":true},\"text\":\"string\"}}"

#define POST_NOTES \
	"POST /api/Notes%s HTTP/1.1\r\nHost: x\r\n" \
	"Content-Type: application/json\r\n"

static struct http http; /* only its port */
static pid_t daemon_pid;
static char folder[32];
static char response[1 << 21];

static void
write_file(const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void
run_daemon(int out)
{
	const char *build = getenv("top_builddir");
	char path[4096];

	snprintf(path, sizeof path, "%s/weftd", build ? build : ".");
	dup2(out, STDOUT_FILENO);
	execl(path, "weftd", "--config", folder, (char *)NULL);
	_exit(127);
}

static int
start_daemon(void **state)
{
	struct rlimit files;
	char line[128] = "", models[64];
	unsigned port = 0;
	int out[2];
	FILE *lines;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
	files.rlim_cur = files.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
	snprintf(folder, sizeof folder, "/tmp/weft-crowd-XXXXXX");
	assert_non_null(mkdtemp(folder));
	write_file("config.json", "{\"host\":\"127.0.0.1\",\"port\":0}");
	write_file("weftd.json", "{\"log\":{\"level\":\"error\"}}");
	write_file("datasources.json",
	    "{\"db\":{\"connector\":\"sqlite\",\"file\":\"db.sqlite\"}}");
	write_file("model-config.json", "{\"_meta\":{\"sources\":[\"./models\"]},"
	    "\"Note\":{\"dataSource\":\"db\",\"public\":true}}");
	snprintf(models, sizeof models, "%s/models", folder);
	assert_int_equal(mkdir(models, 0700), 0);
	write_file("models/note.json", MODEL);
	assert_int_equal(pipe(out), 0);
	daemon_pid = fork();
	if (daemon_pid == 0)
		run_daemon(out[1]);
	close(out[1]);
	lines = fdopen(out[0], "r");
	assert_non_null(fgets(line, sizeof line, lines));
	fclose(lines);
	assert_int_equal(
	    sscanf(line, "listening http://127.0.0.1:%u", &port), 1);
	http.port = (uint16_t)port;
	return 0;
}

/* It is there to the end, and ends as it should. */
static int
stop_daemon(void **state)
{
	char command[128];
	int status;

	kill(daemon_pid, SIGTERM);
	assert_int_equal(waitpid(daemon_pid, &status, 0), daemon_pid);
	assert_int_equal(status, 0);
	snprintf(command, sizeof command, "rm -rf %s", folder);
	assert_int_equal(system(command), 0);
	return 0;
}

/* The daemon's anonymous memory. */
static long
memory_kb(void)
{
	char path[64], line[128];
	long kb = -1;
	FILE *file;

	snprintf(path, sizeof path, "/proc/%ld/status", (long)daemon_pid);
	file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof line, file))
		if (strncmp(line, "RssAnon:", 8) == 0)
			kb = strtol(line + 8, NULL, 10);
	fclose(file);
	return kb;
}

/* A sanitizer has memory of its own. */
static void
assert_grown_at_most(long before_kb, long most_kb)
{
	const char *sanitize = getenv("WEFT_SANITIZE");
	long grown_kb = memory_kb() - before_kb;

	print_message("# grown by %ld KB of %ld\n", grown_kb, most_kb);
	if (!sanitize || !*sanitize)
		assert_true(grown_kb <= most_kb);
}

/* Posts a JSON body; the status. */
static int
post(const char *body)
{
	char head[256];
	int fd = http_connect(&http), status;

	snprintf(head, sizeof head, POST_NOTES "Content-Length: %zu\r\n\r\n",
	    "", strlen(body));
	http_send(fd, head);
	http_send(fd, body);
	status = http_receive(fd, response, sizeof response);
	close(fd);
	return status;
}

/* So many records of 1 KB. */
static void
make_records(unsigned count)
{
	static char body[1 << 21];
	size_t size = 0;

	for (unsigned i = 0; i < count; i++)
		size += (size_t)snprintf(body + size, sizeof body - size,
		    "%c{\"id\":\"n%u\",\"text\":\"%01000u\"}", i ? ',' : '[',
		    i, i);
	snprintf(body + size, sizeof body - size, "]");
	assert_int_equal(post(body), 200);
}

/* A record is written and read. */
static void
assert_serves(void)
{
	static unsigned count;
	char text[128], request[128];

	snprintf(text, sizeof text, "{\"id\":\"s%u\",\"text\":\"x\"}",
	    ++count);
	assert_int_equal(post(text), 200);
	snprintf(request, sizeof request,
	    "GET /api/Notes/s%u HTTP/1.1\r\nHost: x\r\n\r\n", count);
	assert_int_equal(
	    http_ask(&http, request, response, sizeof response), 200);
	assert_string_equal(http_body(response), text);
}

/* How many connections this test may have, of so many. */
static unsigned
possible(unsigned wanted)
{
	struct rlimit files;

	getrlimit(RLIMIT_NOFILE, &files);
	return files.rlim_cur < wanted + 200 ? (unsigned)files.rlim_cur - 200
					     : wanted;
}

/* Asks for an answer of a megabyte, of which the sockets hold a part, and
 * waits until it has begun. */
static int
ask_slowly(void)
{
	int fd = http_connect(&http), small = 4096;
	char byte;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	http_send(fd, "GET /api/Notes HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_int_equal(recv(fd, &byte, 1, MSG_PEEK), 1);
	return fd;
}

static void
crowd__of_slow_readers_takes_no_memory(void **state)
{
	const char *is_long = getenv("WEFT_LONG");
	const unsigned count =
	    possible(is_long && *is_long == '1' ? 4000 : 1000);
	const unsigned first = count / 4;
	int *fds = calloc(count, sizeof *fds);
	long before = 0;

	make_records(1000);
	for (unsigned i = 0; i < count; i++) {
		/* What the database's cache takes is there by then. */
		if (i == first)
			before = memory_kb();
		fds[i] = ask_slowly();
	}
	assert_grown_at_most(before, (long)(count - first) * 8);
	assert_serves();
	/* One that reads after all gets everything. */
	assert_int_equal(
	    http_receive(fds[0], response, sizeof response), 200);
	assert_int_equal(strlen(http_body(response)) / 1000000, 1);
	for (unsigned i = 0; i < count; i++)
		close(fds[i]);
	free(fds);
}

static void
crowd__of_idle_connections_takes_little(void **state)
{
	static const char request[] =
	    "GET /api/Notes/count HTTP/1.1\r\nHost: x\r\n\r\n";
	const unsigned count = possible(5000);
	int *fds = calloc(count, sizeof *fds);
	long before;

	assert_serves();
	before = memory_kb();
	for (unsigned i = 0; i < count; i++) {
		fds[i] = http_connect(&http);
		http_send(fds[i], request);
		assert_int_equal(
		    http_receive(fds[i], response, sizeof response), 200);
	}
	assert_grown_at_most(before, (long)count * 4);
	assert_serves();
	for (unsigned i = 0; i < count; i++)
		close(fds[i]);
	free(fds);
}

/* What one of a storm sends before it leaves. */
static const char *const fragments[] = {
    "",
    "G",
    "GET /api/Notes HTTP/1.1\r\nHost:",
    "GET /api/Notes HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /api/Notes/change-stream?_format=event-stream HTTP/1.1\r\n"
    "Host: x\r\n\r\n",
    "POST /api/Notes HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n"
    "Content-Type: application/json\r\n\r\n[{",
    "POST /api/Notes/bulk-update HTTP/1.1\r\nHost: x\r\n"
    "Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n"
    "10\r\n{\"updates\":[{}]}\r\n0\r\n\r\n",
    "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
};

static void
storm(unsigned count)
{
	const struct linger at_once = {.l_onoff = 1};

	for (unsigned i = 0; i < count; i++) {
		int fd = http_connect(&http);

		http_send(fd, fragments[i % 8]);
		if (i % 3 == 0)
			setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once,
			    sizeof at_once);
		close(fd);
		if (i % 1000 == 0)
			assert_serves();
	}
}

static void
crowd__that_comes_and_goes_leaves_nothing(void **state)
{
	long before;

	make_records(100);
	storm(4000); /* what is kept for later use is there now */
	before = memory_kb();
	storm(16000);
	assert_serves();
	assert_grown_at_most(before, 8192);
}

/* What announces too much is refused before it comes. */
static void
crowd__of_large_bodies_is_turned_away(void **state)
{
	char request[256];

	for (unsigned i = 0; i < 100; i++) {
		snprintf(request, sizeof request,
		    POST_NOTES "Content-Length: %u\r\n%s\r\n",
		    i % 2 ? "" : "/bulk-update", i % 2 ? 1048577 : 268435457,
		    i % 3 ? "" : "Expect: 100-continue\r\n");
		assert_int_equal(http_ask(
		    &http, request, response, sizeof response), 413);
	}
	assert_serves();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		crowd__of_slow_readers_takes_no_memory, start_daemon,
		stop_daemon),
	    cmocka_unit_test_setup_teardown(
		crowd__of_idle_connections_takes_little, start_daemon,
		stop_daemon),
	    cmocka_unit_test_setup_teardown(
		crowd__that_comes_and_goes_leaves_nothing, start_daemon,
		stop_daemon),
	    cmocka_unit_test_setup_teardown(
		crowd__of_large_bodies_is_turned_away, start_daemon,
		stop_daemon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
