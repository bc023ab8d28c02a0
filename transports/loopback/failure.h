/*
 * A failure as LoopBack 3 tells it over REST (strong-error-handler):
 *
 *	{"error":{"statusCode":404,"name":"Error","message":"...",
 *	    "code":"MODEL_NOT_FOUND","details":{...}}}
 *
 * From status 500 on nothing but status and its standard text is told.
 */
#ifndef TRANSPORTS_LOOPBACK_FAILURE_H
#define TRANSPORTS_LOOPBACK_FAILURE_H

#include <weft/buf.h>
#include <weft/error.h>

/* What is beyond code and text of the error; zero: as the code has it. */
struct weft__rest_failure {
	int status;
	const char *name;     /* static; NULL: that of the code */
	const char *word;     /* error.code, static; NULL: none */
	struct weft_buf details; /* error.details: JSON, or empty */
	uint64_t retry_after_ms; /* 0: the client is not told */
	bool is_told; /* the text goes to the client, whatever the status */
};

/* The status of the answer. */
int weft__rest_failure_status(const struct weft__rest_failure *failure,
    const struct weft_error *error);

/*
 * Appends the body.  Returns 0, WEFT_ELIMIT, WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__rest_failure_write(
    const struct weft__rest_failure *failure, const struct weft_error *error,
    struct weft_buf *body);

#endif
