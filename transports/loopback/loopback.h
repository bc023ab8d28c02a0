/*
 * LoopBack 3's REST API over the models of a registry: what an unmodified
 * LoopBack client, browser or curl speaks to.  docs/loopback.md says what is
 * served, and where it differs.
 *
 *	weft__rest_open(&options, &rest, &error);
 *	handler = *weft__rest_handler(rest);
 *	weft__http_server_create(&config, &handler, &server, &error);
 */
#ifndef TRANSPORTS_LOOPBACK_LOOPBACK_H
#define TRANSPORTS_LOOPBACK_LOOPBACK_H

#include <weft/model.h>

#include "transports/http/http.h"
#include "transports/net/workers.h"

struct weft__access;
struct weft__rest;
struct weft__watch;

/* All but the first three may be left zero. */
struct weft__rest_options {
	struct weft_registry *registry; /* kept */
	struct weft__access *access;    /* kept; NULL: all may do anything */
	struct weft__workers *workers;  /* kept: where methods run */
	const char *root;      /* restApiRoot; copied; NULL: "/api" */
	const char *folder;    /* for large answers; copied; NULL: "/tmp" */
	uint64_t body_limit;   /* bytes of one record's request; 0: 16 MiB */
	uint64_t bulk_limit;   /* bytes of a request with many changes; 0:
	                          256 MiB */
	uint64_t request_ms;   /* what a request's work may take, or a part
	                          of a bulk one; 0: 30 s */
	uint64_t heartbeat_ms; /* of change streams; 0: 15 s */
	uint64_t poll_ms;      /* how long a change of another process may take
	                          to reach a stream; 0: 500 */
	struct weft__watch *watch; /* kept: one that other protocols poke, too;
	                              NULL: its own, by poll_ms */
};

/*
 * Makes the API of all models of the registry that are public; they must not
 * be changed after it.  '*rest' is the caller's, for weft__rest_close().
 * Returns 0; WEFT_ECONFIG (a model's "http.path", two models with one path);
 * WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__rest_open(const struct weft__rest_options *options,
    struct weft__rest **rest, struct weft_error *error);

/* Sets the limits of bodies anew (0: the default).  Thread: any. */
void weft__rest_set_limits(
    struct weft__rest *rest, uint64_t body_limit, uint64_t bulk_limit);

/* Sets anew what a request's work may take (0: the default).  Thread: any. */
void weft__rest_set_request_ms(struct weft__rest *rest, uint64_t request_ms);

/* Breaks off the work of all requests that only read, now and to come: the
 * process ends.  Thread: any. */
void weft__rest_break_off(struct weft__rest *rest);

/* Frees it; no request may be under way.  NULL is allowed. */
void weft__rest_close(struct weft__rest *rest);

/* The handler of its requests; lives as long. */
const struct weft__http_handler *weft__rest_handler(struct weft__rest *rest);

#endif
