/*
 * Certificates for tests and benchmarks.
 */
#ifndef TESTS_LIB_CERTIFICATE_H
#define TESTS_LIB_CERTIFICATE_H

/*
 * Writes a new key (P-256) and a certificate of this name, signed by itself,
 * as PEM files.  Returns 0 or -1.
 */
int certificate_make(
    const char *name, const char *certificate_path, const char *key_path);

#endif
