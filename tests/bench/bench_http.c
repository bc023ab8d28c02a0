/*
 * The HTTP layer alone: requests a second and CPU time of the server for
 * each, against a loop that only reads and writes; memory of idle
 * connections.
 */
#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/bench/http_floor.h"
#include "tests/bench/http_load.h"
#include "tests/lib/certificate.h"
#include "transports/http/server.h"
#include "transports/net/tls.h"

#define REQUESTS 30000
#define IDLE 5000

static char body[100 * 1024];
static struct http_load load;
static struct weft__http_server *server;
static struct weft__tls *tls;
static uint16_t plain_port, tls_port, floor_port;

/* /100 or /102400: so many bytes. */
static void
answer(struct weft__http_request *request, struct weft__http_response *out,
    void *context)
{
	struct weft_slice name = request->segments[0];
	size_t size = name.size > 3 ? sizeof body : 100;

	weft__http_respond(out, 200, weft_slice_of(body, size));
}

static int
start(void)
{
	static const struct weft__http_handler handler = {.request = answer};
	char certificate[128], key[128];
	struct weft__http_config config;

	snprintf(certificate, sizeof certificate, "%s/c.pem", bench_directory);
	snprintf(key, sizeof key, "%s/k.pem", bench_directory);
	memset(body, 'a', sizeof body);
	weft__http_config_init(&config);
	config.thread_count = 1;
	config.connections_of_address = 2 * IDLE;
	config.requests_of_connection = SIZE_MAX;
	return certificate_make("bench", certificate, key) != 0 ||
	    weft__tls_create(certificate, key, &tls, NULL) != 0 ||
	    weft__http_server_create(&config, &handler, &server, NULL) != 0 ||
	    weft__http_server_listen(server, "127.0.0.1", 0, NULL, &plain_port,
	        NULL) != 0 ||
	    weft__http_server_listen(server, "127.0.0.1", 0, tls, &tls_port,
	        NULL) != 0 ||
	    weft__http_server_start(server, NULL) != 0 ||
	    !http_floor_start(&floor_port);
}

/* One line of the table. */
static int
measure(const char *name, uint16_t port, bool has_tls, unsigned count,
    unsigned requests, const char *path)
{
	uint64_t cpu_ns, took_ns, best_cpu_ns = UINT64_MAX,
	    best_took_ns = UINT64_MAX;

	for (int round = 0; round < 3; round++) {
		cpu_ns = bench_cpu_ns();
		if (!http_load_run(&load, port, has_tls, count, requests, path,
			&took_ns))
			return 1;
		cpu_ns = bench_cpu_ns() - cpu_ns;
		if (cpu_ns < best_cpu_ns)
			best_cpu_ns = cpu_ns;
		if (took_ns < best_took_ns)
			best_took_ns = took_ns;
	}
	printf("  %-28s %4u connections %8.0f requests/s, CPU %s each\n", name,
	    count, requests / (best_took_ns / 1e9),
	    bench_time((double)best_cpu_ns / requests));
	fflush(stdout);
	return 0;
}

/* The process's anonymous memory, in KB. */
static long
memory_kb(void)
{
	FILE *file = fopen("/proc/self/status", "r");
	char line[256];
	long kb = -1;

	while (file && fgets(line, sizeof line, file))
		if (strncmp(line, "RssAnon:", 8) == 0)
			kb = strtol(line + 8, NULL, 10);
	if (file)
		fclose(file);
	return kb;
}

static int
hold(const char *name, uint16_t port, bool has_tls)
{
	long before = memory_kb();

	if (!http_load_hold(&load, port, has_tls, IDLE, "/100"))
		return 1;
	printf("  %-28s %4d connections, each %ld bytes\n", name, IDLE,
	    (memory_kb() - before) * 1024 / IDLE);
	fflush(stdout);
	return 0;
}

/* Descriptors for both ends. */
static void
raise_limit(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int
bench_http(void)
{
	int status;

	puts("http: keep-alive requests on one thread, 100 bytes");
	raise_limit();
	status = !http_load_start(&load) || start();
	status = status || hold("idle, plain", plain_port, false) ||
	    hold("idle, TLS", tls_port, true);
	for (unsigned count = 1; !status && count <= 32; count += 31)
		status = measure("read and write only", floor_port, false,
		             count, REQUESTS, "/100") ||
		    measure("weft, plain", plain_port, false, count, REQUESTS,
		        "/100") ||
		    measure("weft, TLS", tls_port, true, count, REQUESTS,
		        "/100") ||
		    measure("weft, plain, 100 KiB", plain_port, false, count,
		        REQUESTS / 10, "/102400");
	http_load_stop(&load);
	weft__http_server_destroy(server);
	weft__tls_destroy(tls);
	return status;
}
