/*
 * root, history, revision and agree: the past of records, from the track row,
 * the pending bodies and the store.
 */
#include "models/source/local.h"
#include "models/store/project.h"

#include "core/store/store.h"
#include "models/transaction.h"

static int
require_store(
    const struct weft_datasource *datasource, struct weft_error *error)
{
	if (datasource->store)
		return 0;
	return weft_error_set(error, WEFT_EUNSUPPORTED,
	    "datasource %s has no store", datasource->name);
}

/* The tip's name in hex, or "". */
static int
name_tip(struct weft__store *store, char *commit, struct weft_error *error)
{
	struct weft__store_tip tip;
	int code = weft__store_tip(store, &tip, error);

	if (code)
		return code;
	if (tip.exists)
		weft__oid_format(&tip.commit.oid, commit);
	else
		commit[0] = '\0';
	return 0;
}

int
weft__source_local_root(struct weft_source *source, const char *model,
    struct weft__oid *root, char *commit, struct weft_error *error)
{
	struct weft_datasource *datasource =
	    weft__source_local(source)->datasource;
	struct weft_model *found;
	int code = weft__source_local_model(source, model, &found, error);

	if (!code)
		code = require_store(datasource, error);
	if (!code && !datasource->read_only)
		code = weft_datasource_project(datasource, error);
	if (code)
		return code;
	pthread_mutex_lock(&datasource->store_mutex);
	code =
	    weft__store_root(datasource->store, weft_slice(model), root, error);
	if (!code && commit)
		code = name_tip(datasource->store, commit, error);
	pthread_mutex_unlock(&datasource->store_mutex);
	return code;
}

int
weft__source_local_agree(struct weft_source *source, const char *peer,
    const char *commit, struct weft_error *error)
{
	struct weft_datasource *datasource =
	    weft__source_local(source)->datasource;
	struct weft__oid oid;
	int code = require_store(datasource, error);

	if (code)
		return code;
	if (!weft__oid_parse(weft_slice(commit), &oid))
		return weft_error_set(error, WEFT_EINVAL,
		    "\"%s\" is not the name of a commit", commit);
	pthread_mutex_lock(&datasource->store_mutex);
	if (!datasource->read_only)
		code = weft__project_enter(datasource, error);
	if (!code) {
		code = weft__store_peer_set(
		    datasource->store, weft_slice(peer), &oid, error);
		weft__project_leave(datasource);
	}
	pthread_mutex_unlock(&datasource->store_mutex);
	return code;
}

struct history {
	struct weft_model *model;
	struct weft_slice id;
	struct weft_change_list *list; /* history: or NULL */
	struct weft_slice rev;	       /* revision: that is looked for */
	struct weft_buf *body;	       /* revision: gets it */
	struct weft__revnode node;     /* revision: what is known of it */
};

/* Appends the revision of a node; a deletion has none. */
static int
append_node(struct history *history, const struct weft__revnode *node,
    struct weft_error *error)
{
	struct weft_change change = {
	    .model = weft_slice(weft_model_name(history->model)),
	    .model_id = history->id,
	};

	if (!(node->flags & WEFT__REVNODE_DELETED))
		change.rev = weft__rev_slice(&node->rev);
	if (weft_change_list_append(history->list, &change))
		return weft_error_set(error, WEFT_ENOMEM, "out of memory");
	return 0;
}

static int
list_history(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct history *history = context;
	struct weft__current current;
	const struct weft__revtree *tree = &current.track.tree;
	int code = weft__tracker_load(
	    transaction, history->model, history->id, &current, error);

	if (code)
		return code;
	if (!current.has_track)
		return weft_error_set(error, WEFT_ENOTFOUND,
		    "no change record found for %s with id %.*s",
		    weft_model_name(history->model), (int)history->id.size,
		    history->id.data);
	for (int i = tree->current; i >= 0 && !code; i = tree->nodes[i].parent)
		code = append_node(history, &tree->nodes[i], error);
	return code;
}

