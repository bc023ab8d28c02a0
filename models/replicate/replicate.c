#include "models/replicate/replicate.h"

#include "core/base/alloc.h"
#include "core/base/arena.h"
#include "core/base/limits.h"

/* The models that a replication is of; they have the same name on both
 * sides unless there is one only. */
struct names {
	const char **list;
	size_t length, capacity;
	struct weft__arena arena;
};

static int
out_of_memory(struct weft_error *error)
{
	return weft_error_set(error, WEFT_ENOMEM, "out of memory");
}

static int
check_since(int64_t since, const char *side, struct weft_error *error)
{
	if (since >= WEFT_SINCE_REMEMBERED)
		return 0;
	return weft_error_set(error, WEFT_EINVAL,
	    "since of the %s: %lld is no checkpoint", side, (long long)since);
}

/* Replicating a database with itself would find nothing, or worse, itself
 * among its peers. */
static int
check_parties(
    const struct weft_replication *options, struct weft_error *error)
{
	struct weft_source *source = options->source;
	struct weft_source *target = options->target;
	const char *source_epoch, *target_epoch;

	if (!source || !target)
		return weft_error_set(error, WEFT_EINVAL,
		    "a replication needs a source and a target");
	source_epoch = source->ops->epoch(source);
	target_epoch = target->ops->epoch(target);
	if (source == target ||
	    (*source_epoch && strcmp(source_epoch, target_epoch) == 0))
		return weft_error_set(error, WEFT_EINVAL,
		    "source and target are the same database");
	return 0;
}

static int
check_options(
    const struct weft_replication *options, struct weft_error *error)
{
	int code;

	if (options->version != 1)
		return weft_error_set(error, WEFT_EINVAL,
		    "struct weft_replication: version %u is not known",
		    options->version);
	if (options->target_model && !options->source_model)
		return weft_error_set(error, WEFT_EINVAL,
		    "a target model, %s, needs a source model",
		    options->target_model);
	if (options->policy == WEFT_RESOLVE_MANUAL)
		return weft_error_set(error, WEFT_EINVAL,
		    "manual is a resolver's answer, not a policy");
	code = check_since(options->since_source, "source", error);
	if (!code)
		code = check_since(options->since_target, "target", error);
	return code ? code : check_parties(options, error);
}

struct search {
	const char *name;
	bool found;
};

static int
compare_name(const char *name, void *context)
{
	struct search *search = context;

	if (strcmp(search->name, name) == 0)
		search->found = true;
	return 0;
}

/* Whether the side tracks the model; one that cannot say is believed to. */
static int
has_model(struct weft_source *side, const char *name, bool *found,
    struct weft_error *error)
{
	struct search search = {name, false};
	int code = WEFT_EUNSUPPORTED;

	if (side->ops->models)
		code = side->ops->models(side, compare_name, &search, error);
	*found = search.found || code == WEFT_EUNSUPPORTED;
	return code == WEFT_EUNSUPPORTED ? 0 : code;
}

static int
require_model(struct weft_source *side, const char *name, const char *side_name,
    struct weft_error *error)
{
	bool found;
	int code = has_model(side, name, &found, error);

	if (code || found)
		return code;
	return weft_error_set(error, WEFT_EINVAL,
	    "the %s has no model %s that tracks changes", side_name, name);
}

static int
add_name(const char *name, void *context)
{
	struct names *names = context;
	struct weft_slice copy;

	if (!weft__grow(&names->list, &names->capacity, names->length + 1,
		sizeof *names->list) ||
	    weft__arena_copy(&names->arena, weft_slice(name), &copy))
		return WEFT_ENOMEM;
	names->list[names->length++] = copy.data;
	return 0;
}

/* Every tracked model of the source that the target has. */
static int
list_shared(const struct weft_replication *options, struct names *names,
    struct weft_error *error)
{
	struct weft_source *source = options->source;
	size_t shared = 0;
	int code = WEFT_EUNSUPPORTED;

