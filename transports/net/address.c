#include "transports/net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

static const unsigned char mapped[12] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static void
set_ipv4(struct weft__address *address, const void *bytes)
{
	memcpy(address->key, mapped, sizeof mapped);
	memcpy(address->key + sizeof mapped, bytes, 4);
	inet_ntop(AF_INET, bytes, address->text, sizeof address->text);
}

static void
set_ipv6(struct weft__address *address, const unsigned char *bytes)
{
	if (memcmp(bytes, mapped, sizeof mapped) == 0) {
		set_ipv4(address, bytes + sizeof mapped);
		return;
	}
	memcpy(address->key, bytes, 8);
	inet_ntop(AF_INET6, bytes, address->text, sizeof address->text);
}

void
weft__address_set(struct weft__address *address, const struct sockaddr *peer)
{
	*address = (struct weft__address){.text = "-"};
	if (peer->sa_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, peer, sizeof in);
		set_ipv4(address, &in.sin_addr);
		address->port = ntohs(in.sin_port);
	} else if (peer->sa_family == AF_INET6) {
		struct sockaddr_in6 in;

		memcpy(&in, peer, sizeof in);
		set_ipv6(address, in.sin6_addr.s6_addr);
		address->port = ntohs(in.sin6_port);
	}
}

bool
weft__address_read(struct weft_slice text, struct weft__address *address)
{
	unsigned char bytes[16];
	char copy[WEFT__ADDRESS_TEXT];

	*address = (struct weft__address){.text = "-"};
	if (text.size >= sizeof copy)
		return false;
	memcpy(copy, text.data, text.size);
	copy[text.size] = '\0';
	if (inet_pton(AF_INET, copy, bytes) == 1)
		set_ipv4(address, bytes);
	else if (inet_pton(AF_INET6, copy, bytes) == 1)
		set_ipv6(address, bytes);
	else
		return false;
	return true;
}