int
weft__source_local_history(struct weft_source *source, const char *model,
    struct weft_slice id, struct weft_change_list *list,
    struct weft_error *error)
{
	struct history history = {.id = id, .list = list};
	int code =
	    weft__source_local_model(source, model, &history.model, error);

	if (code)
		return code;
	return weft__datasource_read(
	    history.model->datasource, list_history, &history, error);
}

static int
gone(const struct history *history, struct weft_error *error)
{
	return weft_error_set(error, WEFT_EGONE,
	    "revision %.*s of %s %.*s is no longer kept",
	    (int)history->rev.size, history->rev.data,
	    weft_model_name(history->model), (int)history->id.size,
	    history->id.data);
}

/* The SHA-1 that a body of the node's revision has. */
static bool
node_hash(const struct weft__revnode *node, struct weft__oid *hash)
{
	if (weft__oid_is_zero(&node->hash))
		return weft__oid_parse(weft__rev_slice(&node->rev), hash);
	*hash = node->hash;
	return true;
}

static bool
is_body_of(struct weft_slice body, const struct weft__revnode *node)
{
	struct weft__oid wanted, found;

	if (!body.data || !node_hash(node, &wanted))
		return false;
	weft__sha1(body.data, body.size, &found);
	return weft__oid_equal(&wanted, &found);
}

/* Looks among the bodies that the store does not have yet, newest first. */
static int
find_pending(struct weft_transaction *transaction, struct history *history,
    struct weft_error *error)
{
	struct weft_connector_session *session = transaction->session;
	uint64_t seq = UINT64_MAX;
	struct weft_slice body;

	while (seq > 0) {
		int code =
		    session->ops->pending_get(session, history->model->index,
			history->id, seq - 1, &seq, &body, error);

		if (code)
			return code;
		if (is_body_of(body, &history->node))
			return weft_buf_append_slice(history->body, body);
	}
	return WEFT_ENOTFOUND;
}

/* Looks in the database; WEFT_ENOTFOUND: history->node says what to ask the
 * store for. */
static int
find_revision(struct weft_transaction *transaction, void *context,
    struct weft_error *error)
{
	struct history *history = context;
	struct weft__current current;
	const struct weft__revtree *tree = &current.track.tree;
	int code, index;

	code = weft__tracker_load(
	    transaction, history->model, history->id, &current, error);
	if (code)
		return code;
	index = weft__revtree_find(tree, history->rev, tree->length);
	if (index < 0 || (tree->nodes[index].flags & WEFT__REVNODE_MISSING))
		return gone(history, error);
	history->node = tree->nodes[index];
	if (is_body_of(current.body, &history->node))
		return weft_buf_append_slice(history->body, current.body);
	return find_pending(transaction, history, error);
}

/* Looks in the store, by the beginning of the blob's name. */
static int
find_blob(struct weft_datasource *datasource, struct history *history,
    struct weft_error *error)
{
	struct weft_buf *body = history->body;
	size_t before = body->size;
	int code;

	if (!datasource->store)
		return gone(history, error);
	pthread_mutex_lock(&datasource->store_mutex);
	code = weft__store_read_blob_prefix(datasource->store,
	    history->node.blob, sizeof history->node.blob, body, NULL, error);
	pthread_mutex_unlock(&datasource->store_mutex);
	if (code == WEFT_ENOTFOUND)
		return gone(history, error);
	if (code)
		return code;
	if (is_body_of(weft_slice_of(body->data + before, body->size - before),
		&history->node))
		return 0;
	body->size = before;
	return gone(history, error);
}

int
weft__source_local_revision(struct weft_source *source, const char *model,
    struct weft_slice id, struct weft_slice rev, struct weft_buf *body,
    struct weft_error *error)
{
	struct history history = {.id = id, .rev = rev, .body = body};
	struct weft_datasource *datasource =
	    weft__source_local(source)->datasource;
	int code =
	    weft__source_local_model(source, model, &history.model, error);

	if (code)
		return code;
	code =
	    weft__datasource_read(datasource, find_revision, &history, error);
	if (code == WEFT_ENOTFOUND)
		code = find_blob(datasource, &history, error);
	return code;
}
