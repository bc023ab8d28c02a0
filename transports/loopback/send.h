/*
 * Sending an answer that is in a file.
 */
#ifndef TRANSPORTS_LOOPBACK_SEND_H
#define TRANSPORTS_LOOPBACK_SEND_H

#include "transports/http/http.h"
#include "transports/loopback/answer.h"

/*
 * Answers with what was written; the answer is empty then.  The file's pages
 * are sent from where they are: a client that does not read takes no memory of
 * ours.
 * Returns 0: the request is answered; WEFT_EIO, WEFT_ENOSPACE, WEFT_ENOMEM: it
 * is not.  Thread: the request's loop.
 */
WEFT_MUST_CHECK int weft__rest_send_file(struct weft__http_response *response,
    struct weft__rest_answer *answer, struct weft_error *error);

#endif
