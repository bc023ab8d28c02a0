/*
 * LoopBack 3's REST API of a registry: what its files share.
 *
 *   query.c argument.c   what a URL says
 *   route.c              which method a request calls
 *   serve.c              one call from its beginning to its end
 *   find.c save.c        records
 *   checkpoint.c changes.c diff.c bulk.c   the primitives of replication
 *   sync.c sync_change.c writes of any models in one transaction
 *   peer.c               what another weft asks beyond LoopBack
 *   user.c               login and what belongs to it
 *   stream.c             change streams
 *   record_text.c answer.c failure.c send.c  what goes back
 *   api.c                the models that are served
 *   bind.c               all of it as a handler of transports/http
 *
 * A method is a function: it reads the call's arguments, calls models/, writes
 * the answer, and returns 0 or a code with call->error (and what is particular
 * in call->failure).  It may block, so it runs on a worker's thread; of the
 * API it only reads.
 */
#ifndef TRANSPORTS_LOOPBACK_REST_H
#define TRANSPORTS_LOOPBACK_REST_H

#include <stdatomic.h>

#include <weft/source.h>

#include "core/base/hash.h"
#include "core/base/json.h"
#include "core/base/json_skim.h"
#include "core/base/limits.h"
#include "core/base/patience.h"
#include "core/repl/source.h"
#include "models/access/view.h"
#include "models/model.h"
#include "models/query/filter.h"
#include "transports/http/http.h"
#include "transports/loopback/answer.h"
#include "transports/loopback/bookmark.h"
#include "transports/loopback/failure.h"
#include "transports/loopback/query.h"
#include "transports/loopback/loopback.h"

struct weft__rest_call;
struct weft__watch;
typedef int weft__rest_method(struct weft__rest_call *call);

/* What a route needs besides its path. */
enum weft__rest_flag {
	WEFT__REST_TRACKED = 1, /* the model tracks changes */
	WEFT__REST_USERS = 2,   /* the model is one of users */
	WEFT__REST_BODY = 4,    /* a JSON body */
	WEFT__REST_BULK = 8,    /* a JSON body that may be large */
	WEFT__REST_HEAD = 16,   /* for HEAD alone */
	WEFT__REST_STREAM = 32, /* the answer does not end */
	WEFT__REST_PATCH_PUT = 64, /* the model has replaceOnPUT: false */
	WEFT__REST_REPLACE_PUT = 128, /* it has not */
	WEFT__REST_BYTES = 256, /* body and answer are bytes, not JSON */
	WEFT__REST_BODY_ID = 512 /* writes the record with its body's id */
};

struct weft__rest_route {
	enum weft__http_method method;
	const char *path; /* below the model's: "count", ":id/exists" */
	const char *name; /* LoopBack's, for rules */
	weft__rest_method *call;
	unsigned flags;
};

/* A model that is served. */
struct weft__rest_model {
	struct weft_model *model;
	const struct weft__definition *definition;
	struct weft_slice path; /* "Todos", or more segments */
	size_t path_segments;
	const struct weft__property **columns; /* visible, as declared */
	size_t columns_length;
	bool is_user;
	bool has_patch_put;
	bool has_defaults; /* that are given to who reads */
};

struct weft__rest {
	struct weft_registry *registry;
	struct weft__access *access; /* NULL: everything is allowed */
	struct weft__rest_options options;
	atomic_uint_fast64_t body_limit, bulk_limit; /* bytes */
	atomic_uint_fast64_t request_ms;
	atomic_bool is_ending;
	struct weft_slice root; /* "api", or more segments, or empty */
	size_t root_segments;
	struct weft__rest_model *models;
	size_t length;
	struct weft__http_handler handler;
	struct weft__watch *watch;
	struct weft__rest_bookmarks *bookmarks;
	struct weft__arena arena;
};

/* Sets the handler (bind.c). */
void weft__rest_bind(struct weft__rest *rest);

/* One call of a method. */
struct weft__rest_call {
	struct weft__rest *rest;
	const struct weft__rest_model *model; /* NULL: of no model */
	const struct weft__rest_route *route;
	struct weft_slice id; /* of the path, or no value */
	struct weft__rest_query query;
	struct weft_slice body; /* JSON; no value: none was sent */
	struct weft_buf form;   /* the JSON of a body that is a form */
	bool is_hidden;         /* he may not see the path's record */
	struct weft__principal *principal; /* NULL: not logged in */
	struct weft_slice address; /* the client's, as text */
	struct weft__viewer viewer; /* he, if rights are asked for */
	struct weft_slice request_id; /* as in the log of requests */
	struct weft_call as; /* on whose behalf */
	struct weft__rest_answer answer;
	char etag[WEFT__OID_HEX + 3]; /* of the answer, with quotes; or "" */
	const struct weft__filter *filled; /* by which records were found whose
	                      defaults are filled in; NULL: they are not */
	struct weft__rest_failure failure;
	struct weft_error error;
	struct weft__json view; /* scratch */
	struct weft__patience patience; /* of the work for it */
};

