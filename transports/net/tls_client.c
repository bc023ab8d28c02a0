#include "transports/net/tls_client.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "core/base/alloc.h"

struct weft__tls_client {
	SSL_CTX *context;
};

/* What is allowed; the same as at our servers (tls.c). */
static bool
restrict_context(SSL_CTX *context)
{
	static const unsigned char http_1_1[] = "\x08http/1.1";

	SSL_CTX_set_options(
	    context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS |
	        SSL_MODE_ENABLE_PARTIAL_WRITE |
	        SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_read_ahead(context, 1);
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
	return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) &&
	    SSL_CTX_set_cipher_list(
	        context, "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL") &&
	    SSL_CTX_set_alpn_protos(
	        context, http_1_1, sizeof http_1_1 - 1) == 0;
}

int
weft__tls_client_create(const char *authorities_path,
    struct weft__tls_client **tls_out, struct weft_error *error)
{
	struct weft__tls_client *tls = weft__calloc(1, sizeof *tls);
	int code = 0;

	*tls_out = NULL;
	ERR_clear_error();
	if (tls)
		tls->context = SSL_CTX_new(TLS_client_method());
	if (!tls || !tls->context || !restrict_context(tls->context))
		code = weft_error_set(error, WEFT_ENOMEM, "TLS");
	else if (authorities_path
	        ? SSL_CTX_load_verify_file(tls->context, authorities_path) != 1
	        : SSL_CTX_set_default_verify_paths(tls->context) != 1)
		code = weft_error_set(error, WEFT_ECONFIG,
		    "TLS: %s: cannot be read as certificates",
		    authorities_path ? authorities_path : "the system's");
	ERR_clear_error();
	if (code) {
		weft__tls_client_destroy(tls);
		return code;
	}
	*tls_out = tls;
	return 0;
}

/* Has the certificate checked against a name, or a numeric address. */
static bool
expect_host(SSL *ssl, const char *host)
{
	if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1)
		return true;
	SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return SSL_set1_host(ssl, host) == 1 &&
	    SSL_set_tlsext_host_name(ssl, host) == 1;
}

struct ssl_st *
weft__tls_client_connect(
    struct weft__tls_client *tls, int fd, const char *host)
{
	SSL *ssl = SSL_new(tls->context);

	if (ssl && SSL_set_fd(ssl, fd) == 1 && expect_host(ssl, host)) {
		SSL_set_connect_state(ssl);
		ERR_clear_error();
		return ssl;
	}
	SSL_free(ssl);
	ERR_clear_error();
	return NULL;
}

const char *
weft__tls_client_distrust(const struct ssl_st *ssl)
{
	long result = SSL_get_verify_result(ssl);

	return result == X509_V_OK ? NULL
	                           : X509_verify_cert_error_string(result);
}

void
weft__tls_client_destroy(struct weft__tls_client *tls)
{
	if (!tls)
		return;
	SSL_CTX_free(tls->context);
	weft__free(tls);
}
