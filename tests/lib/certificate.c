#include "tests/lib/certificate.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdio.h>

static bool
sign(X509 *certificate, EVP_PKEY *key, const char *name)
{
	X509_NAME *subject = X509_get_subject_name(certificate);

	return ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) &&
	    X509_gmtime_adj(X509_getm_notBefore(certificate), 0) &&
	    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600) &&
	    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
	        (const unsigned char *)name, -1, -1, 0) &&
	    X509_set_issuer_name(certificate, subject) &&
	    X509_set_pubkey(certificate, key) &&
	    X509_sign(certificate, key, EVP_sha256()) > 0;
}

static bool
write_files(X509 *certificate, EVP_PKEY *key, const char *certificate_path,
    const char *key_path)
{
	FILE *file = fopen(certificate_path, "w");
	bool is_written = file && PEM_write_X509(file, certificate);

	is_written = file && fclose(file) == 0 && is_written;
	file = is_written ? fopen(key_path, "w") : NULL;
	is_written = file &&
	    PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL);
	return file && fclose(file) == 0 && is_written;
}

int
certificate_make(
    const char *name, const char *certificate_path, const char *key_path)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = X509_new();
	bool is_made = key && certificate && sign(certificate, key, name) &&
	    write_files(certificate, key, certificate_path, key_path);

	X509_free(certificate);
	EVP_PKEY_free(key);
	return is_made ? 0 : -1;
}
