#include "transports/net/network.h"

#include <arpa/inet.h>
#include <stdlib.h>

/* Reads a numeric address as 16 bytes. */
static bool
parse_bytes(const char *text, unsigned char bytes[16])
{
	if (inet_pton(AF_INET6, text, bytes) == 1)
		return true;
	memset(bytes, 0, 10);
	memset(bytes + 10, 0xff, 2);
	return inet_pton(AF_INET, text, bytes + 12) == 1;
}

/* The digits behind the slash: at most 128. */
static bool
parse_bits(const char *text, unsigned most, unsigned *bits)
{
	*bits = 0;
	if (!*text)
		return false;
	for (; *text >= '0' && *text <= '9' && *bits <= most; text++)
		*bits = *bits * 10 + (unsigned)(*text - '0');
	return !*text && *bits <= most;
}

bool
weft__network_parse(const char *text, struct weft__network *network)
{
	const char *slash = strchr(text, '/');
	size_t size = slash ? (size_t)(slash - text) : strlen(text);
	char address[WEFT__ADDRESS_TEXT];
	bool is_ipv4 = !strchr(text, ':');

	network->bits = 128;
	if (size >= sizeof address)
		return false;
	memcpy(address, text, size);
	address[size] = '\0';
	if (!parse_bytes(address, network->bytes))
		return false;
	if (!slash)
		return true;
	if (!parse_bits(slash + 1, is_ipv4 ? 32 : 128, &network->bits))
		return false;
	network->bits += is_ipv4 ? 96 : 0;
	return true;
}

bool
weft__network_has(
    const struct weft__network *network, const struct weft__address *address)
{
	unsigned char bytes[16];
	unsigned whole = network->bits / 8, rest = network->bits % 8;

	if (!parse_bytes(address->text, bytes) ||
	    memcmp(bytes, network->bytes, whole) != 0)
		return false;
	return !rest ||
	    (bytes[whole] ^ network->bytes[whole]) >> (8 - rest) == 0;
}
