/*
 * Networks: an address with the number of its bits that count, "10.0.0.0/8".
 */
#ifndef TRANSPORTS_NET_NETWORK_H
#define TRANSPORTS_NET_NETWORK_H

#include "transports/net/address.h"

struct weft__network {
	unsigned char bytes[16]; /* IPv4 as ::ffff:a.b.c.d */
	unsigned bits;
};

/* Reads an address, or a network; returns whether the text is one. */
bool weft__network_parse(const char *text, struct weft__network *network);

/* Whether the address is in the network. */
bool weft__network_has(
    const struct weft__network *network, const struct weft__address *address);

#endif
