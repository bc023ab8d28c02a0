/*
 * The inside of a live replication.
 *
 * live.c        its life, its thread, what others see of it
 * live_cycle.c  what it does: connecting, replicating, waiting
 * live_kept.c   what other processes see of it
 */
#ifndef TRANSPORTS_WEFT_CLIENT_LIVE_H
#define TRANSPORTS_WEFT_CLIENT_LIVE_H

#include <pthread.h>
#include <stdatomic.h>

#include <weft/live.h>

#include "models/listener.h"
#include "transports/weft/client/live_kept.h"
#include "transports/weft/client/peer_source.h"

struct weft_live {
	struct weft_live_options options; /* its texts are ours */
	char *url, *token, *ca_file, *filter;
	char **models;                    /* ends with NULL; or NULL */
	char consumer[128];     /* under whose name the database counts */
	char node[128];         /* names this copy of the data */
	struct weft_source *local;
	struct weft__peer_source *remote; /* NULL: was never reached */
	uint64_t seen;          /* journal row up to which all is sent */
	uint64_t noted;         /* the same, as the database knows it */
	char epoch[40];         /* of the server's database; "": not known */
	bool has_sent;          /* to that at least once */
	unsigned failures;      /* in a row */
	struct weft__live_kept kept; /* in the database */

	pthread_t thread;
	bool is_started;
	int fd;                 /* an eventfd */
	bool has_fd;            /* somebody waits for it */

	struct weft__listener listener; /* for writes of this process */
	pthread_mutex_t lock;   /* for what follows */
	pthread_cond_t woken;
	struct weft_live_status status;
	struct weft__peer *peer; /* to be woken; NULL: waits on 'woken' */
	bool is_new;            /* 'changed' was not told of the status */
	bool is_stopping;
};

/* live.c: sets the status and tells of it.  Thread: the one it works on. */
void weft__live_tell(
    struct weft_live *live, const struct weft_live_status *status);

/* Whether it is to end. */
bool weft__live_is_stopping(struct weft_live *live);

/* live_cycle.c: replicates until it is stopped or refused. */
WEFT_MUST_CHECK int weft__live_work(
    struct weft_live *live, struct weft_error *error);

#endif
