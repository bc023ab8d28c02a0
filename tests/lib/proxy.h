/*
 * A line that goes wrong: a TCP proxy between a client and a server of this
 * machine.  What happens to a connection, and at which byte, comes out of a
 * seed; it runs on a thread of its own, with plain sockets.
 */
#ifndef TESTS_LIB_PROXY_H
#define TESTS_LIB_PROXY_H

#include <stdint.h>

/* What may happen to a connection, after some number of its bytes. */
enum proxy_fault {
	PROXY_NONE,      /* nothing */
	PROXY_CLOSE,     /* both sides see the end */
	PROXY_RESET,     /* both sides see a reset; some is lost */
	PROXY_SILENCE,   /* nothing comes any more; nobody is told */
	PROXY_HALF_OPEN, /* one side sees the end, the other is not told */
	PROXY_DELAY,     /* each piece waits for some ms */
	PROXY_THROTTLE,  /* a few bytes at a time */
	PROXY_DUPLICATE, /* a second connection brings the server all that the
	                    client sends; what it answers there is dropped */
	PROXY_FLIP,      /* a bit is changed */
	PROXY_FAULTS
};

struct proxy;

/*
 * Listens on a free port of 127.0.0.1 and connects on to 'port' there.  Each
 * connection gets one of the faults whose bits (1 << PROXY_...) are set.  It
 * must work, or the test fails.
 */
struct proxy *proxy_start(uint16_t port, unsigned faults, uint64_t seed);

/* Where it listens. */
uint16_t proxy_port(const struct proxy *proxy);

/* Where connections go on to from now on: the server has another port. */
void proxy_lead(struct proxy *proxy, uint16_t port);

/*
 * Nothing goes wrong from now on; connections that something has happened to,
 * or was going to, are reset.
 */
void proxy_heal(struct proxy *proxy);

/* How many connections have met this fault. */
unsigned proxy_count(const struct proxy *proxy, enum proxy_fault fault);

void proxy_stop(struct proxy *proxy);

#endif
