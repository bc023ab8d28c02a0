#include "models/replicate/resolve.h"

#include "core/base/limits.h"
#include "core/repl/conflict.h"
#include "models/source/local.h"

/* A conflict as decisions are made on it. */
struct states {
	struct weft_buf source, target, base;
	struct weft_conflict_presence present;
	struct weft_buf decided; /* the record to have, for a manual one */
};

static void
states_init(struct states *states)
{
	weft_buf_init(&states->source, WEFT_LIMIT_RECORD_SIZE);
	weft_buf_init(&states->target, WEFT_LIMIT_RECORD_SIZE);
	weft_buf_init(&states->base, WEFT_LIMIT_RECORD_SIZE);
	weft_buf_init(&states->decided, WEFT_LIMIT_RECORD_SIZE);
}

static void
states_fini(struct states *states)
{
	weft_buf_fini(&states->source);
	weft_buf_fini(&states->target);
	weft_buf_fini(&states->base);
	weft_buf_fini(&states->decided);
}

/* The definition that one of the sides knows, or NULL. */
static const struct weft__definition *
find_definition(const struct weft__parties *parties)
{
	const struct weft__definition *definition =
	    weft__source_local_definition(
		parties->source, parties->source_model);

	if (definition)
		return definition;
	return weft__source_local_definition(
	    parties->target, parties->target_model);
}

static struct weft_slice
body_of(const struct weft_buf *body, bool present)
{
	return present ? weft_buf_slice(body) : weft_slice(NULL);
}

/* What the policy does; it needs all three states. */
static int
follow_policy(struct weft_conflict *conflict, enum weft_resolution policy,
    struct states *states, enum weft_resolution *decision,
    struct weft_error *error)
{
	const struct weft__definition *definition =
	    find_definition(&conflict->parties);
	struct weft__conflict_bodies bodies = {
	    .id = weft_slice("id"), .newest = weft_slice("updatedAt")};
	int code = weft_conflict_models(conflict, &states->source,
	    &states->target, &states->base, &states->present, error);

	if (code)
		return code;
	bodies.source = body_of(&states->source, states->present.source);
	bodies.target = body_of(&states->target, states->present.target);
	bodies.base = body_of(&states->base, states->present.base);
	if (definition)
		bodies.id = definition->id->name;
	if (definition && definition->updated_at.data)
		bodies.newest = definition->updated_at;
	return weft__conflict_decide(
	    policy, &bodies, decision, &states->decided, error);
}

/* What to do: in the end one of ask, source, target, manual. */
static int
decide(struct weft_conflict *conflict, const struct weft__resolving *resolving,
    struct states *states, enum weft_resolution *decision,
    struct weft_error *error)
{
	enum weft_resolution policy = resolving->policy;

	if (resolving->resolver)
		policy = resolving->resolver(
		    conflict, &states->decided, resolving->context);
	*decision = policy;
	if (policy != WEFT_RESOLVE_NEWEST && policy != WEFT_RESOLVE_MERGE)
		return 0;
	weft_buf_clear(&states->decided);
	return follow_policy(conflict, policy, states, decision, error);
}

static int
apply(struct weft_conflict *conflict, const struct states *states,
    enum weft_resolution decision, bool *settled, struct weft_error *error)
{
	int code;

	switch (decision) {
	case WEFT_RESOLVE_SOURCE:
		code = weft_conflict_resolve_using_source(conflict, error);
		break;
	case WEFT_RESOLVE_TARGET:
		code = weft_conflict_resolve_using_target(conflict, error);
		break;
	case WEFT_RESOLVE_MANUAL:
		code = weft_conflict_resolve_manually(conflict,
		    body_of(&states->decided, states->decided.size > 0), error);
		break;
	default:
		return 0;
	}
	*settled = !code;
	return code;
}

int
weft__resolve(struct weft_conflict *conflict,
    const struct weft__resolving *resolving, bool *settled,
    struct weft_error *error)
{
	enum weft_resolution decision;
	struct states states;
	int code;

	*settled = false;
	states_init(&states);
	code = decide(conflict, resolving, &states, &decision, error);
	if (!code)
		code = apply(conflict, &states, decision, settled, error);
	states_fini(&states);
	return code;
}
