/*
 * Addresses of peers: as text for people, and as a key for limits.
 */
#ifndef TRANSPORTS_NET_ADDRESS_H
#define TRANSPORTS_NET_ADDRESS_H

#include <weft/types.h>

struct sockaddr;

#define WEFT__ADDRESS_TEXT 48 /* bytes, with the NUL */
#define WEFT__ADDRESS_KEY 16  /* bytes */

struct weft__address {
	char text[WEFT__ADDRESS_TEXT]; /* numeric, without the port */
	/*
	 * Who is counted as one by limits: an IPv4 address (as ::ffff:a.b.c.d),
	 * or the first 64 bits of an IPv6 address, which one host owns whole.
	 */
	unsigned char key[WEFT__ADDRESS_KEY];
	uint16_t port;
};

/* Reads a numeric address; port 0.  Returns whether the text is one. */
bool weft__address_read(
    struct weft_slice text, struct weft__address *address);

/* Sets '*address'; of an unknown family it is "-" and port 0. */
void weft__address_set(
    struct weft__address *address, const struct sockaddr *peer);

#endif
