/*
 * A source over HTTP, in parts:
 *   client.c     requests, answers, repetitions
 *   address.c    what a URL says
 *   login.c      user and password for a token
 *   open.c       which server it is, which models it has
 *   remote.c     the table of operations, checkpoints
 *   failure.c    what a status means, and what the server says of it
 *   upload.c     lists cut into requests that the server takes
 *   changes.c diff.c updates.c   reading
 *   bulk.c bulk_answer.c         writing
 *   own_form.c   what a LoopBack server made of what was written
 *   record.c     single records
 *   reconcile.c  another weftd's answers about all its records
 *
 * Two kinds of servers: another weftd, which says what it has, and any other,
 * which is taken for LoopBack 3 with all its ways (docs/remote.md).
 */
#ifndef TRANSPORTS_REMOTE_REMOTE_PRIVATE_H
#define TRANSPORTS_REMOTE_REMOTE_PRIVATE_H

#include "core/base/arena.h"
#include "core/base/limits.h"
#include "core/base/map.h"
#include "core/repl/source.h"
#include "transports/loopback/parts.h"
#include "transports/loopback/update.h"
#include "transports/remote/client.h"
#include "transports/remote/remote.h"

/* A URL taken apart. */
struct weft__address {
	char *base; /* without user and password, without a slash at the end */
	char *user; /* decoded; NULL: none */
	char *password;
};

struct weft__remote_model {
	const char *name;
	const char *path; /* below the base: "Todos" */
	size_t chunk_size; /* "replicationChunkSize" of the definition that
	                      we have of it; 0: none */
};

/* The change list that is being read; one at a time. */
struct weft__remote_listing {
	uint64_t number; /* of the list, from 1; what a token knows it by */
	uint64_t taken;  /* changes handed out */
	struct weft__client_answer answer;
	struct weft__rest_parts parts; /* of it */
	bool is_open;
};

struct weft__remote {
	struct weft_source base;
	struct weft__client *client;
	struct weft__address address; /* with user and password, if given */
	char *users;         /* path of the model of users */
	bool token_works;    /* it has been good for something */
	struct weft__arena arena; /* of models */
	struct weft__remote_model *models;
	size_t length, capacity;
	bool is_weft;
	bool has_epoch;      /* LoopBack's is asked for when it is needed */
	char epoch[40];
	uint64_t checkpoint; /* the last one heard of; 0: none */
	size_t request_size; /* bytes of a list in one request */
	int status;          /* of the last answer; 0: there was none */
	struct weft__remote_listing listing;
	struct weft_buf path;  /* scratch: of a request */
	struct weft_buf body;  /* scratch: of a request */
	struct weft__json json; /* scratch: of an answer */
};

/* The source as what it is. */
static inline struct weft__remote *
weft__remote(struct weft_source *source)
{
	return (struct weft__remote *)source;
}

/* address.c */

/* Returns 0; WEFT_EINVAL (the text never has what stands before the @);
 * WEFT_ENOMEM.  To be freed with fini() in any case. */
WEFT_MUST_CHECK int weft__address_parse(struct weft__address *address,
    const char *url, struct weft_error *error);
void weft__address_fini(struct weft__address *address);

/* failure.c */

/*
 * The error of an answer whose status is no success, with the server's own
 * words as far as they are fit to be shown.  'model' (or NULL) is named.
 */
int weft__remote_failure(const struct weft__remote *remote,
    const struct weft__client_request *request, const char *model,
    const struct weft__client_answer *answer, struct weft_error *error);

/* An answer that is not what it should be; 'error' says why. */
int weft__remote_nonsense(const struct weft__remote *remote,
    const struct weft__client_request *request, struct weft_error *error);

/* remote.c */

/*
 * Asks, and makes any status but success an error.  '*answer' is the
 * caller's, also after a failure, in which its status says which.
 */
WEFT_MUST_CHECK int weft__remote_ask(struct weft__remote *remote,
    const struct weft__client_request *request, const char *model,
    struct weft__client_answer *answer, struct weft_error *error);

/* The model of this name, or NULL. */
const struct weft__remote_model *weft__remote_find_model(
    const struct weft__remote *remote, const char *model);

/* Writes "<path>/<action>" to remote->path; with 'id' (a value) that stands
 * between them. */
WEFT_MUST_CHECK int weft__remote_write_path(struct weft__remote *remote,
    const char *model, struct weft_slice id, const char *action,
    struct weft_error *error);

/* The answer scanned into remote->json.  WEFT_ENETWORK: it is no JSON. */
WEFT_MUST_CHECK int weft__remote_scan(struct weft__remote *remote,
    const struct weft__client_request *request,
    const struct weft__client_answer *answer, struct weft_error *error);

/* The current checkpoint, asked for with the model. */
WEFT_MUST_CHECK int weft__remote_read_checkpoint(struct weft__remote *remote,
    const char *model, uint64_t *seq, struct weft_error *error);

/* Sets WEFT_ENOMEM, and returns it. */
int weft__remote_no_memory(struct weft_error *error);

/* open.c */

/* Finds out what server it is, and its models.  Returns as
 * weft_source_open_url(). */
WEFT_MUST_CHECK int weft__remote_discover(struct weft__remote *remote,
    const struct weft_url_options *options, struct weft_error *error);

/* login.c */

/* Logs in as the user of the address, whose token is used from now on. */
WEFT_MUST_CHECK int weft__remote_login(
    struct weft__remote *remote, struct weft_error *error);

/* Whether the last answer may be due to a token that has expired. */
bool weft__remote_may_log_in_again(const struct weft__remote *remote);

