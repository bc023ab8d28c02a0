/*
 * What all connections of weft.repl.v1 share: the models, rights, workers, and
 * the channels.
 *
 * A channel is a model as some clients see it alike: the same view, filter and
 * form of messages.  What one of them was sent from a place on is sent to the
 * others that are at that place, without reading or encoding it again.
 */
#ifndef TRANSPORTS_WEFT_SERVER_HUB_H
#define TRANSPORTS_WEFT_SERVER_HUB_H

#include <pthread.h>
#include <stdatomic.h>

#include <weft/model.h>

#include "core/base/arena.h"
#include "core/base/map.h"
#include "core/repl/source.h"
#include "models/access/access.h"
#include "transports/net/workers.h"
#include "transports/weft/server/position.h"
#include "transports/weft/wire/message.h"
#include "transports/ws/ws.h"

struct weft__watch;

/* The defaults of weft__repl_options_init() are those of docs/limits.md. */
struct weft__repl_options {
	struct weft_registry *registry; /* kept */
	struct weft__access *access;    /* kept; NULL: all may do anything */
	struct weft__workers *workers;  /* kept */
	struct weft__watch *watch;      /* kept; or NULL */
	const struct weft_clock *clock; /* kept; NULL: the system's */
	size_t message_size; /* bytes of one message that is taken */
	size_t window_size;  /* bytes of pushes without an answer */
	size_t batch_length; /* updates in one push */
	uint64_t auth_ms;    /* until it is known who a client is */
	uint64_t wait_ms;    /* for one that takes nothing */
	uint64_t look_ms;    /* after which it is looked whether others have
	                        changed rights */
	bool has_deflate;    /* permessage-deflate, for those who offer it */
	uint64_t request_ms; /* what a request's, or a read's, work may take */
	uint64_t idle_ms;    /* after which a place that has moved is told */
};
void weft__repl_options_init(struct weft__repl_options *options);

/* What was counted since the beginning, but for the first two. */
struct weft__repl_counts {
	atomic_uint_fast64_t connections, streams;
	atomic_uint_fast64_t batches, updates, bytes; /* sent */
	atomic_uint_fast64_t reads; /* of batches, not shared */
	atomic_uint_fast64_t pushes, pushed, conflicts, refused;
	atomic_uint_fast64_t resets, timeouts, denied;
};

struct weft__repl_hub {
	struct weft__repl_options options;
	struct weft__repl_counts counts;
	atomic_uint_fast64_t request_ms; /* the option, as it is now */
	atomic_bool is_ending; /* nobody waits for anything any more */
	pthread_mutex_t mutex; /* guards the channels */
	struct weft__map channels; /* by key */
	uint64_t last_id;
};

/* Makes a hub; 'options' are copied.  WEFT_ENOMEM. */
WEFT_MUST_CHECK int weft__repl_hub_create(
    const struct weft__repl_options *options, struct weft__repl_hub **hub,
    struct weft_error *error);
/* Frees it; nobody may use it any more.  NULL is allowed. */
void weft__repl_hub_destroy(struct weft__repl_hub *hub);

/* The form that a client wants its messages in. */
struct weft__repl_form {
	bool is_binary;
	enum weft__repl_packing packing;
	size_t size; /* bytes of a batch, about; of its bodies */
};

/* What was read from one place to the next; never changes. */
struct weft__repl_batch {
	atomic_uint owners;
	struct weft__place from, to;
	bool is_end;             /* there was nothing more */
	uint64_t upto;           /* seq up to which that holds */
	uint64_t seen;           /* seq up to which no write was missed */
	uint64_t left;
	bool has_others;         /* not only changes of 'origins' */
	size_t length;           /* updates */
	size_t size;             /* bytes of the frame */
	struct weft__ws_frame *frame; /* NULL: no updates */
	size_t origins_length;
	uint64_t origins[];      /* hashes: whose changes are among them */
};
void weft__repl_batch_drop(struct weft__repl_batch *batch);

/* Whether all that is in it came from this client. */
bool weft__repl_batch_is_own(
    const struct weft__repl_batch *batch, struct weft_slice origin);

#define WEFT__REPL_KEPT 8 /* batches of a channel */

struct weft__repl_channel {
	struct weft__repl_hub *hub;
	uint64_t id;
	size_t owners; /* guarded by the hub's mutex, as are the batches */
	struct weft_model *model;
	struct weft_datasource *datasource;
	struct weft_slice key, view, filter;
	bool is_guarded; /* each user sees other records of the model */
	struct weft__repl_form form;
	struct weft__arena arena;
	struct weft__repl_batch *batches[WEFT__REPL_KEPT];
	unsigned next; /* the oldest of them */
	/* Where the next change is going to follow, as far as is known. */
	struct weft__place end;
	uint64_t end_upto; /* seq of the journal that it was the end of */
	bool has_end;
};

/*
 * The channel of a model (tracked), which the principal (NULL: nobody) has
 * the right to read; the caller's, for _drop().
 * WEFT_EINVAL: the filter; WEFT_ENOMEM.  Thread: any, as for all of it.
 */
WEFT_MUST_CHECK int weft__repl_channel_get(struct weft__repl_hub *hub,
    struct weft_model *model, const struct weft__principal *principal,
    struct weft_slice filter, const struct weft__repl_form *form,
    struct weft__repl_channel **channel, struct weft_error *error);
/* One owner less.  NULL is allowed. */
void weft__repl_channel_drop(struct weft__repl_channel *channel);

/* What a position in the channel is bound to; the epoch is today's. */
struct weft__repl_scope weft__repl_channel_scope(
    const struct weft__repl_channel *channel);

/* How a batch is read. */
struct weft__repl_read {
	const struct weft__principal *principal; /* just authenticated */
	struct weft_slice origin; /* the client's node, or no value */
	struct weft__place from;
	uint64_t wanted; /* the journal has rows up to this seq */
	uint64_t floor;  /* seq that it must have seen */
	bool from_now;
};

/* A batch that is kept and will do: it leads on, and has nothing of the origin
 * or nothing else; NULL: none.  The caller's, for _drop().  Does not block. */
struct weft__repl_batch *weft__repl_channel_find(
    struct weft__repl_channel *channel, const struct weft__repl_read *read);

/*
 * Finds or reads a batch; the caller's, for _drop().  May block.
 * WEFT_EGONE, WEFT_EINVAL: it cannot go on from this place, as follow() of
 * core/repl/source.h says; what the source returns.
 */
WEFT_MUST_CHECK int weft__repl_channel_read(
    struct weft__repl_channel *channel, const struct weft__repl_read *read,
    struct weft__repl_batch **batch, struct weft_error *error);

/*
 * The datasource has rows up to 'seq': reads what follows the end of each of
 * its channels that several clients share, and keeps it for them.  May block.
 */
void weft__repl_hub_read_ahead(struct weft__repl_hub *hub,
    const struct weft_datasource *datasource, uint64_t seq);

#endif
