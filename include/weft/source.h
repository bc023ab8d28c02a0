/*
 * Sources: anything that can be replicated from or to.  LoopBack's
 * replication primitives on one side of a replication.
 *
 * A source is one datasource: one journal, one checkpoint counter.  The
 * primitives work on one model of it.
 */
#ifndef WEFT_SOURCE_H
#define WEFT_SOURCE_H

#include <weft/change.h>
#include <weft/model.h>

struct weft_source;

/*
 * Makes a source of a datasource of this process.  The datasource (kept) must
 * outlive it; '*source' is the caller's, for weft_source_destroy().
 * Returns 0 or WEFT_ENOMEM.  Thread: any.
 */
WEFT_API WEFT_MUST_CHECK int weft_source_open_datasource(
    struct weft_datasource *datasource, struct weft_source **source,
    struct weft_error *error);

/*
 * How to open a source of another machine.  All but 'version' may be left
 * zero.  Texts are borrowed until the call returns; the registry as long as
 * the source lives.
 */
struct weft_url_options {
	unsigned version;     /* 1 */
	const char *token;    /* an access token, or NULL */
	const char *node;     /* names the copy that it will be replicated with,
	                         for its whole life, in up to 128 bytes: so
	                         its own changes are not sent back; or NULL */
	const char *users;    /* for a URL with user:password@: the path of the
	                         model to log in to; NULL: "Users" */
	const char *ca_file;  /* certificates to trust (PEM); NULL: the
	                         system's */
	const char *const *models; /* which ones it is to be used for, a list
	                         ended by NULL; or NULL: all that it tells
	                         of, or those of 'registry' that it has */
	const struct weft_registry *registry; /* whose definitions say where
	                         models lie, for a server that does not tell;
	                         or NULL */
	uint64_t timeout_ms;  /* of silence; 0: two minutes */
	unsigned retries;     /* of what failed and can be repeated; 0: 4 */
	uint64_t retry_ms;    /* the first wait before one, about; 0: 200 */
};
#define WEFT_URL_OPTIONS_INIT \
	{ \
		1, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, 0 \
	}

/*
 * Makes a source of what a URL names: http://host:port/api or https://...
 * (docs/remote.md).  'options' may be NULL; '*source' is the caller's, for
 * weft_source_destroy().
 * Returns 0; WEFT_EINVAL (no URL, no protocol of ours); WEFT_ENOTFOUND (it
 * does not have the models); WEFT_EDENIED; WEFT_ENETWORK; WEFT_ETIMEOUT;
 * WEFT_ENOMEM.
 * Thread: any; blocks.
 */
WEFT_API WEFT_MUST_CHECK int weft_source_open_url(const char *url,
    const struct weft_url_options *options, struct weft_source **source,
    struct weft_error *error);

/* Returns whether the text is a URL for weft_source_open_url(), by its
 * protocol.  Thread: any. */
WEFT_API bool weft_source_is_url(const char *text);

/* Frees the source, not what it stands for.  NULL is allowed.
 * Thread: no call on it may be under way. */
WEFT_API void weft_source_destroy(struct weft_source *source);

/*
 * Common to all below: 'model' is the model's name on that side; inputs are
 * borrowed until return; lists are appended to and are the caller's.
 * Return 0; WEFT_ENOTFOUND (no such model, or as said); WEFT_EINVAL;
 * what the database or the network returns.  Thread: one call at a time on a
 * source.
 */

/* LoopBack's getSourceId: "<connector>-<model>", appended to 'id'.
 * Returns as said above.  Thread: see above. */
WEFT_API WEFT_MUST_CHECK int weft_source_id(struct weft_source *source,
    const char *model, struct weft_buf *id, struct weft_error *error);

/* Makes a new checkpoint and gives its number.
 * Returns as said above.  Thread: see above. */
WEFT_API WEFT_MUST_CHECK int weft_source_checkpoint(
    struct weft_source *source, uint64_t *checkpoint,
    struct weft_error *error);

/* The number of the current checkpoint.
 * Returns as said above.  Thread: see above. */
WEFT_API WEFT_MUST_CHECK int weft_source_current_checkpoint(
    struct weft_source *source, uint64_t *checkpoint,
    struct weft_error *error);

/*
 * All changes with checkpoint >= since (below 0: all) whose record matches
 * the filter, and all deletions, tombstones included, in the order of one
 * stable walk.  skip and limit of the filter apply to that whole list.
 * Returns as said above.  Thread: see above.  Cost: O(changes since).
 */
