/*
 * http-load PORT PATH CONNECTIONS REQUESTS [tls]: prints the nanoseconds that
 * so many GETs take.  With 0 requests each connection asks once; then all are
 * held, until this process ends.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/bench/http_load.h"

int
main(int count, char **arguments)
{
	struct http_load load;
	uint64_t took_ns = 0;
	uint16_t port;
	unsigned connections, requests;
	bool has_tls = count > 5, is_good;

	if (count < 5)
		return 2;
	port = (uint16_t)strtoul(arguments[1], NULL, 10);
	connections = (unsigned)strtoul(arguments[3], NULL, 10);
	requests = (unsigned)strtoul(arguments[4], NULL, 10);
	if (!http_load_start(&load))
		return 1;
	if (requests)
		is_good = http_load_run(&load, port, has_tls, connections,
		    requests, arguments[2], &took_ns);
	else
		is_good = http_load_hold(
		    &load, port, has_tls, connections, arguments[2]);
	printf("%llu\n", (unsigned long long)took_ns);
	fflush(stdout);
	while (is_good && !requests)
		pause();
	http_load_stop(&load);
	return !is_good;
}
