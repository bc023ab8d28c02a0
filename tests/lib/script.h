/*
 * A server that plays a script: it expects these requests, in this order, and
 * gives these answers, right or wrong, or none.  And a source opened on it.
 */
#ifndef TESTS_LIB_SCRIPT_H
#define TESTS_LIB_SCRIPT_H

#include <pthread.h>

#include <weft/source.h>

/* One request, and what comes of it. */
struct script_step {
	const char *request; /* the request line begins so, "GET /api/x" */
	const char *has;     /* the request has this somewhere; NULL: any */
	int status;          /* of the answer, with the right length */
	const char *body;    /* of the answer; NULL: empty */
	const char *raw;     /* in place of all that: these bytes, then the
	                        connection is closed */
	bool cut;            /* the connection is closed without an answer */
	bool endless;        /* the body comes bit by bit, for as long as the
	                        client waits */
};

#define SCRIPT_MOST 32

struct script {
	const struct script_step *steps;
	size_t length;
	size_t done;
	size_t connections;   /* that were made */
	int listener;
	char base[64];        /* "http://127.0.0.1:1/api" */
	char problem[600];    /* the first; "": none */
	char *requests[SCRIPT_MOST]; /* as they came, heads and all */
	pthread_t thread;
	struct weft_source *source;
	struct weft_error error;
};

/* Starts the server.  Requests beyond the script's end are a problem. */
void script_start(
    struct script *script, const struct script_step *steps, size_t length);

/* The same, and opens a source of the model Todo on it, that waits no longer
 * than it must. */
void script_open(
    struct script *script, const struct script_step *steps, size_t length);

/* Ends the source and the server, and asserts that all was as expected. */
void script_end(struct script *script);

/* What opening asks: a LoopBack server, and another weftd. */
#define SCRIPT_LOOPBACK \
	{"GET /api/weft ", NULL, 404, "{\"error\":{\"statusCode\":404}}", \
	    NULL, false}, \
	{"GET /api/Todos/checkpoint ", NULL, 200, "7", NULL, false}
#define SCRIPT_WEFT \
	{"GET /api/weft ", NULL, 200, \
	    "{\"weft\":1,\"datasources\":[{\"epoch\":\"e-1\",\"models\":[" \
	    "{\"name\":\"Todo\",\"path\":\"Todos\"}]}]}", NULL, false}

#endif
