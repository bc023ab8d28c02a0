#include "transports/net/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <string.h>

#include "core/base/alloc.h"

struct weft__tls {
	pthread_mutex_t lock; /* for 'context', which a reload replaces */
	SSL_CTX *context;
	char *certificate_path;
	char *key_path;
};

/* What OpenSSL first found wrong with a file; the rest is where it was. */
static int
failed(const char *path, struct weft_error *error)
{
	unsigned long code = ERR_peek_error();
	const char *reason = ERR_SYSTEM_ERROR(code)
	    ? strerror(ERR_GET_REASON(code))
	    : ERR_reason_error_string(code);

	ERR_clear_error();
	return weft_error_set(error, WEFT_ECONFIG, "TLS: %s: %s", path,
	    reason ? reason : "unknown reason");
}

/* A client may offer several protocols; this is the one we speak. */
static int
select_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_size,
    const unsigned char *offered, unsigned offered_size, void *context)
{
	static const unsigned char ours[] = "\x08http/1.1";
	unsigned char *selected;

	if (SSL_select_next_proto(&selected, out_size, ours, sizeof ours - 1,
		offered, offered_size) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*out = selected;
	return SSL_TLSEXT_ERR_OK;
}

/*
 * What is allowed.  Buffers are released between records: an idle connection
 * is to cost little.  Sessions are resumed by tickets only, which take no
 * memory here.
 */
static bool
restrict_context(SSL_CTX *context)
{
	SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION |
	        SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
	        SSL_OP_PRIORITIZE_CHACHA);
	SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS |
	        SSL_MODE_ENABLE_PARTIAL_WRITE |
	        SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_read_ahead(context, 1);
	SSL_CTX_set_alpn_select_cb(context, select_protocol, NULL);
	return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) &&
	    SSL_CTX_set_cipher_list(
	        context, "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL") &&
	    SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384") &&
	    SSL_CTX_set_num_tickets(context, 1);
}

static int
load(SSL_CTX *context, const struct weft__tls *tls, struct weft_error *error)
{
	ERR_clear_error();
	if (SSL_CTX_use_certificate_chain_file(
		context, tls->certificate_path) != 1)
		return failed(tls->certificate_path, error);
	if (SSL_CTX_use_PrivateKey_file(
		context, tls->key_path, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_check_private_key(context) != 1)
		return failed(tls->key_path, error);
	return 0;
}

int
weft__tls_read(const struct weft__tls *tls, struct ssl_ctx_st **fresh,
    struct weft_error *error)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	int code;

	*fresh = NULL;
	if (!context || !restrict_context(context)) {
		SSL_CTX_free(context);
		return weft_error_set(error, WEFT_ENOMEM, "TLS");
	}
	code = load(context, tls, error);
	if (code)
		SSL_CTX_free(context);
	else
		*fresh = context;
	return code;
}

void
weft__tls_drop(struct ssl_ctx_st *fresh)
{
	SSL_CTX_free(fresh);
}

void
weft__tls_take(struct weft__tls *tls, struct ssl_ctx_st *fresh)
{
	SSL_CTX *old;

	pthread_mutex_lock(&tls->lock);
	old = tls->context;
	tls->context = fresh;
	pthread_mutex_unlock(&tls->lock);
	SSL_CTX_free(old);
}

int
weft__tls_create(const char *certificate_path, const char *key_path,
    struct weft__tls **tls_out, struct weft_error *error)
{
	struct weft__tls *tls = weft__calloc(1, sizeof *tls);
	int code;

	*tls_out = NULL;
	if (!tls)
		return weft_error_set(error, WEFT_ENOMEM, "TLS");
	pthread_mutex_init(&tls->lock, NULL);
	tls->certificate_path = weft__strdup(certificate_path);
	tls->key_path = weft__strdup(key_path);
	if (!tls->certificate_path || !tls->key_path)
		code = weft_error_set(error, WEFT_ENOMEM, "TLS");
	else
		code = weft__tls_read(tls, &tls->context, error);
	if (code) {
		weft__tls_destroy(tls);
		return code;
	}
	*tls_out = tls;
	return 0;
}

struct ssl_st *
weft__tls_accept(struct weft__tls *tls, int fd)
{
	SSL *ssl;

	pthread_mutex_lock(&tls->lock);
	ssl = SSL_new(tls->context);
	pthread_mutex_unlock(&tls->lock);
	if (!ssl)
		return NULL;
	if (SSL_set_fd(ssl, fd) != 1) {
		SSL_free(ssl);
		return NULL;
	}
	SSL_set_accept_state(ssl);
	return ssl;
}

void
weft__tls_destroy(struct weft__tls *tls)
{
	if (!tls)
		return;
	SSL_CTX_free(tls->context);
	weft__free(tls->certificate_path);
	weft__free(tls->key_path);
	pthread_mutex_destroy(&tls->lock);
	weft__free(tls);
}
