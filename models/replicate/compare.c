/*
 * Replicating without a position: what differs is found by comparing the
 * stores, and only that is looked at.
 *
 * The stores are compared when the session reads its first changes: after its
 * checkpoints, so that what is written from then on belongs to the next
 * replication, whether the stores have it yet or not.
 */
#include "models/replicate/private.h"

static bool
is_remote(const struct weft_source *source)
{
	return source->ops->is_remote;
}

/* Whether changes since a checkpoint would be all there are. */
static bool
is_wanted(const struct weft__replicating *work)
{
	const struct weft_replication *options = work->options;

	if (options->filter.data)
		return false; /* the roots are of all records */
	if (options->verify)
		return true;
	return options->since_source == WEFT_SINCE_REMEMBERED &&
	    !work->remembered && !options->without_roots;
}

/* Bytes that do not travel cost nothing: no sketch, and digests that nobody
 * can forge. */
static struct weft__reconcile_options
choose_options(const struct weft__replicating *work)
{
	const struct weft__parties *parties = work->parties;
	const bool remote =
	    is_remote(parties->source) || is_remote(parties->target);

	return (struct weft__reconcile_options){
	    .own = is_remote(parties->source) ? WEFT__TARGET : WEFT__SOURCE,
	    .descend = !remote,
	    .digest_size = remote ? 0 : WEFT__OID_SIZE,
	    .traces = work->horizon > 0,
	};
}

void
weft__compare_init(struct weft__replicating *work)
{
	const struct weft__parties *parties = work->parties;
	const struct weft__reconcile_options options = choose_options(work);

	if (!is_wanted(work) || !parties->source->ops->reconcile ||
	    !parties->target->ops->reconcile)
		return;
	work->comparing.state = WEFT__COMPARING_DUE;
	weft__reconcile_init(&work->comparing.reconcile, &options);
}

void
weft__compare_fini(struct weft__replicating *work)
{
	if (work->comparing.state != WEFT__COMPARING_NOT)
		weft__reconcile_fini(&work->comparing.reconcile);
	work->comparing.state = WEFT__COMPARING_NOT;
}

static int
run(struct weft__replicating *work, struct weft_error *error)
{
	const struct weft__party parties[2] = {
	    {.source = work->parties->source,
		.model = work->parties->source_model},
	    {.source = work->parties->target,
		.model = work->parties->target_model}};

	return weft__reconcile_run(
	    &work->comparing.reconcile, parties, error);
}

/* Compares the stores.  If that cannot be done, all changes are read. */
static int
compare(struct weft__replicating *work, struct weft_error *error)
{
	struct weft__reconcile *reconcile = &work->comparing.reconcile;
	struct weft__roots roots;
	int code = 0;

	/* Brings both stores up to the present at once. */
	if (reconcile->options.descend)
		code = weft__roots_compare(work->parties, &roots, error);
	if (!code)
		code = run(work, error);
	if (code)
		return code;
	if (reconcile->outcome == WEFT__RECONCILE_UNABLE) {
		weft__compare_fini(work);
		weft__replicate_estimate(work);
		return 0;
	}
	work->comparing.state = WEFT__COMPARING_DONE;
	work->progress.total = reconcile->names.length;
	work->result->compared = true;
	work->result->differing += reconcile->names.length;
	return 0;
}

/* Gives the changes that were read, as many as are wanted. */
static int
give(struct weft__replicating *work, const struct weft__call *call)
{
	struct weft__comparing *comparing = &work->comparing;
	const struct weft_change_list *read = &comparing->reconcile.changes;
	int code = 0;

	while (!code && comparing->given < read->length &&
	    call->list->length < call->limit) {
		struct weft_change change = read->changes[comparing->given++];

		change.model = weft_slice(work->parties->source_model);
		code = weft_change_list_append(call->list, &change);
	}
	return code;
}

int
weft__compare_changes(struct weft__replicating *work,
    const struct weft__call *call, bool *taken, struct weft_error *error)
{
	struct weft__comparing *comparing = &work->comparing;
	int code = 0;

	if (call->since >= 0)
		return 0;
	if (comparing->state == WEFT__COMPARING_DUE)
		code = compare(work, error);
	if (!code && comparing->state == WEFT__COMPARING_NOT)
		return weft__replicate_mention(work, error);
	if (code)
		return code;
	*taken = true;
	code = give(work, call);
	while (!code && call->list->length < call->limit &&
	    weft__reconcile_read(&comparing->reconcile)) {
		comparing->given = 0;
		code = run(work, error);
		if (!code)
			code = give(work, call);
	}
	call->token->end = call->list->length < call->limit;
	return code;
}

int
weft__compare_again(struct weft__replicating *work, bool *again,
    struct weft_error *error)
{
	const struct weft_replication_result *result = work->result;
	struct weft__reconcile *reconcile = &work->comparing.reconcile;
	struct weft__reconcile_options options = reconcile->options;
	struct weft__roots roots;
	int code;

	*again = false;
	if (work->comparing.state != WEFT__COMPARING_DONE || options.descend ||
	    !reconcile->names.length ||
	    result->applied < reconcile->names.length)
		return 0;
	code = weft__roots_compare(work->parties, &roots, error);
	if (code || roots.roots != WEFT_ROOTS_DIFFER)
		return code;
	options.descend = true;
	options.digest_size = WEFT__OID_SIZE;
	weft__reconcile_fini(reconcile);
	weft__reconcile_init(reconcile, &options);
	work->comparing.state = WEFT__COMPARING_DUE;
	work->comparing.given = 0;
	work->since[WEFT__SOURCE] = WEFT_SINCE_ALL;
	*again = true;
	return 0;
}
