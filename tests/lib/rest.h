/*
 * A server of LoopBack's REST API for tests, over a registry in a directory of
 * its own, and a client that speaks to it.
 */
#ifndef TESTS_LIB_REST_H
#define TESTS_LIB_REST_H

#include "tests/lib/fixture.h"
#include "tests/lib/http.h"
#include "transports/loopback/loopback.h"

struct weft__access;

struct rest {
	struct fixture fixture; /* its model Todo among the others */
	struct http http;
	struct weft__workers *workers;
	struct weft__access *access;   /* made by a test before the start */
	struct weft__rest_options options; /* a test may change them */
	struct weft__rest *rest;
	int fd;                /* the client's connection */
	const char *headers;   /* more of them, with \r\n each; or "" */
	char *response;        /* of the last request, head and all */
	char *body;            /* of it */
};

/* Opens registry and models on a datasource with these settings. */
void rest_open(struct rest *rest, const char *settings);

/* Defines one more model. */
struct weft_model *rest_define(struct rest *rest, const char *definition);

/* Starts the server. */
void rest_start(struct rest *rest);

/* Ends all. */
void rest_close(struct rest *rest);

/*
 * Sends a request ("GET /api/Todos"), with a JSON body unless that is NULL,
 * on the one connection; returns the status.
 */
int rest_ask(struct rest *rest, const char *request, const char *body);

/* The same, and asserts status and body. */
void rest_expect_at(struct rest *rest, const char *request, const char *body,
    int status, const char *expected, const char *file, int line);
#define rest_expect(rest, request, body, status, expected) \
	rest_expect_at( \
	    (rest), (request), (body), (status), (expected), __FILE__, __LINE__)

#endif
