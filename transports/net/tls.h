/*
 * TLS for connections that come in: one certificate, which can be read anew
 * while connections are served.
 */
#ifndef TRANSPORTS_NET_TLS_H
#define TRANSPORTS_NET_TLS_H

#include <weft/error.h>

struct ssl_st;
struct weft__tls;

/*
 * Reads a chain of certificates and its key (PEM files; the paths are
 * copied).  TLS 1.2 and 1.3 only, with forward secrecy.
 * Returns 0; WEFT_ECONFIG if a file cannot be read or they do not match;
 * WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__tls_create(const char *certificate_path,
    const char *key_path, struct weft__tls **tls, struct weft_error *error);

/*
 * Reads both files again: new connections get the new certificate.
 * Returns as weft__tls_create(); on failure the old one is kept.  Thread: any.
 */
WEFT_MUST_CHECK int weft__tls_reload(
    struct weft__tls *tls, struct weft_error *error);

/*
 * The TLS side of a new connection on this socket, given to the caller; NULL
 * when out of memory.  Thread: any.
 */
struct ssl_st *weft__tls_accept(struct weft__tls *tls, int fd);

/* Frees it; connections that use it live on.  NULL is allowed. */
void weft__tls_destroy(struct weft__tls *tls);

#endif