WEFT_API WEFT_MUST_CHECK int weft_source_changes(struct weft_source *source,
    const char *model, int64_t since, struct weft_slice filter,
    struct weft_change_list *list, struct weft_error *error);

/*
 * Compares a peer's changes with this side's since 'since': 'deltas' are the
 * peer's to take, 'conflicts' this side's that stand against it.
 * Returns as said above.  Thread: see above.  Cost: O(changes).
 */
WEFT_API WEFT_MUST_CHECK int weft_source_diff(struct weft_source *source,
    const char *model, int64_t since, const struct weft_change_list *changes,
    struct weft_change_list *deltas, struct weft_change_list *conflicts,
    struct weft_error *error);

/*
 * An update with data for each delta; a record that vanished is left out.
 * Returns as said above.  Thread: see above.
 */
WEFT_API WEFT_MUST_CHECK int weft_source_create_updates(
    struct weft_source *source, const char *model,
    const struct weft_change_list *deltas, struct weft_update_list *updates,
    struct weft_error *error);

/*
 * Applies updates in one transaction.  'outcomes' (NULL, or one for each
 * update) tells what was done with each; 'conflicts' (may be NULL) gets the
 * submitted changes of those in conflict.  Records are replaced whole.
 * Returns 0 if all were applied; WEFT_ECONFLICT if any was in conflict and
 * WEFT_EVALIDATION if some were refused, the others being committed; else as
 * said above with nothing written.  Thread: see above.
 */
WEFT_API WEFT_MUST_CHECK int weft_source_bulk_update(
    struct weft_source *source, const char *model,
    const struct weft_update_list *updates, enum weft_outcome *outcomes,
    struct weft_change_list *conflicts, struct weft_error *error);

/*
 * Appends the record's last change.  Returns WEFT_ENOTFOUND if there is none.
 * Thread: see above.
 */
WEFT_API WEFT_MUST_CHECK int weft_source_find_last_change(
    struct weft_source *source, const char *model, struct weft_slice id,
    struct weft_change_list *list, struct weft_error *error);

/*
 * Sets prev (no value: null) of the record's last change: a rebase.
 * Returns WEFT_ENOTFOUND if there is none.  Thread: see above.
 */
WEFT_API WEFT_MUST_CHECK int weft_source_update_last_change(
    struct weft_source *source, const char *model, struct weft_slice id,
    struct weft_slice prev, struct weft_error *error);

/*
 * Calls 'each' with the name of every model that tracks changes; nonzero ends
 * it, and is returned.
 * Returns also WEFT_EUNSUPPORTED: the source does not tell.  Thread: see
 * above.
 */
WEFT_API WEFT_MUST_CHECK int weft_source_each_model(
    struct weft_source *source,
    int (*each)(const char *model, void *context), void *context,
    struct weft_error *error);

/*
 * The root of a model: the hash of all its live records, 40 hex digits and a
 * NUL.  Equal roots mean equal records.
 * Returns also WEFT_EUNSUPPORTED.  Thread: see above.
 */
WEFT_API WEFT_MUST_CHECK int weft_source_root(struct weft_source *source,
    const char *model, char root[41], struct weft_error *error);

/*
 * A durable consumer: somebody with a name who reads the journal and says how
 * far.  set() remembers position 'seq' (and the owner); its pending count is
 * the number of journal rows behind it.  Below the lowest position nothing is
 * pruned.  remove() forgets it.
 */
struct weft_consumer {
	char name[128];
	char owner[128];
	uint64_t position;     /* journal seq */
	uint64_t pending;      /* journal rows after it */
	uint64_t last_seen_ms; /* since 1970 */
};
typedef int weft_consumer_fn(
    const struct weft_consumer *consumer, void *context);

/* Returns 0, or what the database returns; remove(): WEFT_ENOTFOUND.
 * Thread: any. */
WEFT_API WEFT_MUST_CHECK int weft_consumer_set(
    struct weft_datasource *datasource, const char *name, const char *owner,
    uint64_t position, struct weft_error *error);
WEFT_API WEFT_MUST_CHECK int weft_consumer_remove(
    struct weft_datasource *datasource, const char *name,
    struct weft_error *error);
WEFT_API WEFT_MUST_CHECK int weft_consumer_each(
    struct weft_datasource *datasource, weft_consumer_fn *each,
    void *context, struct weft_error *error);

#endif
