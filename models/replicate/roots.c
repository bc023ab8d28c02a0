#include "models/replicate/replicate.h"

#include <pthread.h>

/* One side's root. */
struct root {
	struct weft_source *source;
	const char *model;
	bool known;
	struct weft__oid oid;
	char commit[WEFT__OID_HEX + 1];
	int code;
	struct weft_error error;
};

static void
find_root(struct root *root)
{
	const struct weft__source_ops *ops = root->source->ops;

	if (!ops->root)
		return;
	root->code = ops->root(
	    root->source, root->model, &root->oid, root->commit, &root->error);
	root->known = !root->code;
	if (root->code == WEFT_EUNSUPPORTED)
		root->code = 0;
}

static void *
find_root_aside(void *context)
{
	find_root(context);
	return NULL;
}

static enum weft_roots
compare(const struct root *source, const struct root *target)
{
	if (!source->known || !target->known)
		return WEFT_ROOTS_UNKNOWN;
	return weft__oid_equal(&source->oid, &target->oid) ? WEFT_ROOTS_EQUAL
							   : WEFT_ROOTS_DIFFER;
}

int
weft__roots_compare(const struct weft__parties *parties,
    struct weft__roots *roots, struct weft_error *error)
{
	struct root source = {
	    .source = parties->source, .model = parties->source_model};
	struct root target = {
	    .source = parties->target, .model = parties->target_model};
	const struct root *failed = NULL;
	pthread_t thread;

	if (pthread_create(&thread, NULL, find_root_aside, &source))
		return weft_error_set(
		    error, WEFT_ENOMEM, "no thread for the source");
	find_root(&target);
	pthread_join(thread, NULL);
	if (source.code)
		failed = &source;
	else if (target.code)
		failed = &target;
	if (failed)
		return weft_error_set(
		    error, failed->code, "%s", failed->error.text);
	roots->roots = compare(&source, &target);
	memcpy(roots->source_commit, source.commit, sizeof source.commit);
	memcpy(roots->target_commit, target.commit, sizeof target.commit);
	return 0;
}

/* Keeps a side's commit under the name of the other side. */
static int
agree(struct weft_source *source, struct weft_source *peer, const char *commit,
    struct weft_error *error)
{
	int code;

	if (!source->ops->agree || !*commit)
		return 0;
	code =
	    source->ops->agree(source, peer->ops->epoch(peer), commit, error);
	return code == WEFT_EUNSUPPORTED || code == WEFT_EREADONLY ? 0 : code;
}

int
weft__roots_agree(const struct weft__parties *parties,
    const struct weft__roots *roots, struct weft_error *error)
{
	int code = agree(
	    parties->source, parties->target, roots->source_commit, error);

	return code ? code
		    : agree(parties->target, parties->source,
			  roots->target_commit, error);
}
