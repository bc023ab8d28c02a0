/*
 * Clients of an HTTP server, in a process of their own: what they cost is not
 * what the server costs.
 */
#ifndef TESTS_BENCH_HTTP_LOAD_H
#define TESTS_BENCH_HTTP_LOAD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct http_load {
	pid_t process;
	int commands; /* where the clients' process reads what to do */
	int results;  /* where it says what came of it */
};

/* Starts it; to be called before there are threads. */
bool http_load_start(struct http_load *load);

/* Ends it. */
void http_load_stop(struct http_load *load);

/*
 * 'count' connections (TLS or not) ask for 'path' one request after the
 * other, until there were 'requests' of them.  Returns false if one failed;
 * '*took_ns' is the time from the first to the last.
 */
bool http_load_run(struct http_load *load, uint16_t port, bool has_tls,
    unsigned count, unsigned requests, const char *path, uint64_t *took_ns);

/*
 * 'count' connections ask for 'path' once each and then stay, until the next
 * call.
 */
bool http_load_hold(struct http_load *load, uint16_t port, bool has_tls,
    unsigned count, const char *path);

#endif
