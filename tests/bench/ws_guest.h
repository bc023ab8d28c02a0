/*
 * One of many clients of weft.repl.v1, with messages of text: it connects, for
 * ever, opens Item live, acknowledges what comes, and goes on from its position
 * when the connection was lost.  Nothing of it blocks.
 */
#ifndef TESTS_BENCH_WS_GUEST_H
#define TESTS_BENCH_WS_GUEST_H

#include <openssl/ssl.h>

#include "tests/bench/ws_raw.h"

enum ws_guest_state {
	WS_GUEST_AWAY, /* comes back at 'again_ns' */
	WS_GUEST_CONNECTING,
	WS_GUEST_SHAKING, /* TLS */
	WS_GUEST_UPGRADING,
	WS_GUEST_OPENING,
	WS_GUEST_OPEN
};

/* What all guests share. */
struct ws_guests {
	int poll;      /* epoll, in which they are by their pointers */
	uint16_t port;
	SSL_CTX *tls;  /* NULL: plain */
	unsigned open; /* how many are */
	unsigned lost; /* connections, so far */
	/* A message came to an open guest; a string. */
	void (*heard)(struct ws_guests *guests, unsigned number,
	    const char *text);
};

struct ws_guest {
	struct ws_guests *guests;
	unsigned number;
	enum ws_guest_state state;
	int fd;
	SSL *ssl;
	struct ws_raw_reader reader;
	char *text;          /* what has come of a message */
	size_t text_size;
	char position[132];  /* to go on from; "": none */
	unsigned batches;    /* since it is open */
	unsigned failures;   /* in a row */
	uint64_t after_ms;   /* the server wants so long to be left alone */
	uint64_t again_ns;
};

/* It is away, and comes as soon as it is looked at. */
void ws_guest_init(
    struct ws_guest *guest, struct ws_guests *guests, unsigned number);

/* Its time may have come. */
void ws_guest_look(struct ws_guest *guest, uint64_t now_ns);

/* Its socket has something to say. */
void ws_guest_work(struct ws_guest *guest);

/* Sends a message. */
void ws_guest_say(struct ws_guest *guest, const char *text);

#endif