	if (source->ops->models)
		code = source->ops->models(source, add_name, names, error);
	if (code == WEFT_ENOMEM)
		return out_of_memory(error);
	if (code == WEFT_EUNSUPPORTED)
		return weft_error_set(error, WEFT_EINVAL,
		    "the source cannot list its models: name one");
	for (size_t i = 0; !code && i < names->length; i++) {
		bool found;

		code =
		    has_model(options->target, names->list[i], &found, error);
		if (!code && found)
			names->list[shared++] = names->list[i];
	}
	names->length = shared;
	if (!code && !shared)
		return weft_error_set(error, WEFT_EINVAL,
		    "source and target have no tracked model in common");
	return code;
}

static int
list_models(const struct weft_replication *options, struct names *names,
    struct weft_error *error)
{
	const char *target = options->target_model;
	int code;

	if (!options->source_model)
		return list_shared(options, names, error);
	if (!target)
		target = options->source_model;
	code = require_model(
	    options->source, options->source_model, "source", error);
	if (!code)
		code = require_model(options->target, target, "target", error);
	if (!code && add_name(options->source_model, names))
		code = out_of_memory(error);
	return code;
}

/* Of several models the lowest checkpoint is where all of them go on. */
static void
take_lower(uint64_t *sum, uint64_t checkpoint)
{
	if (!*sum || checkpoint < *sum)
		*sum = checkpoint;
}

static enum weft_roots
combine_roots(enum weft_roots a, enum weft_roots b)
{
	if (a == WEFT_ROOTS_DIFFER || b == WEFT_ROOTS_DIFFER)
		return WEFT_ROOTS_DIFFER;
	return a == b ? a : WEFT_ROOTS_UNKNOWN;
}

/* Adds what came of one more model. */
static void
add_result(struct weft_replication_result *sum,
    const struct weft_replication_result *one, bool first)
{
	take_lower(&sum->source_checkpoint, one->source_checkpoint);
	take_lower(&sum->target_checkpoint, one->target_checkpoint);
	sum->changes += one->changes;
	sum->differing += one->differing;
	sum->compared |= one->compared;
	sum->applied += one->applied;
	sum->unchanged += one->unchanged;
	sum->refused += one->refused;
	sum->resolved += one->resolved;
	sum->unresolved += one->unresolved;
	if (one->attempts > sum->attempts)
		sum->attempts = one->attempts;
	sum->roots = first ? one->roots : combine_roots(sum->roots, one->roots);
	sum->conflicts = one->conflicts;
	sum->length = one->length;
}

static int
replicate_all(const struct weft_replication *options, const struct names *names,
    struct weft_replication_result *result, struct weft_error *error)
{
	int code = 0;

	for (size_t i = 0; i < names->length && !code; i++) {
		struct weft_replication_result one = {
		    .conflicts = result->conflicts,
		    .length = result->length,
		};
		const struct weft__parties parties = {
		    .source = options->source,
		    .target = options->target,
		    .source_model = names->list[i],
		    .target_model = options->target_model
			? options->target_model
			: names->list[i],
		};

		code = weft__replicate_model(options, &parties, &one, error);
		add_result(result, &one, i == 0);
		if (code && error)
			weft_error_wrap(
			    error, "replicate %s", parties.source_model);
	}
	return code;
}

int
weft_replicate(const struct weft_replication *replication,
    struct weft_replication_result *result, struct weft_error *error)
{
	struct weft_replication options = *replication;
	struct names names = {.list = NULL};
	int code = check_options(&options, error);

	*result = (struct weft_replication_result){.attempts = 0};
	if (options.chunk_size > WEFT_LIMIT_PAGE_CHANGES)
		options.chunk_size = WEFT_LIMIT_PAGE_CHANGES;
	if (!code)
		code = list_models(&options, &names, error);
	if (!code)
		code = replicate_all(&options, &names, result, error);
	weft__free(names.list);
	weft__arena_fini(&names.arena);
	return code;
}

void
weft_replication_result_fini(struct weft_replication_result *result)
{
	for (size_t i = 0; i < result->length; i++)
		weft_conflict_destroy(result->conflicts[i]);
	weft__free(result->conflicts);
	result->conflicts = NULL;
	result->length = 0;
}
