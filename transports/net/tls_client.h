/*
 * TLS for connections that go out: the server's certificate is verified, and
 * that it is for the host that was asked for.
 */
#ifndef TRANSPORTS_NET_TLS_CLIENT_H
#define TRANSPORTS_NET_TLS_CLIENT_H

#include <weft/error.h>

struct ssl_st;
struct weft__tls_client;

/*
 * 'authorities_path' is a PEM file of certificates to trust; NULL: the
 * system's.  TLS 1.2 and 1.3 only.
 * Returns 0; WEFT_ECONFIG if the file cannot be read; WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__tls_client_create(const char *authorities_path,
    struct weft__tls_client **tls, struct weft_error *error);

/*
 * The TLS side of a socket that is connected to this host (a name or a
 * numeric address), given to the caller; NULL when out of memory.
 * Thread: any.
 */
struct ssl_st *weft__tls_client_connect(
    struct weft__tls_client *tls, int fd, const char *host);

/* Why its certificate was refused (static text), or NULL if it was not. */
const char *weft__tls_client_distrust(const struct ssl_st *ssl);

/* Frees it; connections that use it live on.  NULL is allowed. */
void weft__tls_client_destroy(struct weft__tls_client *tls);

#endif
