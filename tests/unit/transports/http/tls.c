/*
 * Tests of transports/net/tls.h under the HTTP server, with certificates that
 * the test makes.
 */
#include "tests/lib/test.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/certificate.h"
#include "tests/lib/http.h"
#include "transports/net/tls.h"

static char folder[] = "/tmp/weft-tls-XXXXXX";
static char certificate_path[64], key_path[64];
static char text[1 << 20];
static char large[4 * 1024 * 1024];
static struct http http;
static struct weft__tls *tls;

static void
echo(struct weft__http_request *request, struct weft__http_response *answer,
    void *context)
{
	struct weft_slice body;

	assert_true(request->is_secure);
	assert_int_equal(weft__http_body(request, &body, NULL), 0);
	if (weft_slice_equal(request->path, weft_slice("/large")))
		body = weft_slice_of(large, sizeof large);
	weft__http_respond(answer, 200, body);
}

static const struct weft__http_handler handler = {.request = echo};

static int
start(void **state)
{
	struct weft_error error = {0, ""};

	if (!mkdtemp(folder))
		return -1;
	snprintf(certificate_path, sizeof certificate_path, "%s/c.pem", folder);
	snprintf(key_path, sizeof key_path, "%s/k.pem", folder);
	certificate_make("first", certificate_path, key_path);
	for (size_t i = 0; i < sizeof large; i++)
		large[i] = (char)(i * i);
	if (weft__tls_create(certificate_path, key_path, &tls, &error))
		return -1;
	http_init(&http);
	http.config.body_limit = sizeof large;
	http_start(&http, &handler, tls);
	return 0;
}

static int
stop(void **state)
{
	http_stop(&http);
	weft__tls_destroy(tls);
	unlink(certificate_path);
	unlink(key_path);
	return rmdir(folder);
}

/* A client of one protocol version; NULL if there was no agreement. */
static SSL *
connect_tls(int version)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	SSL *ssl;

	SSL_CTX_set_min_proto_version(context, version);
	SSL_CTX_set_max_proto_version(context, version);
	SSL_CTX_set_security_level(context, 0);
	ssl = SSL_new(context);
	SSL_CTX_free(context);
	SSL_set_fd(ssl, http_connect(&http));
	if (SSL_connect(ssl) == 1)
		return ssl;
	close(SSL_get_fd(ssl));
	SSL_free(ssl);
	ERR_clear_error();
	return NULL;
}

static void
disconnect(SSL *ssl)
{
	int fd = SSL_get_fd(ssl);

	SSL_shutdown(ssl);
	SSL_free(ssl);
	close(fd);
}

static void
write_tls(SSL *ssl, const char *data, size_t size)
{
	while (size) {
		int sent = SSL_write(ssl, data, (int)size);

		assert_true(sent > 0);
		data += sent;
		size -= (size_t)sent;
	}
}

static void
read_tls(SSL *ssl, char *data, size_t size)
{
	while (size) {
		int got = SSL_read(ssl, data, (int)size);

		assert_true(got > 0);
		data += got;
		size -= (size_t)got;
	}
}

/* Reads a head, byte by byte. */
static void
read_head(SSL *ssl)
{
	size_t size = 0;

	do {
		read_tls(ssl, text + size++, 1);
		text[size] = '\0';
	} while (!strstr(text, "\r\n\r\n"));
}

static void
tls__carries_requests_in_both_versions(void **state)
{
	static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
	static const char request[] = "POST / HTTP/1.1\r\nHost: x\r\n"
	                              "Content-Length: 5\r\n\r\nhello";

	for (size_t i = 0; i < 2; i++) {
		SSL *ssl = connect_tls(versions[i]);

		assert_non_null(ssl);
		assert_int_equal(SSL_version(ssl), versions[i]);
		for (int again = 0; again < 3; again++) {
			write_tls(ssl, request, sizeof request - 1);
			read_head(ssl);
			read_tls(ssl, text, 5);
			assert_memory_equal(text, "hello", 5);
		}
		disconnect(ssl);
	}
}

