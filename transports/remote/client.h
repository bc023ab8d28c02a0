/*
 * A client of one HTTP server, over libcurl: one connection that is kept, one
 * request at a time.  What fails and may be repeated is repeated, after a wait
 * that doubles and is partly random, so that many clients do not come back at
 * once.
 *
 * It goes nowhere else: redirects are not followed, and no protocol but HTTP
 * and HTTPS is spoken.  The token is sent as it is (Authorization), to this
 * server only, and is in no text of an error.
 */
#ifndef TRANSPORTS_REMOTE_CLIENT_H
#define TRANSPORTS_REMOTE_CLIENT_H

#include <weft/source.h>

#include "transports/http/body.h"

struct weft__client; /* private: libcurl's handle and what goes with it */

struct weft__client_request {
	const char *method;      /* "GET" */
	const char *path;        /* below the base, "Todos/diff?since=1" */
	struct weft_slice body;  /* no value: none */
	const char *type;        /* of the body; NULL: JSON */
	bool once;               /* it must not be repeated unseen */
	uint64_t limit;          /* bytes of the answer; 0:
	                            WEFT_LIMIT_REMOTE_ANSWER */
};

struct weft__client_answer {
	int status;                  /* HTTP's */
	struct weft_slice bytes;     /* the body, decoded */
	struct weft__http_body body; /* private: what holds it */
};

/*
 * Makes a client of the server at 'base' ("http://host:1/api", without user
 * and password).  Of 'options' token, ca_file, timeout and retries are used;
 * they are copied.  '*client' is the caller's, for weft__client_destroy().
 * WEFT_EINVAL (a token with bytes that a header cannot have); WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__client_create(const char *base,
    const struct weft_url_options *options, struct weft__client **client,
    struct weft_error *error);
void weft__client_destroy(struct weft__client *client);

/* Uses this token from now on.  Returns as weft__client_create(). */
WEFT_MUST_CHECK int weft__client_set_token(struct weft__client *client,
    struct weft_slice token, struct weft_error *error);

/*
 * Sends the request and receives the answer, whatever its status is;
 * '*answer' is the caller's, for weft__client_answer_fini(), also after a
 * failure.  429, 502, 503 and 504 count as failures that may be repeated.
 * WEFT_ENETWORK, WEFT_ETIMEOUT (with 'once' it is not known whether the
 * server has done it); WEFT_ELIMIT (the answer); WEFT_ENOSPACE; WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__client_ask(struct weft__client *client,
    const struct weft__client_request *request,
    struct weft__client_answer *answer, struct weft_error *error);
void weft__client_answer_fini(struct weft__client_answer *answer);

/* Waits before a repetition, the 'count'-th (from 0); false: no more of
 * them. */
bool weft__client_wait(struct weft__client *client, unsigned count);

/* The base, for messages; borrowed. */
const char *weft__client_base(const struct weft__client *client);

/* Whether an error of ask() may be gone the next time. */
static inline bool
weft__client_may_repeat(int code)
{
	return code == WEFT_ENETWORK || code == WEFT_ETIMEOUT;
}

/* Appends text as a segment of a path, or a value of a query.  Returns as
 * weft_buf_append(). */
WEFT_MUST_CHECK int weft__client_escape(
    struct weft_slice text, struct weft_buf *out);

#endif