/* Sets the call's error: WEFT_ENOMEM.  Returns it. */
int weft__rest_no_memory(struct weft__rest_call *call);

/* The body of a request whose argument is an object.  WEFT_EINVAL: it is none,
 * in LoopBack's words.  An absent body is an empty object. */
WEFT_MUST_CHECK int weft__rest_take_body(
    struct weft__rest_call *call, struct weft_slice *body);

/* The query's filter or where, as JSON; no value if there is none.  'json' is
 * an empty buffer of the caller, which holds it. */
WEFT_MUST_CHECK int weft__rest_take_filter(struct weft__rest_call *call,
    const char *name, struct weft_buf *json, struct weft_slice *filter);

/*
 * Makes a filter (or a where clause alone) one of what the user may see.
 * 'json' is the canonical text, or empty.  WEFT_EINVAL; WEFT_ENOMEM.
 */
WEFT_MUST_CHECK int weft__rest_narrow(
    struct weft__rest_call *call, bool is_where, struct weft_buf *json);

/* Looks whether the user may see the record that the path names, if it does:
 * where he may not, it is for him as if it were not there.  WEFT_ENOTFOUND, in
 * the method's words, unless that has an answer for it (call->is_hidden). */
WEFT_MUST_CHECK int weft__rest_check_view(struct weft__rest_call *call);

/*
 * To be called for each part of a large body: its work may take as long as a
 * whole request without one.
 */
void weft__rest_go_on(struct weft__rest_call *call);

/* Opens the source of the call's datasource, as its user sees it; the
 * caller's, for weft_source_destroy(). */
WEFT_MUST_CHECK int weft__rest_open_source(
    struct weft__rest_call *call, struct weft_source **source);

/*
 * Writes the defaults that these records lack into them, if the caller may
 * write; the list tells then what they were.
 */
WEFT_MUST_CHECK int weft__rest_fill(struct weft__rest_call *call,
    const struct weft_update_list *list, bool *is_filled);

/*
 * Appends a record: its properties as they are declared, then the others.
 * Absent ones get their defaults if call->filled says so; with
 * persistUndefinedAsNull they are null.
 */
WEFT_MUST_CHECK int weft__rest_write_record(struct weft__rest_call *call,
    struct weft_slice record, struct weft_buf *out);

/* Answers with a record, or an array of them. */
WEFT_MUST_CHECK int weft__rest_answer_record(
    struct weft__rest_call *call, struct weft_slice record);

/* The first whole checkpoint from 'since' on; -1: everything. */
int64_t weft__rest_round_since(double since);

/* Creates a user, as weft_record_create(). */
WEFT_MUST_CHECK int weft__rest_create_user(struct weft__rest_call *call,
    struct weft_slice data, struct weft_buf *record);

/* Whether the model has this method; 'is_head': for a HEAD request. */
bool weft__rest_route_serves(const struct weft__rest_route *route,
    const struct weft__rest_model *model, bool is_head);

/* The n-th route of the table, or NULL beyond the last. */
const struct weft__rest_route *weft__rest_route_at(size_t index);

/* The same of the routes that are of no model. */
const struct weft__rest_route *weft__rest_common_route_at(size_t index);

/*
 * Finds model and route of a request.  WEFT_ENOTFOUND with LoopBack's text.
 * 'raw' is path and query as they were sent, for that text.
 */
WEFT_MUST_CHECK int weft__rest_find_method(struct weft__rest_call *call,
    const struct weft__http_request *request);

/* Methods: find.c */
weft__rest_method weft__rest_find, weft__rest_find_one,
    weft__rest_find_by_id, weft__rest_exists, weft__rest_head,
    weft__rest_count;
/* save.c */
weft__rest_method weft__rest_create, weft__rest_patch_or_create,
    weft__rest_replace_or_create, weft__rest_upsert_with_where,
    weft__rest_replace_by_id, weft__rest_patch_attributes,
    weft__rest_update_all, weft__rest_delete_by_id;
/* checkpoint.c */
weft__rest_method weft__rest_checkpoint, weft__rest_current_checkpoint,
    weft__rest_find_last_change, weft__rest_update_last_change;
/* changes.c, diff.c, bulk.c */
weft__rest_method weft__rest_changes, weft__rest_diff,
    weft__rest_create_updates, weft__rest_bulk_update;
/* sync.c */
weft__rest_method weft__rest_online_sync;
/* peer.c */
weft__rest_method weft__rest_describe, weft__rest_reconcile;
/* user.c */
weft__rest_method weft__rest_login, weft__rest_logout,
    weft__rest_change_password, weft__rest_reset,
    weft__rest_reset_password;

#endif
