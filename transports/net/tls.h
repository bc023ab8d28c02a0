/*
 * TLS for connections that come in: one certificate, which can be read anew
 * while connections are served.
 */
#ifndef TRANSPORTS_NET_TLS_H
#define TRANSPORTS_NET_TLS_H

#include <weft/error.h>

struct ssl_ctx_st;
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
 * Reads both files again, for weft__tls_take() or weft__tls_drop().  Returns
 * as weft__tls_create(); '*fresh' is NULL then.  Thread: any.
 */
WEFT_MUST_CHECK int weft__tls_read(const struct weft__tls *tls,
    struct ssl_ctx_st **fresh, struct weft_error *error);

/* New connections get what was read, which it takes over.  Thread: any. */
void weft__tls_take(struct weft__tls *tls, struct ssl_ctx_st *fresh);

/* Frees what was read.  NULL is allowed. */
void weft__tls_drop(struct ssl_ctx_st *fresh);

/*
 * The TLS side of a new connection on this socket, given to the caller; NULL
 * when out of memory.  Thread: any.
 */
struct ssl_st *weft__tls_accept(struct weft__tls *tls, int fd);

/* Frees it; connections that use it live on.  NULL is allowed. */
void weft__tls_destroy(struct weft__tls *tls);

#endif
