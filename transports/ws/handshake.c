#include "transports/ws/handshake.h"

#include <openssl/evp.h>

#include "core/base/hash.h"

static bool
is_base64(char byte)
{
	return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
	    (byte >= '0' && byte <= '9') || byte == '+' || byte == '/';
}

bool
weft__ws_is_key(struct weft_slice key)
{
	if (key.size != WEFT__WS_KEY_SIZE - 1 ||
	    memcmp(key.data + 22, "==", 2) != 0)
		return false;
	for (size_t i = 0; i < 22; i++)
		if (!is_base64(key.data[i]))
			return false;
	/* Of the last digit only two bits are used. */
	return memchr("AQgw", key.data[21], 4) != NULL;
}

void
weft__ws_make_key(const unsigned char bytes[16], char key[WEFT__WS_KEY_SIZE])
{
	EVP_EncodeBlock((unsigned char *)key, bytes, 16);
}

void
weft__ws_accept(struct weft_slice key, char accept[WEFT__WS_ACCEPT_SIZE])
{
	static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	struct weft__sha1_stream stream;
	struct weft__oid oid;

	weft__sha1_start(&stream);
	weft__sha1_add(&stream, key.data, key.size);
	weft__sha1_add(&stream, guid, sizeof guid - 1);
	weft__sha1_finish(&stream, &oid);
	EVP_EncodeBlock((unsigned char *)accept, oid.bytes, WEFT__OID_SIZE);
}