/* upload.c */

/* A list on its way to the server. */
struct weft__remote_upload {
	const char *model;
	const char *action; /* "diff?since=1" */
	const char *open, *close; /* what stands around the items */

	/* Appends an item.  Returns as weft_buf_append(), or WEFT_EJSON. */
	int (*write)(
	    const void *items, size_t index, struct weft_buf *body);
	const void *items;
	size_t length;

	/* Takes the answer about some items. */
	int (*take)(struct weft__remote_upload *upload, size_t first,
	    size_t length, const struct weft__client_request *request,
	    const struct weft__client_answer *answer,
	    struct weft_error *error);
	void *context;
};

/*
 * Sends the list in as many requests as it takes.  A request that is too large
 * for the server (413) is halved, and so are all that follow.
 * WEFT_ELIMIT: one item alone is too large.
 */
WEFT_MUST_CHECK int weft__remote_upload(struct weft__remote *remote,
    struct weft__remote_upload *upload, struct weft_error *error);

/*
 * Writes items from 'first' on into remote->body, as many as one request
 * takes, at least one and at most 'most'; '*length' is how many.
 */
WEFT_MUST_CHECK int weft__remote_fill(struct weft__remote *remote,
    const struct weft__remote_upload *upload, size_t first, size_t most,
    size_t *length, struct weft_error *error);

/* After a 413 for remote->body.  False: it cannot be made smaller. */
bool weft__remote_shrink(struct weft__remote *remote, size_t length);

/* Appends a change of an array that is struct weft_change: for 'write'. */
int weft__remote_write_change(
    const void *items, size_t index, struct weft_buf *body);

/* The ids of changes, each with its index + 1 as value: to tell whether an
 * answer is about what was asked.  To be freed with weft__map_fini(). */
WEFT_MUST_CHECK int weft__remote_map_ids(const struct weft_change *changes,
    size_t length, struct weft__map *map, struct weft_error *error);

/* bulk.c */

/* Sends the updates of one part; their outcomes are filled in. */
WEFT_MUST_CHECK int weft__remote_send_part(struct weft__remote *remote,
    const struct weft__bulk_part *part, struct weft_error *error);

/* bulk_answer.c */

/* Updates of one model on their way. */
struct weft__remote_bulk {
	struct weft__remote *remote;
	const struct weft__bulk_part *part;
	struct weft_error *error;
};

/* Why an update is left out. */
void weft__remote_refuse(const struct weft__remote_bulk *bulk, size_t index,
    const struct weft_error *why);

/*
 * Fills in the outcomes of the updates at 'indexes' from an answer that came
 * with this code: 0, or that of a failure.  Returns 0 if they are known now,
 * else 'code' (bulk->error is as it was).
 */
WEFT_MUST_CHECK int weft__remote_take_outcomes(
    const struct weft__remote_bulk *bulk, const size_t *indexes,
    size_t length, const struct weft__client_answer *answer, int code);

/*
 * Asks the server how the updates at 'indexes' stand, when it is not known
 * what became of them.  Those that are still to be sent stay in the list.
 */
WEFT_MUST_CHECK int weft__remote_settle(const struct weft__remote_bulk *bulk,
    size_t *indexes, size_t *length);

/* own_form.c */

/* After updates were written at a LoopBack server: removes properties that it
 * kept, and makes what it changed the child of what it was sent. */
WEFT_MUST_CHECK int weft__remote_check_form(
    const struct weft__remote_bulk *bulk);

/* Whether a LoopBack server's record has all that the update has: it is its
 * own version of that. */
WEFT_MUST_CHECK int weft__remote_has_all(
    const struct weft__remote_bulk *bulk, size_t index, bool *all);

/* Members of struct weft__source_ops: core/repl/source.h. */
int weft__remote_changes(struct weft_source *source, const char *model,
    int64_t since, struct weft_slice filter, size_t limit,
    struct weft__page_token *token, struct weft_change_list *list,
    struct weft_error *error);
int weft__remote_diff(struct weft_source *source, const char *model,
    int64_t since, const struct weft_change *changes, size_t length,
    struct weft__diff *diff, struct weft_error *error);
int weft__remote_create_updates(struct weft_source *source,
    const char *model, const struct weft_change *deltas, size_t length,
    struct weft_update_list *list, struct weft_error *error);
int weft__remote_bulk_update(struct weft_source *source,
    const struct weft__bulk_part *parts, size_t length,
    const struct weft__bulk_options *options, struct weft_error *error);
int weft__remote_find(struct weft_source *source, const char *model,
    struct weft_slice id, struct weft_buf *body, struct weft_error *error);
int weft__remote_save(struct weft_source *source, const char *model,
    struct weft_slice id, struct weft_slice data, struct weft_slice history,
    struct weft_error *error);
int weft__remote_last_change(struct weft_source *source, const char *model,
    struct weft_slice id, struct weft_change_list *list,
    struct weft_error *error);
int weft__remote_update_last_change(struct weft_source *source,
    const char *model, struct weft_slice id, struct weft_slice prev,
    uint32_t generation, struct weft_slice history, struct weft_error *error);
int weft__remote_history(struct weft_source *source, const char *model,
    struct weft_slice id, struct weft_change_list *list,
    struct weft_error *error);
int weft__remote_root(struct weft_source *source, const char *model,
    struct weft__oid *root, char *commit, struct weft_error *error);
int weft__remote_reconcile(struct weft_source *source, const char *model,
    struct weft_slice question, struct weft_buf *answer,
    struct weft_error *error);

#endif
