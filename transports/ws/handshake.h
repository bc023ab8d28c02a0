/*
 * What both sides of the opening handshake (RFC 6455, section 4) need.
 */
#ifndef TRANSPORTS_WS_HANDSHAKE_H
#define TRANSPORTS_WS_HANDSHAKE_H

#include <weft/types.h>

/* Bytes of a key and of what it is accepted with, with the NUL. */
#define WEFT__WS_KEY_SIZE 25
#define WEFT__WS_ACCEPT_SIZE 29

/* Whether it is the base64 of 16 bytes. */
bool weft__ws_is_key(struct weft_slice key);

/* Writes the key for 16 bytes, which should be random. */
void weft__ws_make_key(
    const unsigned char bytes[16], char key[WEFT__WS_KEY_SIZE]);

/* Writes what the server proves with that it has understood the key. */
void weft__ws_accept(struct weft_slice key, char accept[WEFT__WS_ACCEPT_SIZE]);

#endif