static void
tls__refuses_what_is_older_or_not_tls(void **state)
{
	int fd;

	assert_null(connect_tls(TLS1_VERSION));
	assert_null(connect_tls(TLS1_1_VERSION));
	fd = http_connect(&http);
	http_send(fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
	http_drain(fd); /* an alert at most; then it is closed */
}

/* Sends what the client's TLS has to say. */
static void
send_pending(int fd, BIO *out)
{
	int size = BIO_read(out, text, sizeof text);

	if (size > 0)
		http_send_bytes(fd, text, (size_t)size);
}

static void
tls__takes_a_request_that_comes_with_the_last_of_the_handshake(void **state)
{
	static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
	static const char request[] = "POST / HTTP/1.1\r\nHost: x\r\n"
	                              "Content-Length: 5\r\n\r\nhello";

	for (size_t i = 0; i < 2; i++) {
		SSL_CTX *context = SSL_CTX_new(TLS_client_method());
		SSL *ssl = SSL_new(context);
		BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
		int fd = http_connect(&http), got;

		SSL_set_max_proto_version(ssl, versions[i]);
		SSL_set_bio(ssl, in, out);
		while (SSL_connect(ssl) != 1) {
			send_pending(fd, out);
			got = (int)recv(fd, text, sizeof text, 0);
			assert_true(got > 0);
			BIO_write(in, text, got);
		}
		write_tls(ssl, request, sizeof request - 1);
		send_pending(fd, out);
		do {
			got = (int)recv(fd, text, sizeof text, 0);
			assert_true(got > 0);
			BIO_write(in, text, got);
			got = SSL_read(ssl, text, sizeof text - 1);
		} while (got <= 0);
		assert_memory_equal(text, "HTTP/1.1 200 OK\r\n", 17);
		close(fd);
		SSL_free(ssl);
		SSL_CTX_free(context);
	}
}

static void
tls__carries_large_bodies_both_ways(void **state)
{
	SSL *ssl = connect_tls(TLS1_3_VERSION);
	char head[128], *back = malloc(sizeof large);

	snprintf(head, sizeof head,
	    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n",
	    sizeof large);
	write_tls(ssl, head, strlen(head));
	write_tls(ssl, large, sizeof large);
	write_tls(ssl, "GET /large HTTP/1.1\r\nHost: x\r\n\r\n", 33);
	for (int i = 0; i < 2; i++) {
		read_head(ssl);
		memset(back, 0, sizeof large);
		read_tls(ssl, back, sizeof large);
		assert_memory_equal(back, large, sizeof large);
	}
	free(back);
	disconnect(ssl);
}

static void
tls__speaks_http_1_1_only(void **state)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	const unsigned char *selected;
	unsigned size;
	SSL *ssl;

	for (int round = 0; round < 2; round++) {
		const char *offer =
		    round ? "\x02h2" : "\x02h2\x08http/1.1";

		ssl = SSL_new(context);
		SSL_set_alpn_protos(ssl, (const unsigned char *)offer,
		    (unsigned)strlen(offer));
		SSL_set_fd(ssl, http_connect(&http));
		assert_int_equal(SSL_connect(ssl) == 1, round == 0);
		SSL_get0_alpn_selected(ssl, &selected, &size);
		assert_int_equal(size, round ? 0 : 8);
		ERR_clear_error();
		disconnect(ssl);
	}
	SSL_CTX_free(context);
}

/* Whose certificate a new connection is shown. */
static void
assert_name(const char *name)
{
	SSL *ssl = connect_tls(TLS1_3_VERSION);
	X509 *certificate = SSL_get1_peer_certificate(ssl);

	X509_NAME_get_text_by_NID(X509_get_subject_name(certificate),
	    NID_commonName, text, sizeof text);
	assert_string_equal(text, name);
	X509_free(certificate);
	disconnect(ssl);
}

static void
tls__takes_a_new_certificate_while_it_serves(void **state)
{
	SSL *old = connect_tls(TLS1_3_VERSION);
	struct ssl_ctx_st *fresh;
	struct weft_error error;
	FILE *file;

	assert_name("first");
	certificate_make("second", certificate_path, key_path);
	assert_name("first");
	assert_int_equal(weft__tls_read(tls, &fresh, NULL), 0);
	assert_name("first");
	weft__tls_take(tls, fresh);
	assert_name("second");
	file = fopen(key_path, "w");
	fputs("not a key\n", file);
	fclose(file);
	assert_int_equal(
	    weft__tls_read(tls, &fresh, &error), WEFT_ECONFIG);
	assert_null(fresh);
	assert_non_null(strstr(error.text, key_path));
	assert_name("second");
	write_tls(old, "GET /large HTTP/1.1\r\nHost: x\r\n\r\n", 33);
	read_head(old);
	disconnect(old);
}

static void
tls__says_which_file_is_wrong(void **state)
{
	struct weft_error error;
	struct weft__tls *other;

	assert_int_equal(weft__tls_create("/nowhere/c.pem", key_path, &other,
	    &error), WEFT_ECONFIG);
	assert_non_null(strstr(error.text, "/nowhere/c.pem"));
	assert_null(other);
	weft__tls_destroy(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tls__carries_requests_in_both_versions),
	    cmocka_unit_test(tls__refuses_what_is_older_or_not_tls),
	    cmocka_unit_test(
		tls__takes_a_request_that_comes_with_the_last_of_the_handshake),
	    cmocka_unit_test(tls__carries_large_bodies_both_ways),
	    cmocka_unit_test(tls__speaks_http_1_1_only),
	    cmocka_unit_test(tls__takes_a_new_certificate_while_it_serves),
	    cmocka_unit_test(tls__says_which_file_is_wrong),
	};

	return cmocka_run_group_tests_name("tls", tests, start, stop);
}
